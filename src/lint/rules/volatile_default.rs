//! ADD COLUMN with a volatile default.

use crate::lint::prelude::*;
use crate::lint::types;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "volatile-default",
        summary: "A column is added with a default that differs from row to row, so the whole table is rewritten",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("volatile-default"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::AddColumn { table, column, .. } = context.operation else { return None };
    let default = column.default.as_ref()?;
    if context.is_new(table) {
        return None;
    }
    let settled = |call: &str| {
        let name = match call.rsplit_once('.') {
            Some((schema, name)) => Name::qualified(schema, name),
            None => Name::unqualified(call),
        };
        context.schema.function(&name).is_some_and(|function| function.volatility != Volatility::Volatile)
    };
    let unsettled = types::unknown_calls(default).find(|call| !settled(call));
    let (call, verb) = match (types::volatile_call(default), unsettled) {
        (Some(call), _) => (call, "rewrites"),
        (None, Some(call)) => (call, "may rewrite"),
        (None, None) => return None,
    };
    let (shown, name) = (table.to_string(), quote(&column.name));
    let mut draft = Draft::new(format!(
        "Adding {name} with default {} {verb} all of {shown} while every query on it waits",
        default.text
    ))
    .stops(table)
    .label(format!("{shown} is locked and written anew"))
    .note(locks::sentence(Shape::AddColumnVolatile, &[("t", &shown)]));
    if verb == "may rewrite" {
        draft = draft.note(format!("It does unless {call}() is declared STABLE or IMMUTABLE"));
    }
    let default = &default.text;
    let mut code = Advice::new(context)
        .say("1. in this migration: new rows get the default")
        .run(Code::sql(format!("ALTER TABLE {table} ADD COLUMN {name} {}", column.data_type)))
        .run(Code::sql(format!("ALTER TABLE {table} ALTER COLUMN {name} SET DEFAULT {default}")))
        .say("2. in a migration of its own, in batches: old rows")
        .run(Code::sql(format!("UPDATE {table} SET {name} = {default} WHERE {name} IS NULL")));
    if column.not_null {
        code = code
            .say("3. in the next migration")
            .demand_not_null(table, &column.name)
            .say("4. in the one after that")
            .prove_not_null(table, &column.name);
    }
    Some(draft.help(
        "Add the column without a default, set the default for new rows, then fill old rows in batches",
        code.finish(),
    ))
}
