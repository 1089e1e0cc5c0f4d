//! `CREATE INDEX` as `op.create_index`, `sa.Index` and `index=True` write it.

use super::super::naming::Named;
use super::super::output::Output;
use super::super::render::column::Column;
use super::super::render::constraint::{condition, include};
use super::super::render::{Cause, Rendered, flag, given, last, list, quote, text};
use super::super::value::{Arguments, Call, Symbol, Value};
use super::alter::index_key;
use super::{Operation, Sent};

/// The index of `index=True`.
pub(super) fn column_index(column: &Column, schema: Option<&str>, table: &str, output: &Output) -> Rendered {
    let columns = [column.name.clone()];
    let named = Named { table, schema, columns: &columns, ..Named::default() };
    let (name, settled) = output
        .naming
        .name("ix", &named)
        .ok_or_else(|| Cause::new("an index has no name and no convention gives it one"))?;
    let unique = if column.unique { "UNIQUE " } else { "" };
    Ok(format!(
        "CREATE {unique}INDEX {} ON {} ({})",
        quote::constraint(&name, settled)?,
        quote::table(schema, table),
        quote::name(&column.name)
    ))
}

pub(super) fn index(operation: &Operation<'_>, output: &mut Output) -> Result<Vec<Sent>, Cause> {
    let (schema, table) = operation.table(1, "table_name")?;
    let name = operation.arguments.value(0, "index_name").unwrap_or(&Value::None);
    let keys = operation.value(2, 1, "columns").unwrap_or(&Value::None);
    let keys = list(keys, true)?;
    let mut options = operation.arguments.clone();
    let position = if operation.batch.is_some() { 2 } else { 3 };
    if let Some(unique) = options.positional.get(position + 1).cloned() {
        options.named.push(("unique".into(), unique));
    }
    let sql = create_index(name, &keys, (schema.as_deref(), &table, true), &options, output)?;
    Ok(vec![(sql, None)])
}

/// `CREATE INDEX` of keys with the options that `sa.Index` and `op.create_index` share. Only `op.create_index` gives a
/// text the key of its words, by which `postgresql_ops` finds it.
pub(super) fn create_index(
    name: &Value,
    keys: &[Value],
    (schema, table, texts_are_keys): (Option<&str>, &str, bool),
    options: &Arguments,
    output: &Output,
) -> Rendered {
    let operators = match given(options.named("postgresql_ops")) {
        Some(Value::Dict(items)) => items.as_ref().clone(),
        Some(other) => return Err(Cause::of(other, "operator classes are not a dictionary")),
        None => Vec::new(),
    };
    let mut parts = Vec::new();
    let mut columns = Vec::new();
    for key in keys {
        let (mut sql, column) = index_key(key)?;
        if let Some(key) = key_of(key, column.as_deref(), texts_are_keys)
            && let Some((_, operator)) = operators.iter().find(|(known, _)| known.as_str() == Some(key))
        {
            sql.push_str(&format!(" {}", text(operator)?));
        }
        columns.extend(column);
        parts.push(sql);
    }
    let (name, settled) = match name {
        Value::None => {
            let named = Named { table, schema, columns: &columns, ..Named::default() };
            output.naming.name("ix", &named).ok_or_else(|| Cause::new("an index has no name"))?
        }
        Value::Str(name) => (name.text.to_string(), name.settled),
        other => (text(other)?, false),
    };
    let mut sql = "CREATE ".to_owned();
    if flag(options.named("unique"))? {
        sql.push_str("UNIQUE ");
    }
    sql.push_str("INDEX ");
    if flag(options.named("postgresql_concurrently"))? {
        sql.push_str("CONCURRENTLY ");
    }
    if flag(options.named("if_not_exists"))? {
        sql.push_str("IF NOT EXISTS ");
    }
    sql.push_str(&format!("{} ON {} ", quote::constraint(&name, settled)?, quote::table(schema, table)));
    if let Some(method) = given(options.named("postgresql_using")) {
        sql.push_str(&format!("USING {} ", text(method)?.to_lowercase()));
    }
    sql.push_str(&format!("({})", parts.join(", ")));
    sql.push_str(&include(options)?);
    match options.named("postgresql_nulls_not_distinct") {
        Some(Value::Bool(true)) => sql.push_str(" NULLS NOT DISTINCT"),
        Some(Value::Bool(false)) => sql.push_str(" NULLS DISTINCT"),
        _ => {}
    }
    if let Some(parameters) = given(options.named("postgresql_with")) {
        sql.push_str(&format!(" WITH ({})", storage(parameters)?));
    }
    if let Some(space) = given(options.named("postgresql_tablespace")) {
        sql.push_str(&format!(" TABLESPACE {}", quote::value(space)?));
    }
    if let Some(predicate) = given(options.named("postgresql_where")) {
        sql.push_str(&format!(" WHERE {}", condition(predicate)?));
    }
    Ok(sql)
}

/// The key by which `postgresql_ops` finds an expression: a column's or label's name, and the words of a text.
fn key_of<'a>(value: &'a Value, column: Option<&'a str>, texts_are_keys: bool) -> Option<&'a str> {
    let Some(call) = value.as_call() else { return column };
    let Value::Symbol(callee) = &call.callee else { return None };
    match callee.as_ref() {
        Symbol::Path(path) => match last(path) {
            "column" | "literal_column" | "Column" => column,
            "text" if texts_are_keys => call.arguments.value(0, "text").and_then(Value::as_str),
            _ => None,
        },
        Symbol::Attribute(_, method) if &**method == "label" => {
            call.arguments.value(0, "name").and_then(Value::as_str)
        }
        _ => None,
    }
}

/// `sa.Index(…).create(bind)` and `.drop(bind)`: the table is known from its columns.
pub(super) fn standing_index(call: &Call, create: bool, output: &Output) -> Rendered {
    let name = call.arguments.value(0, "name").unwrap_or(&Value::None);
    if !create {
        return Ok(format!("DROP INDEX {}", quote::constraint(&text(name)?, false)?));
    }
    let keys: Vec<Value> =
        call.arguments.positional.iter().skip(1).map(|argument| argument.value.clone()).collect();
    let mut renderer = super::super::render::element::Renderer { qualified: true, ..Default::default() };
    for key in &keys {
        renderer.element(key, &super::super::render::types::Family::Null)?;
    }
    let table =
        renderer.tables.first().ok_or_else(|| Cause::new("an index is on no table that is written here"))?;
    create_index(name, &keys, (table.schema.as_deref(), &table.name, false), &call.arguments, output)
}

pub(super) fn storage(parameters: &Value) -> Rendered {
    let Value::Dict(items) = parameters else {
        return Err(Cause::of(parameters, "storage parameters are not a dictionary"));
    };
    let parts = items
        .iter()
        .map(|(key, value)| {
            let value = match value {
                Value::Int(int) => int.to_string(),
                Value::Bool(truth) => if *truth { "True" } else { "False" }.to_owned(),
                other => text(other)?,
            };
            Ok(format!("{} = {value}", text(key)?))
        })
        .collect::<Result<Vec<_>, Cause>>()?;
    Ok(parts.join(", "))
}
