//! Compares the schema before an upgrade with the one after its downgrade, as far as both scripts can be read. Refuses
//! to look at what neither of them touches.

use super::context::MigrationContext;
use super::prelude::shown;
use super::schema::Schema;
use crate::history::Script;
use crate::operation::{CreateIndex, DataType, Name, Operation, quote};

/// What the downgrade does not undo: the thing, and what becomes of it.
pub fn differences(
    context: &MigrationContext<'_>,
    down: &Script,
    returned: &Schema,
) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    // What the upgrade drops was there, whether the history knows it or not, unless the upgrade itself has made it.
    let mut own: Vec<String> = Vec::new();
    let mut dropped: Vec<String> = Vec::new();
    // What the downgrade makes by itself is no more left behind than what it makes again.
    let remade: Vec<String> = down.steps().filter_map(|(_, step)| makes(&step.operation)).collect();
    for (_, step) in context.migration.up.steps() {
        dropped.extend(drops(&step.operation).filter(|what| !own.contains(what)));
        own.extend(makes(&step.operation));
        let difference = match &*step.operation {
            Operation::AlterColumnType { table, column, to, .. } => {
                retyped(context, returned, table, column, to)
            }
            Operation::SetNotNull { table, column } => demanded(context, returned, table, column),
            other => existence(other).and_then(|(what, made)| {
                let known = made(context.before);
                // What comes back under a name that only the upgrade has given it may be renamed once more.
                let before = known || (dropped.contains(&what) && !remade.contains(&what));
                match (before, made(context.after), made(returned)) {
                    (false, true, true) if !remade.contains(&what) => {
                        Some((what, "is left behind".to_owned()))
                    }
                    (true, false, false) => Some((what, "is not brought back".to_owned())),
                    _ => None,
                }
            }),
        };
        found.extend(difference.filter(|(what, _)| found.iter().all(|(known, _)| known != what)));
    }
    for (_, step) in down.steps() {
        let lost = drops(&step.operation)
            .zip(taken(&step.operation))
            .filter(|(_, there)| there(context.before) && there(context.after) && !there(returned));
        let lost = lost.map(|(what, _)| (what, "is dropped, which the upgrade did not make".to_owned()));
        found.extend(lost.filter(|(what, _)| found.iter().all(|(known, _)| known != what)));
    }
    found
}

/// What an operation takes away, as [`index`], [`table`] and [`column_of`] call it.
fn drops(operation: &Operation) -> Option<String> {
    match operation {
        Operation::DropIndex { index, .. } => Some(format!("index {index}")),
        Operation::DropTable { table: name, .. } => Some(table(name)),
        Operation::DropColumn { table, column, .. } => Some(column_of(table, column)),
        Operation::DropConstraint { table, name, .. } => Some(constraint_of(table, name)),
        _ => None,
    }
}

/// What an operation makes, or gives another name.
fn makes(operation: &Operation) -> Option<String> {
    match operation {
        Operation::RenameTable { table: name, to } => {
            Some(table(&Name { schema: name.schema.clone(), name: to.clone() }))
        }
        Operation::RenameColumn { table, to, .. } => Some(column_of(table, to)),
        Operation::DropTable { .. } | Operation::DropColumn { .. } => None,
        other => existence(other).map(|(what, _)| what),
    }
}

type Question = Box<dyn Fn(&Schema) -> bool>;

/// Whether that which an operation takes away is there, where losing it loses rows.
fn taken(operation: &Operation) -> Option<Question> {
    match operation {
        Operation::DropTable { table, .. } => Some(exists(table)),
        Operation::DropColumn { table, column, .. } => Some(has(table, column)),
        _ => None,
    }
}

/// What an operation makes or takes away, and whether it is there.
fn existence(operation: &Operation) -> Option<(String, Question)> {
    Some(match operation {
        Operation::CreateTable(create) => (table(&create.table), exists(&create.table)),
        Operation::AddColumn { table, column, .. } => {
            (column_of(table, &column.name), has(table, &column.name))
        }
        Operation::CreateIndex(create) if create.name.is_some() => index(create),
        Operation::DropTable { table: name, .. } => (table(name), exists(name)),
        Operation::DropColumn { table, column, .. } => (column_of(table, column), has(table, column)),
        Operation::AddConstraint { table, constraint } => {
            let name = constraint.name.clone()?;
            (constraint_of(table, &name), constrains(table, name))
        }
        _ => return None,
    })
}

/// A column whose type stays what the upgrade made it.
fn retyped(
    context: &MigrationContext<'_>,
    returned: &Schema,
    table: &Name,
    column: &str,
    to: &DataType,
) -> Option<(String, String)> {
    let of = |schema: &Schema| schema.column(table, column).and_then(|known| known.data_type.clone());
    let (before, after) = (of(context.before)?, of(context.after)?);
    let kept = !is_same(&before, &after) && is_same(&of(returned)?, &after);
    kept.then(|| (column_of(table, column), format!("stays {to}")))
}

/// Whether two types are one. A type that was made anew under its name may be written with its schema and without.
fn is_same(one: &DataType, other: &DataType) -> bool {
    let last = |known: &DataType| known.name.rsplit('.').next().unwrap_or_default().to_owned();
    last(one) == last(other) && DataType { name: one.name.clone(), ..other.clone() } == *one
}

/// A column that goes on refusing NULL.
fn demanded(
    context: &MigrationContext<'_>,
    returned: &Schema,
    table: &Name,
    column: &str,
) -> Option<(String, String)> {
    let of = |schema: &Schema| schema.column(table, column).and_then(|known| known.not_null);
    let kept = of(context.before)? != of(context.after)? && of(returned)? == of(context.after)?;
    kept.then(|| (column_of(table, column), "stays NOT NULL".to_owned()))
}

fn table(name: &Name) -> String {
    format!("table {name}")
}

fn column_of(table: &Name, column: &str) -> String {
    format!("column {table}.{}", quote(column))
}

fn constraint_of(table: &Name, constraint: &str) -> String {
    format!("constraint {} of {}", quote(constraint), shown(table))
}

fn exists(table: &Name) -> Question {
    let table = table.clone();
    Box::new(move |schema| schema.table(&table).is_some())
}

fn has(table: &Name, column: &str) -> Question {
    let (table, column) = (table.clone(), column.to_owned());
    Box::new(move |schema| schema.column(&table, &column).is_some())
}

fn constrains(table: &Name, name: String) -> Question {
    let table = table.clone();
    Box::new(move |schema| schema.table(&table).is_some_and(|known| known.constraint(&name).is_some()))
}

fn index(create: &CreateIndex) -> (String, Question) {
    let name = Name { schema: create.table.schema.clone(), name: create.name.clone().unwrap_or_default() };
    (format!("index {name}"), Box::new(move |schema| schema.index(&name).is_some()))
}
