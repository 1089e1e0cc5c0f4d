//! What a downgrade owes to its upgrade. Refuses to judge downgrades that are there.

use std::collections::BTreeSet;

use super::advice::{python_string, python_table, quoted, statement};
use super::context::MigrationContext;
use crate::history::{Certainty, Language, Script};
use crate::operation::{Name, Operation, Persistence, quote};

/// Whether an upgrade does something that a downgrade could undo. Backfills, rows that are gone, validation and what cannot be read
/// need no undoing, as far as we can say.
pub fn matters(up: &Script) -> bool {
    marks(up).next().is_some()
}

/// The operations of an upgrade whose effect is still there when it is done, and that a downgrade could undo.
fn marks(up: &Script) -> impl Iterator<Item = &Operation> {
    let all: Vec<&Operation> = up.steps().map(|(_, step)| &*step.operation).collect();
    let passing = passing_tables(&all);
    (0..all.len()).filter_map(move |at| {
        let operation = all[at];
        let lasts = leaves_a_mark(operation)
            && !inserts_what_lacks(operation)
            && !operation.table().is_some_and(|table| passing.contains(table))
            && !is_undone(&all, at);
        lasts.then_some(operation)
    })
}

/// Whether an INSERT leaves alone what is there already, so that the next upgrade finds its rows and goes on.
fn inserts_what_lacks(operation: &Operation) -> bool {
    match operation {
        Operation::Insert { table, reads, on_conflict, .. } => *on_conflict || reads.contains(table),
        _ => false,
    }
}

/// The tables that some of the operations make and that do not stay.
fn passing_tables<'a>(all: &[&'a Operation]) -> BTreeSet<&'a Name> {
    let dropped = all.iter().filter_map(|operation| match operation {
        Operation::DropTable { table, .. } => Some(table),
        _ => None,
    });
    let dropped: BTreeSet<&Name> = dropped.collect();
    let passing = all.iter().filter_map(|operation| match operation {
        Operation::CreateTable(create) => {
            let passes = create.persistence == Persistence::Temporary || dropped.contains(&create.table);
            passes.then_some(&create.table)
        }
        _ => None,
    });
    passing.collect()
}

/// Whether nothing is left of one of the operations when all of them are done: it makes what a later one drops, or
/// drops what an earlier one made.
fn is_undone(all: &[&Operation], at: usize) -> bool {
    let (earlier, later) = (&all[..at], &all[at + 1..]);
    later.iter().any(|other| undoes(all[at], other)) || earlier.iter().any(|other| undoes(other, all[at]))
}

/// Whether a later operation takes away exactly what an earlier one made.
fn undoes(made: &Operation, gone: &Operation) -> bool {
    match (made, gone) {
        (
            Operation::AddColumn { table, column, .. },
            Operation::DropColumn { table: of, column: dropped, .. },
        ) => table == of && column.name == *dropped,
        (
            Operation::AddConstraint { table, constraint },
            Operation::DropConstraint { table: of, name, .. },
        ) => table == of && constraint.name.as_ref() == Some(name),
        (Operation::CreateIndex(create), Operation::DropIndex { index, .. }) => {
            create.name.as_ref() == Some(&index.name)
        }
        (Operation::CreateView { name, .. }, Operation::DropView { name: dropped, .. })
        | (Operation::CreateEnum { name, .. }, Operation::DropType { name: dropped, .. })
        | (Operation::CreateSequence { name, .. }, Operation::DropSequence { name: dropped, .. }) => {
            name == dropped
        }
        (
            Operation::CreateFunction { name, .. },
            Operation::Other { kind: "DROP FUNCTION" | "DROP PROCEDURE", objects, .. },
        ) => objects.contains(name),
        (Operation::CreateTrigger(trigger), Operation::DropTrigger { name: dropped, table: of, .. }) => {
            trigger.name == *dropped && trigger.table == *of
        }
        (
            Operation::AlterTable { table, action: "DISABLE TRIGGER", object, .. },
            Operation::AlterTable { table: of, action: "ENABLE TRIGGER", object: enabled, .. },
        ) => table == of && object == enabled,
        _ => false,
    }
}

fn leaves_a_mark(operation: &Operation) -> bool {
    match operation {
        Operation::Update { .. }
        | Operation::Delete { .. }
        | Operation::Truncate { .. }
        | Operation::ValidateConstraint { .. }
        | Operation::Reindex { .. }
        | Operation::RefreshView { .. }
        | Operation::Query { .. }
        | Operation::Do
        | Operation::Set { .. }
        | Operation::Transaction(_)
        | Operation::Lock { .. }
        | Operation::Copy { fills: false, .. }
        | Operation::AddEnumValue { if_not_exists: true, .. }
        | Operation::CreateExtension { if_not_exists: true, .. }
        | Operation::Unparsed { .. }
        | Operation::Opaque { .. } => false,
        Operation::Other { kind, .. } => kind.starts_with("CREATE "),
        _ => true,
    }
}

/// Whether all of a script is read and surely runs.
pub fn is_read(script: &Script) -> bool {
    script.statements.iter().all(|statement| {
        statement.certainty == Certainty::Certain
            && statement.steps.iter().all(|step| {
                !step.operation.is_unknown()
                    && !matches!(*step.operation, Operation::Do | Operation::Query { .. })
            })
    })
}

/// The lines of the downgrade of an upgrade, if each of its operations has an exact inverse; otherwise none.
pub fn downgrade_lines(context: &MigrationContext<'_>) -> Vec<String> {
    let python = context.project.framework.language == Language::Python;
    let mut lines = Vec::new();
    for operation in marks(&context.migration.up) {
        match inverse(operation) {
            Some((sql, call)) if python => {
                lines.push(call.unwrap_or_else(|| format!("op.execute({})", python_string(&sql))));
            }
            Some((sql, _)) => lines.push(format!("{sql};")),
            None => return Vec::new(),
        }
    }
    lines.reverse();
    lines
}

/// [`downgrade_lines`] as code to paste.
pub fn downgrade_code(context: &MigrationContext<'_>) -> String {
    let lines = downgrade_lines(context);
    if context.project.framework.language == Language::Python && !lines.is_empty() {
        return format!("def downgrade():\n    {}", lines.join("\n    "));
    }
    lines.join("\n")
}

/// The statement that moves values back from where an upgrade has put them, if that is one place: those of a column, or
/// all rows of a table.
pub fn moved_back(context: &MigrationContext<'_>, from: &Name, column: Option<&str>, to: &str) -> String {
    let columns = || {
        let known = context.before.table(from).filter(|known| known.complete)?;
        let names: Vec<String> = known.columns.iter().map(|column| column.name.clone()).collect();
        Some(quoted(&names))
    };
    let sql = match column {
        Some(_) if to.contains(", ") => None,
        Some(column) => Some(format!("UPDATE {from} SET {} = {to}", quote(column))),
        None => columns().map(|columns| format!("INSERT INTO {from} ({columns}) SELECT {columns} FROM {to}")),
    };
    sql.map(|sql| statement(context.project, &sql)).unwrap_or_default()
}

/// The statement that undoes an operation, and Alembic's call for it.
fn inverse(operation: &Operation) -> Option<(String, Option<String>)> {
    let text = |text: &str| python_string(text);
    let pair = match operation {
        Operation::CreateTable(create) => {
            let (name, schema) = python_table(&create.table);
            (format!("DROP TABLE {}", create.table), Some(format!("op.drop_table({name}{schema})")))
        }
        Operation::AddColumn { table, column, .. } => {
            let (name, schema) = python_table(table);
            let sql = format!("ALTER TABLE {table} DROP COLUMN {}", quote(&column.name));
            (sql, Some(format!("op.drop_column({name}, {}{schema})", text(&column.name))))
        }
        Operation::CreateIndex(create) => {
            let index = create.name.as_ref()?;
            let (table, schema) = python_table(&create.table);
            let sql = Name { schema: create.table.schema.clone(), name: index.clone() };
            let call = format!("op.drop_index({}, table_name={table}{schema})", text(index));
            (format!("DROP INDEX {sql}"), Some(call).filter(|_| !create.concurrently))
        }
        Operation::AddConstraint { table, constraint } => {
            let constraint = constraint.name.as_ref()?;
            let (name, schema) = python_table(table);
            let sql = format!("ALTER TABLE {table} DROP CONSTRAINT {}", quote(constraint));
            (sql, Some(format!("op.drop_constraint({}, {name}{schema})", text(constraint))))
        }
        Operation::RenameTable { table, to } => {
            let renamed = Name { name: to.clone(), ..table.clone() };
            let (name, schema) = python_table(&renamed);
            let sql = format!("ALTER TABLE {renamed} RENAME TO {}", quote(&table.name));
            (sql, Some(format!("op.rename_table({name}, {}{schema})", text(&table.name))))
        }
        Operation::RenameColumn { table, from, to } => {
            let (name, schema) = python_table(table);
            let sql = format!("ALTER TABLE {table} RENAME COLUMN {} TO {}", quote(to), quote(from));
            let call =
                format!("op.alter_column({name}, {}, new_column_name={}{schema})", text(to), text(from));
            (sql, Some(call))
        }
        Operation::SetNotNull { table, column } => {
            let (name, schema) = python_table(table);
            let sql = format!("ALTER TABLE {table} ALTER COLUMN {} DROP NOT NULL", quote(column));
            (sql, Some(format!("op.alter_column({name}, {}, nullable=True{schema})", text(column))))
        }
        Operation::CreateEnum { name, .. } => (format!("DROP TYPE {name}"), None),
        Operation::CreateSequence { name, .. } => (format!("DROP SEQUENCE {name}"), None),
        Operation::CreateSchema { name, .. } => (format!("DROP SCHEMA {}", quote(name)), None),
        Operation::CreateView { name, materialized, replace: false, .. } => {
            let kind = if *materialized { "MATERIALIZED VIEW" } else { "VIEW" };
            (format!("DROP {kind} {name}"), None)
        }
        _ => return None,
    };
    Some(pair)
}

/// Whether a new name says that the thing is on its way out: the old name and a mark such as `_old`. Renaming first
/// and dropping in a later release is the safe way to drop.
pub fn retires(from: &str, to: &str) -> bool {
    const MARKS: &[&str] = &[
        "old",
        "deprecated",
        "deleted",
        "unused",
        "obsolete",
        "archived",
        "backup",
        "bak",
        "bkp",
        "drop",
        "retired",
        "legacy",
    ];
    to.strip_prefix(from).or_else(|| to.strip_suffix(from)).is_some_and(|rest| {
        rest.split(|c: char| !c.is_alphabetic()).any(|word| MARKS.contains(&word.to_lowercase().as_str()))
    })
}
