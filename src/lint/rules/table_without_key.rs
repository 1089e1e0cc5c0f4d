//! CREATE TABLE without a primary key.

use crate::lint::prelude::*;
use crate::operation::Persistence;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "table-without-key",
        summary: "A table is created without a primary key",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("table-without-key"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreateTable(create) = context.operation else { return None };
    let has_key = create
        .constraints
        .iter()
        .any(|constraint| matches!(constraint.kind, ConstraintKind::PrimaryKey { .. }));
    let own = !create.columns.is_empty() && create.partition_of.is_none() && create.models.is_empty();
    let gets_one = context.later().any(|(_, operation)| match operation {
        Operation::AddConstraint { table, constraint } => {
            *table == create.table
                && matches!(
                    constraint.kind,
                    ConstraintKind::PrimaryKey { .. } | ConstraintKind::UsingIndex { primary: true, .. }
                )
        }
        _ => false,
    });
    if has_key || !own || gets_one || create.persistence == Persistence::Temporary {
        return None;
    }
    Some(
        Draft::new(format!("Nothing tells the rows of {} apart", create.table))
            .label("has no primary key")
            .note("Logical replication refuses UPDATE and DELETE on it, and pg_repack cannot work on it")
            .help("Give it a primary key", ""),
    )
}
