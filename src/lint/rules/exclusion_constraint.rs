//! ADD EXCLUDE, which has no online form.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "exclusion-constraint",
        summary: "An exclusion constraint builds its index while the table is locked completely",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("exclusion-constraint"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::AddConstraint { table, constraint } = context.operation else { return None };
    if constraint.kind != ConstraintKind::Exclude || context.is_new(table) {
        return None;
    }
    let shown = table.to_string();
    Some(
        Draft::new(format!("Adding an exclusion constraint builds its index while every query on {shown} waits"))
            .stops(table)
            .label(format!("{shown} is locked and read"))
            .note(locks::sentence(Shape::AddExclude, &[("t", &shown)]))
            .help(
                "PostgreSQL has no way to build it online: create a new table with the constraint, copy in batches, and swap the names, or choose a quiet hour and allow this",
                "",
            ),
    )
}
