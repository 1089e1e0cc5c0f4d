//! A migration that does too much to be reviewed.

use crate::history::Statement;
use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "large-migration",
        summary: "A migration changes tables in use by more than thirty statements",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("large-migration"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

/// How many statements somebody reads with care.
const MANY: usize = 30;

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    // A first migration makes everything that there is.
    if context.migration.parents.is_empty() {
        return Vec::new();
    }
    let is_used = |operation: &Operation| {
        operation.table().is_some_and(|table| {
            let known = context.before.table(table).is_some_and(|known| known.created.is_some());
            known && !matches!(operation, Operation::Insert { .. })
        })
    };
    let changes = |statement: &Statement| statement.steps.iter().any(|step| is_used(&step.operation));
    let count = context.migration.up.statements.iter().filter(|statement| changes(statement)).count();
    if count <= MANY {
        return Vec::new();
    }
    vec![
        Draft::new(format!("This migration changes tables in use by {count} statements, which is more than a review can follow"))
            .at(context.migration.header)
            .label("does much at once")
            .note("None of them can be taken back alone, and a lock of the first is held until the last is done")
            .help("Part it into migrations that are deployed one after the other", ""),
    ]
}
