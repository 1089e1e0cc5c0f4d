//! Where the foreign keys of a column lead to, in both directions. Refuses to know what happens to them.

use super::{Schema, Table};
use crate::operation::{ConstraintKind, Name};

/// The other end of a foreign key that a column is part of.
pub struct KeyEnd {
    /// The table there.
    pub table: Name,
    /// The column there; empty if the history does not say which.
    pub column: String,
    /// The foreign key.
    pub key: String,
    /// Whether it is that column which refers.
    pub refers: bool,
}

impl Schema {
    /// The other ends of the foreign keys that a column is part of.
    pub fn key_ends(&self, table: &Name, column: &str) -> Vec<KeyEnd> {
        let Some(known) = self.table(table) else { return Vec::new() };
        let across = |here: &[String], there: &[String]| {
            let place = here.iter().position(|name| name == column)?;
            Some(there.get(place).cloned().unwrap_or_default())
        };
        let outward = known.constraints_on(column).filter_map(|key| {
            let ConstraintKind::ForeignKey { columns, references, referenced, .. } = &key.kind else {
                return None;
            };
            let primary = self.table(references).map_or(&[][..], Table::primary_key);
            let targets = if referenced.is_empty() { primary } else { referenced };
            let end = across(columns, targets)?;
            Some(KeyEnd { table: references.clone(), column: end, key: key.name.clone(), refers: false })
        });
        let inward = self.foreign_keys_to(table).into_iter().filter_map(|(child, key)| {
            let ConstraintKind::ForeignKey { columns, referenced, .. } = &key.kind else { return None };
            let targets = if referenced.is_empty() { known.primary_key() } else { referenced };
            let end = across(targets, columns)?;
            Some(KeyEnd { table: child.clone(), column: end, key: key.name.clone(), refers: true })
        });
        outward.chain(inward).collect()
    }
}
