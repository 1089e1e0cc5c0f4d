//! autovacuum_enabled = false.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "autovacuum-disabled",
        summary: "Autovacuum is switched off for a table",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("autovacuum-disabled"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::AlterTable { table, action: "SET", options, .. } = context.operation else { return None };
    let set = |name: &str| setting(options, name).is_some_and(Setting::is_off);
    let off = set("autovacuum_enabled") || set("toast.autovacuum_enabled");
    if !off || context.is_new(table) {
        return None;
    }
    Some(
        Draft::new(format!("Autovacuum no longer looks after {table}"))
            .label("dead rows stay")
            .note("Dead rows pile up, statistics grow old, and in the end the server must vacuum the table to prevent wraparound, at a time of its own choosing")
            .help("Tune it instead: autovacuum_vacuum_scale_factor, autovacuum_vacuum_cost_delay", ""),
    )
}
