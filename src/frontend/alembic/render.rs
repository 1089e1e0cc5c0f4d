//! SQL as SQLAlchemy's PostgreSQL dialect writes it. Reads library trees; refuses to guess what it has no words for.

pub mod column;
mod compound;
mod conflict;
pub mod constraint;
pub mod driver;
pub mod element;
mod from;
mod function;
mod json;
pub mod literal;
mod method;
mod operator;
pub mod query;
pub mod quote;
pub mod statement;
pub mod table;
pub mod types;
mod window;

use super::value::Value;

/// Why something cannot be rendered; completes "cannot be read because …".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause(pub String);

impl Cause {
    /// A cause of its own.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }

    /// The cause that a value brings with it, or one of its own.
    pub fn of(value: &Value, otherwise: impl Into<String>) -> Self {
        value.why_unknown().map_or_else(|| Self(otherwise.into()), |reason| Self(reason.to_string()))
    }
}

/// SQL, or why there is none.
pub type Rendered = Result<String, Cause>;

/// A text argument, or why it is none.
pub fn text(value: &Value) -> Rendered {
    value.as_str().map(str::to_owned).ok_or_else(|| Cause::of(value, "a name is not plain text"))
}

/// A flag: absent and `None` are false.
pub fn flag(value: Option<&Value>) -> Result<bool, Cause> {
    match value {
        None | Some(Value::None) => Ok(false),
        Some(Value::Bool(truth)) => Ok(*truth),
        Some(Value::Int(int)) => Ok(*int != 0),
        Some(Value::Str(text)) => Ok(!text.text.is_empty()),
        Some(other) => Err(Cause::of(other, "an option is neither true nor false")),
    }
}

/// An argument that is given and not `None`.
pub fn given(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| !matches!(value, Value::None))
}

/// The items of a list or tuple; a single value counts as a list of one where `alone` allows it.
pub fn list(value: &Value, alone: bool) -> Result<Vec<Value>, Cause> {
    match value {
        Value::List(items) | Value::Tuple(items) | Value::Set(items) => Ok(items.as_ref().clone()),
        Value::Unknown(_) => Err(Cause::of(value, "")),
        _ if alone => Ok(vec![value.clone()]),
        _ => Err(Cause::new("a list is written in a way that is not followed")),
    }
}

/// The last part of a library's name: `Column` of `sqlalchemy.schema.Column`.
pub fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}
