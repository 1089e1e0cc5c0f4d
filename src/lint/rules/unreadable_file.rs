//! A file that is not text, or that the system would not let us read.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "unreadable-file",
        summary: "A file could not be read, so nothing is known of its migration",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("unreadable-file"),
        evidence: Evidence::Lint,
    },
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>) -> Vec<Draft> {
    let problems = context.project.problems.iter().filter(|problem| problem.kind == ProblemKind::Unreadable);
    problems.map(|problem| Draft::new(problem.message.clone()).at(problem.span)).collect()
}
