//! `NOT IN (SELECT …)` in a change of rows.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "not-in-query",
        summary: "Rows are chosen with NOT IN and a query, which fits no row once the query gives a NULL",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("not-in-query"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (Operation::Update { table, filter, .. } | Operation::Delete { table, filter, .. }) =
        context.operation
    else {
        return None;
    };
    filter
        .as_ref()
        .filter(|filter| filter.not_in_query && !filter.text.to_lowercase().contains("is not null"))?;
    Some(
        Draft::new(format!("One NULL among what the query gives, and no row of {table} is changed"))
            .label("NOT IN (SELECT …)")
            .note("a NOT IN (b, NULL) is false or NULL, never true; it also makes a plan that reads the query's result for every row")
            .help("Write NOT EXISTS (SELECT … WHERE … = …)", ""),
    )
}
