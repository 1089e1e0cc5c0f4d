//! A downgrade that refuses to run.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "raising-downgrade",
        summary: "The downgrade refuses to run, so a bad deploy cannot be rolled back",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("raising-downgrade"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let migration = context.migration;
    let Some(Body::Raises { span, what }) = migration.down.as_ref().map(|down| &down.body) else {
        return Vec::new();
    };
    if !reversible::matters(&migration.up) {
        return Vec::new();
    }
    vec![
        Draft::new(format!("The downgrade of {} refuses to run: it raises {what}", migration.id))
            .at(*span)
            .label("stops every rollback past this migration")
            .help("Write the downgrade, or say in an allow comment why there can be none", ""),
    ]
}
