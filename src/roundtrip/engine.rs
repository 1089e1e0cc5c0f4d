//! Runs single migrations, up or down, whatever their language. Refuses to know why, and what comes of it.

pub(super) mod alembic;
pub(super) mod sql;

use crate::finding::Direction;
use crate::source::Span;

use super::proxy::Proxy;
use alembic::AlembicEngine;
use sql::SqlEngine;

/// Runs the migrations of one project.
#[derive(Debug)]
pub(super) enum Engine<'a> {
    /// SQL files, by ourselves.
    Sql(SqlEngine<'a>),
    /// Alembic's revisions, by the project's Python.
    Alembic(Box<AlembicEngine<'a>>),
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

/// What came of running migrations.
pub(super) type Ran = Result<Result<(), Failure>, EngineError>;

impl Engine<'_> {
    /// Runs one migration in a session of its own; what it did is committed when this returns without a failure.
    pub async fn run(&mut self, proxy: &Proxy, migration: usize, direction: Direction) -> Ran {
        match self {
            Self::Sql(engine) => engine.run(proxy, migration, direction).await,
            Self::Alembic(engine) => engine.run(migration, direction).await,
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
        }
    }
}
