//! Statements with the driver's own places for parameters, `%s` and `%(name)s`, as psycopg fills them in. Refuses what
//! psycopg refuses.

use super::super::value::Value;
use super::element::own_family;
use super::{Cause, Rendered, literal};

/// Whether a text has places for the driver's parameters.
pub fn has_places(words: &str) -> bool {
    words.contains("%s") || words.contains("%(")
}

/// A text with its places filled from one row: a tuple or list by position, a dictionary by name.
///
/// # Errors
/// When a value is unknown, or places and values do not match.
pub fn filled(words: &str, row: &Value) -> Rendered {
    let mut positions = match row {
        Value::Tuple(items) | Value::List(items) => items.as_slice(),
        _ => &[],
    }
    .iter();
    let mut sql = String::with_capacity(words.len());
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('%') {
        sql.push_str(before);
        rest = if let Some(after) = after.strip_prefix('%') {
            sql.push('%');
            after
        } else if let Some(after) = after.strip_prefix(['s', 'b', 't']) {
            let value = positions.next().ok_or_else(|| missing(row, "`%s`"))?;
            sql.push_str(&value_of(value)?);
            after
        } else if let Some((name, after)) = after.strip_prefix('(').and_then(|after| after.split_once(")s")) {
            sql.push_str(&value_of(named(row, name)?)?);
            after
        } else {
            return Err(Cause::new("a single `%` stands in it, which the driver takes for a parameter"));
        };
    }
    sql.push_str(rest);
    match positions.next() {
        None => Ok(sql),
        Some(_) => Err(Cause::new("it has fewer places than values, which the driver refuses")),
    }
}

fn named<'a>(row: &'a Value, name: &str) -> Result<&'a Value, Cause> {
    let items = match row {
        Value::Dict(items) => items.as_slice(),
        _ => &[],
    };
    let found = items.iter().find(|(key, _)| key.as_str() == Some(name));
    found.map(|(_, value)| value).ok_or_else(|| missing(row, &format!("`%({name})s`")))
}

fn missing(row: &Value, place: &str) -> Cause {
    Cause::of(row, format!("{place} has no value, which the driver refuses"))
}

/// A tuple is a list in parentheses, a list an array; the rest are literals.
fn value_of(value: &Value) -> Rendered {
    let all = |items: &[Value]| {
        items.iter().map(value_of).collect::<Result<Vec<_>, _>>().map(|parts| parts.join(", "))
    };
    match value {
        Value::Tuple(items) => Ok(format!("({})", all(items)?)),
        Value::List(items) if items.is_empty() => Ok("'{}'".to_owned()),
        Value::List(items) => Ok(format!("ARRAY[{}]", all(items)?)),
        other => literal::value(other, &own_family(other)),
    }
}
