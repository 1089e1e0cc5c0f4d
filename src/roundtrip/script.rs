//! Runs a file of the user's as psql would, a dump of `pg_dump` above all: rows follow a COPY, and lines for psql itself
//! are left out. Refuses to know what the file is for.

use std::io::ErrorKind;
use std::path::Path;

use sqlx::postgres::PgConnection;

use super::answers::{ask, ask_all, cell};
use super::engine::EngineError;
use crate::operation::Name;

/// A file of SQL.
#[derive(Debug)]
pub(super) struct Script {
    parts: Vec<Part>,
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// Statements.
    Sql(String),
    /// A `SET` of its own line: a newer `pg_dump` knows settings that the server does not.
    Setting(String),
    /// A COPY and its rows.
    Copy { statement: String, rows: String },
}

impl Script {
    /// Reads a file; `None` if there is none.
    pub fn read(path: &Path) -> Result<Option<Self>, EngineError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Some(Self { parts: parts(&text) })),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(EngineError::new(
                format!("{} cannot be read: {error}", path.display()),
                "it must be SQL in UTF-8",
            )),
        }
    }

    /// Runs it in one transaction. The tables of a COPY have no other rows then; that of the tool's version is left as it
    /// is. The error says what the server refused.
    pub async fn run(
        &self,
        connection: &mut PgConnection,
        version_table: Option<&Name>,
    ) -> Result<(), sqlx::Error> {
        let is_own = |table: &str| {
            let name = table.rsplit('.').next().unwrap_or(table).trim_matches('"');
            version_table.is_some_and(|version| version.name == name)
        };
        let copied = self.parts.iter().filter_map(Part::table).filter(|table| !is_own(table));
        let copied: Vec<String> = copied.map(|table| format!("'{}'", table.replace('\'', "''"))).collect();
        // Others the script may make itself.
        let there = format!(
            "SELECT name FROM unnest(ARRAY[{}]::text[]) name WHERE to_regclass(name) IS NOT NULL",
            copied.join(", ")
        );
        let answers = ask_all(connection, &["BEGIN".to_owned(), there]).await?;
        let emptied: Vec<&str> = answers.iter().flatten().map(|row| cell(row, 0)).collect();
        if !emptied.is_empty() {
            ask_all(connection, &[format!("TRUNCATE {} CASCADE", emptied.join(", "))]).await?;
        }
        for part in &self.parts {
            match part {
                Part::Sql(sql) => drop(ask_all(connection, std::slice::from_ref(sql)).await?),
                Part::Setting(sql) => set(connection, sql).await?,
                Part::Copy { .. } if part.table().is_some_and(is_own) => {}
                Part::Copy { statement, rows } => {
                    let mut copy = connection.copy_in_raw(statement).await?;
                    copy.send(rows.as_bytes()).await?;
                    copy.finish().await?;
                }
            }
        }
        // A dump sets a search path of its own.
        ask_all(connection, &["COMMIT".to_owned(), "RESET ALL".to_owned()]).await.map(drop)
    }
}

/// A setting that the server does not know is none of ours.
async fn set(connection: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    let statements = ["SAVEPOINT setting".to_owned(), sql.to_owned(), "RELEASE setting".to_owned()];
    match ask(connection, &statements).await.error {
        Some(error)
            if error.as_database_error().and_then(|error| error.code()).as_deref() == Some("42704") =>
        {
            ask_all(connection, &["ROLLBACK TO setting".to_owned()]).await.map(drop)
        }
        Some(error) => Err(error),
        None => Ok(()),
    }
}

impl Part {
    /// The table of a COPY.
    fn table(&self) -> Option<&str> {
        let Self::Copy { statement, .. } = self else { return None };
        let table = statement.get("COPY ".len()..)?;
        Some(table.split([' ', '(']).next().unwrap_or(table))
    }
}

fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut sql = String::new();
    // Whether a string goes on from line to line, and whether a statement does.
    let (mut in_string, mut in_statement) = (false, false);
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    while let Some(line) = lines.next() {
        let is_psql = line.starts_with('\\');
        let is_copy = starts_with(line, "COPY ") && line.to_ascii_lowercase().contains(" from stdin");
        let is_set = starts_with(line, "SET ") && line.ends_with(';');
        if in_string || in_statement || !(is_psql || is_copy || is_set) {
            sql.push_str(line);
            sql.push('\n');
            if in_string || !(line.starts_with("--") || line.trim().is_empty()) {
                in_string ^= line.matches('\'').count() % 2 == 1;
                in_statement = !line.trim_end().ends_with(';');
            }
            continue;
        }
        if !sql.trim().is_empty() {
            parts.push(Part::Sql(std::mem::take(&mut sql)));
        }
        if is_copy {
            let rows = lines.by_ref().take_while(|row| *row != "\\.").flat_map(|row| [row, "\n"]).collect();
            parts.push(Part::Copy { statement: line.trim_end_matches(';').to_owned(), rows });
        } else if is_set {
            parts.push(Part::Setting(line.to_owned()));
        }
    }
    if !sql.trim().is_empty() {
        parts.push(Part::Sql(sql));
    }
    parts
}

fn starts_with(line: &str, word: &str) -> bool {
    line.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(statement: &str, rows: &str) -> Part {
        Part::Copy { statement: statement.to_owned(), rows: rows.to_owned() }
    }

    #[test]
    fn a_dump_is_taken_apart_as_psql_would() {
        let dump = "--\n-- PostgreSQL database dump\n--\n\n\\restrict x\nSET lock_timeout = 0;\nSELECT 1;\n\
                    COPY public.book (id) FROM stdin;\n1\n\\N\n\\.\n\nINSERT INTO t VALUES ('a\n\\b;\nSET c;\n');\n\
                    UPDATE t\nSET a = 1;\n\\unrestrict x\n";
        let comment = "--\n-- PostgreSQL database dump\n--\n\n".to_owned();
        let rest = "\nINSERT INTO t VALUES ('a\n\\b;\nSET c;\n');\nUPDATE t\nSET a = 1;\n".to_owned();
        assert_eq!(
            parts(dump),
            [
                Part::Sql(comment),
                Part::Setting("SET lock_timeout = 0;".to_owned()),
                Part::Sql("SELECT 1;\n".to_owned()),
                copy("COPY public.book (id) FROM stdin", "1\n\\N\n"),
                Part::Sql(rest),
            ]
        );
        assert_eq!(copy("COPY public.\"Book\" (id) FROM stdin", "").table(), Some("public.\"Book\""));
        assert_eq!(parts("\u{feff}COPY t FROM stdin;\r\n1\r\n"), [copy("COPY t FROM stdin", "1\n")]);
        assert_eq!(parts(""), []);
    }
}
