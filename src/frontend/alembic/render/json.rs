//! What SQLAlchemy makes of `column["key"]`: items of JSON and of arrays, their text, and casts of it.

use super::super::value::{Arguments, Symbol, Value};
use super::element::{Element, Renderer};
use super::types::{Family, resolve};
use super::{Cause, literal};

/// In which form an item is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// As JSON: `column["key"]`.
    Item,
    /// As text: `.astext`.
    Text,
    /// As text for a cast: `.as_integer()`.
    Cast,
}

/// How tightly an item binds.
pub(super) const ITEM: i8 = 15;

impl Renderer {
    /// An item of JSON or of an array.
    pub(super) fn json_item(&mut self, base: &Value, key: &Value, access: Access) -> Result<Element, Cause> {
        let base = self.element(base, &Family::Json)?;
        if let Family::Array(item) = &base.family {
            let family = item.family.clone();
            let key = self.element(key, &Family::Integer)?;
            return Ok(Element::atom(format!("{}[{}]", base.sql, key.sql), family));
        }
        let (path, key) = match key {
            Value::List(keys) | Value::Tuple(keys) => (true, path(keys)?),
            Value::Int(index) => (false, index.to_string()),
            key => (false, self.element(key, &Family::Text)?.sql),
        };
        let binary = base.family == Family::Jsonb;
        if binary && access == Access::Item && !path {
            return Ok(Element::composed(format!("{}[{key}]", base.sql), ITEM, Family::Jsonb));
        }
        let operator = match (path, access) {
            (false, Access::Item) => "->",
            (false, _) => "->>",
            (true, Access::Item) => "#>",
            (true, _) => "#>>",
        };
        let family = if access == Access::Item { base.family.clone() } else { Family::Text };
        let base = if access == Access::Cast && binary { base.sql } else { base.grouped(ITEM) };
        let sql = format!("{base} {operator} {key}");
        let eager = Some(format!("({sql})"));
        Ok(Element { eager, ..Element::composed(sql, ITEM, family) })
    }

    /// `column["key"].as_integer()` and its kin; `None` if the value is no item.
    pub(super) fn json_cast(
        &mut self,
        base: &Value,
        method: &str,
        arguments: &Arguments,
    ) -> Result<Option<Element>, Cause> {
        let kind = match method {
            "as_string" => "String",
            "as_integer" => "Integer",
            "as_boolean" => "Boolean",
            "as_float" => "Float",
            "as_numeric" => "Numeric",
            "as_json" => "",
            _ => return Ok(None),
        };
        let Value::Symbol(symbol) = base else { return Ok(None) };
        let Symbol::Item(inner, key) = symbol.as_ref() else { return Ok(None) };
        if kind.is_empty() {
            return self.json_item(inner, key, Access::Item).map(Some);
        }
        let callee = Value::path(format!("sqlalchemy.{kind}"));
        let kind = match arguments.positional.first() {
            None => resolve(&callee)?,
            Some(first) => resolve(&Value::called(callee, arguments.clone(), first.span))?,
        };
        Ok(Some(self.json_item(inner, key, Access::Cast)?.cast(kind)))
    }
}

/// A path into JSON, as SQLAlchemy writes it.
fn path(keys: &[Value]) -> Result<String, Cause> {
    let keys = keys.iter().map(|key| match key {
        Value::Str(text) => Ok(text.text.to_string()),
        Value::Int(index) => Ok(index.to_string()),
        other => Err(Cause::of(other, "a path into JSON is not plain text")),
    });
    Ok(literal::string(&format!("{{{}}}", keys.collect::<Result<Vec<_>, _>>()?.join(", "))))
}
