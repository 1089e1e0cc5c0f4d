//! The locks that a transaction holds until it ends. Refuses to know who minds.

use super::context::Context;
use crate::operation::{ConstraintKind, Name, Operation};
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
}

/// The table that an operation locks so that nobody else can use it; the table is still there afterwards.
pub fn stops_everything(operation: &Operation) -> Option<&Name> {
    match operation {
        Operation::RenameTable { table, .. }
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
