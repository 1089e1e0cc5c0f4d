//! What is known of the database at one point of the history. What the history does not say is unknown, not absent.
//! Refuses to know files and findings.

mod apply;
mod table;

pub use table::{ColumnState, ConstraintState, Table};

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::finding::Direction;
use crate::operation::{Certainty, ConstraintKind, DataType, Name, Operation};

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
    /// Whether all of its key are plain columns.
    pub plain: bool,
    /// `UNIQUE`.
    pub unique: bool,
    /// Whether it has a predicate.
    pub partial: bool,
    /// When it was created.
    pub created: Moment,
}

/// An enum type.
#[derive(Clone, Debug)]
pub struct EnumState {
    /// When it was created, if the history did.
    pub created: Option<Moment>,
    /// Labels that were added after it was created, and when.
    pub added: Vec<(String, Moment)>,
}

/// The known schema. Names are kept with their schema.
#[derive(Clone, Debug)]
pub struct Schema {
    tables: BTreeMap<Name, Rc<Table>>,
    indexes: BTreeMap<Name, Index>,
    enums: BTreeMap<Name, EnumState>,
    /// Domains and whether they have constraints.
    domains: BTreeMap<Name, bool>,
    /// Views, materialised or not, and when they were created.
    views: BTreeMap<Name, Moment>,
    /// What a call of each function does.
    functions: BTreeMap<Name, Rc<[(Operation, Certainty)]>>,
    search_path: String,
}

impl Default for Schema {
    fn default() -> Self {
        Self {
            tables: BTreeMap::new(),
            indexes: BTreeMap::new(),
            enums: BTreeMap::new(),
            domains: BTreeMap::new(),
            views: BTreeMap::new(),
            functions: BTreeMap::new(),
            search_path: "public".to_owned(),
        }
    }
}

impl Schema {
    /// The name with its schema.
    pub fn qualify(&self, name: &Name) -> Name {
        match name.schema {
            Some(_) => name.clone(),
            None => Name::qualified(self.search_path.clone(), name.name.clone()),
        }
    }

    /// The table, if the history has touched it.
    pub fn table(&self, name: &Name) -> Option<&Table> {
        self.tables.get(&self.qualify(name)).map(Rc::as_ref)
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
    pub fn indexes_of(&self, table: &Name) -> impl Iterator<Item = (&Name, &Index)> {
        let table = self.qualify(table);
        self.indexes.iter().filter(move |(_, index)| index.table == table)
    }

    /// The enum type, if the history created or changed it.
    pub fn enum_type(&self, name: &Name) -> Option<&EnumState> {
        self.enums.get(&self.qualify(name))
    }

    /// All enum types.
    pub fn enums(&self) -> impl Iterator<Item = (&Name, &EnumState)> {
        self.enums.iter()
    }

    /// Whether a type is a domain, and if so whether it has constraints. `None`: it is no domain that we know.
    pub fn domain_is_constrained(&self, data_type: &DataType) -> Option<bool> {
        self.domains.get(&self.qualify(&type_name(data_type))).copied()
    }

    /// When the history created a view, if it did.
    pub fn view(&self, name: &Name) -> Option<Moment> {
        self.views.get(&self.qualify(name)).copied()
    }

    /// What a call of a function does, if the history created it.
    pub fn function(&self, name: &Name) -> Option<&[(Operation, Certainty)]> {
        self.functions.get(&self.qualify(name)).map(Rc::as_ref)
    }

    /// Foreign keys that point at a table from others: the table that has it, and the constraint.
    pub fn foreign_keys_to(&self, table: &Name) -> Vec<(&Name, &ConstraintState)> {
        let target = self.qualify(table);
        let points_at = |constraint: &ConstraintState| match &constraint.kind {
            ConstraintKind::ForeignKey { references, .. } => *references == target,
            _ => false,
        };
        self.tables
            .iter()
            .filter(|(name, _)| **name != target)
            .flat_map(|(name, table)| {
                table.constraints.iter().filter(|c| points_at(c)).map(move |constraint| (name, constraint))
            })
            .collect()
    }
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
