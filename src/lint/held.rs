//! The locks that a transaction holds until it ends. Refuses to know who minds.

use super::context::Context;
use super::prelude::shown;
use crate::operation::{ConstraintKind, Name, Operation, ReindexTarget, setting};
use crate::source::Span;

/// A lock that makes every query on a table wait.
#[derive(Clone, Debug)]
pub struct Held {
    /// The table, with its schema.
    pub table: Name,
    /// Index of the migration that took it.
    pub migration: usize,
    /// The transaction, by the number of the whole run.
    pub transaction: u32,
    /// The statement that took it.
    pub by: Span,
}

impl Held {
    /// The lock that an operation leaves behind on a table which others use.
    pub fn after(context: &Context<'_>) -> Option<Self> {
        let table = stops_everything(context.operation)?;
        let transaction = context.now.transaction?;
        let table = Some(table).filter(|table| !context.is_at_hand_table(table))?;
        let (table, migration) = (context.schema.qualify(table), context.now.migration);
        Some(Self { table, migration, transaction, by: context.statement.span })
    }

    /// What a finding says at the statement that took it.
    pub fn told(&self) -> String {
        format!("takes ACCESS EXCLUSIVE on {}, until the transaction ends", shown(&self.table))
    }
}

/// Actions of ALTER TABLE that leave reads and writes alone.
const MILD_ACTIONS: &[&str] = &["CLUSTER ON", "SET WITHOUT CLUSTER", "SET", "RESET"];

/// Actions of ALTER TABLE that leave reads alone.
const TRIGGER_ACTIONS: &[&str] =
    &["DISABLE TRIGGER", "ENABLE TRIGGER", "ENABLE ALWAYS TRIGGER", "ENABLE REPLICA TRIGGER"];

/// Statements that have no operation of their own and stop every query on the first object that they name.
const OTHERS: &[&str] = &["ALTER POLICY", "ALTER TRIGGER", "CREATE RULE", "DROP RULE"];

/// The table or view in use that a statement locks at least against writes.
pub fn waits_for<'a>(context: &Context<'a>, operation: &'a Operation) -> Option<&'a Name> {
    let table = match operation {
        Operation::CreateIndex(create) if !create.concurrently => Some(&create.table),
        Operation::DropIndex { index, concurrently: false, .. } => {
            context.schema.index(index).map(|known| &known.table)
        }
        Operation::Reindex { what: ReindexTarget::Index, name: Some(index), concurrently: false, .. } => {
            context.schema.index(index).map(|known| &known.table)
        }
        Operation::Reindex { what: ReindexTarget::Table, name, concurrently: false, .. } => name.as_ref(),
        Operation::AddConstraint { table, .. }
        | Operation::DropTable { table, .. }
        | Operation::SetTableSchema { table, .. }
        | Operation::DetachPartition { table, concurrently: false, .. }
        | Operation::DropTrigger { table, .. } => Some(table),
        Operation::CreateTrigger(trigger) => Some(&trigger.table),
        // The options of the catalog are locked out completely, those of storage not at all.
        Operation::AlterTable { table, action: "SET", options, .. } => {
            setting(options, "user_catalog_table").is_some().then_some(table)
        }
        Operation::AlterTable { table, action, .. } => (!MILD_ACTIONS.contains(action)).then_some(table),
        Operation::AttachPartition { partition, .. } => Some(partition),
        Operation::CreateTable(create) => {
            let parents = create.constraints.iter().filter_map(|constraint| match &constraint.kind {
                ConstraintKind::ForeignKey { references, .. } => Some(references),
                _ => None,
            });
            parents.into_iter().find(|parent| **parent != create.table)
        }
        Operation::CreateView { name, replace: true, .. } => {
            Some(name).filter(|name| context.schema.view(name).is_some())
        }
        Operation::Other { kind: "ALTER VIEW" | "ALTER MATERIALIZED VIEW", objects, .. } => objects.first(),
        Operation::Other { kind: "ALTER SEQUENCE", objects, .. } => objects.first(),
        Operation::Other { kind: "ALTER INDEX ATTACH PARTITION", objects, .. } => {
            let child = objects.last()?;
            context.schema.index(child).map(|known| &known.table)
        }
        other => stops_everything(other),
    };
    table.filter(|table| !context.is_at_hand_table(table))
}

/// The table that an operation locks so that nobody else can use it; the table is still there afterwards.
pub fn stops_everything(operation: &Operation) -> Option<&Name> {
    match operation {
        Operation::AlterTable { table, action, .. } => {
            let mild = MILD_ACTIONS.contains(action) || TRIGGER_ACTIONS.contains(action);
            (!mild).then_some(table)
        }
        Operation::AlterColumn { table, action, .. } => {
            (!matches!(*action, "SET STATISTICS" | "SET" | "RESET")).then_some(table)
        }
        Operation::Other { kind, objects, .. } if OTHERS.contains(kind) => objects.first(),
        Operation::CreatePolicy(policy) => Some(&policy.table),
        Operation::RenameTable { table, .. }
        | Operation::DropPolicy { table, .. }
        | Operation::RenameConstraint { table, .. }
        | Operation::DropTrigger { table, .. }
        | Operation::AddColumn { table, .. }
        | Operation::DropColumn { table, .. }
        | Operation::RenameColumn { table, .. }
        | Operation::AlterColumnType { table, .. }
        | Operation::SetDefault { table, .. }
        | Operation::SetNotNull { table, .. }
        | Operation::DropNotNull { table, .. }
        | Operation::DropConstraint { table, .. } => Some(table),
        Operation::AddConstraint { table, constraint } => {
            let is_key = matches!(constraint.kind, ConstraintKind::ForeignKey { .. });
            (!is_key).then_some(table)
        }
        _ => None,
    }
}
