//! Asks several questions in one message and reads the answers as text, as the server prints it. Refuses to know
//! what is asked.

use futures_util::TryStreamExt;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Either, Row, TypeInfo, ValueRef};

/// One row of an answer, as text.
pub(super) type Cells = Vec<Option<String>>;

/// What a message came to, as far as it went.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// The rows of each statement that was answered.
    pub rows: Vec<Vec<Cells>>,
    /// How many rows each of them read or wrote.
    pub counts: Vec<u64>,
    /// Why the rest was not answered.
    pub error: Option<sqlx::Error>,
}

/// Sends statements as one message; what the server refuses ends it.
pub(super) async fn ask(connection: &mut PgConnection, statements: &[String]) -> Answers {
    let mut answers = Answers::default();
    let mut open = Vec::new();
    let mut results = sqlx::raw_sql(AssertSqlSafe(statements.join(";\n"))).fetch_many(connection);
    loop {
        match results.try_next().await {
            Ok(Some(Either::Left(result))) => {
                answers.rows.push(std::mem::take(&mut open));
                answers.counts.push(result.rows_affected());
            }
            Ok(Some(Either::Right(row))) => match cells(&row) {
                Ok(cells) => open.push(cells),
                Err(error) => {
                    answers.error = Some(error);
                    return answers;
                }
            },
            Ok(None) => return answers,
            Err(error) => {
                answers.error = Some(error);
                return answers;
            }
        }
    }
}

/// The same where a refusal is no answer.
pub(super) async fn ask_all(
    connection: &mut PgConnection,
    statements: &[String],
) -> Result<Vec<Vec<Cells>>, sqlx::Error> {
    let answers = ask(connection, statements).await;
    answers.error.map_or(Ok(answers.rows), Err)
}

/// What the server says, or what kept it from saying anything.
pub(super) fn said(error: &sqlx::Error) -> String {
    error.as_database_error().map_or_else(|| error.to_string(), |error| error.message().to_owned())
}

/// A cell; empty if NULL.
pub(super) fn cell(row: &Cells, at: usize) -> &str {
    given(row, at).unwrap_or_default()
}

/// A cell that is not NULL.
pub(super) fn given(row: &Cells, at: usize) -> Option<&str> {
    row.get(at).and_then(Option::as_deref)
}

fn cells(row: &PgRow) -> Result<Cells, sqlx::Error> {
    (0..row.len()).map(|at| text(row, at)).collect()
}

/// A cell as the server printed it; simple queries are answered in text.
fn text(row: &PgRow, at: usize) -> Result<Option<String>, sqlx::Error> {
    let value = row.try_get_raw(at)?;
    if value.is_null() {
        return Ok(None);
    }
    value
        .as_str()
        .map(|text| Some(text.to_owned()))
        .map_err(|source| sqlx::Error::ColumnDecode { index: value.type_info().name().to_owned(), source })
}
