//! The statement that fills one table: the server itself picks the rows that satisfy its conditions.

use super::Level;
use super::catalog::{Catalog, Check, Column, Oid, Reference, Table};
use super::literals;
use super::values::{Values, values};
use crate::operation::quote;

/// How many rows are wanted, and which.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    pub level: Level,
    pub rows: u32,
    pub seed: u64,
}

/// How many rows of another table are referred to, unless each may be referred to only once.
const REFERRED: u32 = 50;

/// How many rows are thought up for one that satisfies the conditions on single columns.
const TRIES: u32 = 8;

/// The same where a condition binds columns together.
const TRIES_TOGETHER: u32 = 64;

/// Builds the statement.
pub(super) fn statement(catalog: &Catalog, table: &Table, wish: Wish) -> String {
    let name = table.sql_name();
    let mut joins = String::new();
    let mut columns: Vec<(&Column, String)> = Vec::new();
    let mut references: Vec<&Reference> = table.references.iter().collect();
    // A narrow key within a wide one is satisfied with it.
    references.sort_by_key(|reference| std::cmp::Reverse(reference.columns.len()));
    for (at, reference) in references.into_iter().enumerate() {
        let taken: Vec<i16> = columns.iter().map(|(column, _)| column.number).collect();
        let of: Vec<&Column> = reference.columns.iter().filter_map(|number| table.column(*number)).collect();
        if of.iter().all(|column| taken.contains(&column.number)) || of.iter().any(|column| column.filled) {
            continue;
        }
        joins += &join(table, reference, &of, at);
        let may_be_null = of.iter().any(|column| !column.not_null);
        let bound = of.iter().find(|column| is_bound(table, column));
        let is_there = match bound {
            _ if !may_be_null => None,
            Some(column) => Some(format!("{} = 0", turn(table, column, "NULL", wish.seed, 2))),
            None => (wish.level == Level::Full).then(|| "mod(g.i, 4) <> 3".to_owned()),
        };
        for (part, column) in of.into_iter().enumerate() {
            if !taken.contains(&column.number) {
                let value = format!("p{at}.c{part}");
                columns.push((
                    column,
                    match &is_there {
                        Some(condition) => format!("CASE WHEN {condition} THEN {value} END"),
                        None => value,
                    },
                ));
            }
        }
    }
    let referring: Vec<i16> = columns.iter().map(|(column, _)| column.number).collect();
    let distinct = distinct_columns(catalog, table, &referring);
    for column in table.columns.iter().filter(|column| !column.filled && !referring.contains(&column.number))
    {
        // Without a value that we know, a default or NULL has to do.
        let Some(values) = values(catalog, column.kind, column.modifier) else { continue };
        let (list, join) = source(catalog, table, column, &values, wish.level);
        joins += &join;
        columns.push((column, pick(column, &list, &values, distinct.contains(&column.number), wish, table)));
    }
    let names: Vec<String> = columns.iter().map(|(column, _)| quote(&column.name)).collect();
    let supplied = |check: &&Check| {
        !check.columns.is_empty()
            && check.columns.iter().all(|number| columns.iter().any(|(column, _)| column.number == *number))
    };
    let conditions: Vec<String> = table
        .checks
        .iter()
        .filter(supplied)
        .map(|check| format!("({}) IS NOT FALSE", check.expression))
        .collect();
    let tries = match conditions.is_empty() {
        true => 1,
        false if table.checks.iter().any(|check| check.columns.len() > 1) => TRIES_TOGETHER,
        false => TRIES,
    };
    let series = format!(
        "(SELECT s + (SELECT count(*) FROM {name}) AS i FROM generate_series(0, {}) s) g",
        u64::from(wish.rows) * u64::from(tries) - 1
    );
    if names.is_empty() {
        return format!("INSERT INTO {name} SELECT FROM generate_series(1, {})", wish.rows);
    }
    let expressions: Vec<String> = columns
        .iter()
        .zip(&names)
        .map(|((column, value), name)| format!("({value})::{} AS {name}", column.sql_type))
        .collect();
    let condition =
        if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
    format!(
        "INSERT INTO {name} ({names}) SELECT {names} FROM (SELECT g.i AS \"mig_check row\", {} FROM {series}{joins}) r\
         {condition} ORDER BY \"mig_check row\" LIMIT {} ON CONFLICT DO NOTHING",
        expressions.join(", "),
        wish.rows,
        names = names.join(", "),
    )
}

/// Rows of the table that a foreign key refers to, each at its turn.
fn join(table: &Table, reference: &Reference, columns: &[&Column], at: usize) -> String {
    let named: Vec<String> = reference
        .sql_columns
        .iter()
        .enumerate()
        .map(|(part, column)| format!("{column} AS c{part}"))
        .collect();
    let once = table.unique.iter().any(|key| {
        let mut key = key.clone();
        key.sort_unstable();
        let mut own = reference.columns.clone();
        own.sort_unstable();
        key == own
    });
    let (limit, turn) = if once {
        (String::new(), format!("p{at}.n = g.i"))
    } else {
        (format!(" LIMIT {REFERRED}"), format!("p{at}.n = mod(g.i + {at} * (g.i / p{at}.c), p{at}.c)"))
    };
    let kind = if columns.iter().all(|column| column.not_null) { "JOIN" } else { "LEFT JOIN" };
    format!(
        " {kind} (SELECT row_number() OVER () - 1 AS n, count(*) OVER () AS c, q.* FROM (SELECT {} FROM {} \
         ORDER BY tableoid, ctid{limit}) q) p{at} ON {turn}",
        named.join(", "),
        reference.sql_table
    )
}

/// The columns that have to differ in every row: one of each unique key, if that is enough.
fn distinct_columns(catalog: &Catalog, table: &Table, referring: &[i16]) -> Vec<i16> {
    let able = |number: &&i16| {
        table.column(**number).is_some_and(|column| {
            !column.filled
                && !referring.contains(number)
                && values(catalog, column.kind, column.modifier).is_some_and(|values| values.unique.is_some())
        })
    };
    table
        .unique
        .iter()
        .filter(|key| !key.iter().any(|number| table.column(*number).is_some_and(|column| column.filled)))
        .filter_map(|key| key.iter().find(able).copied())
        .collect()
}

/// An array of texts that a column takes its values from, and what has to be joined for it.
fn source(
    catalog: &Catalog,
    table: &Table,
    column: &Column,
    values: &Values,
    level: Level,
) -> (Vec<String>, String) {
    let own = |check: &&Check| check.columns == [column.number];
    let (domain, base) = domain_checks(catalog, column.kind);
    let mut list = values.plain.clone();
    if level == Level::Full {
        // Few rows see the beginning of the list only.
        list.splice(1.min(list.len()).., values.odd.iter().chain(values.plain.iter().skip(1)).cloned());
    }
    let expressions = || {
        let named = table.checks.iter().filter(|check| check.columns.contains(&column.number));
        named.map(|check| check.expression.as_str()).chain(domain.iter().map(String::as_str))
    };
    let category = catalog.types.get(&base).map_or("", |known| known.name.as_str());
    let suggested = literals::suggest(expressions(), category);
    let conditioned = expressions().next().is_some();
    list.splice(0..0, suggested);
    if !conditioned {
        return (list, String::new());
    }
    let null = if column.not_null { "" } else { ", NULL" };
    let mut array = format!(
        "ARRAY[{}{null}]::text[]",
        list.iter().map(|text| literal(text)).collect::<Vec<_>>().join(", ")
    );
    let base_sql = catalog.types.get(&base).map_or("text", |known| known.sql.as_str());
    if !domain.is_empty() {
        array = filtered(&array, base_sql, "value", domain.iter().map(String::as_str));
    }
    let checks: Vec<&str> = table.checks.iter().filter(own).map(|check| check.expression.as_str()).collect();
    if !checks.is_empty() {
        array = filtered(&array, &column.sql_type, &quote(&column.name), checks.into_iter());
    }
    (Vec::new(), format!(" CROSS JOIN (SELECT {array} AS a OFFSET 0) v{}", column.number))
}

/// The elements of an array of texts that satisfy conditions once they are of their type.
fn filtered<'a>(
    array: &str,
    sql_type: &str,
    name: &str,
    conditions: impl Iterator<Item = &'a str>,
) -> String {
    let conditions: Vec<String> = conditions.map(|sql| format!("({sql}) IS NOT FALSE")).collect();
    format!(
        "(SELECT array_agg(f.\"mig_check text\" ORDER BY f.\"mig_check at\") FROM (SELECT u.v AS \"mig_check text\", \
         u.o AS \"mig_check at\", (u.v)::{sql_type} AS {name} FROM unnest({array}) WITH ORDINALITY u(v, o)) f \
         WHERE {})",
        conditions.join(" AND ")
    )
}

/// The conditions of a domain and of those that it stands on, and the type below them.
fn domain_checks(catalog: &Catalog, kind: Oid) -> (Vec<String>, Oid) {
    let (mut checks, mut kind) = (Vec::new(), kind);
    while let Some(known) = catalog.types.get(&kind).filter(|known| known.class == 'd') {
        checks.extend(known.checks.iter().cloned());
        kind = known.of;
    }
    (checks, kind)
}

/// The text that a column has in row `g.i`.
fn pick(
    column: &Column,
    list: &[String],
    values: &Values,
    distinct: bool,
    wish: Wish,
    table: &Table,
) -> String {
    let unique = values.unique.as_ref().map(|sql| sql.replace("{k}", "g.i"));
    let start = offset(table, column, wish.seed);
    if list.is_empty() {
        let array = format!("v{}.a", column.number);
        let length = format!("greatest(cardinality({array}), 1)");
        let turned = if is_bound(table, column) {
            let value = format!("{array}[1 + {}]", turn(table, column, "value", wish.seed, &length));
            match column.not_null {
                true => value,
                false => {
                    format!("CASE WHEN {} = 0 THEN {value} END", turn(table, column, "NULL", wish.seed, 2))
                }
            }
        } else {
            format!("{array}[1 + mod(g.i + {start}, {length})]")
        };
        return match unique.filter(|_| distinct) {
            Some(unique) => {
                format!("CASE WHEN g.i < cardinality({array}) THEN {array}[1 + g.i] ELSE {unique} END")
            }
            None => turned,
        };
    }
    if wish.level == Level::Plain
        && let Some(unique) = unique
    {
        return unique;
    }
    let mut texts: Vec<String> = list.iter().map(|text| literal(text)).collect();
    if wish.level == Level::Full && !column.not_null {
        texts.insert(1.min(texts.len()), "NULL".to_owned());
    }
    if wish.level == Level::Full && !distinct {
        // So that some rows are alike.
        let most = usize::try_from(wish.rows).unwrap_or(usize::MAX).saturating_sub(2).max(2);
        texts.truncate(most);
    }
    let array = format!("(ARRAY[{}]::text[])", texts.join(", "));
    match unique.filter(|_| distinct) {
        Some(unique) => format!("CASE WHEN g.i < {} THEN {array}[1 + g.i] ELSE {unique} END", texts.len()),
        None => format!("{array}[1 + mod(g.i + {}, {})]", start % texts.len() as u64, texts.len()),
    }
}

/// Whether a condition binds a column to others.
fn is_bound(table: &Table, column: &Column) -> bool {
    table.checks.iter().any(|check| check.columns.len() > 1 && check.columns.contains(&column.number))
}

/// SQL for a number from 0 below an end: another for each row, in no step with that of any other column or purpose.
fn turn(table: &Table, column: &Column, purpose: &str, seed: u64, end: impl std::fmt::Display) -> String {
    let odd = (hash(table, column, purpose, seed) % (1 << 31)) | 1;
    format!("mod((g.i + 1) * {odd} / 65536, {end})")
}

/// Where a column begins in its list, so that neighbours do not all have their NULL in the same row.
fn offset(table: &Table, column: &Column, seed: u64) -> u64 {
    hash(table, column, "", seed) % 1000
}

/// FNV-1a: the same in every run and on every machine.
fn hash(table: &Table, column: &Column, purpose: &str, seed: u64) -> u64 {
    let name = format!("{}.{}.{}{purpose}", table.schema, table.name, column.name);
    name.bytes().fold(0xcbf2_9ce4_8422_2325 ^ seed, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn literal(text: &str) -> String {
    let escaped = text.replace('\'', "''");
    if text.contains('\\') { format!("E'{}'", escaped.replace('\\', "\\\\")) } else { format!("'{escaped}'") }
}
