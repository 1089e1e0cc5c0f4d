//! DROP COLUMN of data that the history has not copied.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "drop-column-without-backup",
        summary: "A column is dropped and its data with it, without a copy",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("drop-column-without-backup"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::DropColumn { table, column, .. } = context.operation else { return None };
    if context.is_at_hand_table(table) || context.is_foreign(table) || context.drops_later(table) {
        return None;
    }
    let known = context.schema.table(table);
    let copied = known.is_some_and(|known| known.copies.iter().any(|copy| copy.holds(column)));
    let harmless = known.and_then(|known| known.column(column)).is_some_and(|known| {
        known.generated
            || known.added.is_some_and(|added| context.is_at_hand(added))
            || known.renamed_in.is_some_and(|renamed| renamed != context.now.migration)
    });
    if copied || harmless {
        return None;
    }
    let name = quote(column);
    let backup = Name { name: format!("{}_{column}_backup", table.name), ..table.clone() };
    let key = key_of(context, table);
    let code = Advice::new(context)
        .say("1. when no running code uses the column any more: keep its values")
        .run(Code::sql(format!("CREATE TABLE {backup} AS SELECT {key}, {name} FROM {table}")))
        .say("2. drop it")
        .run(Code::both(
            format!("ALTER TABLE {table} DROP COLUMN {name}"),
            advice::dedented(context.sources.text(context.statement.span)),
        ))
        .say("and in the downgrade, after the column is back")
        .run(Code::sql(format!(
            "UPDATE {table} SET {name} = b.{name} FROM {backup} b WHERE {}",
            key.split(", ").map(|k| format!("b.{k} = {table}.{k}")).collect::<Vec<_>>().join(" AND ")
        )))
        .finish();
    let renamed = renamed_to(context, table, column).map(|new| {
        format!(
            "If {} is {name} renamed: autogenerate cannot see that, and writes a drop and an add",
            quote(new)
        )
    });
    Some(
        renamed.into_iter().fold(Draft::new(format!("Dropping {table}.{name} destroys its data, and the history holds no copy of it")), Draft::note)
            .lasts()
            .label("the data of this column is gone")
            .note(locks::sentence(Shape::DropColumn, &[("t", &table.to_string())]))
        .note("Code that still names the column fails at once")
            .help(
                "Copy the values first, or rename the column now and drop it in a later release, or allow this with the name of the backup",
                code,
            ),
    )
}

/// The one column of the same type that the migration adds to the table, if it drops one and adds one.
fn renamed_to<'a>(context: &'a Context<'_>, table: &Name, column: &str) -> Option<&'a str> {
    let old = context.schema.column(table, column)?.data_type.as_ref()?;
    let others =
        context.earlier().chain(context.later()).map(|(_, operation)| operation).chain(context.siblings());
    let added: Vec<&Column> = others
        .filter_map(|operation| match operation {
            Operation::AddColumn { table: of, column, .. } if of == table => Some(column.as_ref()),
            _ => None,
        })
        .collect();
    match added.as_slice() {
        [new] if new.data_type == *old => Some(&new.name),
        _ => None,
    }
}

/// The columns that tell rows apart: the primary key where it is known, else `id`.
fn key_of(context: &Context<'_>, table: &Name) -> String {
    let constraints =
        context.schema.table(table).map(|known| known.constraints.as_slice()).unwrap_or_default();
    let key = constraints.iter().find_map(|constraint| match &constraint.kind {
        ConstraintKind::PrimaryKey { columns } => Some(advice::quoted(columns)),
        _ => None,
    });
    key.unwrap_or_else(|| "id".to_owned())
}
