//! A foreign key that does not say what a DELETE does.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "foreign-key-without-action",
        summary: "A foreign key does not say what becomes of its rows when the parent is deleted",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("foreign-key-without-action"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let parent = context.operation.constraints().iter().find_map(|constraint| match &constraint.kind {
        ConstraintKind::ForeignKey { references, on_delete: None, .. } => Some(references),
        _ => None,
    })?;
    Some(
        Draft::new(format!("What becomes of these rows when their row of {parent} is deleted is not said"))
            .label("has no ON DELETE")
            .note("Without it the DELETE is refused, which may or may not be meant")
            .help("Say it: ON DELETE RESTRICT, CASCADE or SET NULL", ""),
    )
}
