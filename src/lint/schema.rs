//! What is known of the database at one point of the history. What the history does not say is unknown, not absent.
//! Refuses to know files and findings.

mod apply;
mod change;
mod copies;
mod dependents;
mod indexes;
mod keys;
mod known;
mod links;
mod rename;
mod session;
mod table;
mod temporary;

pub use session::Session;
pub use table::{ColumnState, ConstraintState, Table};

use std::rc::Rc;

use super::types::{self, Change};
use crate::finding::Direction;
use crate::operation::{Certainty, DataType, Name, Operation, Signature, Volatility};
use indexes::Indexes;
use known::Known;
use links::Links;
use temporary::Passing;

/// When something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Index into [`crate::history::Project::migrations`].
    pub migration: usize,
    /// Which of its scripts.
    pub direction: Direction,
    /// Transactions of the whole run are numbered; `None` committed by itself.
    pub transaction: Option<u32>,
}

/// An index that no constraint owns, or that one does.
#[derive(Clone, Debug)]
pub struct Index {
    /// Its table, with schema.
    pub table: Name,
    /// Plain columns of its key, in order; expressions are left out.
    pub columns: Vec<String>,
    /// Columns that the rest of it reads: the expressions of its key, INCLUDE, its predicate.
    pub reads: Vec<String>,
    /// Whether all of its key are plain columns.
    pub plain: bool,
    /// `UNIQUE`.
    pub unique: bool,
    /// Whether it has a predicate.
    pub partial: bool,
    /// Whether a constraint owns it.
    pub owned: bool,
    /// When it was created.
    pub created: Moment,
}

/// A view, materialised or not.
#[derive(Clone, Debug)]
pub struct View {
    /// Whether it keeps what it read.
    pub materialized: bool,
    /// The tables and views that it reads, with schema.
    pub reads: Vec<Name>,
    /// The columns that it gives, if its text names them all.
    pub columns: Option<Vec<String>>,
    /// Whether it reads them with the rights of who reads it: `security_invoker`.
    pub invoker: bool,
    /// The statement that made it.
    pub sql: Rc<str>,
    /// When it was created.
    pub created: Moment,
}

/// A domain.
#[derive(Clone, Debug)]
pub struct Domain {
    /// The type that it is made of.
    pub base: DataType,
    /// Whether it has constraints.
    pub constrained: bool,
    /// What its only check says of `VALUE`, if it has one and no more.
    pub check: Option<String>,
    /// When it was created.
    pub created: Moment,
}

/// A function or procedure.
#[derive(Clone, Debug)]
pub struct Function {
    /// What a call does.
    pub body: Rc<[(Operation, Certainty)]>,
    /// What its answer follows from.
    pub volatility: Volatility,
    /// How it is called, as it was last created; it may have namesakes.
    pub signature: Rc<Signature>,
}

/// An enum type.
#[derive(Clone, Debug)]
pub struct EnumState {
    /// When it was created, if the history did.
    pub created: Option<Moment>,
    /// The labels that it was created with, if the history did.
    pub labels: Option<Vec<String>>,
    /// Labels that were added after it was created, and when.
    pub added: Vec<(String, Moment)>,
}

impl EnumState {
    /// All its labels, where they are known.
    pub fn all_labels(&self) -> Option<Vec<&str>> {
        let added = self.added.iter().map(|(label, _)| label.as_str());
        Some(self.labels.as_ref()?.iter().map(String::as_str).chain(added).collect())
    }
}

/// The known schema. Names are kept with their schema.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    tables: Known<Table>,
    /// Tables that the history surely dropped, and since when.
    dropped: Known<Moment>,
    /// Temporary tables that end with their transaction.
    passing: Vec<Passing>,
    indexes: Indexes,
    /// The tables that have foreign keys to others.
    referring: Links,
    /// The tables whose rows others hold.
    copied: Links,
    enums: Known<EnumState>,
    /// The enum types that had labels added.
    grown: Rc<Vec<Name>>,
    domains: Known<Domain>,
    views: Known<View>,
    /// The views that read a table or view.
    reading: Links,
    /// The collations that take texts for equal which differ.
    loose_collations: Rc<Vec<String>>,
    /// What a call of each function does.
    functions: Known<Function>,
    /// Whether tables to come get their grants by themselves.
    grants_by_default: bool,
    session: Session,
    /// What was known when the running transaction began, if a statement began it.
    begun: Option<Box<Schema>>,
}

impl Schema {
    /// The name with its schema.
    pub fn qualify(&self, name: &Name) -> Name {
        match name.schema {
            Some(_) => name.clone(),
            None => Name::qualified(self.session.schema().to_owned(), name.name.clone()),
        }
    }

    /// Whether two names are of one and the same.
    pub fn is_same(&self, one: &Name, other: &Name) -> bool {
        one.name == other.name && self.qualify(one) == self.qualify(other)
    }

    /// The table, if the history has touched it.
    pub fn table(&self, name: &Name) -> Option<&Table> {
        self.tables.get(&self.qualify(name))
    }

    /// A column, if the history has defined it.
    pub fn column(&self, table: &Name, column: &str) -> Option<&ColumnState> {
        self.table(table)?.column(column)
    }

    /// The index, if the history created it.
    pub fn index(&self, name: &Name) -> Option<&Index> {
        self.indexes.get(&self.qualify(name))
    }

    /// All indexes of a table, with their names.
    pub fn indexes_of<'a>(&'a self, table: &Name) -> impl Iterator<Item = (&'a Name, &'a Index)> + use<'a> {
        self.indexes.of(&self.qualify(table))
    }

    /// The enum type, if the history created or changed it.
    pub fn enum_type(&self, name: &Name) -> Option<&EnumState> {
        self.enums.get(&self.qualify(name))
    }

    /// The enum types that had labels added after they were created.
    pub fn grown_enums(&self) -> impl Iterator<Item = (&Name, &EnumState)> {
        self.grown.iter().filter_map(|name| Some((name, self.enums.get(name)?)))
    }

    /// Whether a type is a domain, and if so whether it has constraints. `None`: it is no domain that we know.
    pub fn domain_is_constrained(&self, data_type: &DataType) -> Option<bool> {
        self.domain(&type_name(data_type)).map(|domain| domain.constrained)
    }

    /// The domain, if the history created it.
    pub fn domain(&self, name: &Name) -> Option<&Domain> {
        self.domains.get(&self.qualify(name))
    }

    /// What a change of type does to the rows, which domains take part in by their base types.
    pub fn type_change(&self, from: &DataType, to: &DataType) -> Change {
        let domain =
            |data_type: &DataType| self.domain(&type_name(data_type)).filter(|_| data_type.dimensions == 0);
        match (domain(from), domain(to)) {
            (_, Some(to)) if to.constrained => Change::Rewrite,
            (None, None) => types::change(from, to),
            (old, new) => {
                let base = |domain: Option<&Domain>, own: &DataType| {
                    domain.map_or_else(|| own.clone(), |it| it.base.clone())
                };
                let (old, new) = (base(old, from), base(new, to));
                if old == new { Change::Brief } else { types::change(&old, &new) }
            }
        }
    }

    /// Whether a collation takes texts for equal which differ. It is named as SQL writes it.
    pub fn is_nondeterministic(&self, collation: &str) -> bool {
        self.loose_collations.iter().any(|known| known == bare_collation(collation))
    }

    /// The view, if the history created it.
    pub fn view(&self, name: &Name) -> Option<&View> {
        self.views.get(&self.qualify(name))
    }

    /// The views that read a table, with their names.
    pub fn views_of(&self, table: &Name) -> impl Iterator<Item = (&Name, &View)> {
        let table = self.qualify(table);
        let names: Vec<&Name> = self.reading.to(&table).collect();
        let known = names.into_iter().filter_map(|name| Some((name, self.views.get(name)?)));
        known.filter(move |(_, view)| view.reads.contains(&table))
    }

    /// When the history dropped a table, if it surely did and nothing can have made it again.
    pub fn dropped(&self, table: &Name) -> Option<Moment> {
        self.dropped.get(&self.qualify(table)).copied()
    }

    /// What an operation did is not sure to have happened.
    pub fn doubt(&mut self, operation: &Operation) {
        match operation {
            Operation::DropTable { table, .. } => {
                let table = self.qualify(table);
                self.dropped.remove(&table);
            }
            Operation::CreateTable(create) => self.passes_no_more(&create.table),
            _ => {}
        }
    }

    /// The default partition of a table, whose rows may belong to a new one.
    pub fn default_partition(&self, parent: &Name) -> Option<(&Name, &Table)> {
        let parent = self.qualify(parent);
        let is_it = |table: &Table| table.partition_of.as_ref() == Some(&parent) && table.takes_the_rest;
        self.tables().find(|(_, table)| is_it(table))
    }

    /// All tables that the history has touched, with their names.
    pub fn tables(&self) -> impl Iterator<Item = (&Name, &Table)> {
        self.tables.iter()
    }

    /// Whether tables to come get their grants by themselves: `ALTER DEFAULT PRIVILEGES`.
    pub fn grants_by_default(&self) -> bool {
        self.grants_by_default
    }

    /// The settings of the session.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// What a call of a function does, if the history created it.
    pub fn function(&self, name: &Name) -> Option<&Function> {
        self.functions.get(&self.qualify(name))
    }

    /// Whether the body of a function holds such an operation.
    pub fn some_body_holds(&self, wanted: impl Fn(&Operation) -> bool) -> bool {
        self.functions
            .iter()
            .any(|(_, function)| function.body.iter().any(|(operation, _)| wanted(operation)))
    }

    /// Foreign keys that point at a table from others: the table that has it, and the constraint.
    pub fn foreign_keys_to(&self, table: &Name) -> Vec<(&Name, &ConstraintState)> {
        let target = self.qualify(table);
        let referring = self.referring.to(&target).filter(|name| **name != target);
        let tables = referring.filter_map(|name| Some((name, self.tables.get(name)?)));
        tables
            .flat_map(|(name, table)| {
                let keys = table.constraints.iter().filter(|constraint| constraint.references(&target));
                keys.map(move |constraint| (name, constraint.as_ref()))
            })
            .collect()
    }
}

impl View {
    /// Whether the view reads a column of a table, as far as its text says: it names it, or all columns.
    pub fn names(&self, column: &ColumnState) -> bool {
        let text = self.sql.to_lowercase();
        let words = |c: char| !(c.is_alphanumeric() || c == '_' || c == '$');
        // What was added after the view is not in its `*`; the two orders are not compared.
        let all = column.added.is_none() && text.replace("(*)", "").contains('*');
        all || text.split(words).any(|word| word == column.name.to_lowercase())
    }
}

/// The name of a collation without schema and quotes.
fn bare_collation(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name).trim_matches('"')
}

/// The name of a user-defined type as a name: `app.mood` has a schema.
pub fn type_name(data_type: &DataType) -> Name {
    match data_type.name.split_once('.') {
        Some((schema, name)) => Name::qualified(unquote(schema), unquote(name)),
        None => Name::unqualified(unquote(&data_type.name)),
    }
}

fn unquote(text: &str) -> String {
    match text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => text.to_owned(),
    }
}
