//! How to do, in deploy order, what one statement would write or read a whole table for. Refuses to judge.

use super::advice::{self, Advice, Code};
use super::context::Context;
use super::schema::{ConstraintState, Table, type_name};
use super::text;
use crate::operation::{Column, ConstraintKind, Generated, Name, quote};

/// A new column.
pub fn column(context: &Context<'_>, table: &Name, column: &Column) -> String {
    let name = quote(&column.name);
    let advice = Advice::new(context).say("1. in this migration");
    let add = |data_type: &str| Code::sql(format!("ALTER TABLE {table} ADD COLUMN {name} {data_type}"));
    let fill = |value: &str| Code::sql(format!("UPDATE {table} SET {name} = {value} WHERE {name} IS NULL"));
    let own_type = column.data_type.to_string();
    let advice = match &column.generated {
        Some(Generated::Stored(expression)) => advice
            .run(add(&own_type))
            .say("and a trigger that sets it in new and changed rows")
            .say("2. in a migration of its own, in batches: old rows")
            .run(fill(&format!("({})", expression.text))),
        None if !column.data_type.is_serial() => {
            let domain = context.schema.domain(&type_name(&column.data_type));
            let base = domain.map_or_else(|| "…".to_owned(), |domain| domain.base.to_string());
            let check = quote(&format!("{}_{}_check", table.name, column.name));
            let says = domain.and_then(|domain| domain.check.as_deref());
            let says = says.map_or_else(|| "…".to_owned(), |says| text::replaced(says, "VALUE", &name));
            advice
                .run(add(&base))
                .run(Code::sql(format!(
                    "ALTER TABLE {table} ADD CONSTRAINT {check} CHECK ({says}) NOT VALID"
                )))
                .say("2. in the next migration")
                .run(Code::sql(format!("ALTER TABLE {table} VALIDATE CONSTRAINT {check}")))
        }
        generated => {
            let plain = match own_type.as_str() {
                "bigserial" => "bigint",
                "serial" => "integer",
                "smallserial" => "smallint",
                other => other,
            };
            let sequence = Name { name: format!("{}_{}_seq", table.name, column.name), ..table.clone() };
            let next = format!("nextval('{sequence}')");
            let advice = advice
                .run(Code::sql(format!("CREATE SEQUENCE {sequence}")))
                .run(add(plain))
                .run(Code::sql(format!("ALTER TABLE {table} ALTER COLUMN {name} SET DEFAULT {next}")))
                .say("2. in a migration of its own, in batches: old rows")
                .run(fill(&next))
                .say("3. in the next migration")
                .demand_not_null(table, &column.name)
                .say("4. in the one after that")
                .prove_not_null(table, &column.name);
            match generated {
                Some(Generated::Identity { always, .. }) => {
                    let always = if *always { "ALWAYS" } else { "BY DEFAULT" };
                    advice
                        .run(Code::sql(format!("ALTER TABLE {table} ALTER COLUMN {name} DROP DEFAULT")))
                        .run(Code::sql(format!(
                            "ALTER TABLE {table} ALTER COLUMN {name} ADD GENERATED {always} AS IDENTITY"
                        )))
                        .run(Code::sql(format!(
                            "SELECT setval(pg_get_serial_sequence('{table}', '{}'), {next}, false)",
                            column.name
                        )))
                        .run(Code::sql(format!("DROP SEQUENCE {sequence}")))
                }
                _ => advice.run(Code::sql(format!("ALTER SEQUENCE {sequence} OWNED BY {table}.{name}"))),
            }
        }
    };
    advice.finish()
}

/// A change of type while the checks on the column are away.
pub fn without_checks<'a>(
    context: &Context<'_>,
    table: &Name,
    constraints: impl Iterator<Item = &'a ConstraintState>,
) -> String {
    let checks: Vec<(String, &str)> = constraints
        .filter_map(|constraint| match &constraint.kind {
            ConstraintKind::Check(condition) => Some((quote(&constraint.name), condition.text.as_str())),
            _ => None,
        })
        .collect();
    let drops =
        checks.iter().map(|(name, _)| Code::sql(format!("ALTER TABLE {table} DROP CONSTRAINT {name}")));
    let adds = checks.iter().map(|(name, condition)| {
        Code::sql(format!("ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID"))
    });
    let validates =
        checks.iter().map(|(name, _)| Code::sql(format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}")));
    let changed = drops.chain([advice::own_statement(context)]).chain(adds);
    let first = changed.fold(Advice::new(context).say("1. in this migration"), Advice::run);
    validates.fold(first.say("2. in the next migration"), Advice::run).finish()
}

/// An UPDATE of every row, in batches that end by themselves where the new values tell that a row is done.
pub fn update(context: &Context<'_>, table: &Name, columns: &[String]) -> Option<String> {
    let sql = context.statement.sql.trim_end_matches(';');
    let at = text::find(sql, "SET")?;
    // As it is written: what is set may name the alias.
    let (head, from) = (sql[..at].trim_end(), at + "SET".len());
    let ends = ["FROM", "WHERE", "RETURNING"].into_iter().filter_map(|word| text::find(&sql[from..], word));
    let set = sql[from..ends.min().map_or(sql.len(), |end| from + end)].trim();
    let known = context.schema.table(table);
    let key = known.map(Table::primary_key).and_then(|key| key.first().filter(|_| key.len() == 1));
    let number = |key: &&String| {
        let of = known.and_then(|known| known.column(key)?.data_type.as_ref());
        of.is_some_and(|of| matches!(of.name.as_str(), "smallint" | "integer" | "bigint"))
    };
    let said = Advice::new(context);
    let plain = columns.len() == 1 && head.split_whitespace().count() == 2;
    let value = set.split_once('=').map(|(_, value)| value.trim()).filter(|_| plain);
    let column = columns.first()?;
    // `n + 1` would be done again for ever, and so would `random()`.
    let settled = value.filter(|value| text::find(value, column).is_none() && !value.contains(['(', '"']));
    let advice = match (settled, key.filter(number)) {
        (Some(value), _) => {
            let done = match value.eq_ignore_ascii_case("null") {
                true => format!("{} IS NOT NULL", quote(column)),
                false => format!("{} IS DISTINCT FROM {value}", quote(column)),
            };
            let key = key.map_or_else(|| "ctid".to_owned(), |key| quote(key));
            let batch = format!("SELECT {key} FROM {table} WHERE {done} LIMIT 10000");
            said.say("again and again, each in a transaction of its own, until no row is left")
                .run(Code::sql(format!("{head} SET {set} WHERE {key} = ANY (ARRAY({batch}))")))
        }
        (None, Some(key)) => said
            .say("each range in a transaction of its own, up to the last key")
            .run(Code::sql(format!("{head} SET {set} WHERE {key} > 0 AND {key} <= 10000", key = quote(key)))),
        (None, None) => return None,
    };
    Some(advice.finish())
}
