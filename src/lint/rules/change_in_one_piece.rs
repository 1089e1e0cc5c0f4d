//! UPDATE and DELETE with a condition that may fit many rows.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "change-in-one-piece",
        summary: "Rows are changed under a condition, all in one statement, however many they are",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("change-in-one-piece"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (verb, table, filter) = match context.operation {
        Operation::Update { table, filter: Some(filter), .. } => ("UPDATE", table, filter),
        Operation::Delete { table, filter: Some(filter), .. } => ("DELETE", table, filter),
        _ => return None,
    };
    let text = filter.text.to_lowercase();
    let mut words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    let batched = words.any(|word| matches!(word, "limit" | "between" | "ctid"));
    if batched || context.is_at_hand_table(table) || names_a_row(context, table, &filter.columns) {
        return None;
    }
    Some(
        Draft::new(format!(
            "This {verb} changes all rows of {table} that fit in one transaction, however many they are"
        ))
        .grows_with(table)
        .label("in one piece")
        .note("Every row stays locked until the end, and a failure near the end undoes all of it")
        .help("Change rows in batches that commit, or say in an allow comment how few they are", ""),
    )
}

/// Whether a condition speaks of a column that tells one row from the others.
fn names_a_row(context: &Context<'_>, table: &Name, columns: &[String]) -> bool {
    let mut unique = context.schema.indexes_of(table).map(|(_, index)| index).filter(|index| index.unique);
    unique.any(|index| index.columns.first().is_some_and(|first| columns.contains(first)))
}
