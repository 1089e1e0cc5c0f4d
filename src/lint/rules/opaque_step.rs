//! What could not be read.

use super::unnamed_constraint_dropped;
use crate::history::Script;
use crate::lint::prelude::*;
use crate::source::Span;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "opaque-step",
        summary: "What a statement does cannot be known without running it",
        severity: Severity::Info,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("opaque-step"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

/// One finding a direction: where one step cannot be read, the next often cannot for the same reason.
fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let migration = context.migration;
    migration.scripts().filter_map(|script| unread(script, context)).collect()
}

fn unread(script: &Script, context: &MigrationContext<'_>) -> Option<Draft> {
    let known_to_fail = |operation: &Operation, span: Span| {
        unnamed_constraint_dropped::is_one(operation, context.sources.text(span))
    };
    let steps = script.steps().filter_map(|(statement, step)| match &*step.operation {
        operation if known_to_fail(operation, statement.span) => None,
        Operation::Opaque { reason } => Some((step.span, reason)),
        _ => None,
    });
    let mut seen: Vec<(Span, &String)> = Vec::new();
    for step in steps {
        if !seen.iter().any(|(span, _)| *span == step.0) {
            seen.push(step);
        }
    }
    let (first, reason) = *seen.first()?;
    let mut draft = Draft::new(format!("What this does is not known, because {reason}"))
        .at(first)
        .label("was not judged")
        .note("No rule has looked at it: it may be harmless or not")
        .help("Run mig-check roundtrip, which runs it on a disposable server and sees what it does", "");
    for (span, _) in seen.iter().skip(1).take(2) {
        draft = draft.related(*span, "nor was this");
    }
    Some(match seen.len().saturating_sub(3) {
        0 => draft,
        1 => draft.note("And one step more"),
        more => draft.note(format!("And {more} steps more")),
    })
}
