//! `sa.select` and `sa.exists`, as far as migrations use them.

use super::super::value::{Arguments, Call, Symbol, Value};
use super::element::{Element, Renderer};
use super::from::From;
use super::table::{Relation, RelationColumn, relation};
use super::types::Family;
use super::{Cause, Rendered, compound, given, last, quote};

/// How many selects may stand in each other: each is read twice, for what it reads from and for its text.
const DEPTH: usize = 8;

/// A chain of method calls on a first call: `select(a).where(b)`.
pub struct Chain<'a> {
    /// The first call.
    pub base: &'a Call,
    /// The methods called on it, in order.
    pub methods: Vec<(&'a str, &'a Arguments)>,
}

/// A select with the columns that it gives.
pub struct Query {
    /// Its text.
    pub sql: String,
    /// Its columns, as far as they have names.
    pub columns: Vec<RelationColumn>,
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

/// Whether a call ends a chain that begins with a select.
pub(super) fn is_select(call: &Call) -> bool {
    matches!(kind(&chain(call)), Some("select")) || compound::is_compound(call)
}

fn kind<'a>(chain: &Chain<'a>) -> Option<&'a str> {
    let Value::Symbol(callee) = &chain.base.callee else { return None };
    match callee.as_ref() {
        Symbol::Path(path) if path.starts_with("sqlalchemy.") => {
            Some(last(path)).filter(|kind| matches!(*kind, "select" | "exists"))
        }
        Symbol::Attribute(base, method) if &**method == "select" => {
            // A table's own; whether its name is known is told when it is rendered.
            let table = base.as_call().is_some_and(|call| call.callee.as_path().is_some());
            (table || matches!(relation(base), Ok(Some(_)))).then_some("select")
        }
        _ => None,
    }
}

/// A select or exists as text; `None` if the call is neither.
///
/// # Errors
/// When a part of it cannot be rendered.
pub fn select(call: &Call, outer: &mut Renderer) -> Result<Option<String>, Cause> {
    Ok(query(call, outer)?.map(|query| query.sql))
}

/// A select or exists; `None` if the call is neither.
///
/// # Errors
/// As [`select`].
pub(super) fn query(call: &Call, outer: &mut Renderer) -> Result<Option<Query>, Cause> {
    if let Some(query) = compound::query(call, outer)? {
        return Ok(Some(query));
    }
    let chain = chain(call);
    let Some(kind) = kind(&chain) else { return Ok(None) };
    if chain.methods.iter().any(|(method, _)| matches!(*method, "subquery" | "alias" | "cte")) {
        return Ok(None);
    }
    let exists_of = chain.methods.iter().any(|(method, _)| *method == "exists");
    if kind == "select" {
        let query = body(&chain, outer, false)?;
        let sql = if exists_of { format!("EXISTS ({})", query.sql) } else { query.sql };
        return Ok(Some(Query { sql, ..query }));
    }
    let inner = chain.base.arguments.value(0, "__argument").and_then(Value::as_call);
    let inner = match chain.methods.is_empty() {
        true => inner.map(|call| select(call, outer)).transpose()?.flatten(),
        false => None,
    };
    let sql = match inner {
        Some(sql) => sql,
        None => body(&chain, outer, true)?.sql,
    };
    Ok(Some(Query { sql: format!("EXISTS ({sql})"), columns: Vec::new() }))
}

fn body(chain: &Chain<'_>, outer: &mut Renderer, exists: bool) -> Result<Query, Cause> {
    if outer.names.depth >= DEPTH {
        return Err(Cause::new("too many queries stand in each other"));
    }
    let derived = std::mem::take(&mut outer.derived);
    let mut inner = outer.within();
    inner.names.depth += 1;
    // What a query reads from is only known when all of it was seen, and queries in it know all of that.
    let (names, placeholders) = (inner.names.clone(), inner.placeholders);
    parts(chain, &mut inner, exists, derived)?;
    (inner.names, inner.placeholders) = (names, placeholders);
    let query = parts(chain, &mut inner, exists, derived)?;
    outer.names = inner.names;
    outer.names.depth -= 1;
    outer.placeholders = inner.placeholders;
    Ok(query)
}

fn parts(chain: &Chain<'_>, inner: &mut Renderer, exists: bool, derived: bool) -> Result<Query, Cause> {
    let mut selected: Vec<Value> = Vec::new();
    if let Value::Symbol(callee) = &chain.base.callee
        && let Symbol::Attribute(table, _) = callee.as_ref()
    {
        selected.push(table.clone());
    }
    let added =
        chain.methods.iter().filter(|(method, _)| matches!(*method, "add_columns" | "with_only_columns"));
    for (method, arguments) in
        std::iter::once(("select", &chain.base.arguments)).chain(added.map(|(m, a)| (*m, *a)))
    {
        if method == "with_only_columns" {
            selected.clear();
        }
        for argument in &arguments.positional {
            match &argument.value {
                Value::List(items) => selected.extend(items.iter().cloned()),
                other => selected.push(other.clone()),
            }
        }
    }
    let (mut shown, columns) = columns(&selected, inner, derived)?;
    if exists && shown.is_empty() {
        shown.push("*".to_owned());
    };
    let mut froms: Vec<From> = Vec::new();
    let mut conditions = Vec::new();
    let (mut groups, mut having, mut order) = (Vec::new(), Vec::new(), Vec::new());
    let (mut limit, mut offset) = (None, None);
    let mut distinct = String::new();
    for (method, arguments) in &chain.methods {
        let first = arguments.positional.first().map(|argument| &argument.value);
        match *method {
            "where" | "filter" => conditions.extend(arguments.values().cloned()),
            "select_from" => {
                for argument in &arguments.positional {
                    froms.push(inner.from(&argument.value)?);
                }
            }
            "join" | "outerjoin" => {
                let left = match (froms.pop(), &inner.tables[..]) {
                    (Some(left), _) if froms.is_empty() => left,
                    (None, [only]) => From::table(only.clone()),
                    _ => return Err(Cause::new("a join does not say what it joins")),
                };
                froms.push(inner.join(left, method, arguments, 0)?);
            }
            "join_from" | "outerjoin_from" => {
                let left = inner.from(arguments.value(0, "from_").unwrap_or(&Value::None))?;
                froms.push(inner.join(left, method.trim_end_matches("_from"), arguments, 1)?);
            }
            "distinct" if first.is_none() => distinct = "DISTINCT ".to_owned(),
            "distinct" => distinct = format!("DISTINCT ON ({}) ", aside(arguments, inner, false)?.join(", ")),
            "order_by" => order.extend(aside(arguments, inner, true)?),
            "group_by" => groups.extend(aside(arguments, inner, false)?),
            "having" => having.extend(arguments.values().cloned()),
            "limit" | "offset" => {
                let count = inner.element(given(first).unwrap_or(&Value::None), &Family::Integer)?.sql;
                *(if *method == "limit" { &mut limit } else { &mut offset }) = Some(count);
            }
            "scalar_subquery" | "as_scalar" | "exists" | "correlate" | "execution_options" | "select"
            | "add_columns" | "with_only_columns" => {}
            other => return Err(Cause::new(format!("`.{other}` of a query is not followed"))),
        }
    }
    let mut sql = format!("SELECT {distinct}{}", shown.join(", "));
    let condition = match conditions.is_empty() {
        true => String::new(),
        false => format!(" WHERE {}", inner.joined(true, &conditions)?.sql),
    };
    let tables = listed(&froms, inner);
    if !tables.is_empty() {
        sql.push_str(&format!(" FROM {}", tables.join(", ")));
    }
    sql.push_str(&condition);
    if !groups.is_empty() {
        sql.push_str(&format!(" GROUP BY {}", groups.join(", ")));
    }
    if !having.is_empty() {
        let listed = inner.tables.len();
        sql.push_str(&format!(" HAVING {}", inner.joined(true, &having)?.sql));
        inner.tables.truncate(listed);
    }
    if !order.is_empty() {
        sql.push_str(&format!(" ORDER BY {}", order.join(", ")));
    }
    sql.push_str(&rows(limit, offset));
    Ok(Query { sql, columns })
}

/// How many rows of a query are wanted, and from which on.
pub(super) fn rows(limit: Option<String>, offset: Option<String>) -> String {
    match (limit, offset) {
        (None, None) => String::new(),
        (Some(limit), None) => format!(" LIMIT {limit}"),
        (limit, Some(offset)) => {
            let limit = limit.unwrap_or_else(|| "ALL".to_owned());
            format!(" LIMIT {limit} OFFSET {offset}")
        }
    }
}

/// The FROM list. What the surrounding statement reads already is not read again, unless it is all there is.
fn listed(froms: &[From], inner: &Renderer) -> Vec<String> {
    let mut tables: Vec<String> = froms.iter().map(|from| from.sql.clone()).collect();
    for table in inner.tables.iter().map(Relation::sql) {
        if !tables.contains(&table) && !froms.iter().any(|from| from.holds(&table)) {
            tables.push(table);
        }
    }
    if tables.len() > 1 {
        tables.retain(|table| !inner.outside.iter().any(|outside| outside.sql() == *table));
    }
    tables
}

/// What is selected, with the names that it has for whoever reads from the query.
fn columns(
    selected: &[Value],
    inner: &mut Renderer,
    derived: bool,
) -> Result<(Vec<String>, Vec<RelationColumn>), Cause> {
    let (mut shown, mut columns) = (Vec::new(), Vec::new());
    for value in selected {
        if let Some(table) = inner.relation(value)? {
            for column in &table.columns {
                let name = quote::name(&column.name);
                let label = if derived { format!(" AS {name}") } else { String::new() };
                shown.push(format!("{}.{name}{label}", table.prefix()));
                columns.push(RelationColumn { primary: false, default: None, ..column.clone() });
            }
            inner.tables.push(table);
            continue;
        }
        let element = inner.element(value, &Family::Null)?;
        let name = label(value, &element, inner, derived);
        let key = name.as_ref().or(element.key.as_ref()).cloned();
        shown.push(match &name {
            Some(name) => format!("{} AS {}", element.sql, quote::name(name)),
            None => element.sql,
        });
        columns.extend(key.map(|name| RelationColumn {
            key: name.clone(),
            name,
            family: element.family,
            primary: false,
            default: None,
        }));
    }
    Ok((shown, columns))
}

/// Expressions whose tables are not read from for their sake. ORDER BY names a labelled column by its label.
fn aside(arguments: &Arguments, inner: &mut Renderer, labels: bool) -> Result<Vec<String>, Cause> {
    let listed = inner.tables.len();
    let mut parts = Vec::new();
    for value in arguments.values() {
        parts.push(match (value.as_str(), own_label(value)) {
            (Some(words), _) => words.to_owned(),
            (None, Some(label)) if labels => quote::name(&label),
            _ => inner.element(value, &Family::Null)?.sql,
        });
    }
    inner.tables.truncate(listed);
    Ok(parts)
}

/// The name that an expression was given by `.label`.
fn own_label(value: &Value) -> Option<String> {
    let call = value.as_call()?;
    let Value::Symbol(callee) = &call.callee else { return None };
    match callee.as_ref() {
        Symbol::Attribute(_, method) if &**method == "label" => {
            call.arguments.value(0, "name")?.as_str().map(str::to_owned)
        }
        Symbol::Path(path) if last(path) == "label" => {
            call.arguments.value(0, "name")?.as_str().map(str::to_owned)
        }
        _ => None,
    }
}

/// What a column is called that SQLAlchemy calls by a name of its own, or was told to.
fn label(value: &Value, element: &Element, inner: &mut Renderer, derived: bool) -> Option<String> {
    if let Some(label) = own_label(value) {
        return Some(label);
    }
    if element.column {
        let of_table = |key: &&String| derived && element.sql.ends_with(&format!(".{}", quote::name(key)));
        return element.key.as_ref().filter(of_table).cloned();
    }
    let path = value.as_call().and_then(|call| call.callee.as_path());
    if let Some(function) = path.and_then(super::function::function_name) {
        return Some(inner.anonymous(last(function)));
    }
    if let Some(key) = &element.key {
        return Some(key.clone());
    }
    if let Some(Symbol::Attribute(_, method)) = value.as_call().and_then(|call| match &call.callee {
        Value::Symbol(callee) => Some(callee.as_ref()),
        _ => None,
    }) && &**method == "next_value"
    {
        return Some(inner.anonymous(method));
    }
    let nameless = match value {
        Value::Symbol(symbol) => match symbol.as_ref() {
            Symbol::Operator(name, _) => !matches!(*name, "not" | "neg"),
            _ => !matches!(
                path.map(last),
                Some("text" | "TextClause" | "not_" | "distinct" | "desc" | "asc" | "exists")
            ),
        },
        _ => false,
    };
    let exists = element.sql.starts_with("EXISTS");
    (nameless && !exists).then(|| inner.anonymous("anon"))
}

/// A query that stands where its text alone is wanted.
///
/// # Errors
/// When it is none, or a part of it cannot be rendered.
pub(super) fn text_of(value: &Value, renderer: &mut Renderer) -> Rendered {
    let call = value.as_call().ok_or_else(|| Cause::of(value, "a query is not written here"))?;
    match select(call, renderer)? {
        Some(query) => Ok(query),
        None => Ok(renderer.element(value, &Family::Null)?.sql),
    }
}
