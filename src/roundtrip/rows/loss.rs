//! Compares rows before an upgrade with those after its downgrade.

use std::collections::{BTreeMap, HashMap};

use super::super::answers::{Cells, given};
use super::super::snapshot::ObjectId;
use super::{Next, Rows, Table};

/// Something that was there before and is not there any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::roundtrip) enum Loss {
    /// Rows.
    Rows {
        table: ObjectId,
        lost: usize,
        of: usize,
        /// One of them.
        sample: String,
        /// Whether they were gone after the upgrade already, while their table was there.
        in_upgrade: bool,
    },
    /// All values of a column, which is empty or holds one default.
    Emptied { table: ObjectId, column: String, lost: usize, sample: String },
    /// Values of a column that came back other than they were.
    Changed { table: ObjectId, column: String, changed: usize, of: usize, was: String, is: String },
    /// A sequence that will give a value which is there already.
    Behind { table: ObjectId, column: String, next: i64, taken: i64 },
}

/// What is lost between `before` and `undone`. What the upgrade wrote over itself is its own affair.
pub(in crate::roundtrip) fn losses(before: &Rows, after: &Rows, undone: &Rows) -> Vec<Loss> {
    let mut losses = Vec::new();
    for (id, was) in &before.tables {
        let Some(is) = undone.tables.get(id) else { continue };
        let between = after.tables.get(id);
        let key = key_columns(was).filter(|key| *key == key_columns(is).unwrap_or_default());
        let loss = rows(id, was, between, is, key.as_deref());
        let all_gone = matches!(loss, Some(Loss::Rows { lost, of, .. }) if lost == of);
        losses.extend(loss);
        if !all_gone && was.count == was.rows.len() {
            losses.extend(columns(id, was, between, is, key.as_deref(), &undone.today));
        }
        losses.extend(behind(id, was, is));
    }
    losses
}

/// Sequences that fell behind the rows of a table after an upgrade.
pub(in crate::roundtrip) fn fallen_behind(before: &Rows, after: &Rows) -> Vec<Loss> {
    let tables = after.tables.iter();
    tables.filter_map(|(id, is)| Some(behind(id, before.tables.get(id)?, is))).flatten().collect()
}

fn behind(id: &ObjectId, was: &Table, is: &Table) -> Vec<Loss> {
    // Rows that bring their own keys do not move it; here it was made anew, or set back.
    let reset = |now: &&Next| {
        let then = was.next.iter().find(|other| other.column == now.column);
        !was.rows.is_empty() && then.is_none_or(|then| now.next < then.next)
    };
    let fallen = is.next.iter().filter(reset).filter_map(|now| {
        let taken = now.taken.filter(|taken| taken.saturating_sub(now.next) < SOON)?;
        Some(Loss::Behind { table: id.clone(), column: now.column.clone(), next: now.next, taken })
    });
    fallen.collect()
}

/// How many values a sequence may still give before one is taken.
const SOON: i64 = 1000;

fn key_columns(table: &Table) -> Option<Vec<String>> {
    let names: Vec<String> = table.key.iter().map(|at| table.columns[*at].clone()).collect();
    (!names.is_empty()).then_some(names)
}

fn at(table: &Table, column: &str) -> Option<usize> {
    table.columns.iter().position(|name| name == column)
}

/// The values of some columns of a row.
fn part(table: &Table, row: &Cells, columns: &[String]) -> Vec<Option<String>> {
    columns.iter().map(|name| at(table, name).and_then(|at| row[at].clone())).collect()
}

fn by_key<'a>(table: &'a Table, key: &[String]) -> HashMap<Vec<Option<String>>, &'a Cells> {
    table.rows.iter().map(|row| (part(table, row, key), row)).collect()
}

fn rows(
    id: &ObjectId,
    was: &Table,
    between: Option<&Table>,
    is: &Table,
    key: Option<&[String]>,
) -> Option<Loss> {
    let whole = |table: &Table| table.rows.len() == table.count;
    let missing: Vec<&Cells> = match key.filter(|_| whole(was) && whole(is)) {
        Some(key) => {
            let there = by_key(is, key);
            was.rows.iter().filter(|row| !there.contains_key(&part(was, row, key))).collect()
        }
        None => was.rows.iter().take(was.count.saturating_sub(is.count)).collect(),
    };
    // As many rows under other keys are the same rows.
    let lost = missing.len().min(was.count.saturating_sub(is.count));
    let sample = missing.first().filter(|_| lost > 0)?;
    Some(Loss::Rows {
        table: id.clone(),
        lost,
        of: was.count,
        sample: shown(was, sample),
        in_upgrade: between.is_some_and(|between| between.count < was.count),
    })
}

/// The values of the columns that both tables have.
fn columns(
    id: &ObjectId,
    was: &Table,
    between: Option<&Table>,
    is: &Table,
    key: Option<&[String]>,
    today: &str,
) -> Vec<Loss> {
    let mut losses = Vec::new();
    for (number, column) in was.columns.iter().enumerate() {
        let Some(other) = at(is, column) else { continue };
        if was.types[number].is_empty() {
            continue;
        }
        let pairs = match key {
            Some(key) => keyed(was, is, key, number, other),
            None => sorted(was, is, number, other),
        };
        let kept = between.is_some_and(|between| at(between, column).is_some());
        let touched = |is: Option<&str>| {
            kept && was.types[number].starts_with("timestamp") && is.is_some_and(|is| is.starts_with(today))
        };
        let same = |(a, b): &&Pair<'_>| equal(*a, *b, &was.types[number]) || touched(*b);
        let differing: Vec<_> = pairs.iter().filter(|pair| !same(pair)).collect();
        if differing.is_empty() || rewritten(was, between, key, number) {
            continue;
        }
        let mut left: Vec<Option<&str>> = pairs.iter().map(|(_, is)| *is).collect();
        left.dedup();
        let valued: Vec<&&Pair<'_>> = differing.iter().filter(|(was, _)| was.is_some()).collect();
        let first = valued.first().copied().unwrap_or(&differing[0]);
        let (lost, gained) = (shown_value(first.0), shown_value(first.1));
        losses.push(if !kept && left.len() == 1 && !valued.is_empty() {
            Loss::Emptied { table: id.clone(), column: column.clone(), lost: valued.len(), sample: lost }
        } else {
            Loss::Changed {
                table: id.clone(),
                column: column.clone(),
                changed: differing.len(),
                of: pairs.len(),
                was: lost,
                is: gained,
            }
        });
    }
    losses
}

type Pair<'a> = (Option<&'a str>, Option<&'a str>);

/// A column's values before and after in the same rows.
fn keyed<'a>(was: &'a Table, is: &'a Table, key: &[String], number: usize, other: usize) -> Vec<Pair<'a>> {
    let there = by_key(is, key);
    let rows = was.rows.iter().filter_map(|row| Some((row, *there.get(&part(was, row, key))?)));
    rows.map(|(row, now)| (given(row, number), given(now, other))).collect()
}

/// Without a key only the values of a column as a whole can be compared: those that are missing, with those that came.
fn sorted<'a>(was: &'a Table, is: &'a Table, number: usize, other: usize) -> Vec<Pair<'a>> {
    if was.count != is.count {
        return Vec::new();
    }
    let mut counts: BTreeMap<Option<&str>, i64> = BTreeMap::new();
    was.rows.iter().for_each(|row| *counts.entry(given(row, number)).or_default() += 1);
    is.rows.iter().for_each(|row| *counts.entry(given(row, other)).or_default() -= 1);
    let of = |sign: i64| {
        let found = counts.iter().filter(move |(_, count)| **count * sign > 0);
        found.flat_map(|(value, count)| {
            std::iter::repeat_n(*value, usize::try_from(count.abs()).unwrap_or_default())
        })
    };
    of(1).zip(of(-1)).collect()
}

/// Whether the upgrade itself wrote other values into a column that it kept as it was.
fn rewritten(was: &Table, between: Option<&Table>, key: Option<&[String]>, number: usize) -> bool {
    let Some((between, other)) =
        between.and_then(|between| Some((between, at(between, &was.columns[number])?)))
    else {
        return false;
    };
    if was.types[number] != between.types[other] {
        return false;
    }
    let key = key.filter(|key| key_columns(between).as_deref() == Some(*key));
    let pairs = match key {
        Some(key) => keyed(was, between, key, number, other),
        None => sorted(was, between, number, other),
    };
    pairs.iter().any(|(a, b)| a != b)
}

/// Whether two values are the same to their reader, whatever zeros or blanks they end with.
fn equal(was: Option<&str>, is: Option<&str>, data_type: &str) -> bool {
    match (was, is) {
        (Some(was), Some(is)) if NUMBERS.iter().any(|name| data_type.starts_with(name)) => {
            without_zeros(was) == without_zeros(is)
        }
        (Some(was), Some(is)) if data_type.starts_with("character(") => was.trim_end() == is.trim_end(),
        _ => was == is,
    }
}

const NUMBERS: [&str; 3] = ["numeric", "integer", "bigint"];

fn without_zeros(number: &str) -> &str {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

/// Longest value that a message shows, in characters.
const LONGEST: usize = 40;

fn shown_value(value: Option<&str>) -> String {
    let Some(value) = value else { return "NULL".to_owned() };
    let mut short: String = value.chars().take(LONGEST).collect();
    if short.len() < value.len() {
        short.push('…');
    }
    format!("'{short}'")
}

/// A row as a note tells it.
fn shown(table: &Table, row: &Cells) -> String {
    let cells = table.columns.iter().zip(row).take(6);
    cells
        .map(|(name, value)| format!("{name} = {}", shown_value(value.as_deref())))
        .collect::<Vec<_>>()
        .join(", ")
}
