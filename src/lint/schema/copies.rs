//! Which rows were kept before somebody drops them, and where. Refuses to judge whether that will do.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::{Moment, Schema};
use crate::operation::Name;

/// A copy of rows, made by the history.
#[derive(Clone, Debug)]
pub struct Copied {
    /// The migration that made it.
    pub migration: usize,
    /// The column that was copied; `None`: what the statement says.
    pub column: Option<String>,
    /// The table that holds it; `None` outside the database.
    pub into: Option<Name>,
    /// The statement.
    pub sql: Rc<str>,
}

impl Copied {
    /// Whether the copy holds a column: it was copied by name, or with all others.
    pub fn holds(&self, column: &str) -> bool {
        match &self.column {
            Some(copied) => copied == column,
            None => {
                let words = |c: char| !(c.is_alphanumeric() || c == '_' || c == '$');
                let sql = self.sql.to_lowercase();
                sql.contains('*')
                    || sql.split(words).any(|word| word == column.to_lowercase())
                    || sql
                        .split_whitespace()
                        .collect::<Vec<_>>()
                        .windows(2)
                        .any(|pair| pair == ["as", "table"])
                    || sql.trim_start().starts_with("copy")
            }
        }
    }
}

impl Schema {
    /// Rows of some tables are copied into another, or out of the database.
    pub(super) fn copied_rows(
        &mut self,
        from: &[Name],
        column: Option<&String>,
        into: Option<&Name>,
        sql: &str,
        now: Moment,
    ) {
        let sql: Rc<str> = sql.into();
        let into = into.map(|table| self.qualify(table));
        let sources: BTreeSet<Name> = from.iter().map(|source| self.qualify(source)).collect();
        for source in sources {
            let copy = Copied {
                migration: now.migration,
                column: column.cloned(),
                into: into.clone(),
                sql: sql.clone(),
            };
            into.iter().for_each(|into| self.copied.add(into, &source));
            self.table_mut(&source).copies.push(copy);
        }
    }

    /// What was copied into a table is gone with it.
    pub(super) fn lose_copies(&mut self, table: &Name) {
        for source in self.sources_of(table) {
            self.table_mut(&source).copies.retain(|copy| copy.into.as_ref() != Some(table));
        }
    }

    /// What was copied into a table is in it under its new name.
    pub(super) fn move_copies(&mut self, from: &Name, to: &Name) {
        for source in self.sources_of(from) {
            self.copied.add(to, &source);
            for copy in &mut self.table_mut(&source).copies {
                if copy.into.as_ref() == Some(from) {
                    copy.into = Some(to.clone());
                }
            }
        }
    }

    /// The tables whose rows a table holds.
    fn sources_of(&self, table: &Name) -> Vec<Name> {
        self.copied.to(table).filter(|source| self.tables.get(source).is_some()).cloned().collect()
    }
}
