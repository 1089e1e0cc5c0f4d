//! What a migration asks of a database while it runs, and so cannot ask where Alembic only prints the SQL. Refuses to
//! know whether anybody prints it.
//!
//! What works there and what does not was tried with Alembic 1.7 to 1.20 on SQLAlchemy 1.3, 1.4 and 2.0.

use crate::history::Reliance;
use crate::source::Span;

use super::super::render::last;
use super::super::value::{Arguments, Look, Value};
use super::Evaluator;
use super::effect::{CONNECTION, DIALECT, OUTSIDE};

/// What the connection has where it only prints.
const PRINTS: &[&str] = &["execute", "connect", "execution_options"];

/// What a session may be told that has done nothing.
const IDLE: &[&str] =
    &["commit", "flush", "close", "rollback", "connection", "get_bind", "begin", "expunge_all"];

/// Types whose values no version of SQLAlchemy writes into a statement.
const UNWRITTEN: &[&str] = &["JSON", "JSONB"];

impl Evaluator<'_> {
    /// `context.is_offline_mode()`: no, and who asks minds what follows.
    pub(super) fn asks_whether_connected(&mut self) -> Value {
        self.output.sheltered += 1;
        Value::Bool(false)
    }

    /// A method of the connection.
    pub(super) fn prints(&mut self, method: &str, arguments: &Arguments, span: Span) {
        if !PRINTS.contains(&method) {
            let why = format!("the connection has no `{method}` where nothing is connected");
            self.output.rely(span, Reliance::Fails(why));
        }
        let is_row = |value: &Value| match value {
            Value::Dict(items) => !items.is_empty(),
            Value::List(items) => !items.is_empty(),
            _ => false,
        };
        let beside = arguments.positional.get(1).is_some_and(|argument| is_row(&argument.value));
        let named = arguments.named.iter().any(|(name, argument)| match &**name {
            "statement" | "execution_options" => false,
            "parameters" => is_row(&argument.value),
            _ => true,
        });
        if method == "execute" && (beside || named) {
            self.output.rely(span, Reliance::LosesValues);
        }
    }

    /// A method of a session.
    pub(super) fn works(&mut self, method: &str, span: Span) {
        if !IDLE.contains(&method) {
            let why = "an ORM session has no database to work on where nothing is connected".to_owned();
            self.output.rely(span, Reliance::Fails(why));
        }
    }

    /// Whatever is asked of rows: where nothing is connected, a query gives `None`.
    pub(super) fn reads(&mut self, value: &Value, span: Span) {
        if matches!(value.as_look(), Some(Look::Rows)) {
            let why = "a query gives no rows where nothing is connected".to_owned();
            self.output.rely(span, Reliance::Fails(why));
        }
    }

    /// An attribute of rows, or of the connection's dialect.
    pub(super) fn reads_attribute(&mut self, value: &Value, name: &str, span: Span) {
        self.reads(value, span);
        if name == "server_version_info" && value.as_path() == Some(DIALECT) {
            let why = "the server's version is `None` where nothing is connected".to_owned();
            self.output.rely(span, Reliance::Fails(why));
        }
    }

    /// Something of SQLAlchemy that looks into the database through the connection that it is handed.
    pub(super) fn looks(&mut self, path: &str, arguments: &Arguments, span: Span) {
        let is_connection =
            |value: &Value| value.as_path().is_some_and(|path| matches!(path, CONNECTION | OUTSIDE));
        let what = match last(path) {
            "inspect" | "Inspector" | "from_engine" => "an inspector has",
            "Session" | "AsyncSession" => "",
            "reflect" | "Table" => "reflection has",
            _ => return,
        };
        let handed = match last(path) {
            "Table" => arguments.named("autoload_with").is_some_and(is_connection),
            _ => arguments.values().any(is_connection),
        };
        if what.is_empty() {
            // A session may well have a connection of its own.
            self.output.sheltered += usize::from(!handed);
        } else if handed {
            let why = format!("{what} no database to read where nothing is connected");
            self.output.rely(span, Reliance::Fails(why));
        }
    }

    /// Rows of `op.bulk_insert`, whose values become part of the statement.
    pub(super) fn writes(&mut self, arguments: &Arguments, span: Span) {
        let Some(table) = arguments.value(0, "table").and_then(Value::as_call) else { return };
        let columns = table.arguments.positional.iter().filter_map(|argument| argument.value.as_call());
        let unwritten: Vec<&str> = columns
            .filter_map(|column| {
                let kind = column.arguments.value(1, "type_")?;
                let kind = kind.as_path().or_else(|| kind.as_call()?.callee.as_path())?;
                UNWRITTEN.contains(&last(kind)).then(|| column.arguments.value(0, "name")?.as_str())?
            })
            .collect();
        let Some(Value::List(rows)) = arguments.value(1, "rows") else { return };
        let mut values = rows.iter().filter_map(|row| match row {
            Value::Dict(items) => Some(items.as_ref()),
            _ => None,
        });
        let is_unwritten = |(key, value): &(Value, Value)| {
            matches!(value, Value::Dict(_) | Value::List(_))
                && key.as_str().is_some_and(|key| unwritten.contains(&key))
        };
        if values.any(|row| row.iter().any(is_unwritten)) {
            let why = "SQLAlchemy cannot write a JSON value into a statement".to_owned();
            self.output.rely(span, Reliance::Fails(why));
        }
    }
}
