//! LOCK TABLE.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "explicit-lock",
        summary: "A table is locked by hand, so that others wait until the transaction ends",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("explicit-lock"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

/// The modes that let nobody write, or nobody do anything.
const HARD: &[&str] = &["SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"];

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::Lock { tables, mode, .. } = context.operation else { return None };
    let used: Vec<String> =
        tables.iter().filter(|table| !context.is_at_hand_table(table)).map(ToString::to_string).collect();
    let hard = |operation: &Operation| matches!(operation, Operation::Lock { mode, .. } if HARD.contains(&mode.as_str()));
    // One finding a migration is enough: whoever locks by hand names several tables in a row.
    if used.is_empty() || !hard(context.operation) || context.earlier().any(|(_, operation)| hard(operation))
    {
        return None;
    }
    let others = context.later().filter(|(_, operation)| hard(operation)).take(3);
    let names = used.join(", ");
    let (who, what) = match mode.as_str() {
        "ACCESS EXCLUSIVE" => ("every query", "completely"),
        "EXCLUSIVE" => ("everything but plain SELECT", "against writes"),
        _ => ("every write", "against writes"),
    };
    let draft = Draft::new(format!("LOCK TABLE makes {who} on {names} wait until this transaction ends"))
        .label(format!("{names} locked {what}"))
        .note(format!("Takes {mode} on {names}"))
        .note(
            "A statement of the migration takes the lock that it needs by itself, and not before it needs it",
        )
        .help("Do without it, or make sure that a lock_timeout is set and nothing slow follows", "");
    Some(others.fold(draft, |draft, (statement, _)| {
        draft.related(statement.span, "and this one waits, holding the others")
    }))
}
