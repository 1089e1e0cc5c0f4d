//! Objects of a database as people name them.

use std::collections::BTreeMap;
use std::fmt;

use crate::operation::quote;

/// What an object is, in PostgreSQL's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::roundtrip) enum Kind {
    Role,
    Extension,
    Schema,
    Type,
    Domain,
    Table,
    ForeignTable,
    Column,
    Constraint,
    Index,
    Sequence,
    View,
    MaterializedView,
    Function,
    Procedure,
    Aggregate,
    Trigger,
    Rule,
    Policy,
    Statistics,
    EventTrigger,
    Publication,
}

impl Kind {
    /// As a message names it.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Extension => "extension",
            Self::Schema => "schema",
            Self::Type => "type",
            Self::Domain => "domain",
            Self::Table => "table",
            Self::ForeignTable => "foreign table",
            Self::Column => "column",
            Self::Constraint => "constraint",
            Self::Index => "index",
            Self::Sequence => "sequence",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::Function => "function",
            Self::Procedure => "procedure",
            Self::Aggregate => "aggregate",
            Self::Trigger => "trigger",
            Self::Rule => "rule",
            Self::Policy => "policy",
            Self::Statistics => "statistics",
            Self::EventTrigger => "event trigger",
            Self::Publication => "publication",
        }
    }
}

/// What tells one object from all others, at any moment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::roundtrip) struct ObjectId {
    /// What it is.
    pub kind: Kind,
    /// Its schema; empty where it has none.
    pub schema: String,
    /// The table, view or domain that it is part of; empty where it is part of none.
    pub of: String,
    /// Its name; a function's with its arguments.
    pub name: String,
}

impl ObjectId {
    /// An object that stands alone.
    pub fn new(kind: Kind, schema: &str, name: &str) -> Self {
        Self { kind, schema: schema.to_owned(), of: String::new(), name: name.to_owned() }
    }

    /// A part of a table.
    pub fn part(kind: Kind, schema: &str, of: &str, name: &str) -> Self {
        Self { of: of.to_owned(), ..Self::new(kind, schema, name) }
    }

    /// The name as SQL, with its schema unless that is `public`; without the table that it is part of.
    pub fn sql_name(&self) -> String {
        // The arguments of a function are SQL already.
        let name = match (self.kind, self.name.split_once('(')) {
            (Kind::Function | Kind::Procedure | Kind::Aggregate, Some((name, arguments))) => {
                format!("{}({arguments}", quote(name))
            }
            _ => quote(&self.name),
        };
        match self.kind {
            Kind::Column | Kind::Constraint | Kind::Trigger | Kind::Rule | Kind::Policy => name,
            _ => self.qualified(name),
        }
    }

    /// The table that it is part of, as SQL.
    pub fn sql_table(&self) -> String {
        self.qualified(quote(&self.of))
    }

    fn qualified(&self, name: String) -> String {
        match self.schema.as_str() {
            "" | "public" => name,
            schema => format!("{}.{name}", quote(schema)),
        }
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Column => write!(f, "column {}.{}", self.sql_table(), self.sql_name()),
            _ if self.of.is_empty() => write!(f, "{} {}", self.kind.noun(), self.sql_name()),
            _ => write!(f, "{} {} on {}", self.kind.noun(), self.sql_name(), self.sql_table()),
        }
    }
}

/// One fact about an object: what it is called in a message.
pub(in crate::roundtrip) type Fact = &'static str;

/// The facts of an object. What it has not is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::roundtrip) struct Object {
    /// By name.
    pub facts: BTreeMap<Fact, String>,
    /// The object that it goes with: a serial column's sequence goes with its table.
    pub owned_by: Option<ObjectId>,
}

impl Object {
    /// Adds a fact if there is a value.
    pub fn with(mut self, fact: Fact, value: Option<&str>) -> Self {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.facts.insert(fact, value.to_owned());
        }
        self
    }

    /// Adds a fact that is there or not.
    pub fn with_flag(self, fact: Fact, set: bool) -> Self {
        self.with(fact, set.then_some("yes"))
    }

    /// A fact.
    pub fn fact(&self, fact: Fact) -> Option<&str> {
        self.facts.get(fact).map(String::as_str)
    }
}
