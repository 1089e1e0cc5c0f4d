//! Batches of rows inside one transaction.

use crate::lint::prelude::*;
use crate::operation::TransactionVerb;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "batches-in-one-transaction",
        summary: "Rows are changed in batches, but all batches run in one transaction, so they spare nothing",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("batches-in-one-transaction"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (Operation::Update { table, filter, .. } | Operation::Delete { table, filter, .. }) =
        context.operation
    else {
        return None;
    };
    let text = filter.as_ref()?.text.to_lowercase();
    let mut words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    let is_batch = text.contains("select") && words.any(|word| word == "limit");
    let commits =
        |operation: &Operation| matches!(operation, Operation::Transaction(TransactionVerb::Commit(_)));
    let inside = context.statement.steps.iter().any(|step| commits(&step.operation));
    if !is_batch || inside || context.statement.transaction.is_none() || context.is_at_hand_table(table) {
        return None;
    }
    Some(
        Draft::new(format!(
            "The batches of {table} are committed together, so every row stays locked until the last"
        ))
        .label("one batch of a transaction")
        .grows_with(table)
        .note("A batch helps because its commit lets go of its rows and lets VACUUM follow")
        .help(
            match context.project.framework.language {
                Language::Python => {
                    "Run the loop inside op.get_context().autocommit_block(), where each statement commits"
                }
                Language::Sql => {
                    "Run the loop outside of the tool's transaction, with COMMIT after each batch"
                }
            },
            "",
        ),
    )
}
