//! A new migration that runs before one that the base of the pull request has.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "late-migration",
        summary: "A new migration runs before one that the base branch has already",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("late-migration"),
        evidence: Evidence::Lint,
    },
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>) -> Vec<Draft> {
    let Some(divergence) = &context.scope.base else { return Vec::new() };
    let base = &divergence.base;
    let draft = |late: &Late| {
        let migration = &context.project.migrations[late.migration];
        let (id, newest) = (&migration.id, &late.newest);
        Draft::new(format!("New migration {id} runs before {newest}, which {base} has already"))
            .at(migration.header)
            .of(late.migration)
            .label("comes too late")
            .note(format!("A database that has run {newest} runs it afterwards, refuses to, or never runs it, as the tool has it"))
            .help(format!("Give it a version after {newest}"), "")
    };
    divergence.late.iter().map(draft).collect()
}
