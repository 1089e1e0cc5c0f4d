//! A migration that does nothing in either direction.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "empty-migration",
        summary: "A migration does nothing",
        severity: Severity::Info,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("empty-migration"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let migration = context.migration;
    let merges = migration.parents.len() > 1;
    let labels = !migration.branch_labels.is_empty() || !migration.depends_on.is_empty();
    let empty = migration.up.body == Body::Empty
        && migration.down.as_ref().is_none_or(|down| down.body == Body::Empty);
    let is_here = |problem: &Problem| {
        problem.kind == ProblemKind::Unreadable && problem.span.source == migration.up.source()
    };
    let unread = context.project.problems.iter().any(is_here);
    if !empty || merges || labels || unread {
        return Vec::new();
    }
    vec![
        Draft::new(format!("Migration {} does nothing", migration.id))
            .label("empty in both directions")
            .help("Delete it, or write what is missing", ""),
    ]
}
