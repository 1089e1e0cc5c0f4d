//! What a query reads from: tables, joins, sub-selects and common table expressions, named as SQLAlchemy names them.

use std::rc::Rc;

use super::super::value::{Arguments, Symbol, Value};
use super::element::Renderer;
use super::query::{Query, query};
use super::table::{Relation, RelationColumn, relation};
use super::types::Family;
use super::{Cause, flag, given, quote, text};

/// One entry of a FROM list.
pub(super) struct From {
    /// Its text.
    pub sql: String,
    /// The tables in it, which are not listed again.
    pub tables: Vec<Relation>,
    join: bool,
}

impl From {
    /// A table by itself.
    pub fn table(table: Relation) -> Self {
        Self { sql: table.sql(), tables: vec![table], join: false }
    }

    /// Whether a table is in it.
    pub fn holds(&self, table: &str) -> bool {
        self.tables.iter().any(|held| held.sql() == table)
    }
}

/// What sub-selects and nameless columns of one statement are called, and its common table expressions.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// How many nameless things of each kind have a name.
    pub counts: std::collections::HashMap<String, usize>,
    /// Sub-selects by the tree that they were made of, which they keep alive.
    made: Vec<(Rc<Symbol>, Relation)>,
    /// Common table expressions in order.
    expressions: Vec<String>,
    /// How many selects stand in each other.
    pub depth: usize,
}

impl Names {
    /// `WITH …` before a statement.
    pub fn with(&self) -> String {
        match self.expressions.is_empty() {
            true => String::new(),
            false => format!("WITH {} ", self.expressions.join(", ")),
        }
    }
}

impl Renderer {
    /// The table or sub-select that a value is; `None` if it is neither.
    ///
    /// # Errors
    /// When it is one whose name or query cannot be read.
    pub(super) fn relation(&mut self, value: &Value) -> Result<Option<Relation>, Cause> {
        let Value::Symbol(symbol) = value else { return relation(value) };
        let Symbol::Call(call) = symbol.as_ref() else { return relation(value) };
        let Value::Symbol(callee) = &call.callee else { return relation(value) };
        let Symbol::Attribute(base, method) = callee.as_ref() else { return relation(value) };
        if !matches!(&**method, "subquery" | "alias" | "cte") {
            return relation(value);
        }
        let Some(select) = base.as_call() else { return relation(value) };
        if let Some((_, known)) = self.names.made.iter().find(|(tree, _)| Rc::ptr_eq(tree, symbol)) {
            return Ok(Some(known.clone()));
        }
        if !super::query::is_select(select) {
            return relation(value);
        }
        if flag(call.arguments.named("recursive"))? {
            return Err(Cause::new("a query is recursive"));
        }
        let alias = match given(call.arguments.value(0, "name")) {
            Some(name) => text(name)?,
            None => self.anonymous("anon"),
        };
        let mut apart = self.apart();
        let made = query(select, &mut apart)?;
        (self.names, self.placeholders) = (apart.names, apart.placeholders);
        let Some(Query { sql, columns }) = made else { return relation(value) };
        let (name, query, alias) = match &**method {
            "cte" => {
                self.names.expressions.push(format!("{} AS ({sql})", quote::name(&alias)));
                (alias, None, None)
            }
            _ => (String::new(), Some(sql), Some(alias)),
        };
        let table = Relation { schema: None, name, alias, query, columns, full: false };
        self.names.made.push((Rc::clone(symbol), table.clone()));
        Ok(Some(table))
    }

    /// A select of all that a table or sub-select has.
    pub(super) fn all_of(&self, table: &Relation) -> String {
        let column = |column: &RelationColumn| format!("{}.{}", table.prefix(), quote::name(&column.name));
        let columns: Vec<String> = table.columns.iter().map(column).collect();
        format!("SELECT {} FROM {}", columns.join(", "), table.sql())
    }

    /// What stands in a FROM list: a table, a sub-select, a join, or text.
    pub(super) fn from(&mut self, value: &Value) -> Result<From, Cause> {
        if let Some(table) = self.relation(value)? {
            return Ok(From::table(table));
        }
        let call =
            value.as_call().ok_or_else(|| Cause::of(value, "what a query reads is not written here"))?;
        let path = call.callee.as_path().map(super::last);
        let arguments = &call.arguments;
        match (path, &call.callee) {
            (Some(kind @ ("join" | "outerjoin")), _) => {
                let left = arguments.value(0, "left").unwrap_or(&Value::None);
                let left = self.from(left)?;
                self.join(left, kind, arguments, 1)
            }
            (Some("text"), _) => {
                let sql = self.element(value, &Family::Null)?.sql;
                Ok(From { sql, tables: Vec::new(), join: false })
            }
            (None, Value::Symbol(callee)) => match callee.as_ref() {
                Symbol::Attribute(base, kind) if matches!(&**kind, "join" | "outerjoin") => {
                    let left = self.from(base)?;
                    self.join(left, kind, arguments, 0)
                }
                _ => Err(Cause::new("what a query reads is not followed")),
            },
            _ => Err(Cause::new("what a query reads is not followed")),
        }
    }

    /// `left JOIN right ON condition`, with the arguments from the right side on.
    pub(super) fn join(
        &mut self,
        left: From,
        kind: &str,
        arguments: &Arguments,
        at: usize,
    ) -> Result<From, Cause> {
        let right = match arguments.value(at, "right").or_else(|| arguments.named("target")) {
            Some(right) => self.from(right)?,
            None => return Err(Cause::new("a join has one side only")),
        };
        let condition = given(arguments.value(at + 1, "onclause"))
            .ok_or_else(|| Cause::new("a join finds its condition by foreign keys"))?;
        let listed = self.tables.len();
        let condition = self.element(condition, &Family::Boolean)?.sql;
        self.tables.truncate(listed);
        let word = if flag(arguments.value(at + 3, "full"))? {
            "FULL OUTER JOIN"
        } else if kind == "outerjoin" || flag(arguments.value(at + 2, "isouter"))? {
            "LEFT OUTER JOIN"
        } else {
            "JOIN"
        };
        let other = if right.join { format!("({})", right.sql) } else { right.sql };
        let tables = left.tables.into_iter().chain(right.tables).collect();
        Ok(From { sql: format!("{} {word} {other} ON {condition}", left.sql), tables, join: true })
    }
}
