//! Migrations in their order: what each runs upwards and downwards, and what is wrong with the graph they form.
//! Refuses to know how they were read, and whether what they do is dangerous.

mod divergence;
mod graph;

pub use divergence::{Deleted, Difference, Divergence, Edit, Late, SecondHead, Side, Taken};
pub use graph::{Graph, GraphFault};

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

pub use crate::operation::Certainty;
use crate::operation::{Name, Operation, Target};
use crate::source::{SourceId, Span, Text};

/// One set of migrations that one tool would run.
#[derive(Debug)]
pub struct Project {
    /// Where it was found, as people are shown it, with forward slashes; `.` for the current folder.
    pub root: String,
    /// The tool.
    pub framework: Framework,
    /// The table where the tool keeps its version: nobody else's, and left out of every comparison. Without a schema
    /// it lies wherever the server puts it.
    pub version_table: Option<Name>,
    /// What the project has its tool do otherwise than that does by itself, in words: `one transaction per migration`.
    pub told: Vec<String>,
    /// All migrations, in the order in which their files were read (by version, or by path).
    pub migrations: Vec<Migration>,
    /// Files or parts of files that could not be read. They never stop the rest.
    pub problems: Vec<Problem>,
    /// What lies among the migrations and is not read, with the reason, a sentence each without its full stop.
    pub left_out: Vec<String>,
    /// What the tool's own configuration sets in every session.
    pub session: Vec<SessionSetting>,
    /// How the tool is run.
    pub runner: Runner,
}

/// A setting that migrations meet without making it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSetting {
    /// `lock_timeout`, in lower case.
    pub name: String,
    /// As written; empty if only running it would tell.
    pub value: String,
    /// `SET LOCAL`: not in force where a statement commits by itself.
    pub local: bool,
}

/// How the migrations of a project are run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Runner {
    /// Their SQL is sent to the server as it is, under the framework's transaction rule.
    Sql,
    /// By Alembic, in the project's own Python.
    Alembic {
        /// Working directory that the project expects: where its configuration file is, or its parent for Flask.
        directory: PathBuf,
        /// `alembic.ini` or `pyproject.toml`, absolute.
        config: PathBuf,
        /// Section of the configuration file.
        section: String,
        /// `script_location`, absolute.
        scripts: PathBuf,
    },
}

/// The migrations of a project that findings are asked for; all others are read as context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Indexes into [`Project::migrations`].
    pub checked: BTreeSet<usize>,
    /// Whether the checked ones are known to be pending together (`--base`): then a table that one of them creates is
    /// new for all of them. Without a base each migration counts as a deploy of its own.
    pub pending: bool,
    /// How the migrations differ from those of the base; `None` without a base.
    pub base: Option<Divergence>,
}

impl Scope {
    /// Every migration, each a deploy of its own.
    pub fn all(project: &Project) -> Self {
        Self { checked: (0..project.migrations.len()).collect(), pending: false, base: None }
    }
}

/// What must be known of a migration tool to speak to its users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framework {
    /// Its name as its authors write it: `Alembic`, `golang-migrate`.
    pub name: &'static str,
    /// The language that migrations are written in.
    pub language: Language,
    /// How a user takes a migration out of the tool's transaction, ready to paste; `None` where the tool has none
    /// or opens no transaction.
    pub no_transaction: Option<&'static str>,
    /// Whether the tool can run downgrades.
    pub downgrades: bool,
    /// What it wraps in a transaction.
    pub transaction: TransactionRule,
    /// The table, `name` or `schema.name`, where the tool keeps its version unless the project says otherwise; empty
    /// if it has none.
    pub version_table: &'static str,
}

/// What a tool wraps in a transaction, unless a migration opts out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionRule {
    /// All pending migrations together (Alembic's default).
    AllPending,
    /// Each migration.
    PerMigration,
    /// Nothing, but a file is sent as one message, which the server runs as one transaction if it holds several
    /// statements.
    OneMessage,
    /// Nothing: each statement commits by itself.
    None,
}

impl TransactionRule {
    /// Whether the tool opens a transaction, and writes its version in it.
    pub fn wraps(self) -> bool {
        matches!(self, Self::AllPending | Self::PerMigration)
    }
}

/// The language that migrations are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// SQL files.
    Sql,
    /// Python that calls Alembic.
    Python,
}

/// One migration.
#[derive(Debug)]
pub struct Migration {
    /// What the tool calls it: a revision id, a version.
    pub id: String,
    /// What the author says that it does; may be empty.
    pub message: String,
    /// Where to point for findings about the migration as a whole: its id or first line.
    pub header: Span,
    /// The migrations that it follows. Empty for a first one. SQL files follow the one before them.
    pub parents: Vec<Reference>,
    /// Migrations that must run first without being parents (Alembic's `depends_on`).
    pub depends_on: Vec<Reference>,
    /// Names of the branch that starts here.
    pub branch_labels: Vec<String>,
    /// What its file imports, by full name: `shop.models.Order`. Nothing for SQL files.
    pub imports: Vec<Reference>,
    /// Whether it is made to be edited, and runs again whenever it was: Flyway's `R__`. It has no way back.
    pub repeats: bool,
    /// The upgrade.
    pub up: Script,
    /// The downgrade; `None` if there is none.
    pub down: Option<Script>,
    /// All comments of its files, in their order; allow comments are read from them.
    pub comments: Vec<Comment>,
}

impl Migration {
    /// The upgrade, and the downgrade if there is one.
    pub fn scripts(&self) -> impl Iterator<Item = &Script> {
        std::iter::once(&self.up).chain(&self.down)
    }
}

/// A comment in a migration's file: SQL's `--` and `/* */`, Python's `#`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// The comment with its markers.
    pub span: Span,
    /// What it says, without markers and the white space at both ends.
    pub text: String,
}

/// A migration named by another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The id as written.
    pub id: String,
    /// Where it is written.
    pub span: Span,
}

/// One direction of a migration.
#[derive(Debug)]
pub struct Script {
    /// The function, the file or the section.
    pub span: Span,
    /// Whether it does, skips or refuses the work.
    pub body: Body,
    /// Whether the tool opens a transaction around it.
    pub wrapped: bool,
    /// Its statements in order.
    pub statements: Vec<Statement>,
    /// The first thing that needs a database while the script runs, and where: the tool cannot only print its SQL.
    /// None for SQL files.
    pub reliance: Option<(Span, Reliance)>,
}

/// What becomes of a script where its tool only prints the SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reliance {
    /// It stops with an error; the reason completes "stops here, because …".
    Fails(String),
    /// A statement is printed without its values.
    LosesValues,
}

impl Script {
    /// The file.
    pub fn source(&self) -> SourceId {
        self.span.source
    }

    /// All steps with the statement that each belongs to.
    pub fn steps(&self) -> impl Iterator<Item = (&Statement, &Step)> {
        self.statements.iter().flat_map(|statement| statement.steps.iter().map(move |step| (statement, step)))
    }
}

/// What a script does at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// It has statements, or may have.
    Works,
    /// `pass`, comments, nothing.
    Empty,
    /// It refuses to run.
    Raises {
        /// The statement that raises.
        span: Span,
        /// What is raised, as written: `NotImplementedError("…")`.
        what: String,
    },
}

/// One statement as the server receives it.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Where the author wrote it: SQL text, or the Python call that renders it.
    pub span: Span,
    /// The SQL that is sent, without a final semicolon; empty for an opaque step.
    pub sql: Text,
    /// Whether a part of it is data that only running the migration tells, for which `'<words>'` stands there.
    pub stands_in: bool,
    /// Whether such data is pasted into its text, where a quote in it ends the literal, and is no parameter.
    pub pasted: bool,
    /// What it does; several for `ALTER TABLE` with several actions, never none.
    pub steps: Vec<Step>,
    /// The rows that psql sends after a `COPY … FROM stdin`; no other tool takes them from a file.
    pub rows: Option<Span>,
    /// The transaction that it runs in: statements with the same number share one, `None` commits at once.
    pub transaction: Option<u32>,
    /// Whether it surely runs when its script runs.
    pub certainty: Certainty,
}

/// One operation with its own place.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it does. Steps in a row that do the same share it: a dump has as many as it has rows.
    pub operation: Arc<Operation>,
    /// The part of the statement that says so.
    pub span: Span,
    /// Whether it surely runs when its statement runs: a branch of a `DO` block may not.
    pub certainty: Certainty,
    /// How it names what it is about.
    pub target: Target,
}

impl Step {
    /// A step that runs when its statement does.
    pub fn certain(operation: Operation, span: Span) -> Self {
        Self {
            operation: Arc::new(operation),
            span,
            certainty: Certainty::Certain,
            target: Target::default(),
        }
    }
}

/// Something in the user's files that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind.
    pub kind: ProblemKind,
    /// Where.
    pub span: Span,
    /// What is wrong, a sentence without its full stop.
    pub message: String,
}

/// Kinds of unreadable input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// Bytes that are not UTF-8, or a file that the system would not let us read.
    Unreadable,
    /// A Python file that does not parse, or lacks what the tool demands.
    Syntax,
    /// A file with nothing in it where a migration should be.
    Empty,
    /// A down file without its up file.
    Orphan,
    /// A migration that the tool expects and that is not there.
    Missing,
    /// A migration that the tool passes over.
    Skipped,
    /// A migration that does not fit the hash that the tool knows it by.
    Altered,
}

impl Project {
    /// Whether a table is the one where the tool keeps its version.
    pub fn is_bookkeeping(&self, table: &Name) -> bool {
        let same = |own: &Name| {
            own.name == table.name
                && (own.schema.is_none() || table.schema.is_none() || own.schema == table.schema)
        };
        self.version_table.as_ref().is_some_and(same)
    }

    /// The graph of the migrations.
    pub fn graph(&self) -> Graph {
        Graph::of(&self.migrations)
    }
}
