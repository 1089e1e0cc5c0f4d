//! SQL expressions as SQLAlchemy groups and writes them.

use super::super::hole::hole_of;
use super::super::value::{Symbol, Value};
use super::from::Names;
use super::json::Access;
use super::table::Relation;
use super::types::Family;
use super::{Cause, Rendered, last, literal, quote, text, types};

/// An expression as SQL.
#[derive(Clone, Debug)]
pub struct Element {
    /// The text.
    pub sql: String,
    /// How tightly its outermost operator binds, in SQLAlchemy's numbers; [`ATOM`] for what needs no grouping.
    pub precedence: i8,
    /// What kind of values it gives.
    pub family: Family,
    /// What it is called where it is a column.
    pub key: Option<String>,
    /// Whether it is a column and nothing else.
    pub column: bool,
    /// Its text under an operator, where SQLAlchemy groups more than precedence asks for.
    pub eager: Option<String>,
}

/// Binds tighter than any operator.
pub const ATOM: i8 = 100;

/// Renders expressions and remembers what they met.
#[derive(Debug, Default)]
pub struct Renderer {
    /// Whether columns are written with their table.
    pub qualified: bool,
    /// Whether an unknown value may become a parameter of the statement.
    pub parameters: bool,
    /// Values of `:name` parameters.
    pub bound: Vec<(String, Value)>,
    /// Tables that columns were taken from, in order.
    pub tables: Vec<Relation>,
    /// How many unknown values have become parameters.
    pub placeholders: usize,
    /// What SQLAlchemy names by itself.
    pub names: Names,
    /// Whether it is a query that another reads from, where each column has a name.
    pub derived: bool,
    /// Tables that the statements around it read.
    pub outside: Vec<Relation>,
}

impl Element {
    /// Something that needs no grouping.
    pub fn atom(sql: impl Into<String>, family: Family) -> Self {
        Self { sql: sql.into(), precedence: ATOM, family, key: None, column: false, eager: None }
    }

    /// Operands and an operator that binds as tightly as SQLAlchemy says.
    pub fn composed(sql: String, precedence: i8, family: Family) -> Self {
        Self { sql, precedence, family, key: None, column: false, eager: None }
    }

    /// `CAST(… AS …)`.
    pub fn cast(self, kind: types::Type) -> Self {
        let cast = |inside: &str| format!("CAST({inside} AS {})", kind.sql);
        let eager = self.eager.as_deref().map(cast);
        Self { eager, ..Self::atom(cast(&self.sql), kind.family) }
    }

    /// The text, in parentheses where it stands under an operator that binds no less tightly.
    pub fn grouped(self, against: i8) -> String {
        match self.eager {
            Some(_) if against >= ATOM - 1 => format!("({})", self.sql),
            Some(eager) => eager,
            None => self.bound(against),
        }
    }

    /// As [`Element::grouped`], by precedence alone.
    pub fn bound(self, against: i8) -> String {
        if self.precedence <= against { format!("({})", self.sql) } else { self.sql }
    }
}

impl Renderer {
    /// For DDL: columns bare, everything literal.
    pub fn ddl() -> Self {
        Self::default()
    }

    /// For statements that change or read rows.
    pub fn statement() -> Self {
        Self { qualified: true, parameters: true, ..Self::default() }
    }

    /// For a query in this statement, which takes the names until it is rendered.
    pub(super) fn within(&mut self) -> Self {
        let outside = self.tables.iter().chain(&self.outside).cloned().collect();
        Self { outside, derived: false, ..self.apart() }
    }

    /// For a query that this statement reads from, which knows nothing of its other tables.
    pub(super) fn apart(&mut self) -> Self {
        Self {
            qualified: true,
            derived: true,
            parameters: self.parameters,
            bound: self.bound.clone(),
            placeholders: self.placeholders,
            names: std::mem::take(&mut self.names),
            ..Self::default()
        }
    }

    /// The name that SQLAlchemy gives to the next nameless thing of a kind.
    pub(super) fn anonymous(&mut self, kind: &str) -> String {
        let number = self.names.counts.entry(kind.to_owned()).or_default();
        *number += 1;
        format!("{kind}_{number}")
    }

    /// One expression; plain values are literals of the kind that stands beside them.
    pub fn element(&mut self, value: &Value, beside: &Family) -> Result<Element, Cause> {
        if let Some(table) = self.relation(value)? {
            return Ok(Element::atom(table.sql(), Family::Other));
        }
        let Value::Symbol(symbol) = value else { return self.literal(value, beside) };
        if self.parameters && hole_of(value).is_some() {
            return self.literal(value, beside);
        }
        match symbol.as_ref() {
            Symbol::Path(path) => self.path(path),
            Symbol::Call(call) => self.call(call, beside),
            Symbol::Attribute(base, name) => self.attribute(base, name),
            Symbol::Item(base, key) => self.item(base, key),
            Symbol::Operator(name, operands) => self.operator(name, operands),
        }
    }

    fn literal(&mut self, value: &Value, beside: &Family) -> Result<Element, Cause> {
        if self.parameters && matches!(value, Value::Unknown(_)) {
            self.placeholders += 1;
            return Ok(Element::atom(format!("${}", self.placeholders), beside.clone()));
        }
        match literal::value(value, beside) {
            Ok(sql) => Ok(Element::atom(sql, own_family(value))),
            Err(_) if self.parameters && matches!(value, Value::Symbol(_)) => {
                self.placeholders += 1;
                Ok(Element::atom(format!("${}", self.placeholders), beside.clone()))
            }
            Err(cause) => Err(cause),
        }
    }

    pub(super) fn path(&mut self, path: &str) -> Result<Element, Cause> {
        match last(path) {
            "null" => Ok(Element::atom("NULL", Family::Null)),
            "true" => Ok(Element::atom("true", Family::Boolean)),
            "false" => Ok(Element::atom("false", Family::Boolean)),
            other => Err(Cause::new(format!("`{other}` is no SQL expression"))),
        }
    }

    fn attribute(&mut self, base: &Value, name: &str) -> Result<Element, Cause> {
        let holder = match base {
            Value::Symbol(symbol) => match symbol.as_ref() {
                Symbol::Attribute(table, columns) if matches!(&**columns, "c" | "columns") => table,
                _ => base,
            },
            _ => base,
        };
        if let Some(table) = self.relation(holder)? {
            return Ok(self.column(table, name));
        }
        if super::conflict::is_excluded(holder) {
            return Ok(excluded(name));
        }
        if name == "astext"
            && let Value::Symbol(symbol) = base
            && let Symbol::Item(inner, key) = symbol.as_ref()
        {
            return self.json_item(inner, key, Access::Text);
        }
        Err(Cause::new(format!("`.{name}` is no SQL expression")))
    }

    fn column(&mut self, table: Relation, name: &str) -> Element {
        let known = table.columns.iter().find(|column| column.key == name);
        let (family, shown) =
            known.map_or((Family::Null, name), |column| (column.family.clone(), column.name.as_str()));
        let shown = quote::name(shown);
        let sql = if self.qualified { format!("{}.{shown}", table.prefix()) } else { shown };
        let element =
            Element { sql, precedence: ATOM, family, key: Some(name.to_owned()), column: true, eager: None };
        if !self.tables.iter().any(|met| met.sql() == table.sql()) {
            self.tables.push(table);
        }
        element
    }

    fn item(&mut self, base: &Value, key: &Value) -> Result<Element, Cause> {
        if let Value::Symbol(symbol) = base
            && let Symbol::Attribute(table, columns) = symbol.as_ref()
            && matches!(&**columns, "c" | "columns")
            && let Some(table) = self.relation(table)?
        {
            return Ok(self.column(table, &text(key)?));
        }
        if super::conflict::is_excluded(base) {
            return Ok(excluded(&text(key)?));
        }
        self.json_item(base, key, Access::Item)
    }

    /// Text with its `:name` parameters filled in, as SQLAlchemy's `text` reads them.
    pub fn bind(&mut self, words: &str, more: &[(String, Value)]) -> Rendered {
        let mut sql = String::with_capacity(words.len());
        let mut previous = None;
        let mut rest = words;
        while let Some(c) = rest.chars().next() {
            let after = &rest[c.len_utf8()..];
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            if c == '\\' && after.starts_with(':') {
                previous = Some(':');
                sql.push(':');
                rest = &after[1..];
                continue;
            }
            let length: usize = after.chars().take_while(|c| is_word(*c)).map(char::len_utf8).sum();
            let free = !previous.is_some_and(|p: char| p == ':' || p == '\\' || is_word(p));
            if c == ':' && length > 0 && free && !after[length..].starts_with(':') {
                let name = &after[..length];
                let found = more.iter().chain(&self.bound).rev().find(|(known, _)| known == name).cloned();
                let value = match found {
                    Some((_, Value::List(items) | Value::Tuple(items))) if follows_in(&sql) => {
                        let parts = items
                            .iter()
                            .map(|item| self.element(item, &own_family(item)).map(|element| element.sql))
                            .collect::<Result<Vec<_>, _>>()?;
                        format!("({})", parts.join(", "))
                    }
                    Some((_, value)) => self.element(&value, &own_family(&value))?.sql,
                    None => self.parameter(name, &Family::Null)?.sql,
                };
                sql.push_str(&value);
                previous = name.chars().last();
                rest = &after[length..];
                continue;
            }
            sql.push(c);
            previous = Some(c);
            rest = after;
        }
        Ok(sql)
    }

    pub(super) fn parameter(&mut self, name: &str, family: &Family) -> Result<Element, Cause> {
        let at = self.bound.iter().rposition(|(known, _)| known == name);
        match at.map(|at| self.bound.remove(at)) {
            Some((name, value)) => {
                // While its own value is rendered it is not bound: a value cannot name itself.
                let element = self.element(&value, family);
                self.bound.push((name, value));
                element
            }
            None => {
                Err(Cause::new(format!("the parameter `:{name}` has no value, which SQLAlchemy refuses")))
            }
        }
    }
}

/// A column of the row that an INSERT could not write.
fn excluded(name: &str) -> Element {
    let sql = format!("excluded.{}", quote::name(name));
    Element { key: Some(name.to_owned()), column: true, ..Element::atom(sql, Family::Null) }
}

/// Whether `IN` stands before, where a list is several values and no array.
fn follows_in(sql: &str) -> bool {
    sql.split(|c: char| !c.is_alphanumeric() && c != '_' && !c.is_whitespace())
        .next_back()
        .and_then(|words| words.split_whitespace().next_back())
        .is_some_and(|word| word.eq_ignore_ascii_case("in"))
}

/// The kind of literal that a plain value is by itself.
pub fn own_family(value: &Value) -> Family {
    match value {
        Value::Str(_) => Family::Text,
        Value::Int(_) => Family::Integer,
        Value::Bool(_) => Family::Boolean,
        Value::Float(_) => Family::Float,
        Value::List(items) | Value::Tuple(items) => {
            let (sql, family) = match items.first() {
                Some(Value::Int(_)) => ("INTEGER", Family::Integer),
                _ => ("VARCHAR", Family::Text),
            };
            Family::Array(Box::new(types::Item { sql: sql.to_owned(), family }))
        }
        _ => Family::Null,
    }
}
