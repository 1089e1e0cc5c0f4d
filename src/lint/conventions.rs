//! What a project asks of its own schema: names, columns, types, settings. Refuses to know where it is written.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use regex_lite::Regex;

/// What a project asks of its own schema; nothing by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conventions {
    /// How things are named, by kind: one of [`KINDS`].
    pub names: BTreeMap<String, Pattern>,
    /// Columns that every table has.
    pub required_columns: Vec<String>,
    /// What every column has: some of [`OF_COLUMNS`].
    pub every_column: BTreeSet<String>,
    /// Whether every table has a comment.
    pub table_comments: bool,
    /// Whether the names of new tables, views and functions have their schema.
    pub require_schema: bool,
    /// Schemas in which nothing is made.
    pub forbidden_schemas: Vec<String>,
    /// Types that no column has, in PostgreSQL's names; `None` for those that the rule itself knows.
    pub discouraged_types: Option<Vec<String>>,
    /// Settings that every migration makes before it changes the schema.
    pub required_settings: Vec<String>,
}

/// Kinds of things that have names.
pub const KINDS: &[&str] = &[
    "table",
    "column",
    "index",
    "primary-key",
    "unique",
    "foreign-key",
    "check",
    "exclusion",
    "view",
    "function",
    "sequence",
    "type",
    "trigger",
    "schema",
    "partition",
    "policy",
    "file",
];

/// What may be asked of every column.
pub const OF_COLUMNS: &[&str] = &["not null", "default", "comment"];

/// A regular expression that a whole name must match.
#[derive(Clone)]
pub struct Pattern {
    written: String,
    whole: Regex,
}

impl Pattern {
    /// Reads one.
    ///
    /// # Errors
    /// When it is no regular expression, with the reason.
    pub fn new(written: &str) -> Result<Self, String> {
        let whole = Regex::new(&format!("^(?:{written})$")).map_err(|error| error.to_string())?;
        Ok(Self { written: written.to_owned(), whole })
    }

    /// Whether all of a name fits.
    pub fn fits(&self, name: &str) -> bool {
        self.whole.is_match(name)
    }
}

/// As it was written.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/", self.written)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Eq for Pattern {}
