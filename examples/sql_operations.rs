//! Prints what every statement of the files named on standard input does, a JSON line a file, for the referee in
//! `tests/referee/postgres_grammar.py`.

use std::io::{BufRead, Result, Write, stdin, stdout};
use std::path::Path;

use mig_check::operation::{
    Certainty, Column, Constraint, ConstraintKind, Generated, Next, OnCommit, Operation, Persistence,
    Position, Setting, Timing, TransactionVerb, Trigger, TriggerEvent,
};
use mig_check::source::Sources;
use mig_check::sql;
use serde_json::{Value, json};

fn main() -> Result<()> {
    for path in stdin().lock().lines() {
        let path = path?;
        let mut sources = Sources::default();
        let (file, _) = sources.read(Path::new(&path), &path)?;
        let text = sources.file(file).text();
        let statements: Vec<Value> = sql::lower(text).into_iter().map(|it| statement(&it, text)).collect();
        writeln!(stdout(), "{}", json!({ "path": path, "text": text, "statements": statements }))?;
    }
    Ok(())
}

fn statement(statement: &sql::Lowered, text: &str) -> Value {
    let steps = statement.steps.iter().map(|step| {
        let name = format!("{:?}", step.operation);
        let name = name.split([' ', '(']).next();
        let at = [step.range.start - statement.range.start, step.range.end - statement.range.start];
        let may = matches!(step.certainty, Certainty::May(_));
        let target = step.target;
        let (text, target) = (&text[step.range.clone()], [target.if_exists, target.only, target.foreign]);
        json!({ "is": name, "has": facts(&step.operation), "text": text, "at": at, "may": may, "target": target })
    });
    let at = [statement.range.start, statement.range.end];
    json!({ "text": text[statement.range.clone()], "at": at, "steps": steps.collect::<Vec<_>>() })
}

/// What the referee compares, in the order in which it gathers the same from PostgreSQL's tree.
fn facts(operation: &Operation) -> Value {
    use Operation as O;
    match operation {
        O::CreateTable(it) => json!([
            it.table.schema,
            it.table.name,
            it.if_not_exists,
            persistence(it.persistence),
            it.partition_of.is_some(),
            it.partitioned,
            it.columns.iter().map(|column| json!([column.name, generated(column)])).collect::<Vec<_>>(),
            it.constraints.iter().map(constraint).collect::<Vec<_>>(),
            it.no_data,
            it.filled_from.is_some(),
            options(&it.with),
            it.tablespace,
            it.method,
            on_commit(it.on_commit),
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
            it.keys.iter().map(|key| !key.options.is_empty()).collect::<Vec<_>>(),
            it.include,
            it.method,
            it.predicate.is_some(),
            it.nulls_not_distinct,
            options(&it.with),
            it.tablespace,
        ]),
        O::AddColumn { column, if_not_exists, .. } => json!([
            column.name,
            if_not_exists,
            column.not_null,
            column.default.is_some(),
            generated(column),
            column.constraints.iter().map(constraint).collect::<Vec<_>>(),
        ]),
        O::DropColumn { column, if_exists, cascade, .. } => json!([column, if_exists, cascade]),
        O::AlterColumnType { column, using, .. } => json!([column, using.is_some()]),
        O::SetDefault { column, default, .. } => json!([column, default.is_some()]),
        O::SetNotNull { column, .. } | O::DropNotNull { column, .. } => json!([column]),
        O::AlterColumn { column, action, options: it, .. } => json!([column, action, options(it)]),
        O::AddConstraint { constraint: it, .. } => constraint(it),
        O::DropConstraint { name, if_exists, cascade, .. } => json!([name, if_exists, cascade]),
        O::ValidateConstraint { name, .. } => json!([name]),
        O::AttachPartition { partition, default, .. } => json!([partition.name, default]),
        O::DetachPartition { partition, concurrently, .. } => json!([partition.name, concurrently]),
        O::AlterTable { action, object, options: it, .. } => json!([action, object, options(it)]),
        O::DropTable { table, if_exists, cascade } => json!([table.name, if_exists, cascade, false]),
        O::RenameTable { to, .. } | O::RenameIndex { to, .. } | O::RenameType { to, .. } => json!([to]),
        O::RenameColumn { from, to, .. } | O::RenameConstraint { from, to, .. } => json!([from, to]),
        O::DropIndex { index, concurrently, if_exists, cascade } => {
            json!([index.name, if_exists, cascade, concurrently])
        }
        O::DropType { name, if_exists, cascade } | O::DropSequence { name, if_exists, cascade } => {
            json!([name.name, if_exists, cascade, false])
        }
        O::DropView { name, if_exists, cascade, .. } => json!([name.name, if_exists, cascade, false]),
        O::DropSchema { name, if_exists, cascade } => json!([name, if_exists, cascade, false]),
        O::CreateEnum { labels, .. } => json!(labels),
        O::AddEnumValue { value, if_not_exists, position, .. } => {
            let (label, after) = match position {
                Some(Position::Before(label)) => (Some(label), false),
                Some(Position::After(label)) => (Some(label), true),
                None => (None, false),
            };
            json!([value, if_not_exists, label, after])
        }
        O::CreateSequence { name, if_not_exists, persistence: it, options: of } => {
            json!([name.name, if_not_exists, persistence(*it), options(of)])
        }
        O::CreateView { name, materialized, replace, if_not_exists, no_data, options: it, .. } => {
            json!([name.name, materialized, replace, if_not_exists, no_data, options(it)])
        }
        O::CreateTrigger(it) => trigger(it),
        O::Insert { table, columns, defaults, on_conflict, .. } => {
            json!([table.schema, table.name, columns, defaults, on_conflict])
        }
        O::RefreshView { concurrently, no_data, .. } => json!([concurrently, no_data]),
        O::Reindex { concurrently, options: it, .. } => json!([concurrently, options(it)]),
        O::CreateExtension { name, if_not_exists, options: it } => json!([name, if_not_exists, options(it)]),
        O::DropTrigger { name, if_exists, cascade, .. } => json!([name, if_exists, cascade, false]),
        O::DropPolicy { name, if_exists, .. } => json!([name, if_exists, false, false]),
        O::Copy { fills, options: it, .. } => json!([fills, options(it)]),
        O::Lock { tables, mode, nowait } => json!([tables.len(), mode, nowait]),
        O::Update { columns, filtered, .. } => json!([columns, filtered]),
        O::Delete { filtered, .. } => json!([filtered]),
        O::Truncate { tables, cascade, restart_identity } => json!([tables.len(), cascade, restart_identity]),
        O::Other { kind, options: it, .. } => json!([kind, options(it)]),
        O::Transaction(it) => verb(*it),
        O::Unparsed { message } => json!([message]),
        O::Opaque { reason } => json!([reason]),
        _ => json!([]),
    }
}

/// `None` stands for what a table that says nothing has, too.
fn on_commit(action: OnCommit) -> Option<&'static str> {
    match action {
        OnCommit::PreserveRows => None,
        OnCommit::DeleteRows => Some("DELETE ROWS"),
        OnCommit::Drop => Some("DROP"),
    }
}

fn verb(verb: TransactionVerb) -> Value {
    match verb {
        TransactionVerb::Begin => json!(["BEGIN", false]),
        TransactionVerb::Commit(next) => json!(["COMMIT", next == Next::Transaction]),
        TransactionVerb::Rollback(next) => json!(["ROLLBACK", next == Next::Transaction]),
        TransactionVerb::Savepoint => json!(["SAVEPOINT", false]),
    }
}

fn trigger(trigger: &Trigger) -> Value {
    let timing = match trigger.timing {
        Timing::Before => "BEFORE",
        Timing::After => "AFTER",
        Timing::InsteadOf => "INSTEAD OF",
    };
    let mut of = Vec::new();
    let mut events: Vec<&str> = Vec::new();
    for event in &trigger.events {
        events.push(match event {
            TriggerEvent::Insert => "INSERT",
            TriggerEvent::Update(columns) => {
                of.extend(columns);
                "UPDATE"
            }
            TriggerEvent::Delete => "DELETE",
            TriggerEvent::Truncate => "TRUNCATE",
        });
    }
    events.sort_unstable();
    json!([
        trigger.name,
        trigger.table.schema,
        trigger.table.name,
        trigger.replace,
        trigger.constraint,
        timing,
        events,
        of,
        trigger.each_row,
        [trigger.deferrable, trigger.deferred],
        trigger.condition.is_some(),
        trigger.function.name,
    ])
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
    let (columns, key) = match &constraint.kind {
        ConstraintKind::ForeignKey { columns, references, referenced, on_delete, on_update, full } => {
            (columns.as_slice(), json!([references.name, referenced, on_delete, on_update, full]))
        }
        ConstraintKind::Unique { columns } | ConstraintKind::PrimaryKey { columns } => {
            (columns.as_slice(), Value::Null)
        }
        ConstraintKind::NotNull { column } => (std::slice::from_ref(column), Value::Null),
        _ => (&[][..], Value::Null),
    };
    let index = &constraint.index;
    json!([
        constraint.name,
        kind,
        constraint.not_valid,
        constraint.not_enforced,
        columns,
        key,
        constraint.no_inherit,
        constraint.deferrable,
        constraint.deferred,
        [
            json!(index.nulls_not_distinct),
            json!(index.without_overlaps),
            json!(index.include),
            options(&index.with),
            json!(index.tablespace),
        ],
    ])
}

fn generated(column: &Column) -> Option<Value> {
    Some(match column.generated.as_ref()? {
        Generated::Identity { always, options: it } => {
            json!([if *always { "ALWAYS" } else { "BY DEFAULT" }, options(it)])
        }
        Generated::Stored(_) => json!(["STORED", []]),
        Generated::Virtual(_) => json!(["VIRTUAL", []]),
    })
}

fn persistence(of: Persistence) -> &'static str {
    match of {
        Persistence::Permanent => "p",
        Persistence::Temporary => "t",
        Persistence::Unlogged => "u",
    }
}

fn options(of: &[Setting]) -> Value {
    json!(of.iter().map(|option| json!([option.name, option.value])).collect::<Vec<_>>())
}
