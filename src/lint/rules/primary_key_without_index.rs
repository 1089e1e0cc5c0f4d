//! ADD PRIMARY KEY that builds its index under the strongest lock.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "primary-key-without-index",
        summary: "A primary key builds its index while the table is locked completely",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("primary-key-without-index"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (table, constraint) = match context.operation {
        Operation::AddConstraint { table, constraint } => (table, constraint),
        _ => return None,
    };
    if context.is_new(table) {
        return None;
    }
    let columns = match &constraint.kind {
        ConstraintKind::PrimaryKey { columns } => columns,
        ConstraintKind::UsingIndex { index, primary: true } => return on_nullable(context, table, index),
        _ => return None,
    };
    let shown = table.to_string();
    let name = quote(&constraint.name.clone().unwrap_or_else(|| format!("{}_pkey", table.name)));
    let build = format!("CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} ({})", advice::quoted(columns));
    let code = Advice::new(context)
        .outside([Code::sql(build)])
        .say("in the next migration, when all its columns are NOT NULL")
        .run(Code::sql(format!("ALTER TABLE {table} ADD CONSTRAINT {name} PRIMARY KEY USING INDEX {name}")))
        .finish();
    Some(
        Draft::new(format!("Adding a primary key builds its index while every query on {shown} waits"))
            .stops(table)
            .label(format!("{shown} is locked and read"))
            .note(locks::sentence(Shape::AddPrimaryKey, &[("nokey", &shown)]))
            .help(
                "Build a unique index CONCURRENTLY first, then make it the primary key, which is brief",
                code,
            ),
    )
}

/// The index is there, but a column of it may hold NULL, so that every row is read.
fn on_nullable(context: &Context<'_>, table: &Name, index: &str) -> Option<Draft> {
    let known = context.schema.table(table)?;
    let index = context.schema.index(&Name { name: index.to_owned(), ..table.clone() })?;
    let nullable = |column: &&String| {
        known.column(column).is_some_and(|state| state.not_null == Some(false))
            && !known.proves_not_null(column)
    };
    let column = quote(index.columns.iter().find(nullable)?);
    let shown = table.to_string();
    Some(
        Draft::new(format!("Making {column} the primary key sets it NOT NULL, which reads all of {shown} while every query on it waits"))
            .stops(table)
            .label(format!("{shown} is locked and read"))
            .note(locks::sentence(Shape::PrimaryKeyOnNullable, &[("nullable", &shown)]))
            .help(format!("Set {column} NOT NULL first, with a check that is validated before"), ""),
    )
}
