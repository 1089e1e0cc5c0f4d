//! BEGIN, COMMIT and ROLLBACK inside the tool's own transaction.

use crate::lint::prelude::*;
use crate::operation::TransactionVerb;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "transaction-control",
        summary: "A migration begins or ends a transaction inside the one that its tool opens",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("transaction-control"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::Transaction(verb) = context.operation else { return None };
    let (name, tool) = (verb_name(*verb)?, context.project.framework.name);
    // The first of them meets the tool's transaction; what follows is the author's own.
    let is_first = !context.earlier().any(|(_, operation)| matches!(operation, Operation::Transaction(_)));
    if !context.script.wrapped || !is_first || context.statement.transaction.is_none() {
        return None;
    }
    let draft = match verb {
        TransactionVerb::Begin => Draft::new(format!(
            "{tool} has opened a transaction already, so BEGIN only warns, and the next COMMIT ends {tool}'s"
        ))
        .label("a transaction is in progress here"),
        TransactionVerb::Commit(_) => Draft::new(format!(
            "COMMIT ends the transaction of {tool}: what follows is not rolled back when it fails"
        ))
        .label("what stands above stays, whatever happens below"),
        _ => Draft::new(format!(
            "{name} takes back what stands above it, and {tool} records the migration as run"
        ))
        .label("what stands above is gone"),
    };
    let help = match context.project.framework.no_transaction {
        _ if context.project.framework.language == Language::Python => {
            "Leave it out; use op.get_context().autocommit_block() where a statement must run outside"
                .to_owned()
        }
        Some(marker) => {
            format!("Leave it out, or take the whole migration out of the transaction with `{marker}`")
        }
        None => "Leave it out".to_owned(),
    };
    Some(
        draft
            .note(format!("{tool} writes its version in that transaction, so a failure leaves a migration that is half done and not recorded"))
            .help(help, ""),
    )
}

fn verb_name(verb: TransactionVerb) -> Option<&'static str> {
    match verb {
        TransactionVerb::Begin => Some("BEGIN"),
        TransactionVerb::Commit(_) => Some("COMMIT"),
        TransactionVerb::Rollback(_) => Some("ROLLBACK"),
        TransactionVerb::Savepoint => None,
    }
}
