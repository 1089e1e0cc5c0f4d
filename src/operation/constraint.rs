//! Constraints of tables. Refuses to know whether they are written on a column, in a table or beside it.

use super::{Expression, Name, Setting};

/// A constraint of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constraint {
    /// Name, if one is written.
    pub name: Option<String>,
    /// What it demands.
    pub kind: ConstraintKind,
    /// `NOT VALID`.
    pub not_valid: bool,
    /// `NOT ENFORCED`.
    pub not_enforced: bool,
    /// `NO INHERIT`.
    pub no_inherit: bool,
    /// `DEFERRABLE`, written or through `INITIALLY DEFERRED`.
    pub deferrable: bool,
    /// `INITIALLY DEFERRED`.
    pub deferred: bool,
    /// Of the index that a key or an exclusion makes.
    pub index: KeyIndex,
}

impl Constraint {
    /// A constraint that says no more than what it demands.
    pub fn new(name: Option<String>, kind: ConstraintKind) -> Self {
        Self {
            name,
            kind,
            not_valid: false,
            not_enforced: false,
            no_inherit: false,
            deferrable: false,
            deferred: false,
            index: KeyIndex::default(),
        }
    }
}

/// What is said of the index that a constraint makes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyIndex {
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    /// `WITHOUT OVERLAPS`.
    pub without_overlaps: bool,
    /// `INCLUDE`.
    pub include: Vec<String>,
    /// `WITH`.
    pub with: Vec<Setting>,
    /// `USING INDEX TABLESPACE`.
    pub tablespace: Option<String>,
}

/// What a constraint demands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "fields are named after PostgreSQL's own keywords")]
pub enum ConstraintKind {
    /// `CHECK`.
    Check(Expression),
    /// `NOT NULL` as a table constraint (PostgreSQL 18).
    NotNull { column: String },
    /// `UNIQUE (…)`.
    Unique { columns: Vec<String> },
    /// `PRIMARY KEY (…)`.
    PrimaryKey { columns: Vec<String> },
    /// `UNIQUE` or `PRIMARY KEY` `USING INDEX`.
    UsingIndex { index: String, primary: bool },
    /// `FOREIGN KEY`. The actions as written, upper case: `SET NULL (a)`.
    ForeignKey {
        columns: Vec<String>,
        references: Name,
        referenced: Vec<String>,
        on_delete: Option<String>,
        on_update: Option<String>,
        full: bool,
    },
    /// `EXCLUDE`.
    Exclude,
}

impl ConstraintKind {
    /// The columns of a primary key that names them.
    pub fn primary_key(&self) -> Option<&[String]> {
        match self {
            Self::PrimaryKey { columns } => Some(columns),
            _ => None,
        }
    }
}
