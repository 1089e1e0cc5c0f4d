//! A NOT NULL column that the rows of the table have no value for.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "not-null-without-default",
        summary: "A NOT NULL column is added without a default or a backfill, which fails on a table with rows",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("not-null-without-default"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (table, name, data_type) = match context.operation {
        Operation::AddColumn { table, column, .. } if has_no_value(column) => {
            (table, &column.name, column.data_type.to_string())
        }
        Operation::SetNotNull { table, column } if was_never_filled(context, table, column) => {
            let known = context.schema.column(table, column).and_then(|known| known.data_type.as_ref());
            (table, column, known.map(ToString::to_string).unwrap_or_default())
        }
        _ => return None,
    };
    if context.is_new(table) || context.is_emptied(table) {
        return None;
    }
    let column = quote(name);
    let state = locks::failure(Shape::AddColumnNotNull)?;
    let message = match context.operation {
        Operation::AddColumn { .. } => {
            format!("Adding NOT NULL column {column} without a default fails as soon as {table} has rows")
        }
        _ => format!("Making {column} NOT NULL fails as soon as {table} has rows, for nothing has filled it"),
    };
    let advice = match context.operation {
        Operation::AddColumn { .. } => Advice::new(context)
            .say("1. in this migration: nullable")
            .run(nullable(context, format!("ALTER TABLE {table} ADD COLUMN {column} {data_type}"))),
        _ => Advice::new(context).say("1. in this migration: nothing but the new column, nullable"),
    };
    let code = advice
        .say("2. in the next, in batches: filled")
        .run(Code::sql(format!("UPDATE {table} SET {column} = … WHERE {column} IS NULL")))
        .say("3. when all running code writes it")
        .demand_not_null(table, name)
        .say("4. in a migration after that")
        .prove_not_null(table, name)
        .finish();
    let hint = if context.in_python() { " (server_default; a default in Python does not count)" } else { "" };
    Some(
        Draft::new(message)
            .label("existing rows have no value for it")
            .note(format!("PostgreSQL: column \"{name}\" of relation \"{}\" contains null values (SQLSTATE {state}); an empty test database does not show it", table.name))
            .help(
                format!("Give it a constant default{hint}, which rewrites nothing, or add it nullable, fill it, then demand NOT NULL"),
                code,
            ),
    )
}

/// The author's own call without its NOT NULL, where it is a call.
fn nullable(context: &Context<'_>, sql: String) -> Code {
    let call = advice::dedented(context.sources.text(context.statement.span));
    match call.starts_with("op.add_column(") && call.contains("nullable=False") {
        true => Code::both(sql, call.replace("nullable=False", "nullable=True")),
        false => Code::sql(sql),
    }
}

fn has_no_value(column: &Column) -> bool {
    let no_default = column.default.as_ref().is_none_or(|default| default.is_null);
    column.not_null && no_default && column.generated.is_none() && !column.data_type.is_serial()
}

/// Whether the migrations at hand have added the column, and put nothing into it that we could see.
fn was_never_filled(context: &Context<'_>, table: &Name, column: &str) -> bool {
    let unread = context.earlier().any(|(_, operation)| {
        operation.is_unknown() || matches!(operation, Operation::Do | Operation::Query { .. })
    });
    context.schema.column(table, column).is_some_and(|known| {
        let no_default =
            matches!(&known.default, Some(default) if default.as_ref().is_none_or(|d| d.is_null));
        let at_hand = known.added.is_some_and(|added| added.migration == context.now.migration);
        at_hand && no_default && !known.filled && !known.generated && !unread
    })
}
