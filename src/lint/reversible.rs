//! What a downgrade owes to its upgrade. Refuses to judge downgrades that are there.

use super::advice::{python_string, python_table};
use super::context::MigrationContext;
use crate::history::{Certainty, Language, Script};
use crate::operation::{Name, Operation, quote};

/// Whether an upgrade does something that a downgrade could undo. Backfills, rows that are gone, validation and what cannot be read
/// need no undoing, as far as we can say.
pub fn matters(up: &Script) -> bool {
    up.steps().any(|(_, step)| leaves_a_mark(&step.operation))
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
    for (_, step) in context.migration.up.steps() {
        match inverse(&step.operation) {
            Some((sql, call)) if python => {
                lines.push(call.unwrap_or_else(|| format!("op.execute({})", python_string(&sql))));
            }
            Some((sql, _)) => lines.push(format!("{sql};")),
            None if leaves_a_mark(&step.operation) => return Vec::new(),
            None => {}
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
        "drop",
        "retired",
        "legacy",
    ];
    to.strip_prefix(from).or_else(|| to.strip_suffix(from)).is_some_and(|rest| {
        rest.split(|c: char| !c.is_alphabetic()).any(|word| MARKS.contains(&word.to_lowercase().as_str()))
    })
}
