//! CREATE POLICY … USING (true).

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "policy-always-true",
        summary: "A policy lets every row through, so row-level security protects nothing",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("policy-always-true"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::Other { kind: "CREATE POLICY", objects } = context.operation else { return None };
    let sql: String = context.statement.sql.to_lowercase().split_whitespace().collect();
    let reads_only = sql.contains("forselect");
    let restrictive = sql.contains("asrestrictive");
    if restrictive || reads_only || !(sql.contains("using(true)") || sql.contains("check(true)")) {
        return None;
    }
    let table = objects.first().map(|table| format!(" of {table}")).unwrap_or_default();
    Some(
        Draft::new(format!("This policy lets every row{table} be changed"))
            .label("true for every row")
            .note("Policies are joined by OR: one that is always true makes the others worthless")
            .help("Say which rows, or for which command and role: FOR SELECT TO …", ""),
    )
}
