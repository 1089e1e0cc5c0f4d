//! Writes rows into every table that a database has, so that migrations meet what production has: NULLs, extremes,
//! other scripts, duplicates. Refuses to know which migration made a table.

mod catalog;
mod insert;
mod literals;
mod order;
mod values;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::PathBuf;

use sqlx::postgres::PgConnection;

use super::answers::{Answers, ask, ask_all, cell, said};
use super::engine::EngineError;
use super::script::Script;
use crate::operation::Name;
use catalog::{BuiltIn, Catalog, Table};
use insert::{Wish, statement};

/// Which rows migrations meet.
#[derive(Clone, Debug)]
pub struct Data {
    /// How many rows each table gets when it is new or changed.
    pub rows: u32,
    /// Another number gives other rows.
    pub seed: u64,
    /// A folder with the user's own rows, as `REVISION.sql`.
    pub files: Option<PathBuf>,
}

impl Default for Data {
    fn default() -> Self {
        Self { rows: 8, seed: 0, files: None }
    }
}

/// How demanding rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// All that the schema allows.
    Full,
    /// Nothing odd, and no two alike.
    Plain,
    /// None but the user's own.
    Own,
}

/// Fills a database again and again: only tables that are new or changed get more rows.
#[derive(Debug)]
pub(super) struct Seeder {
    data: Data,
    built_in: BuiltIn,
    filled: HashMap<String, Filled>,
    /// Tables that could not be filled, and why.
    refused: BTreeMap<String, String>,
}

/// What a table was like when it was filled: itself, and the labels that its enums had.
type Filled = (Table, Vec<Vec<String>>);

impl Seeder {
    pub fn new(data: Data) -> Self {
        Self { data, built_in: BuiltIn::default(), filled: HashMap::new(), refused: BTreeMap::new() }
    }

    /// Forgets what is filled: the rows are gone.
    pub fn forget(&mut self) {
        self.filled.clear();
    }

    /// Tables that never got a row, each with its reason.
    pub fn refused(&self) -> &BTreeMap<String, String> {
        &self.refused
    }

    /// Adds rows to each table that has changed since it was filled.
    pub async fn fill(
        &mut self,
        connection: &mut PgConnection,
        major: u16,
        version_table: Option<&Name>,
        level: Level,
    ) -> Result<(), sqlx::Error> {
        if level == Level::Own {
            return Ok(());
        }
        let catalog = Catalog::read(connection, major, version_table, &mut self.built_in).await?;
        let known: Vec<Filled> = catalog.tables.iter().map(|table| state(&catalog, table)).collect();
        let mut waiting: VecDeque<(usize, Level)> = order::order(&catalog.tables)
            .into_iter()
            .filter(|at| self.filled.get(&catalog.tables[*at].sql_name()) != Some(&known[*at]))
            .map(|at| (at, level))
            .collect();
        if waiting.is_empty() {
            return Ok(());
        }
        let mut written = vec![0; catalog.tables.len()];
        let mut errors: BTreeMap<usize, String> = BTreeMap::new();
        let touched: Vec<usize> = waiting.iter().map(|(at, _)| *at).collect();
        ask_all(connection, &["BEGIN".to_owned(), "SET CONSTRAINTS ALL IMMEDIATE".to_owned()]).await?;
        while !waiting.is_empty() {
            let statements: Vec<String> = waiting
                .iter()
                .flat_map(|(at, level)| {
                    let wish = Wish { level: *level, rows: self.data.rows, seed: self.data.seed };
                    let insert = statement(&catalog, &catalog.tables[*at], wish);
                    ["SAVEPOINT mig_check".to_owned(), insert, "RELEASE mig_check".to_owned()]
                })
                .collect();
            let Answers { counts, error, .. } = ask(connection, &statements).await;
            for counts in counts.chunks_exact(3) {
                if let Some((at, _)) = waiting.pop_front() {
                    written[at] = counts[1];
                }
            }
            let Some(error) = error else { break };
            let Some(said) = error.as_database_error().map(|error| error.message().to_owned()) else {
                return Err(error);
            };
            ask_all(connection, &["ROLLBACK TO mig_check".to_owned()]).await?;
            match waiting.pop_front() {
                Some((at, Level::Full)) => waiting.push_front((at, Level::Plain)),
                Some((at, _)) => drop(errors.insert(at, said)),
                None => break,
            }
        }
        ask_all(connection, &["COMMIT".to_owned()]).await?;
        for at in touched {
            let table = &catalog.tables[at];
            if written[at] == 0 && !has_rows(connection, &table.sql_name()).await? {
                let reason = match errors.remove(&at) {
                    Some(said) if !says_null(&said) || table.checks.is_empty() => said,
                    _ => why_empty(connection, table).await?,
                };
                self.refused.entry(table.said()).or_insert(reason);
            } else {
                self.refused.remove(&table.said());
            }
            if level == Level::Full {
                self.filled.insert(table.sql_name(), known[at].clone());
            }
        }
        Ok(())
    }
}

impl Seeder {
    /// Whether the user has rows of their own for a migration.
    pub fn has_own(&self, migration: &str) -> bool {
        self.own_file(migration).is_some_and(|path| path.exists())
    }

    fn own_file(&self, migration: &str) -> Option<PathBuf> {
        Some(self.data.files.as_ref()?.join(format!("{migration}.sql")))
    }

    /// Runs the user's own file for a migration, if there is one. Tables that have rows then are not filled.
    pub async fn add_own(
        &mut self,
        connection: &mut PgConnection,
        major: u16,
        version_table: Option<&Name>,
        migration: &str,
    ) -> Result<(), EngineError> {
        let Some(path) = self.own_file(migration) else { return Ok(()) };
        let Some(script) = Script::read(&path)? else { return Ok(()) };
        if let Err(error) = script.run(connection, version_table).await {
            return Err(EngineError::new(
                format!("the rows of {} are refused: {}", path.display(), said(&error)),
                format!(
                    "it runs right before {migration}, on the schema that is there then, which holds no rows but those that \
                     migrations wrote"
                ),
            ));
        }
        let catalog = Catalog::read(connection, major, version_table, &mut self.built_in).await?;
        for table in &catalog.tables {
            if has_rows(connection, &table.sql_name()).await? {
                self.filled.insert(table.sql_name(), state(&catalog, table));
            }
        }
        Ok(())
    }
}

fn state(catalog: &Catalog, table: &Table) -> Filled {
    let labels = table.columns.iter().filter_map(|column| catalog.types.get(&column.kind));
    (table.clone(), labels.filter(|known| known.class == 'e').map(|known| known.labels.clone()).collect())
}

async fn has_rows(connection: &mut PgConnection, table: &str) -> Result<bool, sqlx::Error> {
    let answer = ask_all(connection, &[format!("SELECT EXISTS (SELECT FROM {table})")]).await?;
    Ok(answer.iter().flatten().any(|row| cell(row, 0) == "t"))
}

/// Whether no value was left for a column: its conditions took them all.
fn says_null(error: &str) -> bool {
    error.starts_with("null value in column")
}

/// Why no row was found for a table that refuses none.
async fn why_empty(connection: &mut PgConnection, table: &Table) -> Result<String, sqlx::Error> {
    for reference in &table.references {
        let columns: Vec<_> = reference.columns.iter().filter_map(|number| table.column(*number)).collect();
        if columns.iter().all(|column| column.not_null) && !has_rows(connection, &reference.sql_table).await?
        {
            let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
            let other = reference.sql_table.trim_start_matches("public.");
            return Ok(format!("{} refers to {other}, which has no row", names.join(", ")));
        }
    }
    let names: Vec<&str> = table.checks.iter().map(|check| check.name.as_str()).collect();
    Ok(match names[..] {
        [] => "a trigger or a rule keeps rows out".to_owned(),
        _ => format!("no row was found that satisfies {}", names.join(" and ")),
    })
}
