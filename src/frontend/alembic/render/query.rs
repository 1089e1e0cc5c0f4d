//! `sa.select` and `sa.exists`, as far as migrations use them.

use super::super::value::{Arguments, Call, Symbol, Value};
use super::element::Renderer;
use super::table::{Relation, relation};
use super::types::Family;
use super::{Cause, Rendered, given, last};

/// A chain of method calls on a first call: `select(a).where(b)`.
pub struct Chain<'a> {
    /// The first call.
    pub base: &'a Call,
    /// The methods called on it, in order.
    pub methods: Vec<(&'a str, &'a Arguments)>,
}

/// The chain that a call ends; its base is the innermost call of a plain name or of a table's method.
pub fn chain(call: &Call) -> Chain<'_> {
    let mut methods = Vec::new();
    let mut at = call;
    while let Value::Symbol(callee) = &at.callee
        && let Symbol::Attribute(base, method) = callee.as_ref()
        && let Some(inner) = base.as_call()
        && !matches!(&**method, "insert" | "update" | "delete" | "select")
    {
        methods.push((&**method, &at.arguments));
        at = inner;
    }
    methods.reverse();
    Chain { base: at, methods }
}

/// A select or exists as text; `None` if the call is neither.
///
/// # Errors
/// When a part of it cannot be rendered.
pub fn select(call: &Call, outer: &mut Renderer) -> Result<Option<String>, Cause> {
    let chain = chain(call);
    let kind = match &chain.base.callee {
        Value::Symbol(callee) => match callee.as_ref() {
            Symbol::Path(path) if path.starts_with("sqlalchemy.") => last(path),
            Symbol::Attribute(base, method) if &**method == "select" && relation(base)?.is_some() => "select",
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    let exists_of = chain.methods.iter().any(|(method, _)| *method == "exists");
    match kind {
        "select" => {
            let query = body(&chain, outer, false)?;
            Ok(Some(if exists_of { format!("EXISTS ({query})") } else { query }))
        }
        "exists" => {
            let query = chain.base.arguments.value(0, "__argument").and_then(Value::as_call);
            let query = query.map(|call| select(call, outer)).transpose()?.flatten();
            match query.filter(|_| chain.methods.is_empty()) {
                Some(query) => Ok(Some(format!("EXISTS ({query})"))),
                None => Ok(Some(format!("EXISTS ({})", body(&chain, outer, true)?))),
            }
        }
        _ => Ok(None),
    }
}

fn body(chain: &Chain<'_>, outer: &mut Renderer, exists: bool) -> Rendered {
    let mut inner = Renderer {
        qualified: true,
        parameters: outer.parameters,
        bound: outer.bound.clone(),
        names: std::mem::take(&mut outer.names),
        ..Renderer::default()
    };
    let mut columns: Vec<Value> = Vec::new();
    if let Value::Symbol(callee) = &chain.base.callee
        && let Symbol::Attribute(table, _) = callee.as_ref()
    {
        columns.push(table.clone());
    }
    for argument in &chain.base.arguments.positional {
        match &argument.value {
            Value::List(items) => columns.extend(items.iter().cloned()),
            other => columns.push(other.clone()),
        }
    }
    let mut shown = Vec::new();
    for column in &columns {
        if let Some(table) = relation(column)? {
            shown.extend(
                table
                    .columns
                    .iter()
                    .map(|column| format!("{}.{}", table.prefix(), super::quote::name(&column.name))),
            );
            inner.tables.push(table);
            continue;
        }
        let mut sql = inner.element(column, &Family::Null)?.sql;
        if let Some(label) = label(column, &mut inner) {
            sql.push_str(&format!(" AS {}", super::quote::name(&label)));
        }
        shown.push(sql);
    }
    if exists && shown.is_empty() {
        shown.push("*".to_owned());
    }
    let mut from: Vec<Relation> = Vec::new();
    let mut conditions = Vec::new();
    let mut tail = String::new();
    let mut distinct = "";
    for (method, arguments) in &chain.methods {
        let first = arguments.positional.first().map(|argument| &argument.value);
        match *method {
            "where" | "filter" => conditions.extend(arguments.values().cloned()),
            "select_from" => {
                for argument in &arguments.positional {
                    let table = relation(&argument.value)?;
                    from.push(table.ok_or_else(|| Cause::new("a query reads from a join"))?);
                }
            }
            "distinct" if first.is_none() => distinct = "DISTINCT ",
            "order_by" | "group_by" => {
                let keys = arguments
                    .values()
                    .map(|key| inner.element(key, &Family::Null).map(|element| element.sql))
                    .collect::<Result<Vec<_>, _>>()?;
                let word = if *method == "order_by" { "ORDER BY" } else { "GROUP BY" };
                tail.push_str(&format!(" {word} {}", keys.join(", ")));
            }
            "limit" => {
                let count = inner.element(given(first).unwrap_or(&Value::None), &Family::Integer)?;
                tail.push_str(&format!(" LIMIT {}", count.sql));
            }
            "scalar_subquery" | "as_scalar" | "exists" | "correlate" | "execution_options" | "select" => {}
            other => return Err(Cause::new(format!("`.{other}` of a query is not followed"))),
        }
    }
    let condition = match conditions.is_empty() {
        true => String::new(),
        false => format!(" WHERE {}", inner.joined(true, &conditions)?.sql),
    };
    outer.names = std::mem::take(&mut inner.names);
    // What the surrounding statement reads already is not read again here, unless it is all there is.
    let mut tables: Vec<String> = from.iter().map(Relation::sql).collect();
    for table in inner.tables.iter().map(Relation::sql) {
        if !tables.contains(&table) {
            tables.push(table);
        }
    }
    if tables.len() > 1 {
        tables.retain(|table| !outer.tables.iter().any(|outside| outside.sql() == *table));
    }
    let tables = if tables.is_empty() { String::new() } else { format!(" FROM {}", tables.join(", ")) };
    Ok(format!("SELECT {distinct}{}{tables}{condition}{tail}", shown.join(", ")))
}

fn label(value: &Value, renderer: &mut Renderer) -> Option<String> {
    let call = value.as_call()?;
    if let Value::Symbol(callee) = &call.callee {
        match callee.as_ref() {
            Symbol::Attribute(_, method) if &**method == "label" => {
                return call.arguments.value(0, "name")?.as_str().map(str::to_owned);
            }
            Symbol::Path(path) => {
                if let Some(at) = path.find(".func.") {
                    return Some(renderer.anonymous(last(&path[at..])));
                }
                if matches!(
                    last(path),
                    "literal" | "bindparam" | "null" | "true" | "false" | "case" | "extract"
                ) {
                    return Some(renderer.anonymous("anon"));
                }
            }
            _ => {}
        }
    }
    None
}
