//! Carries the known schema over one operation. Refuses to judge it.

use std::rc::Rc;

use super::known::Known;
use super::table::{ColumnState, Table, stored_type};
use super::{Domain, EnumState, Function, Moment, Schema, Session, View};
use crate::history::SessionSetting;
use crate::lint::text;
use crate::operation::{
    ConstraintKind, Name, Next, Operation, Setting, TransactionVerb, Volatility, is_on, setting,
};

impl Schema {
    /// What is known after an operation. `sql` is the statement that it is part of.
    pub fn apply(&mut self, operation: &Operation, sql: &str, now: Moment) {
        self.session.apply(operation, sql, now.transaction);
        self.depend(operation, sql);
        self.follow_drops(operation, now);
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
                    (Some(view), _) => self.put_view(new, view),
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
            Operation::DropColumn { table, column, cascade, .. } => {
                if *cascade {
                    self.drop_views_of(&self.qualify(table));
                }
                self.drop_column(table, column);
            }
            Operation::RenameColumn { table, from, to } => {
                let renamed = self.qualify(table);
                self.forget_outputs(|view| *view == renamed);
                self.rename_column(table, from, to, now);
            }
            Operation::AlterColumn {
                table, column, action: "SET EXPRESSION" | "DROP EXPRESSION", ..
            } => {
                self.table_mut(table).column_mut(column).computed_from.clear();
            }
            Operation::AlterColumnType { table, column, to, .. } => {
                self.table_mut(table).column_mut(column).data_type = Some(stored_type(to));
            }
            Operation::SetDefault { table, column, default } => {
                self.table_mut(table).column_mut(column).default = Some(default.as_deref().cloned());
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
                let known = self.table_mut(table);
                known.lost_constraint |= known.constraint(name).is_none();
                known.constraints.retain(|constraint| constraint.name != *name);
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
            Operation::AttachPartition { table, partition, default, .. } => {
                let parent = self.qualify(table);
                self.table_mut(table).partitioned = true;
                let child = self.table_mut(partition);
                child.partition_of = Some(parent);
                child.takes_the_rest = *default;
            }
            Operation::DetachPartition { partition, .. } => self.table_mut(partition).partition_of = None,
            Operation::AlterTable { table, action: "REPLICA IDENTITY", object, .. } => {
                let index = object.clone().filter(|it| !matches!(&**it, "DEFAULT" | "FULL" | "NOTHING"));
                self.table_mut(table).identity = index;
            }
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
            Operation::Insert { table, reads, listed, .. } => {
                self.copied_rows(reads, None, Some(table), sql, now);
                let table = self.table_mut(table);
                table.written = true;
                table.filled |= !listed;
            }
            Operation::Update { table, columns, copied, reads, .. } => {
                let kept = copied.iter().filter(|column| !columns.contains(column));
                for column in kept {
                    let from: Vec<Name> = std::iter::once(table).chain(reads).cloned().collect();
                    self.copied_rows(&from, Some(column), Some(table), sql, now);
                }
                let table = self.table_mut(table);
                table.written = true;
                for column in columns {
                    table.column_mut(column).filled = true;
                }
            }
            Operation::Copy { table: Some(table), fills: true, .. } => {
                let table = self.table_mut(table);
                (table.written, table.filled) = (true, true);
            }
            Operation::Copy { table: Some(table), fills: false, .. } => {
                self.copied_rows(std::slice::from_ref(table), None, None, sql, now);
            }
            Operation::Transaction(verb) => self.transact(*verb),
            _ => self.apply_to_others(operation, sql, now),
        }
    }

    /// A transaction begins; within one that has begun already, nothing does.
    pub fn begin(&mut self) {
        if self.begun.is_none() {
            self.begun = Some(Box::new(self.clone()));
        }
    }

    /// What a rollback takes back is forgotten.
    fn transact(&mut self, verb: TransactionVerb) {
        match verb {
            TransactionVerb::Begin => self.begin(),
            TransactionVerb::Commit(_) => self.begun = None,
            TransactionVerb::Rollback(_) => {
                if let Some(begun) = self.begun.take() {
                    *self = *begun;
                }
            }
            TransactionVerb::Savepoint => {}
        }
        if let TransactionVerb::Commit(Next::Transaction) | TransactionVerb::Rollback(Next::Transaction) =
            verb
        {
            self.begin();
        }
    }

    /// Tables that are gone, and names that are taken again.
    fn follow_drops(&mut self, operation: &Operation, now: Moment) {
        match operation {
            Operation::DropTable { table, .. } => {
                self.passes_no_more(table);
                let table = self.qualify(table);
                self.dropped.insert(table, now);
            }
            Operation::CreateTable(create) => self.is_back(&create.table),
            Operation::CreateView { name, .. } => self.is_back(name),
            Operation::RenameTable { table, to } => self.is_back(&Name { name: to.clone(), ..table.clone() }),
            Operation::SetTableSchema { table, schema } => {
                self.is_back(&Name::qualified(schema.clone(), table.name.clone()));
            }
            Operation::Other { kind, objects, .. }
                if kind.starts_with("CREATE") || kind.starts_with("IMPORT") =>
            {
                objects.iter().for_each(|name| self.is_back(name));
            }
            // Whatever that does, it may make a table.
            Operation::Opaque { .. } | Operation::Unparsed { .. } | Operation::CreateSchema { .. } => {
                self.dropped = Known::default();
            }
            Operation::Transaction(TransactionVerb::Rollback(_)) => self.dropped = Known::default(),
            _ => {}
        }
    }

    fn is_back(&mut self, table: &Name) {
        let table = self.qualify(table);
        self.dropped.remove(&table);
    }

    /// Operations on what is no table.
    fn apply_to_others(&mut self, operation: &Operation, sql: &str, now: Moment) {
        match operation {
            Operation::CreateEnum { name, labels } => {
                let state = EnumState { created: Some(now), labels: Some(labels.clone()), added: Vec::new() };
                self.enums.insert(self.qualify(name), state);
            }
            Operation::AddEnumValue { name, value, .. } => {
                let unknown = || EnumState { created: None, labels: None, added: Vec::new() };
                let known = self.enums.get_or_insert_with(&self.qualify(name), unknown);
                known.added.push((value.clone(), now));
                self.grows(name);
            }
            Operation::RenameEnumValue { name, from, to } => {
                let name = self.qualify(name);
                if let Some(mut state) = self.enums.remove(&name) {
                    let added = state.added.iter_mut().map(|(label, _)| label);
                    let labels = state.labels.iter_mut().flatten().chain(added);
                    labels.filter(|label| *label == from).for_each(|label| to.clone_into(label));
                    self.enums.insert(name, state);
                }
            }
            Operation::RenameType { name, to } => {
                let from = self.qualify(name);
                let new = Name { name: to.clone(), ..from.clone() };
                if let Some(state) = self.enums.remove(&from) {
                    self.enums.insert(new.clone(), state);
                    self.grows(&new);
                }
                if let Some(constrained) = self.domains.remove(&from) {
                    self.domains.insert(new.clone(), constrained);
                }
                self.rename_type(&from, &new);
            }
            Operation::DropType { name, cascade, .. } => {
                if *cascade {
                    self.forget_outputs(|_| true);
                }
                let name = self.qualify(name);
                self.enums.remove(&name);
                self.domains.remove(&name);
            }
            Operation::CreateDomain { name, constrained, base } => {
                let (base, check) = (base.as_ref().clone(), only_check(sql));
                let domain = Domain { base, constrained: *constrained, check, created: now };
                self.domains.insert(self.qualify(name), domain);
            }
            Operation::CreateView { name, reads, materialized, columns, options, .. } => {
                let reads = reads.iter().map(|table| self.qualify(table)).collect();
                let (materialized, columns) = (*materialized, columns.clone());
                let invoker = is_on(options, "security_invoker");
                let view = View { materialized, reads, columns, invoker, sql: sql.into(), created: now };
                self.put_view(self.qualify(name), view);
            }
            Operation::Other { kind: "CREATE COLLATION", objects, options }
                if setting(options, "deterministic").is_some_and(Setting::is_off) =>
            {
                let names = objects.iter().take(1).map(|name| name.name.clone());
                Rc::make_mut(&mut self.loose_collations).extend(names);
            }
            Operation::Other { kind: "CREATE FOREIGN TABLE", objects, .. } => {
                let tables = objects.iter().take(1).map(|name| self.qualify(name));
                for name in tables.collect::<Vec<_>>() {
                    self.tables.insert(name, Table { created: Some(now), foreign: true, ..Table::unknown() });
                }
            }
            Operation::Other { kind: "DROP FOREIGN TABLE", objects, .. } => {
                objects.iter().for_each(|name| self.drop_table(name));
            }
            Operation::Other { kind: "ANALYZE", objects, .. } => self.analyze(objects),
            Operation::Other { kind: "VACUUM" | "VACUUM FULL", objects, options }
                if is_on(options, "analyze") =>
            {
                self.analyze(objects);
            }
            Operation::Other { kind: "GRANT", objects, .. } => {
                for table in
                    objects.iter().filter(|name| self.table(name).is_some()).cloned().collect::<Vec<_>>()
                {
                    self.table_mut(&table).granted = true;
                }
            }
            Operation::Other { kind: "ALTER DEFAULT PRIVILEGES", .. } => self.grants_by_default = true,
            Operation::AlterTable { table, action: "ENABLE ROW LEVEL SECURITY", .. } => {
                self.table_mut(table).row_security = true;
            }
            Operation::AlterTable { table, action: "DISABLE ROW LEVEL SECURITY", .. } => {
                self.table_mut(table).row_security = false;
            }
            Operation::DropView { name, cascade, .. } => {
                let name = self.qualify(name);
                self.views.remove(&name);
                if *cascade {
                    self.drop_views_of(&name);
                }
            }
            Operation::CreateFunction { name, body, traits, signature, .. } => {
                let function = Function {
                    body: body.as_slice().into(),
                    volatility: traits.volatility,
                    signature: Rc::new(signature.as_ref().clone()),
                };
                self.functions.insert(self.qualify(name), function);
            }
            Operation::Other {
                kind:
                    "ALTER DOMAIN ADD CONSTRAINT"
                    | "ALTER DOMAIN ADD CONSTRAINT NOT VALID"
                    | "ALTER DOMAIN SET NOT NULL",
                objects,
                ..
            } => {
                for name in objects.iter().map(|name| self.qualify(name)).collect::<Vec<_>>() {
                    if let Some(domain) = self.domains.remove(&name) {
                        self.domains.insert(name, Domain { constrained: true, check: None, ..domain });
                    }
                }
            }
            Operation::Other { kind: "ALTER VIEW", objects, options } => {
                let set = ["security_invoker", "reset security_invoker"].map(|name| setting(options, name));
                if let ([Some(_), _] | [_, Some(_)], Some(name)) = (set, objects.first()) {
                    let name = self.qualify(name);
                    if let Some(view) = self.views.remove(&name) {
                        let invoker = is_on(options, "security_invoker");
                        self.views.insert(name, View { invoker, ..view });
                    }
                }
                let altered: Vec<Name> = objects.iter().map(|name| self.qualify(name)).collect();
                self.forget_outputs(|view| altered.contains(view));
            }
            Operation::Other { kind: "ALTER FUNCTION" | "ALTER ROUTINE", objects, options }
                if setting(options, "volatility").is_some() =>
            {
                for name in objects.iter().map(|name| self.qualify(name)).collect::<Vec<_>>() {
                    if let Some(function) = self.functions.remove(&name) {
                        let volatility = Volatility::given(options).unwrap_or(function.volatility);
                        self.functions.insert(name, Function { volatility, ..function });
                    }
                }
            }
            // What is altered may have another name.
            Operation::Other {
                kind:
                    "DROP FUNCTION" | "DROP PROCEDURE" | "DROP ROUTINE" | "ALTER FUNCTION" | "ALTER PROCEDURE"
                    | "ALTER ROUTINE",
                objects,
                options,
            } => {
                if is_on(options, "cascade") {
                    self.forget_outputs(|_| true);
                }
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

    /// A new script runs in a new session, which begins with some settings.
    pub fn new_session(&mut self, settings: &[SessionSetting]) {
        self.session = Session::begun_with(settings);
        self.begun = None;
    }
}

/// What the check of `CREATE DOMAIN` says, if it is the only one.
fn only_check(sql: &str) -> Option<String> {
    let rest = sql[text::find(sql, "CHECK")? + "CHECK".len()..].trim_start();
    text::find(rest, "CHECK").is_none().then(|| text::parenthesised(rest).map(str::to_owned))?
}
