//! json.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "json-column",
        summary: "A column is json, which cannot be compared",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("json-column"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (name, data_type) = context.new_column_of(|of| of.name == "json")?;
    Some(
        Draft::new(format!("{name} is {data_type}, which has no equality"))
            .label("SELECT DISTINCT fails on it")
            .note("GROUP BY, DISTINCT and UNION over the column fail, and no index helps to search it")
            .help("Use jsonb", ""),
    )
}
