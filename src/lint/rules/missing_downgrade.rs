//! An upgrade without a downgrade, in a tool that runs downgrades.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "missing-downgrade",
        summary: "The migration has no downgrade, so a bad deploy cannot be rolled back",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("missing-downgrade"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let migration = context.migration;
    if !context.project.framework.downgrades
        || migration.down.is_some()
        || migration.repeats
        || !reversible::matters(&migration.up)
    {
        return Vec::new();
    }
    let name = &migration.id;
    vec![
        Draft::new(format!("Migration {name} cannot be rolled back, because it has no downgrade"))
            .label("has no downgrade")
            .help(
                "Write the downgrade, or say in an allow comment why there is none",
                reversible::downgrade_code(context),
            )
            .fix(fix::whole_downgrade(context, &reversible::downgrade_lines(context))),
    ]
}
