//! A migration that its tool will not run, and says nothing of.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "skipped-migration",
        summary: "A migration is there that the tool passes over",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("skipped-migration"),
        evidence: Evidence::Lint,
    },
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>) -> Vec<Draft> {
    let problems = context.project.problems.iter().filter(|problem| problem.kind == ProblemKind::Skipped);
    let draft = |problem: &Problem| {
        Draft::new(problem.message.clone())
            .at(problem.span)
            .label("passed over")
            .help("Generate the migration again, so that the tool lists it last", "")
    };
    problems.map(draft).collect()
}
