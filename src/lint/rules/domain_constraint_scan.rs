//! A domain in use gets a constraint that every row must obey.

use crate::lint::prelude::*;
use crate::lint::schema::{Table, type_name};
use crate::lint::text;

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
    let (constraint, check) = constraint(&context.statement.sql, domain);
    let code = Advice::new(context)
        .say("1. in this migration")
        .run(Code::sql(format!(
            "ALTER DOMAIN {domain} ADD CONSTRAINT {constraint} CHECK ({check}) NOT VALID"
        )))
        .say("2. in the next migration")
        .run(Code::sql(format!("ALTER DOMAIN {domain} VALIDATE CONSTRAINT {constraint}")))
        .finish();
    let draft = Draft::new(format!("{what} domain {domain} reads all of {of} while writes to it wait"))
        .label(format!("{of} locked against writes"))
        .note(locks::sentence(Shape::AlterDomainConstraint, &[("td", &of)]));
    Some(draft.help(
        "Add it NOT VALID, and validate it in a quiet hour: the reading locks against writes, too",
        code,
    ))
}

/// The constraint's name, as PostgreSQL chooses it where none is written, and what it checks.
fn constraint(sql: &str, domain: &Name) -> (String, String) {
    let check =
        text::find(sql, "CHECK").and_then(|at| text::parenthesised(sql[at + "CHECK".len()..].trim_start()));
    let Some(check) = check else {
        return (quote(&format!("{}_not_null", domain.name)), "VALUE IS NOT NULL".to_owned());
    };
    let named = text::find(sql, "CONSTRAINT").map(|at| &sql[at + "CONSTRAINT".len()..]);
    let name = named.and_then(|rest| rest.split_whitespace().next()).map(str::to_owned);
    (name.unwrap_or_else(|| quote(&format!("{}_check", domain.name))), check.trim().to_owned())
}
