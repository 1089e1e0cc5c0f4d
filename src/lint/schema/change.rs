//! What an operation changes in a table and in what belongs to it: indexes, foreign keys, views. Refuses to know
//! operations.

use std::rc::Rc;

use super::table::{ColumnState, ConstraintState, Table};
use super::{Index, Moment, Schema, View};
use crate::operation::{Constraint, ConstraintKind, CreateIndex, CreateTable, Name, Persistence};

impl Schema {
    pub(super) fn table_mut(&mut self, name: &Name) -> &mut Table {
        let name = self.qualify(name);
        self.tables.get_or_insert_with(&name, Table::unknown)
    }

    pub(super) fn create_table(&mut self, create: &CreateTable, sql: &str, now: Moment) {
        let name = self.qualify(&create.table);
        if create.if_not_exists && self.tables.get(&name).is_some_and(|known| known.created.is_some()) {
            return;
        }
        self.passes(create, &name, now);
        let parent = create.partition_of.as_ref().and_then(|parent| self.table(parent));
        let columns = create.columns.iter().map(|column| Rc::new(ColumnState::of(column, None)));
        let table = Table {
            created: Some(now),
            persistence: create.persistence,
            partitioned: create.partitioned,
            strategy: create.strategy,
            partition_columns: create.partition_columns(),
            partition_of: create.partition_of.as_ref().map(|parent| self.qualify(parent)),
            takes_the_rest: create.default_partition,
            complete: create.filled_from.is_none()
                && create.models.is_empty()
                && (create.partition_of.is_none() || parent.is_some_and(|parent| parent.complete)),
            columns: parent.map_or_else(|| columns.collect(), |parent| parent.columns.clone()),
            written: create.filled_from.is_some(),
            filled: create.filled_from.is_some(),
            ..Table::unknown()
        };
        self.tables.insert(name.clone(), table);
        for constraint in &create.constraints {
            self.add_constraint(&name, constraint, now);
        }
        if create.persistence != Persistence::Temporary {
            let sources = create.filled_from.as_deref().unwrap_or_default();
            self.copied_rows(sources, None, Some(&name), sql, now);
        }
    }

    /// The columns that views give are no longer known: what they rest on, or they themselves, may be gone.
    pub(super) fn forget_outputs(&mut self, which: impl Fn(&Name) -> bool) {
        let known: Vec<Name> = self.views.iter().map(|(name, _)| name.clone()).filter(which).collect();
        for name in known {
            if let Some(view) = self.views.remove(&name) {
                self.views.insert(name, View { columns: None, ..view });
            }
        }
    }

    pub(super) fn put_view(&mut self, name: Name, view: View) {
        view.reads.iter().for_each(|read| self.reading.add(read, &name));
        self.views.insert(name, view);
    }

    /// Tables are analysed; without a name, all of them.
    pub(super) fn analyze(&mut self, tables: &[Name]) {
        let all: Vec<Name> = match tables {
            [] => self.tables().map(|(name, _)| name.clone()).collect(),
            named => named.iter().filter(|name| self.table(name).is_some()).cloned().collect(),
        };
        all.iter().for_each(|table| self.table_mut(table).analyzed = true);
    }

    /// An enum type has labels that were added.
    pub(super) fn grows(&mut self, name: &Name) {
        let name = self.qualify(name);
        if !self.grown.contains(&name) {
            Rc::make_mut(&mut self.grown).push(name);
        }
    }

    /// Forgets the views that read a table or a view, and those that read them.
    pub(super) fn drop_views_of(&mut self, read: &Name) {
        let gone: Vec<Name> = self.views_of(read).map(|(name, _)| name.clone()).collect();
        for name in gone {
            self.views.remove(&name);
            self.drop_views_of(&name);
        }
    }

    pub(super) fn drop_table(&mut self, table: &Name) {
        let name = self.qualify(table);
        self.tables.remove(&name);
        self.indexes.forget(&name, |_| true);
        for other in self.referring(&name) {
            let other = self.tables.get_or_insert_with(&other, Table::unknown);
            other.constraints.retain(|constraint| !constraint.references(&name));
        }
        self.lose_copies(&name);
    }

    /// The tables that have foreign keys to a table.
    fn referring(&self, table: &Name) -> Vec<Name> {
        let refers = |other: &&Name| {
            let known = self.tables.get(other);
            known.is_some_and(|known| known.constraints.iter().any(|constraint| constraint.references(table)))
        };
        self.referring.to(table).filter(refers).cloned().collect()
    }

    pub(super) fn move_table(&mut self, from: &Name, to: Name, now: Moment) {
        let mut table = self.tables.remove(from).unwrap_or_else(Table::unknown);
        table.renamed_in = Some(now.migration);
        for constraint in &table.constraints {
            if let ConstraintKind::ForeignKey { references, .. } = &constraint.kind {
                self.referring.add(references, &to);
            }
        }
        self.tables.insert(to.clone(), table);
        self.indexes.change(from, |_| true, |index| index.table = to.clone());
        self.move_copies(from, &to);
        for other in self.referring(from) {
            self.referring.add(&to, &other);
            for constraint in &mut self.tables.get_or_insert_with(&other, Table::unknown).constraints {
                if let ConstraintKind::ForeignKey { references, .. } = &mut Rc::make_mut(constraint).kind
                    && references == from
                {
                    *references = to.clone();
                }
            }
        }
        let reading: Vec<(Name, View)> =
            self.views_of(from).map(|(name, view)| (name.clone(), view.clone())).collect();
        for (name, mut view) in reading {
            view.reads.iter_mut().filter(|read| *read == from).for_each(|read| *read = to.clone());
            self.put_view(name, view);
        }
    }

    pub(super) fn drop_column(&mut self, table: &Name, column: &str) {
        let name = self.qualify(table);
        let known = self.table_mut(table);
        known
            .columns
            .retain(|state| state.name != column && !state.computed_from.iter().any(|c| c == column));
        known.lose_dependents_on(column);
        known.constraints.retain(|constraint| !constraint.columns().iter().any(|c| c == column));
        self.indexes.forget(&name, |index| index.columns.iter().chain(&index.reads).any(|c| c == column));
    }

    pub(super) fn rename_column(&mut self, table: &Name, from: &str, to: &str, now: Moment) {
        let name = self.qualify(table);
        let known = self.table_mut(table);
        let column = known.column_mut(from);
        to.clone_into(&mut column.name);
        column.renamed_in = Some(now.migration);
        let rename = |column: &mut String| {
            if column == from {
                to.clone_into(column);
            }
        };
        for constraint in &mut known.constraints {
            match &mut Rc::make_mut(constraint).kind {
                ConstraintKind::Check(check) => {
                    check.columns.iter_mut().chain(&mut check.demands_not_null).for_each(rename);
                }
                ConstraintKind::NotNull { column } => rename(column),
                ConstraintKind::Unique { columns }
                | ConstraintKind::PrimaryKey { columns }
                | ConstraintKind::ForeignKey { columns, .. } => columns.iter_mut().for_each(rename),
                ConstraintKind::UsingIndex { .. } | ConstraintKind::Exclude => {}
            }
        }
        known.partition_columns.iter_mut().flatten().for_each(rename);
        known.dependents.iter_mut().flat_map(|it| &mut it.columns).for_each(rename);
        known.columns.iter_mut().filter(|state| state.computed_from.iter().any(|c| c == from)).for_each(
            |state| {
                Rc::make_mut(state).computed_from.iter_mut().for_each(rename);
            },
        );
        for copy in &mut known.copies {
            copy.column.iter_mut().for_each(rename);
        }
        self.indexes.change(
            &name,
            |index| index.columns.iter().chain(&index.reads).any(|column| column == from),
            |index| index.columns.iter_mut().chain(&mut index.reads).for_each(rename),
        );
    }

    pub(super) fn add_constraint(&mut self, table: &Name, constraint: &Constraint, now: Moment) {
        let mut state = ConstraintState::of(&table.name, constraint, now);
        if let ConstraintKind::ForeignKey { references, .. } = &mut state.kind {
            *references = self.qualify(references);
            self.referring.add(references, table);
        }
        let key = match &state.kind {
            ConstraintKind::PrimaryKey { columns } => {
                for column in columns {
                    self.table_mut(table).column_mut(column).not_null = Some(true);
                }
                Some(columns.clone())
            }
            ConstraintKind::Unique { columns } => Some(columns.clone()),
            ConstraintKind::NotNull { column } if state.validated => {
                self.table_mut(table).column_mut(column).not_null = Some(true);
                None
            }
            ConstraintKind::UsingIndex { index, primary } => {
                let index = Name { name: index.clone(), ..table.clone() };
                if let Some(mut index) = self.indexes.remove(&index) {
                    for column in index.columns.iter().filter(|_| *primary) {
                        self.table_mut(table).column_mut(column).not_null = Some(true);
                    }
                    index.unique = true;
                    index.owned = true;
                    self.indexes.insert(Name { name: state.name.clone(), ..table.clone() }, index);
                }
                None
            }
            _ => None,
        };
        if let Some(columns) = key {
            let index = Index {
                table: table.clone(),
                columns,
                reads: Vec::new(),
                plain: true,
                unique: true,
                partial: false,
                owned: true,
                created: now,
            };
            self.indexes.insert(Name { name: state.name.clone(), ..table.clone() }, index);
        }
        self.table_mut(table).constraints.push(Rc::new(state));
    }

    pub(super) fn create_index(&mut self, create: &CreateIndex, now: Moment) {
        let table = self.qualify(&create.table);
        let columns: Vec<String> =
            create.keys.iter().filter(|key| key.is_column).map(|key| key.text.clone()).collect();
        let name = create.name.clone().unwrap_or_else(|| format!("{}_{}_idx", table.name, columns.join("_")));
        let key = Name { name, ..table.clone() };
        if create.if_not_exists && self.indexes.get(&key).is_some() {
            return;
        }
        let index = Index {
            plain: columns.len() == create.keys.len(),
            reads: read_by(create),
            table,
            columns,
            unique: create.unique,
            partial: create.predicate.is_some(),
            owned: false,
            created: now,
        };
        self.indexes.insert(key, index);
    }
}

/// What an index reads beside the columns of its key. An expression of the key is known by its words alone.
fn read_by(create: &CreateIndex) -> Vec<String> {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let computed = create.keys.iter().filter(|key| !key.is_column).flat_map(|key| words(&key.text));
    let predicate = create.predicate.iter().flat_map(|predicate| predicate.columns.clone());
    computed.chain(predicate).chain(create.include.iter().cloned()).collect()
}
