//! Items of containers: iteration, indexing, slices. A container is never changed in place.

use std::rc::Rc;

use ruff_python_ast::{self as ast, Expr};

use super::super::hole::is_holed;
use super::super::value::{Symbol, Value};
use super::expression::unknown_like;
use super::object::{NAMED_TUPLE, class_member, enumeration_members, fields, library_base};
use super::{Evaluator, Scope};

impl Evaluator<'_> {
    /// What can be iterated over, as its items.
    pub(super) fn items(&mut self, value: &Value) -> Option<Vec<Value>> {
        Some(match value {
            Value::List(items) | Value::Tuple(items) | Value::Set(items) => items.as_ref().clone(),
            Value::Dict(items) => items.iter().map(|(key, _)| key.clone()).collect(),
            Value::Str(text) if is_holed(&text.text) => return None,
            Value::Str(text) => text.text.chars().map(|c| Value::text(c.to_string())).collect(),
            Value::Class(class) if class.enumeration => enumeration_members(class),
            Value::Symbol(_) => self.lines(value)?,
            Value::Instance(tuple)
                if library_base(&tuple.class).is_some_and(|base| base.as_path() == Some(NAMED_TUPLE)) =>
            {
                fields(&tuple.class).iter().map(|name| self.attribute(value.clone(), name)).collect()
            }
            _ => return None,
        })
    }

    /// `value[key]`.
    pub(super) fn item(&mut self, value: Value, key: Value) -> Value {
        if matches!(key, Value::Unknown(_)) {
            return key;
        }
        let missing = || Value::unknown("a key or index is not there");
        match &value {
            Value::Dict(items) => items
                .iter()
                .find(|(known, _)| super::compare::same(known, &key) == Some(true))
                .map_or_else(missing, |(_, value)| value.clone()),
            Value::List(items) | Value::Tuple(items) => match key {
                Value::Int(index) => position(index, items.len())
                    .and_then(|index| items.get(index))
                    .map_or_else(missing, Value::clone),
                _ => missing(),
            },
            Value::Str(text) if is_holed(&text.text) => missing(),
            Value::Str(text) => match key {
                Value::Int(index) => {
                    let count = text.text.chars().count();
                    let found = position(index, count).and_then(|index| text.text.chars().nth(index));
                    found.map_or_else(missing, |c| Value::text(c.to_string()))
                }
                _ => missing(),
            },
            Value::Class(class) if class.enumeration => {
                key.as_str().and_then(|name| class_member(class, name)).unwrap_or_else(missing)
            }
            Value::Symbol(_) if value.as_path() == Some("os.environ") => {
                let name = key.as_str().unwrap_or("…");
                Value::unknown(format!(
                    "the environment variable `{name}` is only known when the migration runs"
                ))
            }
            Value::Symbol(_) if value.as_path() == Some("sqlalchemy.MetaData.tables") => {
                self.attribute(value, key.as_str().unwrap_or("…"))
            }
            Value::Symbol(symbol) if is_tables(symbol) => {
                self.attribute(Value::path("sqlalchemy.MetaData.tables"), key.as_str().unwrap_or("…"))
            }
            Value::Symbol(_) => Value::Symbol(Rc::new(Symbol::Item(value, key))),
            Value::Unknown(_) => value,
            _ => missing(),
        }
    }

    /// The container with an item replaced.
    pub(super) fn with_item(&mut self, container: &Value, key: Value, value: Value) -> Value {
        match (container, &key) {
            (Value::Dict(items), _) => {
                let mut items = items.as_ref().clone();
                super::expression::put(&mut items, key, value);
                Value::Dict(Rc::new(items))
            }
            (Value::List(items), Value::Int(index)) => {
                let mut items = items.as_ref().clone();
                if let Some(slot) = position(*index, items.len()).and_then(|index| items.get_mut(index)) {
                    *slot = value;
                }
                Value::list(items)
            }
            _ => unknown_like(container.clone(), "an item that is assigned".to_owned()),
        }
    }

    pub(super) fn slice(&mut self, value: &Value, slice: &ast::ExprSlice, scope: &Rc<Scope>) -> Value {
        let mut bound = |expression: &Option<Box<Expr>>| match expression {
            None => Ok(None),
            Some(expression) => match self.expression(expression, scope) {
                Value::Int(int) => Ok(Some(int)),
                Value::None => Ok(None),
                other => Err(other),
            },
        };
        let (Ok(lower), Ok(upper), Ok(step)) = (bound(&slice.lower), bound(&slice.upper), bound(&slice.step))
        else {
            return Value::unknown("a slice is only known when the migration runs");
        };
        let cut = |count: usize| {
            let clamp = |index: i64| {
                let count = i64::try_from(count).unwrap_or(i64::MAX);
                usize::try_from(if index < 0 { (index + count).max(0) } else { index.min(count) })
                    .unwrap_or(0)
            };
            let from = lower.map_or(0, clamp);
            (from, upper.map_or(count, clamp).max(from))
        };
        let pick = |items: &[Value]| {
            if step == Some(-1) && lower.is_none() && upper.is_none() {
                return Some(items.iter().rev().cloned().collect());
            }
            let (from, to) = cut(items.len());
            let step = usize::try_from(step.unwrap_or(1)).ok().filter(|step| *step > 0)?;
            Some(items[from..to].iter().step_by(step).cloned().collect::<Vec<_>>())
        };
        let unknown = || Value::unknown("a slice is only known when the migration runs");
        match value {
            Value::List(items) => pick(items).map_or_else(unknown, Value::list),
            Value::Tuple(items) => pick(items).map_or_else(unknown, Value::tuple),
            Value::Str(text) if is_holed(&text.text) => unknown(),
            Value::Str(text) => {
                let characters: Vec<Value> = text.text.chars().map(|c| Value::text(c.to_string())).collect();
                pick(&characters).map_or_else(unknown, |picked| {
                    Value::text(picked.iter().filter_map(Value::as_str).collect::<String>())
                })
            }
            Value::Unknown(_) => value.clone(),
            _ => unknown(),
        }
    }
}

/// `metadata.tables`, of a metadata object that was made or was found.
fn is_tables(symbol: &Symbol) -> bool {
    let Symbol::Attribute(of, name) = symbol else { return false };
    let made = of.as_call().and_then(|call| call.callee.as_path());
    &**name == "tables" && made.is_some_and(|path| path.ends_with("MetaData"))
}

pub(super) fn position(index: i64, count: usize) -> Option<usize> {
    if index < 0 {
        count.checked_sub(usize::try_from(index.unsigned_abs()).ok()?)
    } else {
        usize::try_from(index).ok()
    }
}
