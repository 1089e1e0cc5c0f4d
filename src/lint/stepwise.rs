//! How to do, in deploy order, what one statement would write or read a whole table for. Refuses to judge.

use super::advice::{self, Advice, Code};
use super::context::Context;
use super::schema::{ConstraintState, type_name};
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
            advice
                .run(add(&base))
                .run(Code::sql(format!("ALTER TABLE {table} ADD CONSTRAINT {check} CHECK (…) NOT VALID")))
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
                .run(advice::not_null_check(table, &column.name))
                .say("4. in the one after that")
                .not_null_by_check(table, &column.name);
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
