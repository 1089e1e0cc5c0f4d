//! `op.sync_enum_values` of the package alembic_postgresql_enum (1.11): a type of new labels takes the place of the old
//! one, column by column. Refuses calls whose columns' defaults only the database knows.

use super::super::render::{Cause, Rendered, flag, given, last, list, text};
use super::super::value::{Arguments, Value};
use super::{Operation, Sent};

/// The operators between the new type and the old, each with its function, which let indexes and checks live on.
const OPERATORS: [(&str, &str); 2] = [("!=", "new_old_not_equals"), ("=", "new_old_equals")];

/// A column that changes its type.
struct Column {
    table: String,
    name: String,
    array: bool,
    default: Option<String>,
}

pub(super) fn sync(operation: &Operation<'_>) -> Result<Vec<Sent>, Cause> {
    let arguments = operation.arguments;
    let argument = |position: usize, name: &str| {
        arguments.value(position, name).ok_or_else(|| Cause::new(format!("`{name}` is missing")))
    };
    let (schema, name) = (text(argument(0, "enum_schema")?)?, text(argument(1, "enum_name")?)?);
    let labels = list(argument(2, "new_values")?, false)?;
    let labels =
        labels.iter().map(|label| Ok(format!("'{}'", text(label)?))).collect::<Result<Vec<_>, _>>()?;
    let columns = list(argument(3, "affected_columns")?, false)?;
    let columns = columns.iter().map(|column| read(column, &schema)).collect::<Result<Vec<_>, _>>()?;
    let renamed = given(arguments.value(4, "enum_values_to_rename"));
    let renamed = renamed.map(pairs).transpose()?.unwrap_or_default();
    if given(arguments.value(5, "indexes_to_recreate")).is_some_and(|given| flag_of(given) != Some(false)) {
        return Err(Cause::new("indexes are built again from words that the database gave"));
    }
    let (new, old) = (format!("\"{schema}\".\"{name}\""), format!("\"{schema}\".\"{name}_old\""));
    let mut sent = vec![
        format!("ALTER TYPE {new} RENAME TO \"{name}_old\""),
        format!("CREATE TYPE {new} AS ENUM({})", labels.join(", ")),
    ];
    let whens = |of: &str, cast: &str| {
        let when = |(from, to): &(String, String)| format!("WHEN {of}::text = '{from}' THEN '{to}'{cast}");
        renamed.iter().map(when).collect::<Vec<_>>().join(" ")
    };
    for (operator, function) in OPERATORS {
        let right = match renamed.is_empty() {
            true => "old_enum_val::text".to_owned(),
            false => format!("CASE {} ELSE old_enum_val::text END", whens("old_enum_val", "")),
        };
        sent.push(format!(
            "CREATE FUNCTION \"{schema}\".{function}( new_enum_val {new}, old_enum_val {old} ) RETURNS boolean AS $$ \
             SELECT new_enum_val::text {operator} {right}; $$ LANGUAGE SQL IMMUTABLE"
        ));
        sent.push(format!(
            "CREATE OPERATOR \"{schema}\".{operator} ( leftarg = {new}, rightarg = {old}, \
             procedure = \"{schema}\".{function} )"
        ));
    }
    for Column { table, name: column, array, default } in &columns {
        let alter = format!("ALTER TABLE {table} ALTER COLUMN \"{column}\"");
        if default.is_some() {
            sent.push(format!("{alter} DROP DEFAULT"));
        }
        let of = format!("\"{column}\"");
        let using = match (*array, renamed.is_empty()) {
            (true, _) => {
                let replace = |sql: String, (from, to): &(String, String)| {
                    format!("array_replace({sql}, '{from}', '{to}')")
                };
                let labels = renamed.iter().fold(format!("{of}::text[]"), replace);
                format!("{new}[] USING {labels}::{new}[]")
            }
            (false, true) => format!("{new} USING {of}::text::{new}"),
            (false, false) => {
                let cast = format!("::{new}");
                format!("{new} USING CASE {} ELSE {of}::text::{new} END", whens(&of, &cast))
            }
        };
        sent.push(format!("{alter} TYPE {using}"));
        if let Some(default) = default {
            sent.push(format!("{alter} SET DEFAULT {}", default_of(default, &schema, &name, &renamed)?));
        }
    }
    for (operator, function) in OPERATORS {
        sent.push(format!("DROP OPERATOR IF EXISTS \"{schema}\".{operator} ( {new}, {old} )"));
        sent.push(format!("DROP FUNCTION \"{schema}\".{function}( new_enum_val {new}, old_enum_val {old} )"));
    }
    sent.push(format!("DROP TYPE {old}"));
    Ok(sent.into_iter().map(|sql| (sql, None)).collect())
}

fn flag_of(value: &Value) -> Option<bool> {
    match value {
        Value::List(items) | Value::Tuple(items) => Some(!items.is_empty()),
        other => flag(Some(other)).ok(),
    }
}

fn pairs(value: &Value) -> Result<Vec<(String, String)>, Cause> {
    let pair = |value: &Value| match list(value, false)?.as_slice() {
        [from, to] => Ok((text(from)?, text(to)?)),
        _ => Err(Cause::new("a label is not renamed to one other")),
    };
    list(value, false)?.iter().map(pair).collect()
}

/// `TableReference(…)`.
fn read(value: &Value, schema: &str) -> Result<Column, Cause> {
    let call = value
        .as_call()
        .filter(|call| call.callee.as_path().map(last) == Some("TableReference"))
        .ok_or_else(|| Cause::of(value, "the column's default is only known to the database"))?;
    let arguments: &Arguments = &call.arguments;
    let part = |position: usize, name: &str| {
        arguments.value(position, name).ok_or_else(|| Cause::new(format!("`{name}` is missing")))
    };
    let table = text(part(0, "table_name")?)?;
    let schema = match arguments.value(2, "table_schema") {
        None => Some(schema.to_owned()),
        Some(Value::None) => None,
        Some(schema) => Some(text(schema)?).filter(|schema| !schema.is_empty()),
    };
    Ok(Column {
        table: schema.map_or_else(|| format!("\"{table}\""), |schema| format!("\"{schema}\".\"{table}\"")),
        name: text(part(1, "column_name")?)?,
        array: match arguments.value(3, "column_type") {
            None => false,
            Some(kind) => kind.as_path().map(last) == Some("ARRAY"),
        },
        default: given(arguments.value(4, "existing_server_default")).map(text).transpose()?,
    })
}

/// The default of the old type as one of the new.
fn default_of(old: &str, schema: &str, name: &str, renamed: &[(String, String)]) -> Rendered {
    if old.starts_with("ARRAY[") {
        return Err(Cause::new("the default is an array of the old type's labels"));
    }
    let replace = |words: String, (from, to): &(String, String)| {
        words
            .replace(&format!("'{from}'"), &format!("'{to}'"))
            .replace(&format!("\"{from}\""), &format!("\"{to}\""))
    };
    let (words, _) = old.split_once("::").ok_or_else(|| Cause::new("the default is of no type"))?;
    let words = renamed.iter().fold(words.to_owned(), replace);
    let kind = if schema.is_empty() { name.to_owned() } else { format!("{schema}.{name}") };
    Ok(format!("{words}::{kind}{}", if old.ends_with("[]") { "[]" } else { "" }))
}
