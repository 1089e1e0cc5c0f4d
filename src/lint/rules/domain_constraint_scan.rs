//! A domain in use gets a constraint that every row must obey.

use crate::lint::prelude::*;
use crate::lint::schema::{Table, type_name};

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "domain-constraint-scan",
        summary: "A domain gets a constraint, and every table that uses it is read while writes wait",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("domain-constraint-scan"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::Other { kind, objects, .. } = context.operation else { return None };
    let what = match *kind {
        "ALTER DOMAIN ADD CONSTRAINT" => "Adding a constraint to",
        "ALTER DOMAIN SET NOT NULL" => "Setting NOT NULL on",
        _ => return None,
    };
    let domain = objects.first()?;
    if context.schema.domain(domain).is_some_and(|known| context.is_at_hand(known.created)) {
        return None;
    }
    let uses = |table: &Table| {
        let mut types = table.columns.iter().filter_map(|column| column.data_type.as_ref());
        types.any(|of| context.schema.is_same(&type_name(of), domain))
    };
    let tables: Vec<String> =
        context.schema.tables().filter(|(_, table)| uses(table)).map(|(name, _)| shown(name)).collect();
    let of = if tables.is_empty() { "every table that uses it".to_owned() } else { tables.join(" and ") };
    let code = Advice::new(context)
        .say("1. in this migration")
        .run(Code::sql(format!(
            "ALTER DOMAIN {domain} ADD CONSTRAINT {}_check CHECK (…) NOT VALID",
            domain.name
        )))
        .say("2. in the next migration")
        .run(Code::sql(format!("ALTER DOMAIN {domain} VALIDATE CONSTRAINT {}_check", domain.name)))
        .finish();
    let draft = Draft::new(format!("{what} domain {domain} reads all of {of} while writes to it wait"))
        .label(format!("{of} locked against writes"))
        .note(locks::sentence(Shape::AlterDomainConstraint, &[("td", &of)]));
    Some(draft.help(
        "Add it NOT VALID, and validate it in a quiet hour: the reading locks against writes, too",
        code,
    ))
}
