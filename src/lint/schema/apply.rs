//! Carries the known schema over one operation. Refuses to judge it.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::table::{ColumnState, ConstraintState, Copied, Table, stored_type};
use super::{Domain, EnumState, Function, Index, Moment, Schema, Session, View};
use crate::operation::{
    Constraint, ConstraintKind, CreateIndex, CreateTable, Name, Operation, Persistence, TransactionVerb,
};

impl Schema {
    /// What is known after an operation. `sql` is the statement that it is part of.
    pub fn apply(&mut self, operation: &Operation, sql: &str, now: Moment) {
        self.session.apply(operation, sql, now.transaction);
        match operation {
            Operation::CreateTable(create) => self.create_table(create, sql, now),
            Operation::DropTable { table, cascade, .. } => {
                if *cascade {
                    self.drop_views_of(&self.qualify(table));
                }
                self.drop_table(table);
            }
            Operation::RenameTable { table, to } => {
                let from = self.qualify(table);
                let new = Name { schema: from.schema.clone(), name: to.clone() };
                // ALTER TABLE renames views and indexes as well.
                match (self.views.remove(&from), self.indexes.remove(&from)) {
                    (Some(view), _) => self.views.insert(new, view),
                    (_, Some(index)) => self.indexes.insert(new, index),
                    (None, None) => self.move_table(&from, new, now),
                }
            }
            Operation::SetTableSchema { table, schema } => {
                let from = self.qualify(table);
                self.move_table(&from, Name::qualified(schema.clone(), from.name.clone()), now);
            }
            Operation::AddColumn { table, column, if_not_exists } => {
                let name = self.qualify(table);
                let table = self.table_mut(table);
                if !(*if_not_exists && table.column(&column.name).is_some()) {
                    table.columns.retain(|known| known.name != column.name);
                    table.columns.push(Rc::new(ColumnState::of(column, Some(now))));
                    for constraint in &column.constraints {
                        self.add_constraint(&name, constraint, now);
                    }
                }
            }
            Operation::DropColumn { table, column, .. } => self.drop_column(table, column),
            Operation::RenameColumn { table, from, to } => self.rename_column(table, from, to, now),
            Operation::AlterColumnType { table, column, to, .. } => {
                self.table_mut(table).column_mut(column).data_type = Some(stored_type(to));
            }
            Operation::SetDefault { table, column, default } => {
                self.table_mut(table).column_mut(column).default = Some(default.clone());
            }
            Operation::SetNotNull { table, column } => {
                self.table_mut(table).column_mut(column).not_null = Some(true);
            }
            Operation::DropNotNull { table, column } => {
                let table = self.table_mut(table);
                table.column_mut(column).not_null = Some(false);
                table.constraints.retain(
                    |c| !matches!(&c.kind, ConstraintKind::NotNull { column: name } if name == column),
                );
            }
            Operation::AddConstraint { table, constraint } => {
                let name = self.qualify(table);
                self.add_constraint(&name, constraint, now);
            }
            Operation::DropConstraint { table, name, .. } => {
                let index = Name { name: name.clone(), ..self.qualify(table) };
                self.table_mut(table).constraints.retain(|constraint| constraint.name != *name);
                self.indexes.remove(&index);
            }
            Operation::ValidateConstraint { table, name } => {
                for constraint in self.table_mut(table).constraints_mut(name) {
                    constraint.validated = true;
                }
            }
            Operation::RenameConstraint { table, from, to } => {
                for constraint in self.table_mut(table).constraints_mut(from) {
                    constraint.name.clone_from(to);
                }
            }
            Operation::AttachPartition { table, partition, default } => {
                let parent = self.qualify(table);
                self.table_mut(table).partitioned = true;
                let child = self.table_mut(partition);
                child.partition_of = Some(parent);
                child.takes_the_rest = *default;
            }
            Operation::DetachPartition { partition, .. } => self.table_mut(partition).partition_of = None,
            Operation::CreateIndex(create) => self.create_index(create, now),
            Operation::DropIndex { index, .. } => {
                let index = self.qualify(index);
                self.indexes.remove(&index);
            }
            Operation::RenameIndex { index, to } => {
                let from = self.qualify(index);
                if let Some(index) = self.indexes.remove(&from) {
                    self.indexes.insert(Name { name: to.clone(), ..from }, index);
                }
            }
            Operation::Insert { table, reads, .. } => {
                self.copied_rows(reads, None, sql, now);
                self.table_mut(table).written = true;
            }
            Operation::Update { table, columns, copied, reads, .. } => {
                let kept = copied.iter().filter(|column| !columns.contains(column));
                for column in kept {
                    let from: Vec<Name> = std::iter::once(table).chain(reads).cloned().collect();
                    self.copied_rows(&from, Some(column), sql, now);
                }
                let table = self.table_mut(table);
                table.written = true;
                for column in columns {
                    table.column_mut(column).filled = true;
                }
            }
            Operation::Copy { table: Some(table), fills: true } => self.table_mut(table).written = true,
            Operation::Copy { table: Some(table), fills: false } => {
                self.copied_rows(std::slice::from_ref(table), None, sql, now);
            }
            Operation::Transaction(verb) => self.transact(*verb),
            _ => self.apply_to_others(operation, sql, now),
        }
    }

    /// What a rollback takes back is forgotten.
    fn transact(&mut self, verb: TransactionVerb) {
        match verb {
            TransactionVerb::Begin => {
                self.begun = None;
                self.begun = Some(Box::new(self.clone()));
            }
            TransactionVerb::Commit => self.begun = None,
            TransactionVerb::Rollback => {
                if let Some(begun) = self.begun.take() {
                    *self = *begun;
                }
            }
            TransactionVerb::Savepoint => {}
        }
    }

    /// Operations on what is no table.
    fn apply_to_others(&mut self, operation: &Operation, sql: &str, now: Moment) {
        match operation {
            Operation::CreateEnum { name, .. } => {
                let state = EnumState { created: Some(now), added: Vec::new() };
                self.enums.insert(self.qualify(name), state);
            }
            Operation::AddEnumValue { name, value, .. } => {
                let unknown = || EnumState { created: None, added: Vec::new() };
                let known = self.enums.get_or_insert_with(&self.qualify(name), unknown);
                known.added.push((value.clone(), now));
            }
            Operation::RenameType { name, to } => {
                let from = self.qualify(name);
                let new = Name { name: to.clone(), ..from.clone() };
                if let Some(state) = self.enums.remove(&from) {
                    self.enums.insert(new.clone(), state);
                }
                if let Some(constrained) = self.domains.remove(&from) {
                    self.domains.insert(new, constrained);
                }
            }
            Operation::DropType { name, .. } => {
                let name = self.qualify(name);
                self.enums.remove(&name);
                self.domains.remove(&name);
            }
            Operation::CreateDomain { name, constrained, base } => {
                let domain = Domain { base: base.clone(), constrained: *constrained, created: now };
                self.domains.insert(self.qualify(name), domain);
            }
            Operation::CreateView { name, reads, materialized, .. } => {
                let reads = reads.iter().map(|table| self.qualify(table)).collect();
                let view = View { materialized: *materialized, reads, sql: sql.into(), created: now };
                self.views.insert(self.qualify(name), view);
            }
            Operation::Other { kind: "CREATE POLICY", objects } => {
                if let Some(table) = objects.first() {
                    self.table_mut(table).has_policy = true;
                }
            }
            Operation::DropView { name, cascade, .. } => {
                let name = self.qualify(name);
                self.views.remove(&name);
                if *cascade {
                    self.drop_views_of(&name);
                }
            }
            Operation::CreateFunction { name, body, traits, .. } => {
                let function = Function { body: body.as_slice().into(), settled: traits.settled };
                self.functions.insert(self.qualify(name), function);
            }
            Operation::Other { kind: "DROP FUNCTION" | "DROP PROCEDURE" | "DROP ROUTINE", objects } => {
                for name in objects {
                    let name = self.qualify(name);
                    self.functions.remove(&name);
                }
            }
            Operation::DropSchema { name, .. } => {
                let inside = |key: &Name| key.schema.as_deref() == Some(name.as_str());
                self.tables.forget(|key, _| inside(key));
                self.indexes.forget_named(inside);
                self.enums.forget(|key, _| inside(key));
                self.domains.forget(|key, _| inside(key));
                self.views.forget(|key, _| inside(key));
                self.functions.forget(|key, _| inside(key));
            }
            _ => {}
        }
    }

    /// A new script runs in a new session.
    pub fn new_session(&mut self) {
        self.session = Session::default();
        self.begun = None;
    }

    fn table_mut(&mut self, name: &Name) -> &mut Table {
        let name = self.qualify(name);
        self.tables.get_or_insert_with(&name, Table::unknown)
    }

    fn create_table(&mut self, create: &CreateTable, sql: &str, now: Moment) {
        let name = self.qualify(&create.table);
        if create.if_not_exists && self.tables.get(&name).is_some_and(|known| known.created.is_some()) {
            return;
        }
        let table = Table {
            created: Some(now),
            persistence: create.persistence,
            partitioned: create.partitioned,
            partition_of: create.partition_of.as_ref().map(|parent| self.qualify(parent)),
            takes_the_rest: create.default_partition,
            complete: create.filled_from.is_none()
                && create.partition_of.is_none()
                && create.models.is_empty(),
            columns: create.columns.iter().map(|column| Rc::new(ColumnState::of(column, None))).collect(),
            written: create.filled_from.is_some(),
            ..Table::unknown()
        };
        self.tables.insert(name.clone(), table);
        for constraint in &create.constraints {
            self.add_constraint(&name, constraint, now);
        }
        if create.persistence != Persistence::Temporary {
            let sources = create.filled_from.as_deref().unwrap_or_default();
            self.copied_rows(sources, None, sql, now);
        }
    }

    /// Forgets the views that read a table or a view, and those that read them.
    fn drop_views_of(&mut self, read: &Name) {
        let gone: Vec<Name> = self
            .views
            .iter()
            .filter(|(_, view)| view.reads.contains(read))
            .map(|(name, _)| name.clone())
            .collect();
        for name in gone {
            self.views.remove(&name);
            self.drop_views_of(&name);
        }
    }

    fn drop_table(&mut self, table: &Name) {
        let name = self.qualify(table);
        self.tables.remove(&name);
        self.indexes.forget(&name, |_| true);
        self.tables.change(
            |table| table.constraints.iter().any(|constraint| constraint.references(&name)),
            |table| table.constraints.retain(|constraint| !constraint.references(&name)),
        );
    }

    fn move_table(&mut self, from: &Name, to: Name, now: Moment) {
        let mut table = self.tables.remove(from).unwrap_or_else(Table::unknown);
        table.renamed_in = Some(now.migration);
        self.tables.insert(to.clone(), table);
        self.indexes.change(from, |_| true, |index| index.table = to.clone());
        self.tables.change(
            |table| table.constraints.iter().any(|constraint| constraint.references(from)),
            |table| {
                for constraint in &mut table.constraints {
                    match &mut Rc::make_mut(constraint).kind {
                        ConstraintKind::ForeignKey { references, .. } if references == from => {
                            *references = to.clone();
                        }
                        _ => {}
                    }
                }
            },
        );
    }

    fn drop_column(&mut self, table: &Name, column: &str) {
        let name = self.qualify(table);
        let known = self.table_mut(table);
        known.columns.retain(|state| state.name != column);
        known.constraints.retain(|constraint| !constraint.columns().iter().any(|c| c == column));
        self.indexes.forget(&name, |index| index.columns.iter().any(|c| c == column));
    }

    fn rename_column(&mut self, table: &Name, from: &str, to: &str, now: Moment) {
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
        for copy in &mut known.copies {
            copy.column.iter_mut().for_each(rename);
        }
        self.indexes.change(
            &name,
            |index| index.columns.iter().any(|column| column == from),
            |index| index.columns.iter_mut().for_each(rename),
        );
    }

    fn add_constraint(&mut self, table: &Name, constraint: &Constraint, now: Moment) {
        let mut state = ConstraintState::of(&table.name, constraint, now);
        if let ConstraintKind::ForeignKey { references, .. } = &mut state.kind {
            *references = self.qualify(references);
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

    fn create_index(&mut self, create: &CreateIndex, now: Moment) {
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
            table,
            columns,
            unique: create.unique,
            partial: create.predicate.is_some(),
            owned: false,
            created: now,
        };
        self.indexes.insert(key, index);
    }

    fn copied_rows(&mut self, from: &[Name], column: Option<&String>, sql: &str, now: Moment) {
        let sql: Rc<str> = sql.into();
        let mut seen = BTreeMap::new();
        for source in from {
            if seen.insert(self.qualify(source), ()).is_none() {
                let copy = Copied { migration: now.migration, column: column.cloned(), sql: sql.clone() };
                self.table_mut(source).copies.push(copy);
            }
        }
    }
}
