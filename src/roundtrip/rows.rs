//! What stands in the tables, and what is no longer there afterwards. Refuses to know which migration ran, and
//! whether a loss was meant.

mod loss;

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
        sequences(connection, &mut tables).await?;
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
    let primary = snapshot.objects.iter().find_map(|(other, object)| {
        (other.kind == Kind::Constraint && other.schema == id.schema && other.of == id.name)
            .then(|| object.fact("definition")?.strip_prefix("PRIMARY KEY (")?.strip_suffix(')'))
            .flatten()
    });
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

/// What sequences will give next to unique columns of integers.
async fn sequences(
    connection: &mut PgConnection,
    tables: &mut [(ObjectId, Table)],
) -> Result<(), sqlx::Error> {
    let question = "SELECT n.nspname, c.relname, a.attname, q.sequence FROM pg_class c \
        JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_index i ON i.indrelid = c.oid AND i.indisunique \
        AND i.indnatts = 1 JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] \
        CROSS JOIN LATERAL (SELECT d.refobjid::regclass::text AS sequence FROM pg_attrdef f \
        JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid \
        AND d.refclassid = 'pg_class'::regclass JOIN pg_class s ON s.oid = d.refobjid AND s.relkind = 'S' \
        WHERE f.adrelid = c.oid AND f.adnum = a.attnum UNION ALL \
        SELECT d.objid::regclass::text FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S' \
        WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid \
        AND d.refobjsubid = a.attnum AND d.deptype = 'i' LIMIT 1) q WHERE c.relkind IN ('r', 'p')"
        .to_owned();
    let found = ask_all(connection, &[question]).await?.into_iter().flatten();
    let mut asked = Vec::new();
    let mut statements = Vec::new();
    for row in found {
        let place = tables.iter().position(|(id, _)| id.schema == cell(&row, 0) && id.name == cell(&row, 1));
        let Some(at) = place else { continue };
        let column = cell(&row, 2).to_owned();
        statements.push(format!(
            "SELECT n.next, (SELECT min({column})::numeric FROM {}.{} WHERE {column}::numeric >= n.next) FROM \
             (SELECT s.last_value::numeric + CASE WHEN s.is_called THEN q.seqincrement ELSE 0 END AS next \
             FROM {} s JOIN pg_sequence q ON q.seqrelid = '{}'::regclass AND q.seqincrement > 0) n",
            quote(&tables[at].0.schema),
            quote(&tables[at].0.name),
            cell(&row, 3),
            cell(&row, 3).replace('\'', "''"),
            column = quote(&column),
        ));
        asked.push((at, column));
    }
    let answers = if statements.is_empty() { Vec::new() } else { ask_all(connection, &statements).await? };
    for ((at, column), answer) in asked.into_iter().zip(answers) {
        let Some(row) = answer.first() else { continue };
        if let Ok(next) = cell(row, 0).parse() {
            tables[at].1.next.push(Next { column, next, taken: cell(row, 1).parse().ok() });
        }
    }
    Ok(())
}
