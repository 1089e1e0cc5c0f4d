//! Prints what every statement of the files named on standard input does, a JSON line a file, for the referee in
//! `tests/referee/postgres_grammar.py`.

use std::io::{BufRead, Result, Write, stdin, stdout};

use mig_check::operation::{Constraint, ConstraintKind, Operation, Persistence};
use mig_check::sql;
use serde_json::{Value, json};

fn main() -> Result<()> {
    for path in stdin().lock().lines() {
        let path = path?;
        let text = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
        let text = text.trim_start_matches('\u{feff}');
        let statements: Vec<Value> = sql::lower(text).into_iter().map(|it| statement(&it, text)).collect();
        writeln!(stdout(), "{}", json!({ "path": path, "statements": statements }))?;
    }
    Ok(())
}

fn statement(statement: &sql::Lowered, text: &str) -> Value {
    let steps = statement.steps.iter().map(|step| {
        let name = format!("{:?}", step.operation);
        let name = name.split([' ', '(']).next();
        json!({ "is": name, "has": facts(&step.operation), "text": text[step.range.clone()] })
    });
    json!({ "text": text[statement.range.clone()], "steps": steps.collect::<Vec<_>>() })
}

/// What the referee compares, in the order in which it gathers the same from PostgreSQL's tree.
fn facts(operation: &Operation) -> Value {
    use Operation as O;
    match operation {
        O::CreateTable(it) => json!([
            it.table.schema,
            it.table.name,
            it.if_not_exists,
            match it.persistence {
                Persistence::Permanent => "p",
                Persistence::Temporary => "t",
                Persistence::Unlogged => "u",
            },
            it.partition_of.is_some(),
            it.partitioned,
            it.columns.iter().map(|column| &column.name).collect::<Vec<_>>(),
            it.constraints.iter().map(constraint).collect::<Vec<_>>(),
        ]),
        O::CreateIndex(it) => json!([
            it.table.schema,
            it.table.name,
            it.name,
            it.unique,
            it.concurrently,
            it.if_not_exists,
            it.only,
            it.keys.iter().map(|key| key.is_column.then_some(&key.text)).collect::<Vec<_>>(),
            it.include.len(),
            it.method,
            it.predicate.is_some(),
        ]),
        O::AddColumn { column, if_not_exists, .. } => json!([
            column.name,
            if_not_exists,
            column.not_null,
            column.default.is_some(),
            column.generated.is_some(),
            column.constraints.iter().map(constraint).collect::<Vec<_>>(),
        ]),
        O::DropColumn { column, if_exists, cascade, .. } => json!([column, if_exists, cascade]),
        O::AlterColumnType { column, using, .. } => json!([column, using.is_some()]),
        O::SetDefault { column, default, .. } => json!([column, default.is_some()]),
        O::SetNotNull { column, .. } | O::DropNotNull { column, .. } => json!([column]),
        O::AlterColumn { column, action, .. } => json!([column, action]),
        O::AddConstraint { constraint: it, .. } => constraint(it),
        O::DropConstraint { name, if_exists, cascade, .. } => json!([name, if_exists, cascade]),
        O::ValidateConstraint { name, .. } => json!([name]),
        O::AttachPartition { partition, .. } => json!([partition.name]),
        O::DetachPartition { partition, concurrently, .. } => json!([partition.name, concurrently]),
        O::AlterTable { action, .. } => json!([action]),
        O::DropTable { table, if_exists, cascade } => json!([table.name, if_exists, cascade, false]),
        O::DropIndex { index, concurrently, if_exists, cascade } => {
            json!([index.name, if_exists, cascade, concurrently])
        }
        O::DropType { name, if_exists, cascade } | O::DropSequence { name, if_exists, cascade } => {
            json!([name.name, if_exists, cascade, false])
        }
        O::DropView { name, if_exists, cascade, .. } => json!([name.name, if_exists, cascade, false]),
        O::DropSchema { name, if_exists, cascade } => json!([name, if_exists, cascade, false]),
        O::CreateEnum { labels, .. } => json!(labels),
        O::AddEnumValue { value, if_not_exists, .. } => json!([value, if_not_exists]),
        O::RefreshView { concurrently, .. } | O::Reindex { concurrently, .. } => json!([concurrently]),
        O::Update { columns, filtered, .. } => json!([columns, filtered]),
        O::Delete { filtered, .. } => json!([filtered]),
        O::Truncate { tables, cascade } => json!([tables.len(), cascade]),
        O::Other { kind, .. } => json!([kind]),
        O::Unparsed { message } => json!([message]),
        O::Opaque { reason } => json!([reason]),
        _ => json!([]),
    }
}

fn constraint(constraint: &Constraint) -> Value {
    let kind = match &constraint.kind {
        ConstraintKind::Check(_) => "CHECK",
        ConstraintKind::NotNull { .. } => "NOTNULL",
        ConstraintKind::Unique { .. } | ConstraintKind::UsingIndex { primary: false, .. } => "UNIQUE",
        ConstraintKind::PrimaryKey { .. } | ConstraintKind::UsingIndex { primary: true, .. } => "PRIMARY",
        ConstraintKind::ForeignKey { .. } => "FOREIGN",
        ConstraintKind::Exclude => "EXCLUSION",
    };
    json!([constraint.name, kind, constraint.not_valid, constraint.not_enforced])
}
