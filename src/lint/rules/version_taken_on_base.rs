//! A new migration whose version another migration of the base has.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "version-taken-on-base",
        summary: "A new migration has the version of another on the base branch",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("version-taken-on-base"),
        evidence: Evidence::Lint,
    },
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>) -> Vec<Draft> {
    let Some(divergence) = &context.scope.base else { return Vec::new() };
    let base = &divergence.base;
    let draft = |taken: &Taken| {
        let migration = &context.project.migrations[taken.migration];
        let id = &migration.id;
        let other = if taken.other.is_empty() { String::new() } else { format!(": {}", taken.other) };
        Draft::new(format!("{base} has another migration {id}{other}"))
            .at(migration.header)
            .of(taken.migration)
            .label("has a version that is taken")
            .note("Once both are merged the tool runs only one of them, or neither")
            .help("Give it a version of its own, after the newest", "")
    };
    divergence.taken.iter().map(draft).collect()
}
