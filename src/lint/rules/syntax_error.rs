//! What is neither SQL nor Python.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "syntax-error",
        summary: "A migration does not parse, so what it does is not known",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("syntax-error"),
        evidence: Evidence::Lint,
    },
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>) -> Vec<Draft> {
    let problems = context.project.problems.iter().filter(|problem| problem.kind == ProblemKind::Syntax);
    let files = problems.map(|problem| Draft::new(problem.message.clone()).at(problem.span));
    let steps = context.project.migrations.iter().enumerate().flat_map(|(index, migration)| {
        migration.scripts().flat_map(|script| script.steps()).filter_map(move |(_, step)| {
            match &step.operation {
                Operation::Unparsed { message } => Some(
                    Draft::new(format!("PostgreSQL cannot read this statement: {message}"))
                        .at(step.span)
                        .of(index)
                        .label("not a statement of PostgreSQL"),
                ),
                _ => None,
            }
        })
    });
    files.chain(steps).collect()
}
