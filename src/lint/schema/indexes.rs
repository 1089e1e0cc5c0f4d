//! The known indexes, by their names and by their tables. Refuses to know what else is known of a table.

use super::Index;
use super::known::Known;
use crate::operation::Name;

/// Indexes; names have their schema.
#[derive(Clone, Debug, Default)]
pub struct Indexes {
    tables: Known<Name>,
    by_table: Known<Known<Index>>,
}

impl Indexes {
    pub fn get(&self, name: &Name) -> Option<&Index> {
        self.by_table.get(self.tables.get(name)?)?.get(name)
    }

    /// Those of a table, in the order of their names.
    pub fn of<'a>(&'a self, table: &Name) -> impl Iterator<Item = (&'a Name, &'a Index)> + use<'a> {
        self.by_table.get(table).into_iter().flat_map(Known::iter)
    }

    pub fn insert(&mut self, name: Name, index: Index) {
        self.remove(&name);
        self.tables.insert(name.clone(), index.table.clone());
        self.by_table.get_or_insert_with(&index.table, Known::default).insert(name, index);
    }

    pub fn remove(&mut self, name: &Name) -> Option<Index> {
        let table = self.tables.remove(name)?;
        self.by_table.get_or_insert_with(&table, Known::default).remove(name)
    }

    /// Forgets some of a table.
    pub fn forget(&mut self, table: &Name, gone: impl Fn(&Index) -> bool) {
        let gone = self.of(table).filter(|(_, index)| gone(index));
        for name in gone.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
            self.remove(&name);
        }
    }

    /// Forgets those of some names, whatever their tables.
    pub fn forget_named(&mut self, gone: impl Fn(&Name) -> bool) {
        let gone = self.tables.iter().filter(|(name, _)| gone(name));
        for name in gone.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
            self.remove(&name);
        }
    }

    /// Changes some of a table.
    pub fn change(
        &mut self,
        table: &Name,
        wanted: impl Fn(&Index) -> bool,
        mut change: impl FnMut(&mut Index),
    ) {
        let wanted = self.of(table).filter(|(_, index)| wanted(index));
        for (name, mut index) in wanted.map(|(name, index)| (name.clone(), index.clone())).collect::<Vec<_>>()
        {
            change(&mut index);
            self.insert(name, index);
        }
    }
}
