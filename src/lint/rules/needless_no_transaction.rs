//! A migration outside a transaction that nothing needs.

use crate::lint::prelude::*;
use crate::operation::TransactionVerb;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "needless-no-transaction",
        summary: "A migration opts out of its transaction though nothing in it needs that, so a failure leaves half of it done",
        severity: Severity::Info,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("needless-no-transaction"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let up = &context.migration.up;
    let Some(marker) = context.project.framework.no_transaction else { return Vec::new() };
    let wraps = context.project.framework.transaction.wraps();
    let changes =
        |operation: &Operation| !matches!(operation, Operation::Set { .. } | Operation::Query { .. });
    let many = up.steps().filter(|(_, step)| changes(&step.operation)).count() > 1;
    if !wraps || up.wrapped || !many || up.steps().any(|(_, step)| needs_it(&step.operation)) {
        return Vec::new();
    }
    vec![
        Draft::new("Nothing in this migration needs to run outside a transaction, and a failure leaves half of it done")
            .at(context.migration.header)
            .label("opts out of the transaction")
            .help(format!("Leave `{marker}` out"), ""),
    ]
}

/// Statements that PostgreSQL refuses in a transaction, or that people take out of one for good reasons.
fn needs_it(operation: &Operation) -> bool {
    match operation {
        Operation::CreateIndex(create) => create.concurrently,
        Operation::DropIndex { concurrently, .. } | Operation::DetachPartition { concurrently, .. } => {
            *concurrently
        }
        Operation::AddEnumValue { .. }
        | Operation::Reindex { .. }
        | Operation::ValidateConstraint { .. }
        | Operation::Update { .. }
        | Operation::Delete { .. }
        | Operation::Insert { .. }
        | Operation::Do
        | Operation::Transaction(TransactionVerb::Begin | TransactionVerb::Commit(_)) => true,
        Operation::Other { kind, .. } => {
            kind.starts_with("VACUUM")
                || kind.ends_with("DATABASE")
                || kind.ends_with("TABLESPACE")
                || kind.ends_with("SUBSCRIPTION")
                || matches!(*kind, "ALTER SYSTEM" | "CALL" | "CLUSTER")
        }
        other => other.is_unknown(),
    }
}
