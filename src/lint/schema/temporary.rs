//! Temporary tables that end with the transaction that made them, `ON COMMIT DROP`. Refuses to know statements.

use super::table::Table;
use super::{Moment, Schema};
use crate::operation::{CreateTable, Name, OnCommit};

/// A table that ends with its transaction.
#[derive(Clone, Debug)]
pub struct Passing {
    /// With its schema.
    name: Name,
    made: Moment,
    /// What is known of the table that it hides meanwhile.
    hidden: Option<Table>,
}

impl Schema {
    /// A statement begins in a transaction, or in one of its own: what ended with another is gone.
    pub fn enter(&mut self, transaction: Option<u32>) {
        if self.passing.is_empty() {
            return;
        }
        let ended = |made: Moment| made.transaction.is_none() || made.transaction != transaction;
        let (gone, stay): (Vec<Passing>, _) =
            std::mem::take(&mut self.passing).into_iter().partition(|it| ended(it.made));
        self.passing = stay;
        for table in gone {
            self.drop_table(&table.name);
            match table.hidden {
                Some(hidden) => self.tables.insert(table.name, hidden),
                None => self.dropped.insert(table.name, table.made),
            }
        }
    }

    /// Remembers a table that will not stay. `name` has its schema.
    pub(super) fn passes(&mut self, create: &CreateTable, name: &Name, made: Moment) {
        if create.on_commit == OnCommit::Drop {
            let hidden = self.tables.get(name).cloned();
            self.passing.push(Passing { name: name.clone(), made, hidden });
        }
    }

    /// A table was dropped before its transaction ended, or perhaps never made.
    pub(super) fn passes_no_more(&mut self, table: &Name) {
        if !self.passing.is_empty() {
            let name = self.qualify(table);
            self.passing.retain(|it| it.name != name);
        }
    }
}
