//! A migration that a tool's list names, or that its numbers demand, and that is not there.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "missing-migration",
        summary: "A migration that the tool expects is not there",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("missing-migration"),
        evidence: Evidence::Lint,
    },
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>) -> Vec<Draft> {
    let problems = context.project.problems.iter().filter(|problem| problem.kind == ProblemKind::Missing);
    let draft = |problem: &Problem| {
        Draft::new(problem.message.clone())
            .at(problem.span)
            .label("expected, but not there")
            .help("Commit the file, or take it out of the list and renumber what follows", "")
    };
    problems.map(draft).collect()
}
