//! Statements that change rows, and the DDL elements that `op.execute` may be given.

use super::super::value::{Arguments, Call, Symbol, Value};
use super::conflict::conflict;
use super::element::{ATOM, Renderer, own_family};
use super::query::{self, Chain, chain, select};
use super::table::{Relation, relation};
use super::types::Family;
use super::{Cause, Rendered, last, list, quote, text};

/// What a call of `execute` sends: text, a statement, a DDL element.
///
/// # Errors
/// When it is unknown or not followed.
pub fn executed(value: &Value, parameters: &[(String, Value)]) -> Rendered {
    let mut renderer = Renderer { bound: parameters.to_vec(), ..Renderer::statement() };
    match value {
        Value::Str(words) => renderer.bind(&words.text, &[]),
        Value::Symbol(_) => match value.as_call() {
            Some(call) => of_call(value, call, &mut renderer, parameters),
            None => Err(Cause::new("what is executed is not written here")),
        },
        other => Err(Cause::of(other, "what is executed is not text")),
    }
}

fn of_call(value: &Value, call: &Call, renderer: &mut Renderer, parameters: &[(String, Value)]) -> Rendered {
    if let Some(query) = select(call, renderer)? {
        return Ok(renderer.names.with() + &query);
    }
    let chain = chain(call);
    if let Some(sql) = changes(&chain, renderer, parameters)? {
        return Ok(sql);
    }
    match chain.base.callee.as_path().map(last) {
        Some("CreateSequence" | "DropSequence" | "CreateSchema" | "DropSchema") => schema_element(call),
        Some("DDL") => text(call.arguments.value(0, "statement").unwrap_or(&Value::None)),
        _ => Ok(renderer.element(value, &Family::Null)?.sql),
    }
}

/// An INSERT, UPDATE or DELETE; `None` if the chain is none.
fn changes(
    chain: &Chain<'_>,
    renderer: &mut Renderer,
    parameters: &[(String, Value)],
) -> Result<Option<String>, Cause> {
    let (table, verb) = match &chain.base.callee {
        Value::Symbol(callee) => match callee.as_ref() {
            Symbol::Attribute(base, method) => (base, &**method),
            Symbol::Path(path) => match chain.base.arguments.value(0, "table") {
                Some(table) => (table, last(path)),
                None => return Ok(None),
            },
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    if !matches!(verb, "insert" | "update" | "delete") {
        return Ok(None);
    }
    let Some(table) = relation(table)? else {
        return Err(Cause::of(table, "a statement names a table that is not written here"));
    };
    let mut conditions = Vec::new();
    let mut values: Vec<(Value, Value)> = Vec::new();
    let mut rows: Vec<Vec<(Value, Value)>> = Vec::new();
    let mut from_select = None;
    let (mut on_conflict, mut tail) = (None, String::new());
    let base = match &chain.base.callee {
        Value::Symbol(callee) if matches!(callee.as_ref(), Symbol::Attribute(..)) => {
            Some(("base", &chain.base.arguments))
        }
        _ => None,
    };
    for (method, arguments) in base.into_iter().chain(chain.methods.iter().copied()) {
        match method {
            "base" => {
                if let Some(condition) = arguments.value(0, "whereclause") {
                    conditions.push(condition.clone());
                }
                if let Some(Value::Dict(items)) = arguments.named("values") {
                    values.extend(items.iter().cloned());
                }
            }
            "where" | "filter" => conditions.extend(arguments.values().cloned()),
            "values" => take_values(arguments, &mut values, &mut rows)?,
            "from_select" => from_select = Some(arguments),
            "inline" | "execution_options" => {}
            "returning" => {
                let columns = arguments
                    .values()
                    .map(|column| renderer.element(column, &Family::Null).map(|element| element.sql))
                    .collect::<Result<Vec<_>, _>>()?;
                tail = format!(" RETURNING {}", columns.join(", "));
            }
            "on_conflict_do_nothing" | "on_conflict_do_update" if verb == "insert" => {
                on_conflict = Some((method, arguments));
            }
            other => return Err(Cause::new(format!("`.{other}` of a statement is not followed"))),
        }
    }
    let written = rows.is_empty() && from_select.is_none();
    if values.is_empty() && rows.is_empty() {
        values.extend(parameters.iter().map(|(name, value)| (Value::text(name.as_str()), value.clone())));
    }
    let mut sql = match verb {
        "insert" => match from_select {
            Some(arguments) => insert_select(&table, arguments, renderer)?,
            None => insert(&table, values, rows, renderer)?,
        },
        "update" => update(&table, values, &conditions, renderer)?,
        _ => delete(&table, &conditions, renderer)?,
    };
    if let Some(said) = on_conflict {
        sql.push_str(&conflict(&table, said, renderer)?);
    }
    if verb == "insert" && written && tail.is_empty() {
        tail = returning(&table);
    }
    Ok(Some(renderer.names.with() + &sql + &tail))
}

fn take_values(
    arguments: &Arguments,
    values: &mut Vec<(Value, Value)>,
    rows: &mut Vec<Vec<(Value, Value)>>,
) -> Result<(), Cause> {
    for argument in &arguments.positional {
        match &argument.value {
            Value::Dict(items) => values.extend(items.iter().cloned()),
            Value::List(items) => {
                for row in items.iter() {
                    match row {
                        Value::Dict(items) => rows.push(items.as_ref().clone()),
                        other => return Err(Cause::of(other, "a row is not a dictionary")),
                    }
                }
            }
            other => return Err(Cause::of(other, "values are not a dictionary")),
        }
    }
    values.extend(
        arguments.named.iter().map(|(name, given)| (Value::text(name.as_ref()), given.value.clone())),
    );
    Ok(())
}

/// Pairs of column and value in the order of the table's columns.
pub(super) fn in_order(
    table: &Relation,
    values: &[(Value, Value)],
) -> Result<Vec<(String, Family, Value)>, Cause> {
    let mut pairs = Vec::with_capacity(values.len());
    for (key, value) in values {
        let key = match key {
            Value::Str(text) => text.text.to_string(),
            other => column_key(other)?,
        };
        let place = table.columns.iter().position(|column| column.key == key);
        let known = place.map(|place| &table.columns[place]);
        let name = known.map_or_else(|| key.clone(), |column| column.name.clone());
        let family = known.map_or(Family::Null, |column| column.family.clone());
        pairs.push((place.unwrap_or(usize::MAX), (name, family, value.clone())));
    }
    pairs.sort_by_key(|(place, _)| *place);
    Ok(pairs.into_iter().map(|(_, pair)| pair).collect())
}

/// A row with what Python adds to it: a value that only running would tell, unless SQL computes it.
fn with_defaults(table: &Relation, row: &[(Value, Value)]) -> Result<Vec<(Value, Value)>, Cause> {
    let mut row = row.to_vec();
    let mut keys = Vec::with_capacity(row.len());
    for (key, _) in &row {
        keys.push(match key {
            Value::Str(text) => text.text.to_string(),
            other => column_key(other)?,
        });
    }
    for column in table.columns.iter().filter(|column| table.full && !keys.contains(&column.key)) {
        let value = match &column.default {
            None => continue,
            Some(default) if default.as_call().is_some_and(is_sql) => default.clone(),
            Some(_) => Value::unknown("Python's default is only known when the row is written"),
        };
        row.push((Value::text(column.key.as_str()), value));
    }
    Ok(row)
}

fn is_sql(call: &Call) -> bool {
    call.callee.as_path().is_some_and(|path| path.starts_with("sqlalchemy."))
}

/// The name of `table.c.name` as a key.
fn column_key(value: &Value) -> Rendered {
    let element = Renderer::statement().element(value, &Family::Null)?;
    element.key.ok_or_else(|| Cause::new("a value is stored in something that is no column"))
}

/// A value as it stands behind a column that it is put into.
pub(super) fn stored(value: &Value, family: &Family, renderer: &mut Renderer) -> Rendered {
    let family = if *family == Family::Null { own_family(value) } else { family.clone() };
    renderer.element(value, &family).map(|element| element.grouped(ATOM - 1))
}

/// One INSERT of some values.
///
/// # Errors
/// When a value is unknown where it may not be.
pub fn insert(
    table: &Relation,
    values: Vec<(Value, Value)>,
    rows: Vec<Vec<(Value, Value)>>,
    renderer: &mut Renderer,
) -> Rendered {
    let rows = if rows.is_empty() { vec![values] } else { rows };
    let mut names = Vec::new();
    let mut tuples = Vec::new();
    for row in &rows {
        let pairs = in_order(table, &with_defaults(table, row)?)?;
        if names.is_empty() {
            names = pairs.iter().map(|(name, ..)| quote::name(name)).collect();
        }
        let parts = pairs
            .iter()
            .map(|(_, family, value)| stored(value, family, renderer))
            .collect::<Result<Vec<_>, _>>()?;
        tuples.push(format!("({})", parts.join(", ")));
    }
    if names.is_empty() {
        return Ok(format!("INSERT INTO {} DEFAULT VALUES", table.sql()));
    }
    Ok(format!("INSERT INTO {} ({}) VALUES {}", table.sql(), names.join(", "), tuples.join(", ")))
}

/// What SQLAlchemy asks back of a row that it writes: the keys that the server gives it.
fn returning(table: &Relation) -> String {
    let keys: Vec<String> = table
        .columns
        .iter()
        .filter(|column| column.primary && table.full)
        .map(|column| format!("{}.{}", table.prefix(), quote::name(&column.name)))
        .collect();
    if keys.is_empty() { String::new() } else { format!(" RETURNING {}", keys.join(", ")) }
}

/// One INSERT of `op.bulk_insert`, which asks nothing back.
///
/// # Errors
/// As [`insert`].
pub fn bulk_row(table: &Relation, row: &[(Value, Value)]) -> Rendered {
    insert(table, Vec::new(), vec![row.to_vec()], &mut Renderer::statement())
}

fn insert_select(table: &Relation, arguments: &Arguments, renderer: &mut Renderer) -> Rendered {
    let names = list(arguments.value(0, "names").unwrap_or(&Value::None), false)?;
    let names = names
        .iter()
        .map(|name| match name {
            Value::Str(text) => Ok(quote::name(&text.text)),
            other => column_key(other).map(|key| quote::name(&key)),
        })
        .collect::<Result<Vec<_>, _>>()?;
    let select = arguments.value(1, "select").unwrap_or(&Value::None);
    let query = query::text_of(select, renderer)?;
    Ok(format!("INSERT INTO {} ({}) {query}", table.sql(), names.join(", ")))
}

fn update(
    table: &Relation,
    values: Vec<(Value, Value)>,
    conditions: &[Value],
    renderer: &mut Renderer,
) -> Rendered {
    renderer.tables.push(table.clone());
    // SQLAlchemy looks for other tables in the conditions first, and queries within know all of them.
    let (placeholders, names) = (renderer.placeholders, renderer.names.clone());
    where_clause(conditions, renderer)?;
    (renderer.placeholders, renderer.names) = (placeholders, names);
    let mut parts = Vec::new();
    for (name, family, value) in in_order(table, &values)? {
        parts.push(format!("{}={}", quote::name(&name), stored(&value, &family, renderer)?));
    }
    let condition = where_clause(conditions, renderer)?;
    let others: Vec<String> = renderer.tables[1..].iter().map(Relation::sql).collect();
    let from = if others.is_empty() { String::new() } else { format!(" FROM {}", others.join(", ")) };
    Ok(format!("UPDATE {} SET {}{from}{condition}", table.sql(), parts.join(", ")))
}

fn delete(table: &Relation, conditions: &[Value], renderer: &mut Renderer) -> Rendered {
    renderer.tables.push(table.clone());
    let condition = where_clause(conditions, renderer)?;
    let others: Vec<String> = renderer.tables[1..].iter().map(Relation::sql).collect();
    let using = if others.is_empty() { String::new() } else { format!(" USING {}", others.join(", ")) };
    Ok(format!("DELETE FROM {}{using}{condition}", table.sql()))
}

/// ` WHERE …`; empty without conditions.
pub(super) fn where_clause(conditions: &[Value], renderer: &mut Renderer) -> Rendered {
    if conditions.is_empty() {
        return Ok(String::new());
    }
    Ok(format!(" WHERE {}", renderer.joined(true, conditions)?.sql))
}

/// `CREATE` and `DROP` of sequences and schemas.
fn schema_element(call: &Call) -> Rendered {
    let kind = call.callee.as_path().map(last).unwrap_or_default();
    let element = call.arguments.value(0, "element").or_else(|| call.arguments.named("name"));
    let element = element.ok_or_else(|| Cause::new("a DDL element has no subject"))?;
    let option = |name: &str| super::flag(call.arguments.named(name));
    match kind {
        "CreateSchema" => {
            let guard = if option("if_not_exists")? { "IF NOT EXISTS " } else { "" };
            Ok(format!("CREATE SCHEMA {guard}{}", quote::value(element)?))
        }
        "DropSchema" => {
            let guard = if option("if_exists")? { "IF EXISTS " } else { "" };
            let cascade = if option("cascade")? { " CASCADE" } else { "" };
            Ok(format!("DROP SCHEMA {guard}{}{cascade}", quote::value(element)?))
        }
        _ => {
            let sequence =
                element.as_call().ok_or_else(|| Cause::of(element, "a sequence is not written here"))?;
            let create = kind == "CreateSequence";
            let guard = match (create, option("if_not_exists")?, option("if_exists")?) {
                (true, true, _) => "IF NOT EXISTS ",
                (false, _, true) => "IF EXISTS ",
                _ => "",
            };
            self::sequence(sequence, create, guard)
        }
    }
}

/// `CREATE SEQUENCE` or `DROP SEQUENCE` of a `sa.Sequence`.
///
/// # Errors
/// When its name or an option is unknown.
pub fn sequence(call: &Call, create: bool, guard: &str) -> Rendered {
    let name = text(call.arguments.value(0, "name").unwrap_or(&Value::None))?;
    let schema = super::given(call.arguments.named("schema")).map(text).transpose()?;
    let name = quote::table(schema.as_deref(), &name);
    if !create {
        return Ok(format!("DROP SEQUENCE {guard}{name}"));
    }
    let mut sql = format!("CREATE SEQUENCE {guard}{name}");
    if let Some(kind) = super::given(call.arguments.named("data_type")) {
        sql.push_str(&format!(" AS {}", super::types::ddl(kind)?));
    }
    let options = super::column::identity_options(&call.arguments, 1)?;
    if !options.is_empty() {
        sql.push_str(&format!(" {options}"));
    }
    Ok(sql)
}
