//! What is in a database, by name: every object with its facts, comparable between two moments. Refuses to know
//! which migration made it, and whether a difference matters.

mod catalog;
mod clock;
mod object;
mod reader;

use std::collections::BTreeMap;

use futures_util::TryStreamExt;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Either, Row, TypeInfo, ValueRef};

use crate::operation::Name;
pub(super) use object::{Fact, Kind, Object, ObjectId};

/// Everything in a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Snapshot {
    /// By kind and name.
    pub objects: BTreeMap<ObjectId, Object>,
    /// The columns of each table in their order.
    pub column_order: BTreeMap<ObjectId, Vec<String>>,
}

/// One row of an answer, as text.
type Cells = Vec<Option<String>>;

impl Snapshot {
    /// Reads a database, without the table that the tool keeps its version in.
    pub async fn take(
        connection: &mut PgConnection,
        major: u16,
        version_table: Option<&Name>,
    ) -> Result<Self, sqlx::Error> {
        let mut answers = ask(connection, major).await?;
        clock::hide(&mut answers);
        Ok(reader::read(&answers, version_table))
    }

    /// Whether there is an object.
    pub fn has(&self, id: &ObjectId) -> bool {
        self.objects.contains_key(id)
    }
}

/// Asks everything in one message, of one moment.
async fn ask(connection: &mut PgConnection, major: u16) -> Result<Vec<Vec<Cells>>, sqlx::Error> {
    let mut message =
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path = ''; ".to_owned();
    let before = 2;
    message += &catalog::queries(major).join("; ");
    message += "; COMMIT";
    let mut answers = vec![Vec::new(); catalog::ANSWERS];
    let mut answered = 0;
    let mut results = sqlx::raw_sql(AssertSqlSafe(message)).fetch_many(connection);
    while let Some(result) = results.try_next().await? {
        match result {
            Either::Left(_) => answered += 1,
            Either::Right(row) => {
                let cells = (0..row.len()).map(|at| text(&row, at)).collect::<Result<Cells, _>>()?;
                if let Some(answer) = answers.get_mut(answered - before) {
                    answer.push(cells);
                }
            }
        }
    }
    Ok(answers)
}

/// A cell as the server printed it; simple queries are answered in text.
fn text(row: &sqlx::postgres::PgRow, at: usize) -> Result<Option<String>, sqlx::Error> {
    let value = row.try_get_raw(at)?;
    if value.is_null() {
        return Ok(None);
    }
    value
        .as_str()
        .map(|text| Some(text.to_owned()))
        .map_err(|source| sqlx::Error::ColumnDecode { index: value.type_info().name().to_owned(), source })
}
