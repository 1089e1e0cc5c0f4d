//! Types that are seldom what somebody wants, or that the project does not want.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "discouraged-type",
        summary: "A column has a type that the project does not want, or that is seldom what is meant",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("discouraged-type"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

/// Types that are seldom what is meant, and what to take instead.
const KNOWN: &[(&str, &str, &str)] = &[
    (
        "time with time zone",
        "an offset without a date names no time zone",
        "Use timestamp with time zone, or time",
    ),
    (
        "real",
        "it keeps six digits, and 0.1 is not among its values",
        "Use numeric, or double precision where speed counts and digits do not",
    ),
    ("double precision", "0.1 is not among its values, so that sums drift", "Use numeric"),
    ("hstore", "jsonb does what it does, and needs no extension", "Use jsonb"),
    ("xml", "it can be neither compared nor indexed", "Use text, or jsonb"),
];

fn check(context: &Context<'_>) -> Option<Draft> {
    let (column, data_type) = context.new_column_of(|of| why(context, of).is_some()).or_else(|| {
        let Operation::AlterColumnType { table, column, to, .. } = context.operation else { return None };
        why(context, to).map(|_| (format!("{table}.{}", quote(column)), to.as_ref()))
    })?;
    let (why, instead) = why(context, data_type)?;
    Some(Draft::new(format!("{column} is {data_type}: {why}")).label("is not wanted").help(instead, ""))
}

/// Why a type is not wanted, and what to take instead.
fn why(context: &Context<'_>, of: &DataType) -> Option<(&'static str, &'static str)> {
    if let Some(types) = &context.settings.conventions.discouraged_types {
        let named = types.iter().any(|name| *name == of.name || *name == of.to_string());
        return named.then_some((
            "the conventions of the project leave it out",
            "Use a type that the conventions allow",
        ));
    }
    if of.name.starts_with("timestamp") && !of.modifiers.is_empty() {
        return Some((
            "it rounds, also into the next second or day",
            "Leave the precision out, and round where it is shown",
        ));
    }
    KNOWN.iter().find(|(name, ..)| *name == of.name).map(|(_, why, instead)| (*why, *instead))
}
