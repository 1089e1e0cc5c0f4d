//! `ON CONFLICT` of an INSERT.

use std::rc::Rc;

use super::super::value::{Arguments, Symbol, Value};
use super::element::Renderer;
use super::statement::{in_order, stored, where_clause};
use super::table::Relation;
use super::types::Family;
use super::{Cause, Rendered, given, list, quote, text};

/// ` ON CONFLICT … DO …`, as a method of an INSERT says it.
///
/// # Errors
/// When a part of it is unknown or not followed.
pub(super) fn conflict(
    table: &Relation,
    (method, arguments): (&str, &Arguments),
    renderer: &mut Renderer,
) -> Rendered {
    let target = target(arguments)?;
    if method == "on_conflict_do_nothing" {
        return Ok(format!(" ON CONFLICT{target} DO NOTHING"));
    }
    let set = arguments.named("set_").ok_or_else(|| Cause::new("a conflict sets nothing"))?;
    let values: Vec<(Value, Value)> = match set {
        Value::Dict(items) => items.as_ref().clone(),
        other if is_excluded(other) => {
            let excluded = |key: &str| Value::Symbol(Rc::new(Symbol::Attribute(other.clone(), key.into())));
            let columns = table.columns.iter();
            columns.map(|column| (Value::text(column.key.as_str()), excluded(&column.key))).collect()
        }
        other => return Err(Cause::of(other, "what a conflict sets is not a dictionary")),
    };
    let listed = renderer.tables.len();
    renderer.tables.push(table.clone());
    let mut parts = Vec::with_capacity(values.len());
    for (name, family, value) in in_order(table, &values)? {
        parts.push(format!("{} = {}", quote::name(&name), stored(&value, &family, renderer)?));
    }
    let condition = given(arguments.named("where")).map_or(&[][..], std::slice::from_ref);
    let condition = where_clause(condition, renderer)?;
    renderer.tables.truncate(listed);
    Ok(format!(" ON CONFLICT{target} DO UPDATE SET {}{condition}", parts.join(", ")))
}

/// The columns or the constraint that the conflict is about; nothing if it is about any.
fn target(arguments: &Arguments) -> Rendered {
    if let Some(name) = given(arguments.value(0, "constraint")) {
        return Ok(format!(" ON CONSTRAINT {}", quote::name(&text(name)?)));
    }
    let Some(elements) = given(arguments.value(1, "index_elements")) else { return Ok(String::new()) };
    let mut bare = Renderer::ddl();
    let mut columns = Vec::new();
    for element in list(elements, true)? {
        columns.push(match &element {
            Value::Str(name) => quote::name(&name.text),
            other => bare.element(other, &Family::Null)?.sql,
        });
    }
    let condition = given(arguments.value(2, "index_where")).map_or(&[][..], std::slice::from_ref);
    let condition = where_clause(condition, &mut bare)?;
    Ok(format!(" ({}){condition}", columns.join(", ")))
}

/// `statement.excluded`.
pub(super) fn is_excluded(value: &Value) -> bool {
    let Value::Symbol(symbol) = value else { return false };
    matches!(symbol.as_ref(), Symbol::Attribute(of, name) if &**name == "excluded" && of.as_call().is_some())
}
