//! Tables as statements name them: `sa.table`, `sa.Table`, what `op.create_table` returns, mapped classes.

use super::super::value::{Call, Symbol, Value};
use super::types::{Family, resolve};
use super::{Cause, given, last, quote, text};

/// A table in a statement.
#[derive(Clone, Debug)]
pub struct Relation {
    /// Its schema.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// What the statement calls it.
    pub alias: Option<String>,
    /// The query that it is, if it is no table.
    pub query: Option<String>,
    /// Its columns, as far as they are written.
    pub columns: Vec<RelationColumn>,
    /// Whether it is a full `Table`, with keys.
    pub full: bool,
}

/// A column of a table in a statement.
#[derive(Clone, Debug)]
pub struct RelationColumn {
    /// What Python calls it.
    pub key: String,
    /// What PostgreSQL calls it.
    pub name: String,
    /// What it holds.
    pub family: Family,
    /// Whether it is part of the primary key.
    pub primary: bool,
    /// `default`: what Python puts into it where a row has nothing.
    pub default: Option<Value>,
}

impl Relation {
    /// The table where it is named first.
    pub fn sql(&self) -> String {
        let table = match &self.query {
            Some(query) => format!("({query})"),
            None => quote::table(self.schema.as_deref(), &self.name),
        };
        match &self.alias {
            Some(alias) => format!("{table} AS {}", quote::name(alias)),
            None => table,
        }
    }

    /// The table before a column.
    pub fn prefix(&self) -> String {
        match &self.alias {
            Some(alias) => quote::name(alias),
            None => quote::table(self.schema.as_deref(), &self.name),
        }
    }
}

/// The table that a value is; `None` if it is none.
///
/// # Errors
/// When it is a table whose name is unknown.
pub fn relation(value: &Value) -> Result<Option<Relation>, Cause> {
    if let Value::Class(class) = value {
        return mapped(class);
    }
    let Value::Symbol(symbol) = value else { return Ok(None) };
    match symbol.as_ref() {
        Symbol::Attribute(Value::Class(class), name) if &**name == "__table__" => mapped(class),
        Symbol::Call(call) => match &call.callee {
            Value::Symbol(callee) => match callee.as_ref() {
                Symbol::Path(path)
                    if matches!(last(path), "table" | "Table" | "TableClause" | "create_table") =>
                {
                    of_call(call, last(path)).map(Some)
                }
                Symbol::Attribute(base, method) if &**method == "alias" => {
                    let Some(mut table) = relation(base)? else { return Ok(None) };
                    table.alias = given(call.arguments.value(0, "name")).map(text).transpose()?;
                    if table.alias.is_none() {
                        return Err(Cause::new("an alias has no name of its own"));
                    }
                    Ok(Some(table))
                }
                _ => Ok(None),
            },
            _ => Ok(None),
        },
        _ => Ok(None),
    }
}

fn of_call(call: &Call, kind: &str) -> Result<Relation, Cause> {
    let name = call.arguments.value(0, "name").or_else(|| call.arguments.named("table_name"));
    let name = text(name.ok_or_else(|| Cause::new("a table has no name"))?)?;
    let schema = given(call.arguments.named("schema")).map(text).transpose()?;
    let mut columns = Vec::new();
    let mut keys: Vec<String> = Vec::new();
    for argument in call.arguments.positional.iter().skip(1) {
        let Some(item) = argument.value.as_call() else { continue };
        match item.callee.as_path().map(last) {
            Some("Column" | "column") => columns.extend(column(item, None)),
            Some("PrimaryKeyConstraint") => {
                keys.extend(
                    item.arguments.positional.iter().filter_map(|key| key.value.as_str()).map(str::to_owned),
                );
            }
            _ => {}
        }
    }
    for column in &mut columns {
        column.primary |= keys.contains(&column.name);
    }
    Ok(Relation {
        schema,
        name,
        alias: None,
        query: None,
        columns,
        full: !matches!(kind, "table" | "TableClause"),
    })
}

fn column(call: &Call, attribute: Option<&str>) -> Option<RelationColumn> {
    let arguments = &call.arguments;
    let named = arguments.value(0, "name").and_then(Value::as_str);
    let name = named.or(attribute)?.to_owned();
    let kind = arguments.positional.iter().map(|argument| &argument.value).chain(arguments.named("type_"));
    let family = kind
        .filter(|value| matches!(value, Value::Symbol(_) | Value::Class(_)))
        .find_map(|value| resolve(value).ok())
        .map_or(Family::Null, |known| known.family);
    let primary = matches!(arguments.named("primary_key"), Some(Value::Bool(true)));
    let key = arguments
        .named("key")
        .and_then(Value::as_str)
        .or(attribute)
        .map_or_else(|| name.clone(), str::to_owned);
    let default = given(arguments.named("default")).cloned();
    Some(RelationColumn { key, name, family, primary, default })
}

/// A class with `__tablename__` or `__table__`.
fn mapped(class: &super::super::value::Class) -> Result<Option<Relation>, Cause> {
    let members = class.members.borrow();
    let member = |name: &str| members.iter().find(|(known, _)| known == name).map(|(_, value)| value);
    if let Some(table) = member("__table__") {
        return relation(table);
    }
    let Some(name) = member("__tablename__") else { return Ok(None) };
    let name = text(name)?;
    let schema = match member("__table_args__") {
        Some(Value::Dict(options)) => options
            .iter()
            .find(|(key, _)| key.as_str() == Some("schema"))
            .map(|(_, schema)| text(schema))
            .transpose()?,
        _ => None,
    };
    let columns = members
        .iter()
        .filter_map(|(attribute, value)| {
            let call = value.as_call()?;
            matches!(call.callee.as_path().map(last), Some("Column" | "mapped_column"))
                .then(|| column(call, Some(attribute)))
                .flatten()
        })
        .collect();
    Ok(Some(Relation { schema, name, alias: None, query: None, columns, full: true }))
}
