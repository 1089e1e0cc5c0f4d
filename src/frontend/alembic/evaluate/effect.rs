//! What calls of libraries do: Alembic's operations, the connection, sessions. Everything that could reach the
//! database and is not understood is said to be opaque; what only computes is a tree or unknown.

use std::rc::Rc;

use crate::source::Span;

use super::super::directive;
use super::super::render::last;
use super::super::value::{Argument, Arguments, Call, Look, Symbol, Value};
use super::file::FILE;
use super::unknown::RUNNERS;
use super::{Evaluator, inspector};

/// The migration's connection.
pub(super) const CONNECTION: &str = "alembic:connection";
/// A connection where each statement commits by itself: `execution_options(isolation_level="AUTOCOMMIT")`.
pub(super) const OUTSIDE: &str = "alembic:connection:autocommit";
/// Its driver's own connection or cursor.
pub(super) const DRIVER: &str = "alembic:driver";
/// Its dialect: always PostgreSQL.
pub(super) const DIALECT: &str = "alembic:dialect";
/// Alembic's migration context.
pub(super) const CONTEXT: &str = "alembic:context";
/// Alembic's configuration, and what gives a value of its section.
const CONFIG: &str = "alembic.context.config";
const MAIN_OPTION: &str = "alembic.context.config.get_main_option";
/// An ORM session.
pub(super) const SESSION: &str = "alembic:session";
/// `autocommit_block()`.
pub(super) const AUTOCOMMIT: &str = "alembic:autocommit";

/// Parts of Python's library that neither reach a database nor give anything that reading alone could tell.
const STANDARD: &[&str] = &[
    "abc",
    "argparse",
    "ast",
    "asyncio",
    "base64",
    "binascii",
    "builtins",
    "calendar",
    "collections",
    "contextlib",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
    "enum",
    "functools",
    "getpass",
    "gzip",
    "hashlib",
    "hmac",
    "importlib",
    "inspect",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "logging",
    "math",
    "operator",
    "os",
    "pathlib",
    "pickle",
    "platform",
    "pprint",
    "random",
    "re",
    "secrets",
    "shutil",
    "socket",
    "string",
    "struct",
    "sys",
    "tempfile",
    "textwrap",
    "threading",
    "time",
    "traceback",
    "types",
    "typing",
    "unicodedata",
    "urllib",
    "uuid",
    "warnings",
    "zlib",
    "zoneinfo",
    "pytz",
    "dateutil",
    "loguru",
    "structlog",
    "slugify",
    "yaml",
    "__future__",
];

impl Evaluator<'_> {
    /// An attribute of something of a library.
    pub(super) fn library_attribute(&mut self, symbol: &Rc<Symbol>, value: &Value, name: &str) -> Value {
        if let Symbol::Call(call) = symbol.as_ref()
            && let Some(known) = said(call, name)
        {
            return known;
        }
        let Symbol::Path(path) = symbol.as_ref() else {
            return Value::Symbol(Rc::new(Symbol::Attribute(value.clone(), name.into())));
        };
        match (&**path, name) {
            (CONNECTION | OUTSIDE | CONTEXT | SESSION, "dialect") => Value::path(DIALECT),
            (CONNECTION, "engine") | (CONTEXT, "bind" | "connection") | (SESSION, "bind") => {
                Value::path(CONNECTION)
            }
            (OUTSIDE, "engine") => Value::path(OUTSIDE),
            (CONNECTION, "connection")
            | (DRIVER, "connection" | "dbapi_connection" | "driver_connection") => Value::path(DRIVER),
            (DIALECT | CONNECTION, "name") => Value::text("postgresql"),
            (DIALECT, "driver") => Value::text("psycopg2"),
            (CONTEXT, "version_table_schema") => {
                self.library.version_schema.as_deref().map_or(Value::None, Value::text)
            }
            (CONTEXT, "as_sql") => self.asks_whether_connected(),
            (CONTEXT, "config" | "opts" | "environment_context") => {
                Value::unknown("Alembic's configuration is only known when it runs")
            }
            (DIALECT, "type_descriptor" | "has_table" | "has_schema" | "has_sequence" | "has_index") => {
                Value::Symbol(Rc::new(Symbol::Attribute(value.clone(), name.into())))
            }
            (DIALECT, _) => Value::unknown("the server's version and abilities are only known when it runs"),
            // Where migrations of a PostgreSQL database run.
            ("os" | "os.path", "sep") => Value::text("/"),
            ("os", "linesep") => Value::text("\n"),
            ("alembic.context", "config") => Value::path(CONFIG),
            (CONFIG, "get_main_option") => Value::path(MAIN_OPTION),
            (CONFIG, _) => Value::unknown("Alembic's configuration is only known when it runs"),
            ("sqlalchemy.MetaData.tables", table) => {
                let span = Span::new(self.module.source, 0..0);
                let name = Argument { value: Value::text(table), span };
                let arguments = Arguments { positional: vec![name], named: Vec::new() };
                let callee = Value::path("sqlalchemy.table");
                Value::Symbol(Rc::new(Symbol::Call(Call { callee, arguments, span })))
            }
            (CONNECTION | OUTSIDE | DRIVER | CONTEXT | SESSION, _) => {
                Value::Symbol(Rc::new(Symbol::Attribute(value.clone(), name.into())))
            }
            (path, _) if path.starts_with(FILE) => self.file_attribute(value, name),
            (path, _) => {
                let path = format!("{path}.{name}");
                let said = self.library.configured(&path);
                said.or_else(|| self.library.patched.get(&path).cloned()).unwrap_or_else(|| Value::path(path))
            }
        }
    }

    /// Calls something of a library.
    pub(super) fn call_library(&mut self, symbol: &Rc<Symbol>, arguments: Arguments, span: Span) -> Value {
        match symbol.as_ref() {
            Symbol::Path(path) => self.call_path(path, arguments, span),
            Symbol::Attribute(receiver, method) => {
                let (receiver, method) = (receiver.clone(), Rc::clone(method));
                self.call_on(&receiver, &method, Value::Symbol(Rc::clone(symbol)), arguments, span)
            }
            Symbol::Call(call) if call.callee.as_path().is_some_and(is_session_maker) => {
                let mut handed = call.arguments.clone();
                handed.positional.extend(arguments.positional);
                handed.named.extend(arguments.named);
                self.looks("Session", &handed, span);
                self.output.session = true;
                Value::path(SESSION)
            }
            _ => self.tree(Value::Symbol(Rc::clone(symbol)), arguments, span),
        }
    }

    fn call_path(&mut self, path: &str, arguments: Arguments, span: Span) -> Value {
        if let Some(name) = path.strip_prefix("builtins.") {
            return self.builtin(name, &arguments, span);
        }
        if let Some(name) = path.strip_prefix("alembic.op.") {
            return self.operation(name, None, arguments, span);
        }
        if let Some(name) = path.strip_prefix("alembic.context.") {
            return match name {
                "get_context" => Value::path(CONTEXT),
                "get_bind" => Value::path(CONNECTION),
                "is_offline_mode" => self.asks_whether_connected(),
                "execute" => self.operation("execute", None, arguments, span),
                "config.get_main_option" => self.main_option(&arguments),
                "run_migrations" => self.hand(&arguments),
                _ => Value::unknown("Alembic's configuration is only known when it runs"),
            };
        }
        let last = path.rsplit('.').next().unwrap_or(path);
        let first = path.split('.').next().unwrap_or(path);
        if first == "sqlalchemy" {
            self.looks(path, &arguments, span);
            return match last {
                "inspect" | "Inspector" | "from_engine" => Value::look(Look::Inspector),
                "create_engine" | "engine_from_config" => Value::unknown("it opens a connection of its own"),
                _ if is_session_class(path) => {
                    self.output.session = true;
                    Value::path(SESSION)
                }
                _ => self.tree(Value::path(path), arguments, span),
            };
        }
        if let Some(value) = self.standard(path, &arguments, span) {
            return value;
        }
        if STANDARD.contains(&first) && !is_kept_as_tree(path) {
            if path.starts_with("asyncio.run") || path == "functools.partial" {
                return self.tree(Value::path(path), arguments, span);
            }
            return arguments.values().find(|value| value.why_unknown().is_some()).cloned().unwrap_or_else(
                || Value::unknown(format!("what `{path}` gives is only known when the migration runs")),
            );
        }
        if is_session_class(path) || path.ends_with(".db.session") {
            self.looks("Session", &arguments, span);
            self.output.session = true;
            return Value::path(SESSION);
        }
        self.tree(Value::path(path), arguments, span)
    }

    /// A call that builds something. Whoever is handed the connection may run SQL on it.
    fn tree(&mut self, callee: Value, arguments: Arguments, span: Span) -> Value {
        let root = root(&callee);
        let known = root.as_deref().is_some_and(|path| {
            path.starts_with("sqlalchemy.") || path.starts_with("alembic.") || is_kept_as_tree(path)
        });
        if !known && self.reaches_database(&arguments) {
            let name = root.unwrap_or_else(|| "a function of a library".into());
            let reason = format!("`{name}` is handed the connection and may run any SQL");
            self.output.opaque(span, reason.clone());
            return Value::unknown(reason);
        }
        Value::Symbol(Rc::new(Symbol::Call(Call { callee, arguments, span })))
    }

    fn call_on(
        &mut self,
        receiver: &Value,
        method: &str,
        callee: Value,
        arguments: Arguments,
        span: Span,
    ) -> Value {
        match receiver.as_path() {
            Some(CONNECTION) => return self.on_connection(method, arguments, span),
            Some(OUTSIDE) => return self.outside(method, arguments, span),
            Some(SESSION) => return self.on_session(method, callee, arguments, span),
            Some(path) if path.starts_with(FILE) => return self.on_file(receiver, method, &arguments),
            Some(DRIVER) => return self.on_driver(method, arguments, span),
            Some(DIALECT) => {
                if method == "type_descriptor" {
                    return arguments.value(0, "typeobj").cloned().unwrap_or(Value::None);
                }
                self.looks("inspect", &arguments, span);
                // As an inspector's, after the connection.
                let mut arguments = arguments;
                arguments.positional.drain(..arguments.positional.len().min(1));
                return inspector::asked(method, &arguments)
                    .unwrap_or_else(|| Value::look(Look::Inspector).without_look());
            }
            Some(CONTEXT) => {
                return match method {
                    "autocommit_block" => Value::path(AUTOCOMMIT),
                    "get_bind" => Value::path(CONNECTION),
                    "execute" => self.operation("execute", None, arguments, span),
                    "begin_transaction" => Value::path(CONNECTION),
                    _ => Value::unknown("Alembic's context is only known when it runs"),
                };
            }
            _ => {}
        }
        if let Some(call) = receiver.as_call() {
            if call.callee.as_path() == Some("alembic.op.batch_alter_table") {
                let batch = call.clone();
                return self.operation(method, Some(&batch), arguments, span);
            }
            if matches!(method, "create" | "drop") {
                let create = method == "create";
                let made = directive::schema_item(&mut self.output, receiver, create, &arguments, span);
                if made {
                    return Value::None;
                }
            }
        }
        if method == "reflect" {
            self.looks(method, &arguments, span);
        }
        let root = root(receiver);
        if root.as_deref() == Some(SESSION) {
            if matches!(method, "update" | "delete") {
                self.output.opaque(span, "it changes rows through an ORM session");
            }
            return Value::Symbol(Rc::new(Symbol::Call(Call { callee, arguments, span })));
        }
        if matches!(root.as_deref(), Some(CONNECTION | OUTSIDE | DRIVER)) {
            return Value::rows();
        }
        if RUNNERS.contains(&method) {
            let name = root.unwrap_or_else(|| "a library".into());
            let reason = format!("`{name}` runs `{method}`");
            self.output.opaque(span, reason.clone());
            return Value::unknown(reason);
        }
        self.tree(callee, arguments, span)
    }
}

/// What an object of SQLAlchemy says of itself in the words that made it: its name, an enumeration's labels.
fn said(call: &Call, name: &str) -> Option<Value> {
    let kind = call.callee.as_path().filter(|path| path.starts_with("sqlalchemy.")).map(last)?;
    let arguments = &call.arguments;
    match (kind, name) {
        ("Column" | "Table" | "column" | "table" | "Sequence" | "Index", "name") => {
            arguments.value(0, "name").filter(|name| matches!(name, Value::Str(_))).cloned()
        }
        ("Enum" | "ENUM", "name") => arguments.named("name").cloned(),
        ("Enum" | "ENUM", "enums") => {
            let labels: Vec<Value> = arguments.positional.iter().map(|label| label.value.clone()).collect();
            labels.iter().all(|label| matches!(label, Value::Str(_))).then(|| Value::list(labels))
        }
        _ => None,
    }
}

fn is_session_class(path: &str) -> bool {
    matches!(path.rsplit('.').next(), Some("Session" | "AsyncSession"))
}

fn is_session_maker(path: &str) -> bool {
    matches!(path.rsplit('.').next(), Some("sessionmaker" | "scoped_session" | "async_sessionmaker"))
}

/// Objects of Python's library that rendering reads.
fn is_kept_as_tree(path: &str) -> bool {
    matches!(
        path,
        "datetime.datetime"
            | "datetime.date"
            | "datetime.time"
            | "datetime.timedelta"
            | "decimal.Decimal"
            | "dataclasses.field"
            | "enum.auto"
            | "enum.Enum"
    )
}

/// The path that a tree grows from.
pub(super) fn root(value: &Value) -> Option<Rc<str>> {
    let Value::Symbol(symbol) = value else { return None };
    match symbol.as_ref() {
        Symbol::Path(path) => Some(Rc::clone(path)),
        Symbol::Attribute(of, _) | Symbol::Item(of, _) => root(of),
        Symbol::Call(call) => root(&call.callee),
        Symbol::Operator(_, operands) => operands.iter().find_map(root),
    }
}
