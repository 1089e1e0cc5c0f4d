//! What sequences give next to the unique columns that they fill. Refuses to know what a sequence was before.

use sqlx::postgres::PgConnection;

use super::super::answers::{ask_all, cell};
use super::super::snapshot::{Kind, ObjectId, Snapshot};
use super::{Next, Table, source};
use crate::operation::quote;

/// What sequences will give next to unique columns, and whether a row has it already.
pub(super) async fn read(
    connection: &mut PgConnection,
    snapshot: &Snapshot,
    tables: &mut [(ObjectId, Table)],
) -> Result<(), sqlx::Error> {
    let mut fed: Vec<(usize, usize, String)> = Vec::new();
    let mut identities = Vec::new();
    for (at, (id, table)) in tables.iter().enumerate() {
        for (column, sequence) in fed_columns(snapshot, id, table) {
            match sequence {
                Some(sequence) => fed.push((at, column, sequence)),
                None => identities.push((at, column)),
            }
        }
    }
    let names = identities.iter().map(|&(at, column)| {
        let (id, table) = &tables[at];
        let [schema, name, column] = [quote(&id.schema), quote(&id.name), table.columns[column].clone()]
            .map(|name| name.replace('\'', "''"));
        format!("SELECT pg_get_serial_sequence('{schema}.{name}', '{column}')")
    });
    let names: Vec<String> = names.collect();
    let answers = if names.is_empty() { Vec::new() } else { ask_all(connection, &names).await? };
    for ((at, column), answer) in identities.into_iter().zip(answers) {
        fed.extend(answer.first().map(|row| (at, column, cell(row, 0).to_owned())));
    }
    if fed.is_empty() {
        return Ok(());
    }
    let next = |(number, (_, _, sequence)): (usize, &(usize, usize, String))| {
        format!(
            "SELECT {number}, s.last_value::numeric + CASE WHEN s.is_called THEN q.seqincrement ELSE 0 END \
             FROM {sequence} s, pg_sequence q WHERE q.seqrelid = '{}'::regclass AND q.seqincrement > 0",
            sequence.replace('\'', "''")
        )
    };
    let all: Vec<String> = fed.iter().enumerate().map(next).collect();
    let mut long = Vec::new();
    for row in ask_all(connection, &[all.join(" UNION ALL ")]).await?.iter().flatten() {
        let place = cell(row, 0).parse::<usize>().ok().and_then(|number| fed.get(number));
        let (Some(&(at, column, _)), Ok(next)) = (place, cell(row, 1).parse::<i64>()) else { continue };
        let (id, table) = &mut tables[at];
        if table.count > table.rows.len() {
            let name = quote(&table.columns[column]);
            let source = source(snapshot, id);
            long.push((
                at,
                table.next.len(),
                format!("SELECT min({name})::numeric FROM {source} WHERE {name}::numeric >= {next}"),
            ));
        }
        let values = table.rows.iter().filter_map(|row| cell(row, column).parse::<i64>().ok());
        let taken = values.filter(|value| *value >= next).min();
        table.next.push(Next { column: table.columns[column].clone(), next, taken });
    }
    let statements: Vec<String> = long.iter().map(|(_, _, sql)| sql.clone()).collect();
    let answers = if statements.is_empty() { Vec::new() } else { ask_all(connection, &statements).await? };
    for ((at, number, _), answer) in long.into_iter().zip(answers) {
        tables[at].1.next[number].taken = answer.first().and_then(|row| cell(row, 0).parse().ok());
    }
    Ok(())
}

/// The unique columns of a table that a sequence fills, each with the sequence as SQL; an identity does not say which.
fn fed_columns(snapshot: &Snapshot, id: &ObjectId, table: &Table) -> Vec<(usize, Option<String>)> {
    let is_unique = |column: &str| {
        let (key, unique) = (format!("PRIMARY KEY ({column})"), format!("UNIQUE ({column})"));
        let index = format!(" USING btree ({column})");
        let kinds = [Kind::Constraint, Kind::Index];
        let parts = kinds.into_iter().flat_map(|kind| snapshot.parts(kind, id));
        parts.filter_map(|(_, part)| part.fact("definition")).any(|definition| {
            definition == key
                || definition == unique
                || (definition.starts_with("CREATE UNIQUE INDEX ") && definition.ends_with(&index))
        })
    };
    let feeding = |(at, name): (usize, &String)| {
        let column = snapshot.objects.get(&ObjectId::part(Kind::Column, &id.schema, &id.name, name))?;
        let sequence = match column.fact("default") {
            Some(default) => {
                Some(default.strip_prefix("nextval('")?.strip_suffix("'::regclass)")?.replace("''", "'"))
            }
            None => column.fact("identity").map(|_| None)?,
        };
        is_unique(&quote(name)).then_some((at, sequence))
    };
    table.columns.iter().enumerate().filter_map(feeding).collect()
}
