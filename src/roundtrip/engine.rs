//! Runs single migrations, up or down, whatever their language. Refuses to know why, and what comes of it.

mod ability;
mod alembic;
mod command;
mod ports;
mod sql;
mod surroundings;

use std::collections::BTreeMap;

use crate::finding::Direction;
use crate::history::Runner;
use crate::operation::Name;
use crate::source::Span;

use super::Options;
use super::proxy::Proxy;
use super::server::{Secret, Server};
use super::verdict::Place;
use alembic::AlembicEngine;
use command::CommandEngine;
use sql::SqlEngine;

pub use command::Commands;

/// What runs migrations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum EngineChoice {
    /// SQL files by ourselves, Alembic's revisions by the project's Python.
    #[default]
    Usual,
    /// Everything by ourselves; what only Python knows is left out.
    Native,
    /// The user's own tool.
    Commands(Commands),
}

/// What Alembic's `env.py` is given beside what stands in the project.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// Environment variables, by name. Those that lead to a server are overwritten.
    pub variables: BTreeMap<String, Secret>,
    /// What `context.get_x_argument()` returns: Alembic's `-x`.
    pub arguments: Vec<String>,
}

impl Environment {
    /// Shortest value that is hidden, characters: whoever prints a shorter one may mean anything.
    const SHORTEST: usize = 4;

    /// A text without the variables' values; their names stand there instead.
    pub(super) fn hide(&self, text: &str) -> String {
        let mut hidden: Vec<_> =
            self.variables.iter().filter(|(_, value)| value.0.chars().count() >= Self::SHORTEST).collect();
        // One may be part of another.
        hidden.sort_by_key(|(_, value)| std::cmp::Reverse(value.0.len()));
        hidden
            .iter()
            .fold(text.to_owned(), |text, (name, value)| text.replace(&value.0, &format!("[{name}]")))
    }
}

/// Runs the migrations of one project.
#[derive(Debug)]
pub(super) enum Engine<'a> {
    /// SQL files, by ourselves.
    Sql(SqlEngine<'a>),
    /// Alembic's revisions, by the project's Python.
    Alembic(Box<AlembicEngine<'a>>),
    /// Anything, by commands of the user's.
    Command(CommandEngine<'a>),
}

/// How a project's models differ from what its migrations make.
#[derive(Clone, Debug, Default)]
pub(super) struct ModelDrift {
    /// What differs, each part of a sentence.
    pub differences: Vec<String>,
    /// What would make the database as the models say, in the project's language.
    pub code: String,
}

/// A migration that did not run to its end: a fault of the migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// What the server or the language said, one line.
    pub message: String,
    /// SQLSTATE, if the server said it.
    pub code: Option<String>,
    /// Further lines: detail, hint, traceback.
    pub notes: Vec<String>,
    /// The statement.
    pub span: Span,
}

impl Failure {
    /// Whether other rows might not have failed: data exceptions, violated constraints, what the migration raises
    /// itself.
    pub fn is_about_rows(&self) -> bool {
        let class = |code: &str| matches!(code.get(..2), Some("22" | "23" | "P0"));
        self.code.as_deref().is_none_or(class)
    }

    /// Whether it misses what others may make where the project is deployed: a role or a schema.
    pub fn misses_surroundings(&self) -> bool {
        match self.code.as_deref() {
            Some("42704") => self.message.starts_with("role "),
            Some("3F000") => true,
            _ => false,
        }
    }

    /// The extension that the server would have to offer, if that is what is missing.
    pub fn missing_extension(&self) -> Option<&str> {
        self.message.strip_prefix("extension \"")?.strip_suffix("\" is not available")
    }
}

/// Why an engine cannot work: no fault of a migration.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub(super) struct EngineError {
    /// What happened, a sentence without its full stop.
    pub what: String,
    /// What to do about it; may be empty.
    pub remedy: String,
}

impl EngineError {
    /// What happened, and what to do about it.
    pub fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: remedy.into() }
    }
}

impl From<sqlx::Error> for EngineError {
    fn from(error: sqlx::Error) -> Self {
        Self { what: format!("the disposable server does not answer: {error}"), remedy: String::new() }
    }
}

/// Longest statement that a note shows, characters.
const LONGEST_STATEMENT: usize = 300;

/// A statement in one line, as a note shows it.
pub(super) fn shortened(statement: &str) -> String {
    let line = statement.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut short: String = line.chars().take(LONGEST_STATEMENT).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    short
}

/// What came of running migrations.
pub(super) type Ran = Result<Result<(), Failure>, EngineError>;

impl<'a> Engine<'a> {
    /// Gets ready to run the migrations of a project.
    pub async fn start(
        place: Place<'a>,
        server: &Server,
        proxy: &Proxy,
        database: &str,
        options: &'a Options,
    ) -> Result<Self, EngineError> {
        Ok(match (&options.engine, &place.project.runner) {
            (EngineChoice::Commands(commands), _) => {
                Self::Command(CommandEngine::new(place, commands, database))
            }
            (EngineChoice::Usual, Runner::Alembic { .. }) => {
                Self::Alembic(Box::new(AlembicEngine::start(place, server, proxy, database, options).await?))
            }
            (EngineChoice::Native, _) | (EngineChoice::Usual, Runner::Sql) => {
                Self::Sql(SqlEngine::new(place))
            }
        })
    }

    /// The databases of a project that one run of its tool migrates, by the tool's names; none where there is one.
    pub async fn databases(
        place: Place<'a>,
        server: &Server,
        proxy: &Proxy,
        options: &'a Options,
    ) -> Result<Vec<String>, EngineError> {
        let (EngineChoice::Usual, Runner::Alembic { scripts, .. }) = (&options.engine, &place.project.runner)
        else {
            return Ok(Vec::new());
        };
        let environment = std::fs::read_to_string(scripts.join("env.py")).unwrap_or_default();
        if !environment.contains("engine_name") {
            return Ok(Vec::new());
        }
        let scratch = server.name("scratch");
        server.create_database(&scratch, None).await?;
        proxy.lead_to(&scratch);
        let names = AlembicEngine::databases(place, server, proxy, &scratch, options).await;
        server.administer(&[format!("DROP DATABASE {scratch} WITH (FORCE)")]).await?;
        names
    }

    /// The tool's own table, where running the project tells more than reading it.
    pub fn version_table(&self) -> Option<&Name> {
        match self {
            Self::Alembic(engine) => Some(engine.version_table()),
            Self::Sql(_) | Self::Command(_) => None,
        }
    }

    /// What runs the migrations, if that is worth a word; completes "… ran ".
    pub fn remark(&self) -> Option<String> {
        match self {
            Self::Alembic(engine) => Some(format!("with {}", engine.versions())),
            Self::Command(engine) if engine.can_be_held() => Some(format!("by `{}`", engine.name())),
            Self::Command(engine) => Some(format!(
                "by `{}`, which only its variables lead to the disposable server: nothing holds it there",
                engine.name()
            )),
            Self::Sql(engine) if engine.is_native() => Some("without Python".to_owned()),
            Self::Sql(_) => None,
        }
    }

    /// Runs one migration in a session of its own; what it did is committed when this returns without a failure.
    pub async fn run(&mut self, proxy: &Proxy, migration: usize, direction: Direction) -> Ran {
        match self {
            Self::Sql(engine) => engine.run(proxy, migration, direction).await,
            Self::Alembic(engine) => engine.run(migration, direction).await,
            Self::Command(engine) => engine.run(proxy, migration, direction).await,
        }
    }

    /// Runs migrations one after the other in one session, under the project's own transactions. The failure says
    /// which.
    pub async fn run_all(
        &mut self,
        proxy: &Proxy,
        migrations: &[usize],
        direction: Direction,
    ) -> Result<Result<(), (usize, Failure)>, EngineError> {
        match self {
            Self::Alembic(engine) => engine.run_all(migrations, direction).await,
            Self::Sql(engine) => engine.run_all(proxy, migrations, direction).await,
            Self::Command(engine) => engine.run_all(proxy, migrations, direction).await,
        }
    }

    /// The migration that began last, of those that run one after the other.
    pub fn begun(&self) -> Option<usize> {
        match self {
            Self::Sql(engine) => engine.begun(),
            Self::Alembic(engine) => engine.begun(),
            Self::Command(engine) => engine.begun(),
        }
    }

    /// Ends what runs, wherever it is; this engine is of no further use. Returns what it printed, where that is the only
    /// thing that tells what it did.
    pub fn kill(&mut self) -> Option<String> {
        match self {
            // Its connection ends with it.
            Self::Sql(_) => None,
            Self::Alembic(engine) => {
                engine.kill();
                None
            }
            Self::Command(engine) => engine.printed(),
        }
    }

    /// How the project's models differ from the database as it is; not at all where nobody can tell.
    pub async fn compare_models(&mut self) -> Result<ModelDrift, EngineError> {
        match self {
            Self::Alembic(engine) => engine.compare_models().await,
            Self::Sql(_) | Self::Command(_) => Ok(ModelDrift::default()),
        }
    }

    /// Ends every connection; the next run opens a new one, to where the proxy leads then.
    pub async fn release(&mut self) -> Result<(), EngineError> {
        match self {
            Self::Sql(engine) => {
                engine.release().await;
                Ok(())
            }
            Self::Alembic(engine) => engine.release().await,
            // Its connections have ended with their processes.
            Self::Command(_) => Ok(()),
        }
    }
}
