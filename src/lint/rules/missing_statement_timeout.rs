//! A long statement without statement_timeout.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "missing-statement-timeout",
        summary: "A statement that may take long under a lock runs without a statement_timeout",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("missing-statement-timeout"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

/// Milliseconds that a table can be missed.
const LONGEST: u64 = 600_000;

fn check(context: &Context<'_>) -> Option<Draft> {
    let used = |table: &&Name| !context.is_at_hand_table(table) && !context.is_foreign(table);
    let table = long(context.operation).filter(used)?;
    let limit = context.schema.session().timeout("statement_timeout", context.now.transaction);
    let said = context.earlier().any(|(_, operation)| long(operation).is_some_and(|table| used(&table)));
    let untold = context.schema.session().is_untold("statement_timeout", context.now.transaction);
    if said || untold || limit.is_some_and(|limit| (1..=LONGEST).contains(&limit)) {
        return None;
    }
    let local = if context.statement.transaction.is_some() { "SET LOCAL" } else { "SET" };
    let message = match limit {
        Some(0) => format!(
            "This works on {table} as long as it takes, for statement_timeout is 0, which is for ever"
        ),
        Some(limit) => format!(
            "This works on {table} for up to {} minutes, and whoever waits for it waits as long",
            limit / 60_000
        ),
        None => format!("This works on {table} as long as it takes, for no statement_timeout is set"),
    };
    Some(Draft::new(message).label("may take long").help(
        "Say how long the table can be missed",
        Advice::new(context).run(Code::sql(format!("{local} statement_timeout = '1min'"))).finish(),
    ))
}

/// The table that a statement locks against writes while it works on every row.
fn long(operation: &Operation) -> Option<&Name> {
    match operation {
        Operation::CreateIndex(create) => (!create.concurrently).then_some(&create.table),
        Operation::AlterColumnType { table, .. } | Operation::SetNotNull { table, .. } => Some(table),
        Operation::AddConstraint { table, constraint } => (!constraint.not_valid).then_some(table),
        Operation::Update { table, .. } | Operation::Delete { table, .. } => Some(table),
        _ => None,
    }
}
