//! What stands in the tables, and what is no longer there afterwards. Refuses to know which migration ran, and
//! whether a loss was meant.

mod loss;
mod sequences;

use std::collections::BTreeMap;

use sqlx::postgres::PgConnection;

use super::answers::{Cells, ask_all, cell};
use super::snapshot::{Kind, ObjectId, Snapshot};
use crate::operation::quote;

pub(super) use loss::{Loss, fallen_behind, losses};

/// The rows of all tables.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    tables: BTreeMap<ObjectId, Table>,
    /// The day on the server's clock: `2024-05-01`.
    today: String,
}

/// The rows of a table, as text.
#[derive(Clone, Debug, Default)]
struct Table {
    columns: Vec<String>,
    /// Types by column; empty for what is generated.
    types: Vec<String>,
    /// Which columns are the primary key.
    key: Vec<usize>,
    rows: Vec<Cells>,
    /// How many there are, of which `rows` may be the beginning.
    count: usize,
    next: Vec<Next>,
}

/// A unique column that a sequence fills.
#[derive(Clone, Debug)]
struct Next {
    column: String,
    /// The value that it will give.
    next: i64,
    /// The first value from there on that a row has.
    taken: Option<i64>,
}

/// How many rows of a table are compared.
const COMPARED: usize = 500;

impl Rows {
    /// Reads all tables of a snapshot.
    pub async fn read(connection: &mut PgConnection, snapshot: &Snapshot) -> Result<Self, sqlx::Error> {
        let mut tables: Vec<(ObjectId, Table)> =
            snapshot.objects.keys().filter_map(|id| Some((id.clone(), table(snapshot, id)?))).collect();
        let mut statements = vec!["SELECT current_date::text".to_owned()];
        statements.extend(tables.iter().map(|(id, table)| select(snapshot, id, table)));
        let mut answers = ask_all(connection, &statements).await?.into_iter();
        let today = answers.next().into_iter().flatten().map(|row| cell(&row, 0).to_owned()).collect();
        for ((_, table), found) in tables.iter_mut().zip(answers) {
            table.count = found.len();
            table.rows = found;
        }
        count(connection, snapshot, &mut tables).await?;
        sequences::read(connection, snapshot, &mut tables).await?;
        Ok(Self { tables: tables.into_iter().collect(), today })
    }
}

/// The columns of a table whose rows are its own: a partition's belong to its parent.
fn table(snapshot: &Snapshot, id: &ObjectId) -> Option<Table> {
    let object = snapshot.objects.get(id).filter(|_| id.kind == Kind::Table)?;
    if object.fact("partition bound").is_some() {
        return None;
    }
    let columns = snapshot.column_order.get(id)?.clone();
    let types = columns.iter().map(|name| {
        let column = snapshot.objects.get(&ObjectId::part(Kind::Column, &id.schema, &id.name, name));
        let column = column.filter(|column| column.fact("generated").is_none());
        column.and_then(|column| column.fact("type")).unwrap_or_default().to_owned()
    });
    let primary = snapshot
        .parts(Kind::Constraint, id)
        .find_map(|(_, part)| part.fact("definition")?.strip_prefix("PRIMARY KEY (")?.strip_suffix(')'));
    let names: Vec<&str> = primary.map(|names| names.split(", ").collect()).unwrap_or_default();
    let key =
        names.iter().filter_map(|name| columns.iter().position(|column| quote(column) == *name)).collect();
    Some(Table { types: types.collect(), columns, key, ..Table::default() })
}

fn source(snapshot: &Snapshot, id: &ObjectId) -> String {
    let partitioned = snapshot.objects.get(id).is_some_and(|object| object.fact("partition key").is_some());
    let only = if partitioned { "" } else { "ONLY " };
    format!("{only}{}.{}", quote(&id.schema), quote(&id.name))
}

fn select(snapshot: &Snapshot, id: &ObjectId, table: &Table) -> String {
    // A virtual column is computed when it is read, which may fail on rows that are fine themselves.
    let read = |(at, column): (usize, &String)| {
        let computed = table.types[at].is_empty() && !table.key.contains(&at);
        if computed { "NULL".to_owned() } else { quote(column) }
    };
    let columns: Vec<String> = table.columns.iter().enumerate().map(read).collect();
    let key: Vec<String> = table.key.iter().map(|at| (at + 1).to_string()).collect();
    let order = if key.is_empty() { String::new() } else { format!(" ORDER BY {}", key.join(", ")) };
    format!("SELECT {} FROM {}{order} LIMIT {}", columns.join(", "), source(snapshot, id), COMPARED + 1)
}

/// Counts the tables that have more rows than are read.
async fn count(
    connection: &mut PgConnection,
    snapshot: &Snapshot,
    tables: &mut [(ObjectId, Table)],
) -> Result<(), sqlx::Error> {
    let large: Vec<usize> = (0..tables.len()).filter(|at| tables[*at].1.count > COMPARED).collect();
    if large.is_empty() {
        return Ok(());
    }
    let statements: Vec<String> =
        large.iter().map(|at| format!("SELECT count(*) FROM {}", source(snapshot, &tables[*at].0))).collect();
    let answers = ask_all(connection, &statements).await?;
    for (at, answer) in large.into_iter().zip(answers) {
        let counted = answer.first().and_then(|row| cell(row, 0).parse().ok());
        tables[at].1.count = counted.unwrap_or(COMPARED);
        tables[at].1.rows.truncate(COMPARED);
    }
    Ok(())
}
