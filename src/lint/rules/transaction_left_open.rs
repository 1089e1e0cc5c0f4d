//! BEGIN without COMMIT.

use crate::lint::prelude::*;
use crate::operation::{Next, TransactionVerb};

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "transaction-left-open",
        summary: "A transaction is begun and never ended, so whether its changes stay is left to chance",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("transaction-left-open"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::Transaction(
        TransactionVerb::Begin
        | TransactionVerb::Commit(Next::Transaction)
        | TransactionVerb::Rollback(Next::Transaction),
    ) = context.operation
    else {
        return None;
    };
    let ends = |operation: &Operation| {
        matches!(operation, Operation::Transaction(TransactionVerb::Commit(_) | TransactionVerb::Rollback(_)))
    };
    // Inside the tool's transaction BEGIN does nothing; what cannot be read may end it.
    let ended = context.later().any(|(_, operation)| ends(operation) || operation.is_unknown());
    if context.script.wrapped || ended {
        return None;
    }
    Some(
        Draft::new(
            "Nothing ends this transaction: when the session ends, PostgreSQL takes back all that follows",
        )
        .label("no COMMIT follows")
        .note("Its locks are held until then, and the tool may have recorded the migration as run")
        .help("Write COMMIT after the last statement", "COMMIT;"),
    )
}
