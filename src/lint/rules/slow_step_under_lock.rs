//! A long statement in a transaction that already makes every query wait.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "slow-step-under-lock",
        summary: "A statement that takes long runs in a transaction that already holds a lock which makes every query wait",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("slow-step-under-lock"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (what, table) = slow(context)?;
    let held = context.holds().next()?;
    let locked = shown(&held.table);
    Some(
        Draft::new(format!("{what} reads all of {table} while {locked} is locked, so every query on {locked} waits until it is done"))
            .grows_with(table)
            .label("runs under the lock")
            .related(held.by, held.told())
            .note("A lock is held until its transaction ends, not until its statement does")
            .help("Move it into a migration of its own, that commits after this one", advice::apart(context)),
    )
}

/// Statements that block nobody by themselves, but read a whole table in use.
fn slow<'a>(context: &Context<'a>) -> Option<(&'static str, &'a Name)> {
    let (what, table) = match context.operation {
        Operation::ValidateConstraint { table, name } => {
            // Another rule speaks of a constraint that the same transaction adds.
            if context.is_foreign(table) {
                return None;
            }
            let added = context.schema.table(table)?.constraint(name).map(|constraint| constraint.added);
            if added.is_some_and(|added| context.same_transaction(added)) {
                return None;
            }
            ("VALIDATE CONSTRAINT", table)
        }
        Operation::CreateView { materialized: true, no_data: false, reads, .. } => {
            ("CREATE MATERIALIZED VIEW", reads.first()?)
        }
        Operation::RefreshView { name, concurrently: true, .. } => ("REFRESH MATERIALIZED VIEW", name),
        Operation::CreateTable(create) if !create.no_data => {
            ("CREATE TABLE AS", create.filled_from.as_ref()?.first()?)
        }
        _ => return None,
    };
    (!context.is_at_hand_table(table)).then_some((what, table))
}
