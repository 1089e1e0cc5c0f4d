//! Locks of several revisions in one transaction.

use crate::lint::held::stops_everything;
use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "locks-pile-up",
        summary: "Pending revisions run in one transaction, so that a lock of one is held until the last is done",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("locks-pile-up"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let table = stops_everything(context.operation).filter(|table| !context.is_at_hand_table(table))?;
    let own = context.schema.qualify(table);
    // One finding a migration is enough.
    if context.holds().any(|held| held.migration == context.now.migration) {
        return None;
    }
    let earlier = context.holds().find(|held| held.table != own)?;
    let (first, second) = (shown(&earlier.table), table.to_string());
    let id = &context.project.migrations[earlier.migration].id;
    Some(
        Draft::new(format!("{second} is locked while {first} is still locked by {id}: queries on both wait until all revisions are done"))
            .label(format!("{second} is locked completely"))
            .related(earlier.by, format!("locks {first}, until the transaction ends"))
            .note("Alembic runs all pending revisions in one transaction")
            .note("Queries that take the two tables in the other order can end in a deadlock")
            .help(
                "Let each revision commit: in env.py",
                "context.configure(connection=connection, target_metadata=target_metadata, transaction_per_migration=True)",
            ),
    )
}
