//! A new head that stands beside the head of the base once both are merged.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "second-head-after-merge",
        summary: "Once merged with its base branch, the history has two heads",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("second-head-after-merge"),
        evidence: Evidence::Lint,
    },
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>) -> Vec<Draft> {
    let Some(divergence) = &context.scope.base else { return Vec::new() };
    let base = &divergence.base;
    let draft = |second: &SecondHead| {
        let migration = &context.project.migrations[second.migration];
        let (id, other) = (&migration.id, &second.other);
        let draft =
            Draft::new(format!("Once merged with {base} the history has two heads: {id} and {other}"))
                .at(migration.header)
                .of(second.migration)
                .label(format!("does not follow {other}"))
                .note("A deploy that runs upgrade head stops with an error");
        let draft = match &second.fork {
            Some(fork) => draft.note(format!("Both come after {fork}; {other} was merged first")),
            None => draft,
        };
        draft.help(
            format!("Bring the branch up to date, and let its first new migration follow {other}"),
            format!("down_revision = \"{other}\""),
        )
    };
    divergence.second_heads.iter().map(draft).collect()
}
