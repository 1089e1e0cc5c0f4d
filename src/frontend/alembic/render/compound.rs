//! Queries put together: UNION, INTERSECT, EXCEPT.

use super::super::value::{Arguments, Call, Symbol, Value};
use super::element::Renderer;
use super::query::{Query, chain, is_select};
use super::types::Family;
use super::{Cause, given, last};

/// Queries with what stands between them, and the methods called on all of it.
struct Compound<'a> {
    word: &'static str,
    parts: Vec<Value>,
    methods: Vec<(&'a str, &'a Arguments)>,
}

fn word(name: &str) -> Option<&'static str> {
    Some(match name {
        "union" => "UNION",
        "union_all" => "UNION ALL",
        "intersect" => "INTERSECT",
        "intersect_all" => "INTERSECT ALL",
        "except_" => "EXCEPT",
        "except_all" => "EXCEPT ALL",
        _ => return None,
    })
}

fn compound(call: &Call) -> Option<Compound<'_>> {
    let mut methods = Vec::new();
    let mut at = call;
    loop {
        let Value::Symbol(callee) = &at.callee else { return None };
        let others = at.arguments.positional.iter().map(|argument| argument.value.clone());
        match callee.as_ref() {
            Symbol::Path(path) if path.starts_with("sqlalchemy.") => {
                let word = word(last(path))?;
                methods.reverse();
                return Some(Compound { word, parts: others.collect(), methods });
            }
            Symbol::Attribute(base, method) => {
                let inner = base.as_call()?;
                if let Some(word) = word(method).filter(|_| is_select(inner)) {
                    methods.reverse();
                    let parts = std::iter::once(base.clone()).chain(others).collect();
                    return Some(Compound { word, parts, methods });
                }
                methods.push((&**method, &at.arguments));
                at = inner;
            }
            _ => return None,
        }
    }
}

/// Whether a call ends a chain that puts queries together.
pub(super) fn is_compound(call: &Call) -> bool {
    compound(call).is_some()
}

/// Queries put together as one; `None` if the call puts none together.
///
/// # Errors
/// When a part of it cannot be rendered.
pub(super) fn query(call: &Call, outer: &mut Renderer) -> Result<Option<Query>, Cause> {
    let Some(compound) = compound(call) else { return Ok(None) };
    let is_relation = |method: &str| matches!(method, "subquery" | "alias" | "cte");
    if compound.methods.iter().any(|(method, _)| is_relation(method)) {
        return Ok(None);
    }
    let derived = std::mem::take(&mut outer.derived);
    let mut texts = Vec::with_capacity(compound.parts.len());
    let mut columns = None;
    for part in &compound.parts {
        let call = part.as_call().ok_or_else(|| Cause::of(part, "a query is not written here"))?;
        outer.derived = derived;
        let query = super::query::query(call, outer)?;
        let query = query.ok_or_else(|| Cause::new("what is put together is no query"))?;
        texts.push(if is_grouped(call) { format!("({})", query.sql) } else { query.sql });
        columns.get_or_insert(query.columns);
    }
    outer.derived = false;
    let mut sql = texts.join(&format!(" {} ", compound.word));
    let (mut order, mut limit, mut offset) = (Vec::new(), None, None);
    for (method, arguments) in compound.methods {
        let first = arguments.positional.first().map(|argument| &argument.value);
        match method {
            "order_by" => {
                for value in arguments.values() {
                    order.push(match value {
                        Value::Str(name) => super::quote::name(&name.text),
                        other if is_text(other) => outer.element(other, &Family::Null)?.sql,
                        _ => return Err(Cause::new("queries put together are in order of an expression")),
                    });
                }
            }
            "limit" | "offset" => {
                let count = outer.element(given(first).unwrap_or(&Value::None), &Family::Integer)?.sql;
                *(if method == "limit" { &mut limit } else { &mut offset }) = Some(count);
            }
            "scalar_subquery" | "as_scalar" | "execution_options" => {}
            other => return Err(Cause::new(format!("`.{other}` of queries put together is not followed"))),
        }
    }
    if !order.is_empty() {
        sql.push_str(&format!(" ORDER BY {}", order.join(", ")));
    }
    sql.push_str(&super::query::rows(limit, offset));
    Ok(Some(Query { sql, columns: columns.unwrap_or_default() }))
}

/// Whether a query stands in parentheses among others.
fn is_grouped(call: &Call) -> bool {
    let ends = |method: &str| matches!(method, "order_by" | "limit" | "offset");
    is_compound(call) || chain(call).methods.iter().any(|(method, _)| ends(method))
}

fn is_text(value: &Value) -> bool {
    value.as_call().and_then(|call| call.callee.as_path()).is_some_and(|path| last(path) == "text")
}
