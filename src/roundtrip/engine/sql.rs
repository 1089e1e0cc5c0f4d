//! Runs SQL migrations as their tool would: the same statements, in the same messages and transactions.

use futures_util::TryStreamExt;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgDatabaseError, PgErrorPosition, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use crate::finding::Direction;
use crate::history::{Runner, Script, Statement, TransactionRule};
use crate::operation::{Name, quote};
use crate::source::Sources;

use super::super::proxy::Proxy;
use super::super::verdict::Place;
use super::{EngineError, Failure, Ran};

/// Runs the SQL migrations of a project over one connection.
#[derive(Debug)]
pub(in crate::roundtrip) struct SqlEngine<'a> {
    place: Place<'a>,
    connection: Option<PgConnection>,
    /// Whether the migrations that run share one transaction.
    together: bool,
    /// The migration that began last.
    begun: Option<usize>,
}

impl<'a> SqlEngine<'a> {
    pub fn new(place: Place<'a>) -> Self {
        Self { place, connection: None, together: false, begun: None }
    }

    /// Whether it does the work of another program, which would run the migrations otherwise.
    pub fn is_native(&self) -> bool {
        self.place.project.runner != Runner::Sql
    }

    /// The migration that began last.
    pub fn begun(&self) -> Option<usize> {
        self.begun
    }

    /// Runs one migration in a session of its own, as a deploy of its own would.
    pub async fn run(&mut self, proxy: &Proxy, migration: usize, direction: Direction) -> Ran {
        let ran = self.run_here(proxy, migration, direction).await?;
        self.end_session().await;
        Ok(ran)
    }

    /// Runs migrations as the tool does: in one session, so that the next ones meet what one of them sets, and in one
    /// transaction if that is its rule. What is known to open no transaction is psql, once for each file.
    pub async fn run_all(
        &mut self,
        proxy: &Proxy,
        migrations: &[usize],
        direction: Direction,
    ) -> Result<Result<(), (usize, Failure)>, EngineError> {
        let rule = self.place.project.framework.transaction;
        self.together = rule == TransactionRule::AllPending;
        let ran = self.run_each(proxy, migrations, direction).await;
        self.together = false;
        self.end_session().await;
        ran
    }

    async fn run_each(
        &mut self,
        proxy: &Proxy,
        migrations: &[usize],
        direction: Direction,
    ) -> Result<Result<(), (usize, Failure)>, EngineError> {
        let mut last = None;
        if self.together {
            let mut connection = match self.connection.take() {
                Some(connection) => connection,
                None => connect(proxy).await?,
            };
            sqlx::raw_sql("BEGIN").execute(&mut connection).await?;
            self.connection = Some(connection);
        }
        for &migration in migrations {
            if let Err(failure) = self.run_here(proxy, migration, direction).await? {
                return Ok(Err((migration, failure)));
            }
            if self.place.project.framework.transaction == TransactionRule::None {
                self.end_session().await;
            }
            last = self.script(migration, direction).statements.last().or(last);
        }
        // What is deferred to the end of the common transaction counts as the last statement's.
        if let (true, Some(connection), Some(statement), Some(migration)) =
            (self.together, &mut self.connection, last, migrations.last())
            && let Err(error) = sqlx::raw_sql("COMMIT").execute(connection).await
        {
            return Ok(Err((*migration, failure(statement, error)?)));
        }
        Ok(Ok(()))
    }

    fn script(&self, migration: usize, direction: Direction) -> &'a Script {
        let migration = &self.place.project.migrations[migration];
        match direction {
            Direction::Up => &migration.up,
            Direction::Down => migration.down.as_ref().unwrap_or(&migration.up),
        }
    }

    async fn run_here(&mut self, proxy: &Proxy, migration: usize, direction: Direction) -> Ran {
        self.begun = Some(migration);
        let script = self.script(migration, direction);
        let native = self.is_native();
        if self.connection.is_none() {
            self.connection = Some(connect(proxy).await?);
        }
        let Some(connection) = &mut self.connection else { return Ok(Ok(())) };
        if let (true, Some(table)) = (native, &self.place.project.version_table) {
            make_version_table(connection, table).await?;
        }
        let rule = self.place.project.framework.transaction;
        for group in groups(script) {
            let result = match rule {
                TransactionRule::OneMessage if group[0].transaction.is_some() => {
                    send(connection, group).await
                }
                TransactionRule::None => as_psql(connection, group, self.place.sources).await,
                // Alembic's autocommit block ends the common transaction and begins another after it.
                _ if native && self.together && group[0].transaction.is_none() => {
                    between_transactions(connection, group).await
                }
                _ => one_by_one(connection, group, self.together).await,
            };
            if let Err((statement, error)) = result {
                if waits_for_rows(statement, &error) {
                    // The server still waits: only a new connection is of use.
                    self.connection = None;
                    return Ok(Err(Failure {
                        message: "COPY FROM STDIN waits for rows that are not in the statement".to_owned(),
                        code: None,
                        notes: Vec::new(),
                        span: statement.span,
                    }));
                }
                let failure = failure(statement, error)?;
                // Also after an error that closed a transaction, and after one that broke the connection.
                if sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await.is_err() {
                    self.connection = None;
                }
                return Ok(Err(failure));
            }
        }
        Ok(Ok(()))
    }

    /// Forgets settings, temporary tables and an open transaction, as the end of a connection does, only faster.
    async fn end_session(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        for statement in ["ROLLBACK", "DISCARD ALL"] {
            if sqlx::raw_sql(statement).execute(&mut connection).await.is_err() {
                return;
            }
        }
        self.connection = Some(connection);
    }

    pub async fn release(&mut self) {
        if let Some(connection) = self.connection.take() {
            // It ends with its socket in any case.
            let _ = connection.close().await;
        }
    }
}

async fn connect(proxy: &Proxy) -> Result<PgConnection, sqlx::Error> {
    PgConnectOptions::new_without_pgpass()
        .host("127.0.0.1")
        .port(proxy.port())
        .username("postgres")
        .password(proxy.password())
        .ssl_mode(PgSslMode::Disable)
        .disable_statement_logging()
        .connect()
        .await
}

/// Neighbours that share a transaction; each statement without one is a group of its own.
fn groups(script: &Script) -> impl Iterator<Item = &[Statement]> {
    script.statements.chunk_by(|a, b| a.transaction.is_some() && a.transaction == b.transaction)
}

type Broken<'a> = (&'a Statement, sqlx::Error);

/// Statements in a transaction of their own, unless they need none or one is open for all migrations.
async fn one_by_one<'a>(
    connection: &mut PgConnection,
    group: &'a [Statement],
    together: bool,
) -> Result<(), Broken<'a>> {
    let wrapped = group[0].transaction.is_some() && !together;
    if wrapped {
        sqlx::raw_sql("BEGIN").execute(&mut *connection).await.map_err(|error| (&group[0], error))?;
    }
    for statement in group {
        let sql = AssertSqlSafe(statement.sql.to_string());
        sqlx::raw_sql(sql).execute(&mut *connection).await.map_err(|error| (statement, error))?;
    }
    if wrapped {
        // Deferred constraints are checked here.
        let last = &group[group.len() - 1];
        sqlx::raw_sql("COMMIT").execute(&mut *connection).await.map_err(|error| (last, error))?;
    }
    Ok(())
}

/// Statements that commit by themselves, where a transaction is open for all others.
async fn between_transactions<'a>(
    connection: &mut PgConnection,
    group: &'a [Statement],
) -> Result<(), Broken<'a>> {
    sqlx::raw_sql("COMMIT").execute(&mut *connection).await.map_err(|error| (&group[0], error))?;
    one_by_one(connection, group, false).await?;
    sqlx::raw_sql("BEGIN")
        .execute(connection)
        .await
        .map(drop)
        .map_err(|error| (&group[group.len() - 1], error))
}

/// Makes the table where Alembic keeps its version, unless it is there: revisions may change it.
async fn make_version_table(connection: &mut PgConnection, table: &Name) -> Result<(), EngineError> {
    let key = quote(&format!("{}_pkc", table.name));
    let sql = format!(
        "SET client_min_messages TO error; CREATE TABLE IF NOT EXISTS {table} (version_num VARCHAR(32) NOT NULL, \
         CONSTRAINT {key} PRIMARY KEY (version_num)); RESET client_min_messages"
    );
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop).map_err(|error| {
        EngineError::new(
            format!("the version table {table} cannot be made without env.py: {error}"),
            "leave out --engine native: env.py may prepare the database",
        )
    })
}

/// What psql does with statements: rows follow a COPY, and psql's own commands are not for the server. Transactions are
/// those that the file opens.
async fn as_psql<'a>(
    connection: &mut PgConnection,
    group: &'a [Statement],
    sources: &Sources,
) -> Result<(), Broken<'a>> {
    for statement in group {
        match statement.rows {
            // `\copy` reads its rows as psql does, and `COPY` gets them from psql.
            Some(rows) => {
                copy_in(connection, statement.sql.trim_start_matches('\\'), sources.text(rows)).await
            }
            None if statement.sql.starts_with('\\') => Ok(()),
            None => sqlx::raw_sql(AssertSqlSafe(statement.sql.to_string()))
                .execute(&mut *connection)
                .await
                .map(drop),
        }
        .map_err(|error| (statement, error))?;
    }
    Ok(())
}

async fn copy_in(connection: &mut PgConnection, sql: &str, rows: &str) -> Result<(), sqlx::Error> {
    let mut copy = connection.copy_in_raw(sql).await?;
    copy.send(rows.as_bytes()).await?;
    copy.finish().await.map(drop)
}

/// Sends statements as one message; which one failed is known from how many were answered.
async fn send<'a>(connection: &mut PgConnection, group: &'a [Statement]) -> Result<(), Broken<'a>> {
    let message = group.iter().map(|statement| statement.sql.as_str()).collect::<Vec<_>>().join(";\n");
    let mut answered = 0;
    let mut results = sqlx::raw_sql(AssertSqlSafe(message)).fetch_many(&mut *connection);
    loop {
        match results.try_next().await {
            Ok(None) => return Ok(()),
            Ok(Some(result)) => answered += usize::from(result.is_left()),
            Err(error) => {
                let at = match parse_position(&error) {
                    Some(position) if answered == 0 => statement_at(group, position),
                    _ => answered.min(group.len() - 1),
                };
                return Err((&group[at], error));
            }
        }
    }
}

/// A text that does not parse is refused as a whole: then the position tells where.
fn parse_position(error: &sqlx::Error) -> Option<usize> {
    let error = error.as_database_error()?.downcast_ref::<PgDatabaseError>();
    match (error.code(), error.position()) {
        ("42601", Some(PgErrorPosition::Original(position))) => Some(position),
        _ => None,
    }
}

fn statement_at(group: &[Statement], position: usize) -> usize {
    let mut end = 0;
    group
        .iter()
        .position(|statement| {
            end += statement.sql.chars().count() + ";\n".len();
            position <= end
        })
        .unwrap_or(group.len() - 1)
}

fn waits_for_rows(statement: &Statement, error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Protocol(_)) && statement.sql.to_ascii_uppercase().contains("COPY")
}

/// What the server has against a statement. Anything else is no fault of the migration.
fn failure(statement: &Statement, error: sqlx::Error) -> Result<Failure, sqlx::Error> {
    let Some(database) = error.as_database_error() else { return Err(error) };
    let database = database.downcast_ref::<PgDatabaseError>();
    let mut notes = Vec::new();
    notes.extend(database.detail().map(str::to_owned));
    notes.extend(database.r#where().map(|context| format!("in {context}")));
    notes.extend(database.hint().map(|hint| format!("PostgreSQL's hint: {hint}")));
    Ok(Failure {
        message: database.message().to_owned(),
        code: Some(database.code().to_owned()),
        notes,
        span: statement.span,
    })
}
