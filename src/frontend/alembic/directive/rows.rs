//! Operations on rows and plain SQL.

use crate::source::Span;

use super::super::output::{Output, Place};
use super::super::render::statement::{bulk_row, executed};
use super::super::render::table::relation;
use super::super::render::{Cause, given, list};
use super::super::value::{Arguments, Value};
use super::{Operation, Sent};

/// `op.execute` and `connection.execute`; raw text is sent as it is, without looking for parameters.
pub fn execute(output: &mut Output, arguments: &Arguments, raw: bool, span: Span) {
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
    let rendered = match (&sent.value, raw) {
        (Value::Str(words), true) => Ok(words.text.to_string()),
        (value, _) => parameters(arguments).and_then(|parameters| executed(value, &parameters)),
    };
    match rendered {
        Ok(sql) => {
            let literal = literal.filter(|literal| literal.end - literal.start == sql.len());
            let part = literal.or(Some(sent.span));
            output.send(&sql, Place { literal, ..Place::call(span).at(part) });
        }
        Err(Cause(reason)) => output.opaque(span, reason),
    }
}

/// Where the words of `sa.text("…")` stand.
fn literal_of_text(value: &Value) -> Option<Span> {
    let call = value.as_call()?;
    if !call.callee.as_path().is_some_and(|path| path.ends_with(".text")) {
        return None;
    }
    match call.arguments.value(0, "text") {
        Some(Value::Str(text)) => text.origin,
        _ => None,
    }
}

/// Values of a statement's parameters: a dictionary, keywords, or many rows, of which the first stands for all.
fn parameters(arguments: &Arguments) -> Result<Vec<(String, Value)>, Cause> {
    let mut named: Vec<(String, Value)> = Vec::new();
    let given_row = given(arguments.positional.get(1).map(|argument| &argument.value))
        .or_else(|| given(arguments.named("parameters")).or_else(|| given(arguments.named("params"))));
    match given_row {
        None => {}
        Some(Value::Dict(items)) => {
            named.extend(
                items.iter().filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value.clone()))),
            );
        }
        Some(Value::List(rows)) => {
            if rows.len() > 1 {
                return Err(Cause::new("one statement is run for many rows"));
            }
            if let Some(Value::Dict(items)) = rows.first() {
                named.extend(
                    items.iter().filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value.clone()))),
                );
            }
        }
        Some(other) => return Err(Cause::of(other, "the values of a statement are not a dictionary")),
    }
    named.extend(
        arguments
            .named
            .iter()
            .filter(|(name, _)| {
                !matches!(&**name, "execution_options" | "sqltext" | "statement" | "parameters" | "params")
            })
            .map(|(name, argument)| (name.to_string(), argument.value.clone())),
    );
    Ok(named)
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
