//! VACUUM FULL, CLUSTER, SET LOGGED and their kin.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "table-rewrite",
        summary: "A table is written anew by a maintenance command while everything waits",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("table-rewrite"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (what, table) = match context.operation {
        Operation::Other { kind: kind @ ("VACUUM FULL" | "CLUSTER"), objects } => (*kind, objects.first()?),
        Operation::AlterTable { table, action: action @ ("SET LOGGED" | "SET UNLOGGED") } => (*action, table),
        _ => return None,
    };
    if context.is_new(table) {
        return None;
    }
    let shown = table.to_string();
    let help = match what {
        "VACUUM FULL" | "CLUSTER" => {
            "Use pg_repack or pg_squeeze, which let queries go on, outside of migrations"
        }
        _ => "Create a new table of the wanted kind, copy in batches, and swap the names",
    };
    Some(
        Draft::new(format!("{what} writes all of {shown} anew while every query on it waits"))
            .grows_with(table)
            .label(format!("{shown} is locked and written anew"))
            .note(locks::sentence(Shape::Cluster, &[("t", &shown)]))
            .help(help, ""),
    )
}
