//! Tables, columns and indexes that the downgrade leaves or does not bring back.

use crate::lint::prelude::*;
use crate::lint::schema::Schema;
use crate::operation::CreateIndex;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "unmirrored-downgrade",
        summary: "The downgrade does not undo what the upgrade does",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("unmirrored-downgrade"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let (Some(down), Some(returned)) = (&context.migration.down, context.returned) else { return Vec::new() };
    let up = &context.migration.up;
    if down.body != Body::Works || !reversible::is_read(down) || !reversible::is_read(up) {
        return Vec::new();
    }
    let mut differences: Vec<(String, &str)> = Vec::new();
    // What the upgrade drops was there, whether the history knows it or not.
    let mut dropped: Vec<String> = Vec::new();
    for (_, step) in up.steps() {
        dropped.extend(drops(&step.operation));
        let (what, made) = match &step.operation {
            Operation::CreateTable(create) => (table(&create.table), exists(&create.table)),
            Operation::AddColumn { table, column, .. } => {
                (column_of(table, &column.name), has(table, &column.name))
            }
            Operation::CreateIndex(create) if create.name.is_some() => index(create),
            Operation::DropTable { table: name, .. } => (table(name), exists(name)),
            Operation::DropColumn { table, column, .. } => (column_of(table, column), has(table, column)),
            _ => continue,
        };
        let before = made(context.before) || dropped.contains(&what);
        let (after, returned) = (made(context.after), made(returned));
        let difference = match (before, after, returned) {
            (false, true, true) => "is left behind",
            (true, false, false) => "is not brought back",
            _ => continue,
        };
        if !differences.iter().any(|(known, _)| *known == what) {
            differences.push((what, difference));
        }
    }
    let Some((what, difference)) = differences.first() else { return Vec::new() };
    let draft = Draft::new(format!("The downgrade does not undo the upgrade: {what} {difference}"))
        .at(down.span)
        .label("does not undo all of the upgrade")
        .help("Undo each step of the upgrade, in the opposite order", reversible::downgrade_code(context));
    let more = differences.iter().skip(1);
    vec![more.fold(draft, |draft, (what, difference)| draft.note(format!("Also {what} {difference}")))]
}

/// What an operation takes away, as [`index`], [`table`] and [`column_of`] call it.
fn drops(operation: &Operation) -> Option<String> {
    match operation {
        Operation::DropIndex { index, .. } => Some(format!("index {index}")),
        Operation::DropTable { table: name, .. } => Some(table(name)),
        Operation::DropColumn { table, column, .. } => Some(column_of(table, column)),
        _ => None,
    }
}

type Question = Box<dyn Fn(&Schema) -> bool>;

fn table(name: &Name) -> String {
    format!("table {name}")
}

fn column_of(table: &Name, column: &str) -> String {
    format!("column {table}.{}", quote(column))
}

fn exists(table: &Name) -> Question {
    let table = table.clone();
    Box::new(move |schema| schema.table(&table).is_some())
}

fn has(table: &Name, column: &str) -> Question {
    let (table, column) = (table.clone(), column.to_owned());
    Box::new(move |schema| schema.column(&table, &column).is_some())
}

fn index(create: &CreateIndex) -> (String, Question) {
    let name = Name { schema: create.table.schema.clone(), name: create.name.clone().unwrap_or_default() };
    (format!("index {name}"), Box::new(move |schema| schema.index(&name).is_some()))
}
