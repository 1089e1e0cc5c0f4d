//! Follows types to their new names. Refuses to know why they were renamed.

use std::rc::Rc;

use super::{ColumnState, Schema, Table, type_name};
use crate::operation::{Name, quote};

impl Schema {
    /// Columns keep their type, whatever it is called.
    pub(super) fn rename_type(&mut self, from: &Name, to: &Name) {
        let has_it = |column: &ColumnState| {
            column.data_type.as_ref().is_some_and(|data_type| self.qualify(&type_name(data_type)) == *from)
        };
        let with = |(name, table): (&Name, &Table)| {
            let columns = (0..table.columns.len()).filter(|&index| has_it(&table.columns[index]));
            (name.clone(), columns.collect::<Vec<_>>())
        };
        let renamed: Vec<(Name, Vec<usize>)> =
            self.tables.iter().map(with).filter(|(_, columns)| !columns.is_empty()).collect();
        for (table, columns) in renamed {
            let table = self.table_mut(&table);
            for index in columns {
                if let Some(data_type) = &mut Rc::make_mut(&mut table.columns[index]).data_type {
                    let named = if data_type.name.contains('.') { to.to_string() } else { quote(&to.name) };
                    data_type.name = named;
                }
            }
        }
    }
}
