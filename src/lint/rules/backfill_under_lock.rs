//! UPDATE or DELETE after DDL in one transaction.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "backfill-under-lock",
        summary: "Rows are changed in a transaction that already holds a lock which makes every query wait",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("backfill-under-lock"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (verb, table) = match context.operation {
        Operation::Update { table, .. } => ("UPDATE", table),
        Operation::Delete { table, .. } => ("DELETE", table),
        Operation::Insert { table, reads, .. } if !reads.is_empty() => ("INSERT … SELECT", table),
        _ => return None,
    };
    let source_is_new = match context.operation {
        Operation::Insert { reads, .. } => reads.iter().all(|table| context.is_at_hand_table(table)),
        _ => context.is_at_hand_table(table),
    };
    let held = context.holds().next()?;
    if source_is_new {
        return None;
    }
    let (grows, table, locked) = (table, table.to_string(), shown(&held.table));
    Some(
        Draft::new(format!("This {verb} on {table} runs while {locked} is locked, so every query on {locked} waits until it is done"))
            .grows_with(grows)
            .label("runs under the lock")
            .related(held.by, held.told())
            .note("A lock is held until its transaction ends: the longer the rows take, the longer the outage")
            .help(
                "Move it into a migration of its own, and change rows in batches that commit",
                advice::apart(context),
            ),
    )
}
