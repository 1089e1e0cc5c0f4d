//! An enum type that the upgrade creates and the downgrade does not drop.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "enum-left-behind",
        summary: "The downgrade leaves an enum type behind, so the next upgrade fails",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("enum-left-behind"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let (Some(down), Some(returned)) = (&context.migration.down, context.returned) else { return Vec::new() };
    if down.body != Body::Works || !reversible::is_read(down) {
        return Vec::new();
    }
    let created = context.migration.up.steps().filter_map(|(statement, step)| match &*step.operation {
        Operation::CreateEnum { name, .. } => Some((statement, name)),
        _ => None,
    });
    let left = created.filter(|(_, name)| {
        context.before.enum_type(name).is_none()
            && context.after.enum_type(name).is_some()
            && returned.enum_type(name).is_some()
    });
    left.map(|(statement, name)| {
        let code = advice::statement(context.project, &format!("DROP TYPE {name}"));
        Draft::new(format!(
            "The downgrade leaves the enum type {name} behind, so the next upgrade fails: it already exists"
        ))
        .at(statement.span)
        .label(format!("{name} is created here"))
        .related(down.span, "and not dropped here")
        .note("PostgreSQL keeps a type when the last column that uses it is gone")
        .help("Drop the type at the end of the downgrade", code)
        .fix(fix::at_the_end_of_the_downgrade(context, &format!("DROP TYPE {name}")))
    })
    .collect()
}
