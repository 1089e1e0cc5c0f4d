//! Operations on rows and plain SQL.

use std::rc::Rc;

use crate::source::Span;

use super::super::hole;
use super::super::output::{Output, Place};
use super::super::render::statement::{bulk_row, executed};
use super::super::render::table::relation;
use super::super::render::{Cause, driver, list};
use super::super::value::{Arguments, Value};
use super::{Operation, Sent};

/// Who reads the words of what is executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// `op.execute`: SQLAlchemy's `text`, with `:name`.
    Text,
    /// A connection: `text`, unless the words have the driver's places.
    Connection,
    /// `exec_driver_sql`: the driver, which is always handed parameters, if only none.
    Driver,
    /// The driver's cursor, which leaves the words alone where it is handed no parameters.
    Cursor,
    /// The same with `executemany`.
    CursorRows,
}

/// `op.execute`, `connection.execute` and the driver's own; one statement for each row of parameters.
pub fn execute(output: &mut Output, arguments: &Arguments, reader: Reader, span: Span) {
    let Some(sent) = arguments
        .positional
        .first()
        .or_else(|| ["sqltext", "statement", "query"].iter().find_map(|name| arguments.argument(name)))
    else {
        output.opaque(span, "nothing is executed here that can be seen");
        return;
    };
    let literal = match &sent.value {
        Value::Str(text) => text.origin,
        other => literal_of_text(other),
    };
    match statements(&sent.value, arguments, reader) {
        Ok(statements) => {
            output.pasted = words_of(&sent.value).is_some_and(hole::may_end_a_literal);
            for sql in statements {
                let literal = literal.filter(|literal| literal.end - literal.start == sql.len());
                let part = literal.or(Some(sent.span));
                output.send(&sql, Place { literal, ..Place::call(span).at(part) });
            }
            output.pasted = false;
        }
        Err(Cause(reason)) => output.opaque(span, reason),
    }
}

fn statements(value: &Value, arguments: &Arguments, reader: Reader) -> Result<Vec<String>, Cause> {
    let rows = rows(arguments, reader)?;
    let none = || Value::Dict(Rc::new(Vec::new()));
    match value {
        Value::Str(words) if rows.is_empty() && reader == Reader::Cursor => Ok(vec![words.text.to_string()]),
        Value::Str(words)
            if matches!(reader, Reader::Driver | Reader::Cursor | Reader::CursorRows)
                || (reader == Reader::Connection && driver::has_places(&words.text)) =>
        {
            let rows = if rows.is_empty() { vec![none()] } else { rows };
            rows.iter().map(|row| driver::filled(&words.text, row)).collect()
        }
        _ if rows.is_empty() => Ok(vec![executed(value, &[])?]),
        _ => rows.iter().map(|row| executed(value, &named(row)?)).collect(),
    }
}

/// Where the words of `sa.text("…")` stand.
fn literal_of_text(value: &Value) -> Option<Span> {
    match text_of(value)? {
        Value::Str(text) => text.origin,
        _ => None,
    }
}

/// What `sa.text` is given.
fn text_of(value: &Value) -> Option<&Value> {
    let call = value.as_call()?;
    let is_text = call.callee.as_path().is_some_and(|path| path.ends_with(".text"));
    call.arguments.value(0, "text").filter(|_| is_text)
}

/// The author's own words, of plain text or of `sa.text`.
fn words_of(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| text_of(value)?.as_str())
}

/// The rows of parameters that a statement is run with: none, one, or many.
fn rows(arguments: &Arguments, reader: Reader) -> Result<Vec<Value>, Cause> {
    let mut positional: Vec<&Value> =
        arguments.positional.iter().skip(1).map(|argument| &argument.value).collect();
    if reader == Reader::Text {
        positional.clear();
    }
    positional.extend(["parameters", "params", "vars"].iter().find_map(|name| arguments.named(name)));
    positional.retain(|value| !matches!(value, Value::None));
    let keywords: Vec<(Value, Value)> = arguments
        .named
        .iter()
        .filter(|(name, _)| !NO_PARAMETERS.contains(&&**name))
        .map(|(name, argument)| (Value::text(name.as_ref()), argument.value.clone()))
        .collect();
    let is_row = |value: &Value| matches!(value, Value::Tuple(_) | Value::List(_) | Value::Dict(_));
    // A tuple of tuples is many rows to SQLAlchemy's older connections alone, and never to a cursor.
    let many = |value: &Value| match value {
        Value::List(_) => reader != Reader::Cursor,
        _ => matches!(reader, Reader::Connection | Reader::CursorRows),
    };
    let mut rows = match positional[..] {
        [] => Vec::new(),
        [only @ (Value::List(items) | Value::Tuple(items))]
            if many(only) && items.first().is_some_and(is_row) =>
        {
            items.to_vec()
        }
        [only @ Value::Unknown(_)] => return Err(Cause::of(only, "")),
        [only] if is_row(only) => vec![only.clone()],
        [first, ..] if is_row(first) => positional.iter().copied().cloned().collect(),
        _ => vec![Value::tuple(positional.into_iter().cloned().collect())],
    };
    match rows.as_mut_slice() {
        _ if keywords.is_empty() => {}
        [] => rows.push(Value::Dict(Rc::new(keywords))),
        [Value::Dict(items)] => Rc::make_mut(items).extend(keywords),
        _ => return Err(Cause::new("its parameters are given both by position and by name")),
    }
    Ok(rows)
}

/// Keywords of `execute` that are no parameters of the statement.
const NO_PARAMETERS: &[&str] =
    &["execution_options", "sqltext", "statement", "query", "parameters", "params", "vars"];

/// Values of a statement's parameters by name.
fn named(row: &Value) -> Result<Vec<(String, Value)>, Cause> {
    let Value::Dict(items) = row else {
        return Err(Cause::of(row, "the values of a statement are not a dictionary"));
    };
    Ok(items.iter().filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value.clone()))).collect())
}

/// `op.bulk_insert`: one INSERT for each row, as Alembic prints it.
pub(super) fn bulk_insert(operation: &Operation<'_>) -> Result<Vec<Sent>, Cause> {
    let table = operation.arguments.value(0, "table").unwrap_or(&Value::None);
    let relation =
        relation(table)?.ok_or_else(|| Cause::of(table, "rows go to a table that is not written here"))?;
    let rows = operation.arguments.at(1, "rows").ok_or_else(|| Cause::new("the rows are missing"))?;
    let mut sent = Vec::new();
    for row in list(&rows.value, false)? {
        match &row {
            Value::Dict(items) => sent.push((bulk_row(&relation, items)?, Some(rows.span))),
            other => return Err(Cause::of(other, "a row is not a dictionary")),
        }
    }
    Ok(sent)
}
