//! A key of a partitioned table that lacks a column of its partition key.

use crate::lint::prelude::*;
use crate::operation::Constraint;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "key-without-partition-column",
        summary: "A unique key of a partitioned table lacks a column by which it is partitioned, which fails",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("key-without-partition-column"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (table, keys) = keys(context.operation)?;
    let missing = partition_columns(context, table)?
        .into_iter()
        .find(|column| keys.iter().any(|key| !key.contains(column)))?;
    let key = keys.into_iter().find(|key| !key.contains(&missing))?;
    let (shown, missing) = (quote(&missing), missing);
    let whole = [key, vec![missing]].concat();
    Some(
        Draft::new(format!("This key of {table} fails, because it lacks {shown}, by which {table} is partitioned"))
            .label(format!("{shown} is not in the key"))
            .note("Each partition has an index of its own: only with the partition key in it can they be unique together")
            .refused(locks::failure(Shape::KeyWithoutPartitionColumn)?)
            .help(format!("Take {shown} into the key: ({})", advice::quoted(&whole)), ""),
    )
}

/// The table, and the columns of each unique key that the operation gives it.
fn keys(operation: &Operation) -> Option<(&Name, Vec<Vec<String>>)> {
    let of = |constraint: &Constraint| match &constraint.kind {
        ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns } => Some(columns.clone()),
        _ => None,
    };
    let (table, keys) = match operation {
        Operation::CreateTable(create) => (&create.table, create.constraints.iter().filter_map(of).collect()),
        Operation::AddConstraint { table, constraint } => (table, of(constraint).into_iter().collect()),
        Operation::CreateIndex(create) if create.unique && !create.concurrently => {
            (&create.table, vec![create.keys.iter().map(|key| key.text.clone()).collect()])
        }
        _ => return None,
    };
    Some((table, keys))
}

/// The columns by which a table is partitioned, if the history has created it, and by nothing but columns.
fn partition_columns(context: &Context<'_>, table: &Name) -> Option<Vec<String>> {
    match context.operation {
        Operation::CreateTable(create) => create.partition_columns(),
        _ => context.schema.table(table)?.partition_columns.clone(),
    }
}
