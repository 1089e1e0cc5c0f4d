//! What can be said of a tool that keeps migrations as SQL files: how it names them, orders them, tells up from down,
//! and what it wraps in a transaction. [`table`] says it of each, and [`super::sql_files`] reads by it.

mod table;

use super::sql_files::{names, sections};
use crate::history::Framework;

pub(super) use table::{LAYOUTS, LOOSE};

/// One tool.
pub(super) struct Layout {
    pub framework: Framework,
    /// Whether the tool can run downgrades.
    pub downgrades: Downgrades,
    /// Reads the path of a file below the folder: `0001_init.up.sql`, `2024-01-01_init/up.sql`.
    pub name: fn(&str) -> Option<names::FileName>,
    /// Whether files may lie in folders below, where [`Layout::name`] reads their own names only.
    pub nested: bool,
    pub order: Order,
    /// Whether the tool refuses to run where a number is left out.
    pub gapless: bool,
    /// Cuts a file into its directions.
    pub sections: fn(&str) -> Vec<sections::Section>,
    /// Hashes that stand in the files.
    pub hashes: Hashes,
    pub opt_out: OptOut,
    pub sends: Sends,
    pub placeholders: Placeholders,
    /// What shows that a folder is this tool's: one is enough.
    pub signs: &'static [Sign],
}

impl Layout {
    /// Whether it is a tool's, and not only what many have in common.
    pub fn is_known(&self) -> bool {
        !self.framework.version_table.is_empty()
    }
}

/// Whether a file of this name, somewhere above a folder of migrations, may show whose they are.
pub(super) fn is_sign(name: &str) -> bool {
    let signs = LAYOUTS.iter().flat_map(|layout| layout.signs);
    signs.into_iter().any(|sign| matches!(sign, Sign::Near(sign, _) if *sign == name))
}

/// Whether a tool can run downgrades.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Downgrades {
    Never,
    Always,
    /// It can, but a project may do without, and then does so everywhere.
    IfAny,
}

/// What decides which migration runs first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// The number that the version begins with, then the rest of it.
    Number,
    /// The numbers of the version between its dots.
    Dotted,
    /// The version as text.
    Text,
    /// The name of the file as text.
    File,
    /// The lines of `sqitch.plan`.
    Plan,
    /// The entries of `meta/_journal.json`.
    Journal,
}

/// How a migration says that it wants no transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OptOut {
    None,
    /// The text of the file begins so.
    Beginning(&'static str),
    /// The path of the file contains this.
    Path(&'static str),
    /// What [`sections`] found in the text.
    Section,
    /// `run_in_transaction = false` in `metadata.toml` beside the file.
    DieselMetadata,
    /// `executeInTransaction=false` in `<file>.conf`, or nothing in the file that could run in a transaction.
    Flyway,
}

/// What a tool writes into its files, so that none is changed once it was committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hashes {
    None,
    /// `--! Previous:` and `--! Hash:`.
    Graphile,
}

/// What goes to the server as one message: several statements in it are one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sends {
    /// A direction of a file, or each part of it that [`sections`] marked.
    Script,
    /// Each part that [`sections`] marked, in a transaction of its own.
    Blocks,
    /// Each statement.
    Statements,
}

/// What the tool fills in before it sends a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placeholders {
    None,
    /// `${name}`, with values from `flyway.conf` or `flyway.toml`.
    Flyway,
    /// `${NAME}` and `$NAME` of the environment, in lines of files that ask for it.
    GooseEnvironment,
    /// `:NAME`, with values from `.gmrc`.
    Graphile,
    /// `{{ .Name }}` and whatever else a Go template may hold.
    GoTemplate,
}

/// Something on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// A file in the folder.
    File(&'static str),
    /// A text in one of the migrations, in any letter case.
    Text(&'static str),
    /// A file in the folder or above it, up to the repository's root, that contains a text.
    Near(&'static str, &'static str),
    /// A `Cargo.toml` in the folder or above it that depends on sqlx with its `migrate` feature.
    SqlxMigrate,
    /// A text in the path of a migration.
    Name(&'static str),
    /// A part of the folder's own path.
    Folder(&'static str),
    /// The end of the folder's own path.
    Ends(&'static str),
    /// The names of the files are sign enough.
    Names,
}
