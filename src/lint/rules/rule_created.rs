//! CREATE RULE.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "rule-created",
        summary: "A rule rewrites queries, which surprises whoever writes them",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("rule-created"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::Other { kind: "CREATE RULE", objects, .. } = context.operation else { return None };
    let on = objects.first().map(|table| format!(" on {table}")).unwrap_or_default();
    Some(
        Draft::new(format!(
            "A rule rewrites every query{on} before it is planned, with effects that few expect"
        ))
        .label("CREATE RULE")
        .note("Volatile expressions run twice, RETURNING and row counts differ, COPY ignores it")
        .help("Use a trigger, or an updatable view", ""),
    )
}
