//! What is neither SQL nor Python.

use crate::history::Script;
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
    let migrations = context.project.migrations.iter().enumerate();
    let statements = migrations.flat_map(|(index, migration)| {
        migration.scripts().flat_map(unread).map(move |draft| draft.of(index))
    });
    files.chain(statements).collect()
}

/// More mistakes than that are one: the text is not meant for PostgreSQL.
const MOST_MISTAKES: usize = 3;

fn unread(script: &Script) -> Vec<Draft> {
    let mistakes = script.steps().filter_map(|(_, step)| match &*step.operation {
        Operation::Unparsed { message } => Some(
            Draft::new(format!("PostgreSQL cannot read this statement: {message}"))
                .at(step.span)
                .label("not a statement of PostgreSQL"),
        ),
        _ => None,
    });
    let mut drafts: Vec<Draft> = mistakes.collect();
    let (mistakes, all) = (drafts.len(), script.statements.len());
    if mistakes > MOST_MISTAKES && mistakes * 2 > all {
        let note = format!(
            "PostgreSQL can read {} of the {all} statements here: is this meant for another database?",
            all.saturating_sub(mistakes)
        );
        drafts = drafts.drain(..1).map(|first| first.note(note.clone())).collect();
    }
    drafts
}
