//! What a rule may ask about the thing that it judges. Refuses to know any rule.

use super::Settings;
use super::held::Held;
use super::outline::Outline;
use super::schema::{Moment, Schema, Table};
use crate::finding::Direction;
use crate::history::{Graph, Language, Migration, Project, Scope, Script, Statement};
use crate::operation::{
    Certainty, Column, ConstraintKind, DataType, Name, Operation, Persistence, Target, quote,
};
use crate::source::{Sources, Span};

/// The project as a whole.
pub struct ProjectContext<'a> {
    /// The project.
    pub project: &'a Project,
    /// Its graph.
    pub graph: &'a Graph,
    /// Which migrations are judged, and how they differ from the base.
    pub scope: &'a Scope,
}

/// A migration as a whole.
pub struct MigrationContext<'a> {
    /// Its project.
    pub project: &'a Project,
    /// All files.
    pub sources: &'a Sources,
    /// The migration.
    pub migration: &'a Migration,
    /// The schema before its upgrade.
    pub before: &'a Schema,
    /// The schema after its upgrade.
    pub after: &'a Schema,
    /// The schema after its upgrade and its downgrade; `None` without a downgrade.
    pub returned: Option<&'a Schema>,
}

impl MigrationContext<'_> {
    /// How many tables make a custom.
    pub const CUSTOM: usize = 3;

    /// The plain tables that earlier migrations have made, but for those of the tool.
    pub fn older_tables(&self) -> impl Iterator<Item = (&Name, &Table)> {
        let is_own = |name: &Name, table: &Table| {
            table.created.is_some() && table.is_plain() && !self.project.is_bookkeeping(name)
        };
        self.before.tables().filter(move |(name, table)| is_own(name, table))
    }

    /// Tables whose row-level security the upgrade switches on, and where; none if it holds what cannot be read, which may
    /// make policies.
    pub fn secured_tables(&self) -> Vec<(&Name, Span)> {
        let steps = || self.migration.up.steps().map(|(_, step)| step);
        if steps().any(|step| step.operation.is_unknown()) {
            return Vec::new();
        }
        let secured = steps().filter_map(|step| match &*step.operation {
            Operation::AlterTable { table, action: "ENABLE ROW LEVEL SECURITY", .. } => {
                Some((table, step.span))
            }
            _ => None,
        });
        secured.collect()
    }
}

/// A column of a new foreign key, and the column that it refers to.
pub struct Joined<'a> {
    /// The table that gets the key.
    pub table: &'a Name,
    /// Its column.
    pub column: &'a str,
    /// The type of that.
    pub has: &'a DataType,
    /// The other table.
    pub references: &'a Name,
    /// The column there.
    pub target: &'a str,
    /// The type of that.
    pub wants: &'a DataType,
}

/// One operation of a migration.
pub struct Context<'a> {
    /// The project.
    pub project: &'a Project,
    /// All files.
    pub sources: &'a Sources,
    /// Which migrations are judged.
    pub scope: &'a Scope,
    /// What the user wishes.
    pub settings: &'a Settings,
    /// The migration.
    pub migration: &'a Migration,
    /// How the operation names what it is about.
    pub target: Target,
    /// The direction that is judged.
    pub script: &'a Script,
    /// Where that does what many rules ask for.
    pub outline: &'a Outline,
    /// The statement.
    pub statement: &'a Statement,
    /// Index of the statement in its script.
    pub position: usize,
    /// The operation.
    pub operation: &'a Operation,
    /// Its place.
    pub span: Span,
    /// What is known before it.
    pub schema: &'a Schema,
    /// When it happens.
    pub now: Moment,
    /// Locks that make every query wait, taken before it by transactions that may still be open.
    pub held: &'a [Held],
}

impl Context<'_> {
    /// Whether the migrations may meet a server of a version below this one.
    pub fn meets_before(&self, version: u16) -> bool {
        *self.settings.versions.start() < version
    }

    /// Whether the author writes Python and lets Alembic write the SQL of this statement.
    pub fn in_python(&self) -> bool {
        self.project.framework.language == Language::Python && !self.executes_text()
    }

    /// Whether the author hands SQL to `op.execute` or a connection.
    pub fn executes_text(&self) -> bool {
        let text = self.sources.text(self.statement.span);
        text.split('(').next().is_some_and(|callee| callee.trim_end().ends_with("execute"))
    }

    /// Whether a table keeps no rows of its own: they are another server's. PostgreSQL then neither reads nor writes them
    /// for what is said of its columns and constraints, and takes the author's word.
    pub fn is_foreign(&self, table: &Name) -> bool {
        let said = self.target.foreign && self.operation.table().is_some_and(|own| own == table);
        said || self.schema.table(table).is_some_and(|known| known.foreign)
    }

    /// Whether locking a table blocks nobody, and nothing is done to its rows meanwhile: it is temporary, or the migrations
    /// at hand have created it and put no rows into it yet, or it is redefined and foreign.
    pub fn is_new(&self, table: &Name) -> bool {
        self.is_unused(table) || (self.is_foreign(table) && !self.operation.changes_rows())
    }

    fn is_unused(&self, table: &Name) -> bool {
        let table_is_new = self.schema.table(table).is_some_and(|known| {
            known.persistence == Persistence::Temporary || (self.was_just_created(known) && !known.written)
        });
        table_is_new
            || self.schema.view(table).is_some_and(|view| self.is_at_hand(view.created))
            || self.is_made_unread(table)
    }

    /// Whether nothing is known of a table but that this script, or a function, makes a temporary one of its name.
    pub fn makes_temporary(&self, table: &Name) -> bool {
        let makes = |operation: &Operation| match operation {
            Operation::CreateTable(create) => {
                create.persistence == Persistence::Temporary && create.table.name == table.name
            }
            _ => false,
        };
        let known = self.schema.table(table).is_some_and(|known| known.created.is_some());
        let here = || self.later().chain(self.earlier()).any(|(_, operation)| makes(operation));
        let beside = || self.siblings().any(makes);
        table.schema.as_deref() == Some("pg_temp")
            || (!known && (here() || beside() || self.schema.some_body_holds(makes)))
    }

    /// Whether the transaction that still runs has made a table, so that no other sees it, whatever rows it has.
    pub fn is_unseen(&self, table: &Name) -> bool {
        let made = self.schema.table(table).and_then(|known| known.created);
        made.is_some_and(|moment| self.is_at_hand(moment) && self.same_transaction(moment))
    }

    /// Whether a table that the migrations at hand have made holds no more rows than they write out.
    pub fn holds_few(&self, table: &Name) -> bool {
        self.schema.table(table).is_some_and(|known| self.was_just_created(known) && !known.filled)
    }

    /// Whether an earlier statement of this script that could not be read says that it creates a table of this name.
    fn is_made_unread(&self, table: &Name) -> bool {
        self.schema.table(table).is_none_or(|known| known.created.is_none())
            && self.unread_before().any(|statement| {
                let text = self.sources.text(statement.span);
                let names = text.contains(&format!("\"{}\"", table.name))
                    || text.contains(&format!("'{}'", table.name));
                names && text.contains("create_table")
            })
    }

    /// Whether the transaction that still runs has taken every row out of a table, and put none back.
    pub fn is_emptied(&self, table: &Name) -> bool {
        let is_it = |other: &Name| self.schema.is_same(other, table);
        let here = self.statement.transaction;
        let before = self.earlier().filter(|(statement, _)| here.is_some() && statement.transaction == here);
        before.fold(false, |empty, (statement, operation)| match operation {
            Operation::Delete { table, filtered: false, .. } if is_it(table) => {
                statement.certainty == Certainty::Certain
            }
            Operation::Truncate { tables, .. } if tables.iter().any(is_it) => {
                statement.certainty == Certainty::Certain
            }
            Operation::Insert { table, .. } if is_it(table) => false,
            Operation::Copy { table: Some(table), fills: true, .. } if is_it(table) => false,
            other => empty && !other.is_unknown(),
        })
    }

    fn was_just_created(&self, table: &Table) -> bool {
        table.created.is_some_and(|moment| self.is_at_hand(moment))
    }

    /// Whether the migrations at hand created a table, with or without rows in it; or nobody but the tool uses it.
    pub fn is_at_hand_table(&self, table: &Name) -> bool {
        let known = self.schema.table(table);
        let bookkeeping = self.project.is_bookkeeping(table);
        bookkeeping || self.is_unused(table) || known.is_some_and(|known| self.was_just_created(known))
    }

    /// Whether something happened in this script, or in an upgrade that is pending together with it.
    pub fn is_at_hand(&self, moment: Moment) -> bool {
        let here = moment.migration == self.now.migration && moment.direction == self.now.direction;
        let pending = self.scope.pending
            && self.scope.checked.contains(&moment.migration)
            && moment.direction == Direction::Up
            && self.now.direction == Direction::Up;
        here || pending
    }

    /// Locks that this transaction holds, in the order in which it took them.
    pub fn holds(&self) -> impl Iterator<Item = &Held> {
        self.held.iter().filter(|held| Some(held.transaction) == self.now.transaction)
    }

    /// Whether the script takes back what the statement does.
    pub fn is_rolled_back(&self) -> bool {
        let here = self.statement.transaction;
        let takes_back = |position: &usize| {
            let statement = &self.script.statements[*position];
            *position > self.position
                && statement.transaction == here
                && statement.certainty == Certainty::Certain
        };
        here.is_some() && self.outline.rollbacks.iter().any(takes_back)
    }

    /// Whether something happened in the transaction that this runs in.
    pub fn same_transaction(&self, moment: Moment) -> bool {
        moment.transaction.is_some() && moment.transaction == self.now.transaction
    }

    /// Whether this script drops a table further down.
    pub fn drops_later(&self, table: &Name) -> bool {
        let drops = &self.outline.drops;
        let later = &drops[drops.partition_point(|position| *position <= self.position)..];
        let mut steps = later.iter().flat_map(|position| &self.script.statements[*position].steps);
        steps.any(|step| {
            matches!(&*step.operation, Operation::DropTable { table: dropped, .. } if self.schema.is_same(dropped, table))
        })
    }

    /// Whether a later statement of this script comments on a table, or on a column of it.
    pub fn is_commented(&self, table: &Name, column: Option<&str>) -> bool {
        let wanted = if column.is_some() { "COMMENT ON COLUMN" } else { "COMMENT ON TABLE" };
        self.later().any(|(statement, operation)| {
            let Operation::Other { kind, objects, .. } = operation else { return false };
            let about = *kind == wanted && objects.iter().any(|object| object.name == table.name);
            let mut words = statement.sql.split(|c: char| !(c.is_alphanumeric() || c == '_'));
            about && column.is_none_or(|column| words.any(|word| word.eq_ignore_ascii_case(column)))
        })
    }

    /// The columns that the operation makes, each with its table.
    pub fn new_columns(&self) -> impl Iterator<Item = (&Name, &Column)> {
        let (table, columns) = match self.operation {
            Operation::CreateTable(create) => (Some(&create.table), create.columns.as_slice()),
            Operation::AddColumn { table, column, .. } => {
                (Some(table), std::slice::from_ref(column.as_ref()))
            }
            _ => (None, [].as_slice()),
        };
        // Those of a foreign table are chosen where its rows are.
        let table = table.filter(|table| !self.is_foreign(table));
        table.into_iter().flat_map(move |table| columns.iter().map(move |column| (table, column)))
    }

    /// The first new column of a type, as `table.column`, and its type.
    pub fn new_column_of(&self, wanted: impl Fn(&DataType) -> bool) -> Option<(String, &DataType)> {
        let (table, column) = self.new_columns().find(|(_, column)| wanted(&column.data_type))?;
        Some((format!("{table}.{}", quote(&column.name)), &column.data_type))
    }

    /// The columns that new foreign keys join, as far as both are known.
    pub fn joined_columns(&self) -> Vec<Joined<'_>> {
        let Some(table) = self.operation.table() else { return Vec::new() };
        let mut joined = Vec::new();
        for constraint in self.operation.constraints() {
            let ConstraintKind::ForeignKey { columns, references, referenced, .. } = &constraint.kind else {
                continue;
            };
            let Some(parent) = self.schema.table(references) else { continue };
            let targets = if referenced.is_empty() { parent.primary_key() } else { referenced };
            let type_of = |column: &str| {
                let new = self.new_columns().find(|(_, new)| new.name == column);
                let known = || self.schema.column(table, column)?.data_type.as_ref();
                new.map(|(_, new)| &new.data_type).or_else(known)
            };
            joined.extend(columns.iter().zip(targets).filter_map(|(column, target)| {
                let (has, wants) = (type_of(column)?, parent.column(target)?.data_type.as_ref()?);
                Some(Joined { table, column, has, references, target, wants })
            }));
        }
        joined
    }

    /// The statement's other operations.
    pub fn siblings(&self) -> impl Iterator<Item = &Operation> {
        let this = self.operation;
        self.statement
            .steps
            .iter()
            .map(|step| &*step.operation)
            .filter(move |other| !std::ptr::eq(*other, this))
    }

    /// All operations that run before this statement in its script.
    pub fn earlier(&self) -> impl Iterator<Item = (&Statement, &Operation)> {
        self.script.statements[..self.position]
            .iter()
            .flat_map(|statement| statement.steps.iter().map(move |step| (statement, &*step.operation)))
    }

    /// The statements before this one that could not be read as a whole.
    pub fn unread_before(&self) -> impl Iterator<Item = &Statement> {
        let unread = self.outline.unread.iter().take_while(|position| **position < self.position);
        unread.map(|position| &self.script.statements[*position])
    }

    /// All operations that run after this statement in its script.
    pub fn later(&self) -> impl Iterator<Item = (&Statement, &Operation)> {
        self.script.statements[self.position + 1..]
            .iter()
            .flat_map(|statement| statement.steps.iter().map(move |step| (statement, &*step.operation)))
    }
}
