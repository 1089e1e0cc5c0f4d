//! A downgrade that does nothing about an upgrade that does something.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "empty-downgrade",
        summary: "The downgrade does nothing, so it succeeds and leaves everything as it is",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("empty-downgrade"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let migration = context.migration;
    let Some(down) = migration.down.as_ref().filter(|down| down.body == Body::Empty) else {
        return Vec::new();
    };
    if !context.project.framework.downgrades || !reversible::matters(&migration.up) {
        return Vec::new();
    }
    let name = &migration.id;
    vec![
        Draft::new(format!("The downgrade of {name} does nothing, so all that its upgrade did stays"))
            .at(down.span)
            .label("does nothing")
            .help(
                "Undo what the upgrade does, or say in an allow comment why nothing is to be undone",
                reversible::downgrade_code(context),
            )
            .fix(fix::whole_downgrade(context, &reversible::downgrade_lines(context))),
    ]
}
