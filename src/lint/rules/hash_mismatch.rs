//! A migration that does not fit the hash that its tool knows it by.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "hash-mismatch",
        summary: "A migration does not fit the hashes that its tool wrote, so the tool refuses to run it",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("hash-mismatch"),
        evidence: Evidence::Lint,
    },
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>) -> Vec<Draft> {
    let problems = context.project.problems.iter().filter(|problem| problem.kind == ProblemKind::Altered);
    let draft = |problem: &Problem| {
        Draft::new(problem.message.clone())
            .at(problem.span)
            .label("does not fit")
            .note(format!(
                "{} checks every file before it runs the first one",
                context.project.framework.name
            ))
            .help(
                "Restore the file as it was committed, and let the tool commit the change as a new migration",
                "",
            )
    };
    problems.map(draft).collect()
}
