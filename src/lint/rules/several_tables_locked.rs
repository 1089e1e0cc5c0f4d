//! ACCESS EXCLUSIVE on a second table while the first is held.

use crate::lint::held::{Held, stops_everything};
use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "several-tables-locked",
        summary: "A transaction locks a second table completely while it holds the first, which invites deadlocks",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("several-tables-locked"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let table = stops_everything(context.operation).filter(|table| !context.is_at_hand_table(table))?;
    let name = context.schema.qualify(table);
    let held: Vec<&Held> = context.holds().filter(|held| held.migration == context.now.migration).collect();
    let first = held.first().filter(|_| held.iter().all(|held| held.table != name))?;
    // One finding a migration: the second table shows it.
    let tables: std::collections::BTreeSet<&Name> = held.iter().map(|held| &held.table).collect();
    if tables.len() > 1 {
        return None;
    }
    let (here, there) = (shown(&name), shown(&first.table));
    Some(
        Draft::new(format!("This waits for {here} while it holds {there} locked, so every query on both waits with it"))
            .label(format!("{there} is still locked"))
            .related(first.by, first.told())
            .note("A query that holds one of them and wants the other makes a deadlock, and PostgreSQL cancels one of the two")
            .help("Give each table a migration of its own", ""),
    )
}
