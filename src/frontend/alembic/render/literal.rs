//! Values as literals, by the type that they are compared with or stored in.

use super::super::value::{Call, Class, Value};
use super::types::Family;
use super::{Cause, Rendered, last};

/// Text as a literal.
pub fn string(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A value as SQLAlchemy's literal processors write it.
///
/// # Errors
/// When the value is unknown or has no literal form.
pub fn value(value: &Value, family: &Family) -> Rendered {
    if let Value::Unknown(_) = value {
        return Err(Cause::of(value, ""));
    }
    match (value, family) {
        (Value::None, Family::Json | Family::Jsonb) => Ok("'null'".to_owned()),
        (Value::None, _) => Ok("NULL".to_owned()),
        // No driver sends a dictionary as anything else.
        (_, Family::Json | Family::Jsonb) | (Value::Dict(_), Family::Null) => {
            match super::super::evaluate::json(value) {
                Some(text) => Ok(string(&text)),
                None => Err(Cause::new("a JSON value is not plain data")),
            }
        }
        (Value::Bool(truth), Family::Boolean | Family::Null | Family::Other) => Ok(truth.to_string()),
        (Value::Bool(truth), _) => Ok(i32::from(*truth).to_string()),
        (Value::Int(int), Family::Boolean) => Ok((*int != 0).to_string()),
        (Value::Int(int), Family::Text | Family::Enumeration(_)) => Ok(string(&int.to_string())),
        (Value::Int(int), _) => Ok(int.to_string()),
        (Value::Float(float), _) => Ok(format!("{float:?}")),
        (Value::Str(text), Family::Integer | Family::SmallInteger | Family::BigInteger) => text
            .text
            .trim()
            .parse::<i64>()
            .map(|int| int.to_string())
            .map_err(|_| Cause::new(format!("`{}` is no number for a column of numbers", text.text))),
        (Value::Str(text), Family::Numeric | Family::Float) => Ok(text.text.to_string()),
        (Value::Str(text), Family::Uuid) => {
            let hex: String = text.text.chars().filter(char::is_ascii_hexdigit).collect();
            if hex.len() != 32 {
                return Ok(string(&text.text));
            }
            let (a, b, c, d, e) = (&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]);
            Ok(string(&format!("{a}-{b}-{c}-{d}-{e}").to_lowercase()))
        }
        (Value::Str(text), _) => Ok(string(&text.text)),
        (Value::List(items) | Value::Tuple(items), Family::Array(item)) => {
            let parts =
                items.iter().map(|part| self::value(part, &item.family)).collect::<Result<Vec<_>, _>>()?;
            // A server cannot tell the type of an empty one.
            let kind = if parts.is_empty() { format!("::{}[]", item.sql) } else { String::new() };
            Ok(format!("ARRAY[{}]{kind}", parts.join(", ")))
        }
        (Value::Bytes(bytes), _) => Ok(string(&String::from_utf8_lossy(bytes))),
        (Value::Instance(member), Family::Enumeration(labels)) if member.class.enumeration => {
            let attributes = member.attributes.borrow();
            let said = ["name", "value"].map(|key| attributes.get(key).and_then(Value::as_str));
            match said
                .into_iter()
                .flatten()
                .find(|said| labels.is_empty() || labels.iter().any(|label| label == said))
            {
                Some(label) => Ok(string(label)),
                None => Err(Cause::new("a member of an enumeration is none of the labels of its type")),
            }
        }
        // A member that is text or a number besides is sent as that.
        (Value::Instance(member), _) if is_plain(&member.class) => {
            match member.attributes.borrow().get("value") {
                Some(plain) => self::value(plain, family),
                None => Err(Cause::new("a member of an enumeration has no value")),
            }
        }
        (Value::Symbol(_), _) => match value.as_call() {
            Some(call) => library(call),
            None => Err(Cause::new("a value is only known when the migration runs")),
        },
        _ => Err(Cause::new("a value has no literal form")),
    }
}

/// Whether the members of an enumeration are text or numbers besides.
fn is_plain(class: &Class) -> bool {
    class.enumeration
        && class.bases.iter().any(|base| match base {
            Value::Class(base) => is_plain(base),
            base => matches!(
                base.as_path(),
                Some("builtins.str" | "builtins.int" | "enum.StrEnum" | "enum.IntEnum")
            ),
        })
}

/// Dates, times and decimal numbers of Python's library.
fn library(call: &Call) -> Rendered {
    let path = call.callee.as_path().unwrap_or_default();
    let numbers = || {
        call.arguments
            .positional
            .iter()
            .map(|argument| match argument.value {
                Value::Int(int) => Ok(int),
                _ => Err(Cause::new("a date is only known when the migration runs")),
            })
            .collect::<Result<Vec<_>, _>>()
    };
    match last(path) {
        "Decimal" => match call.arguments.value(0, "value") {
            Some(Value::Str(text)) => Ok(text.text.to_string()),
            Some(Value::Int(int)) => Ok(int.to_string()),
            _ => Err(Cause::new("a number is only known when the migration runs")),
        },
        "date" => match numbers()?[..] {
            [year, month, day] => Ok(format!("'{year:04}-{month:02}-{day:02}'")),
            _ => Err(Cause::new("a date is only known when the migration runs")),
        },
        "datetime" if call.arguments.named.is_empty() => {
            let numbers = numbers()?;
            if numbers.len() < 3 || numbers.len() > 7 {
                return Err(Cause::new("a date is only known when the migration runs"));
            }
            let at = |index: usize| numbers.get(index).copied().unwrap_or(0);
            let fraction = if at(6) == 0 { String::new() } else { format!(".{:06}", at(6)) };
            Ok(format!(
                "'{:04}-{:02}-{:02} {:02}:{:02}:{:02}{fraction}'",
                at(0),
                at(1),
                at(2),
                at(3),
                at(4),
                at(5)
            ))
        }
        _ => Err(Cause::new("a value is only known when the migration runs")),
    }
}
