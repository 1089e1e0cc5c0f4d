//! What is in a database, by name: every object with its facts, comparable between two moments. Refuses to know
//! which migration made it, and whether a difference matters.

mod catalog;
mod clock;
mod object;
mod reader;

use std::collections::BTreeMap;

use sqlx::postgres::PgConnection;

use super::answers::{Cells, ask_all};

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
    let begin = ["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "SET LOCAL search_path = ''"];
    let mut statements: Vec<String> = begin.iter().map(|&sql| sql.to_owned()).collect();
    statements.extend(catalog::queries(major));
    statements.push("COMMIT".to_owned());
    let mut answers = ask_all(connection, &statements).await?;
    answers.drain(..begin.len());
    Ok(answers)
}
