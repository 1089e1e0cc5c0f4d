//! A down file without its up file.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "orphan-downgrade",
        summary: "A downgrade file has no upgrade file",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("orphan-downgrade"),
        evidence: Evidence::Lint,
    },
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>) -> Vec<Draft> {
    let problems = context.project.problems.iter().filter(|problem| problem.kind == ProblemKind::Orphan);
    problems.map(|problem| Draft::new(problem.message.clone()).at(problem.span)).collect()
}
