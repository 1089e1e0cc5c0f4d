//! A foreign key between columns of different collations, one of which is nondeterministic.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "foreign-key-collations-differ",
        summary: "A foreign key joins columns of different collations, one of them nondeterministic",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("foreign-key-collations-differ"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    // Before 18 it is taken, and cannot be upgraded.
    if *context.settings.versions.end() < 18 {
        return None;
    }
    let joined = context.joined_columns().into_iter().find(|joined| {
        let collations = [joined.has.collation.as_deref(), joined.wants.collation.as_deref()];
        let loose = collations.iter().flatten().any(|name| context.schema.is_nondeterministic(name));
        loose && collations[0] != collations[1]
    })?;
    let told = |data_type: &DataType| data_type.collation.as_deref().unwrap_or("the default one").to_owned();
    let (column, target) = (quote(joined.column), quote(joined.target));
    let (child, parent) = (shown(joined.table), shown(joined.references));
    Some(
        Draft::new(format!(
            "The collation of {child}.{column} is {}, that of {parent}.{target} which it refers to is {}",
            told(joined.has),
            told(joined.wants)
        ))
        .label("compares otherwise than the key that it refers to")
        .note("PostgreSQL 18 refuses it with SQLSTATE 42P21; before, the two columns disagreed about what is equal")
        .help(format!("Give {column} the same collation as {parent}.{target}"), ""),
    )
}
