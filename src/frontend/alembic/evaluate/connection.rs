//! What the connection, sessions, Alembic's operations and context managers do.

use std::rc::Rc;

use ruff_python_ast::Expr;

use crate::history::Reliance;
use crate::source::Span;

use super::super::directive::{self, Reader};
use super::super::value::{Argument, Arguments, Call, Symbol, Text, Value};
use super::effect::{AUTOCOMMIT, CONNECTION, CONTEXT, DRIVER, OUTSIDE, SESSION};
use super::{Evaluator, inspector};

impl Evaluator<'_> {
    pub(super) fn on_connection(&mut self, method: &str, arguments: Arguments, span: Span) -> Value {
        let rows = || Value::rows();
        self.prints(method, &arguments, span);
        match method {
            "execute" | "scalar" | "scalars" | "exec_driver_sql" => {
                let reader = if method == "exec_driver_sql" { Reader::Driver } else { Reader::Connection };
                directive::execute(&mut self.output, &arguments, reader, span);
                rows()
            }
            "execution_options" if is_autocommit(&arguments) => Value::path(OUTSIDE),
            "begin" | "begin_nested" | "connect" | "execution_options" => Value::path(CONNECTION),
            "commit" | "rollback" => {
                self.output.commit();
                Value::None
            }
            "cursor" => Value::path(DRIVER),
            "run_sync" | "run_callable" => {
                let mut arguments = arguments;
                if arguments.positional.is_empty() {
                    return rows();
                }
                let function = arguments.positional.remove(0).value;
                arguments.positional.insert(0, Argument { value: Value::path(CONNECTION), span });
                self.call(function, arguments, span)
            }
            "close" | "invalidate" | "detach" => Value::None,
            _ => inspector::asked(method, &arguments).unwrap_or_else(rows),
        }
    }

    /// A method of a connection where each statement commits by itself.
    pub(super) fn outside(&mut self, method: &str, arguments: Arguments, span: Span) -> Value {
        let transaction = self.output.leave_transaction();
        let value = self.on_connection(method, arguments, span);
        self.output.return_to(transaction);
        if value.as_path() == Some(CONNECTION) { Value::path(OUTSIDE) } else { value }
    }

    pub(super) fn on_driver(&mut self, method: &str, arguments: Arguments, span: Span) -> Value {
        self.output.rely(span, Reliance::Fails("there is no driver where nothing is connected".to_owned()));
        match method {
            "execute" => directive::execute(&mut self.output, &arguments, Reader::Cursor, span),
            "executemany" => directive::execute(&mut self.output, &arguments, Reader::CursorRows, span),
            "cursor" => return Value::path(DRIVER),
            "copy_expert" | "copy_from" | "callproc" => {
                self.output.opaque(span, format!("`{method}` of the driver is not followed"));
            }
            _ => {}
        }
        Value::rows()
    }

    pub(super) fn on_session(
        &mut self,
        method: &str,
        callee: Value,
        arguments: Arguments,
        span: Span,
    ) -> Value {
        self.works(method, span);
        match method {
            "execute" | "scalar" | "scalars" => self.on_connection(method, arguments, span),
            "connection" | "get_bind" => Value::path(CONNECTION),
            "begin" | "begin_nested" => Value::path(SESSION),
            "add"
            | "add_all"
            | "delete"
            | "merge"
            | "bulk_save_objects"
            | "bulk_insert_mappings"
            | "bulk_update_mappings" => {
                self.output.opaque(span, "it changes rows through an ORM session");
                Value::None
            }
            "commit" | "flush" | "close" | "rollback" | "expunge_all" | "expire_all" | "refresh" => {
                Value::None
            }
            _ => Value::Symbol(Rc::new(Symbol::Call(Call { callee, arguments, span }))),
        }
    }

    /// Calls one of Alembic's operations, of `op` or of a batch.
    pub(super) fn operation(
        &mut self,
        name: &str,
        batch: Option<&Call>,
        arguments: Arguments,
        span: Span,
    ) -> Value {
        if name == "bulk_insert" {
            self.writes(&arguments, span);
        }
        match name {
            "f" => match arguments.value(0, "name") {
                Some(Value::Str(text)) => Value::Str(Text { settled: true, ..text.clone() }),
                Some(other) => other.clone(),
                None => Value::None,
            },
            "get_bind" => Value::path(CONNECTION),
            "get_context" => Value::path(CONTEXT),
            "batch_alter_table" | "inline_literal" => Value::Symbol(Rc::new(Symbol::Call(Call {
                callee: Value::path(format!("alembic.op.{name}")),
                arguments,
                span,
            }))),
            "invoke" => match arguments.value(0, "operation").and_then(Value::as_call).and_then(invoked) {
                Some((name, call)) => self.operation(name, batch, call.arguments.clone(), call.span),
                None => {
                    self.output.opaque(span, "`invoke` is given an operation object that is not followed");
                    Value::None
                }
            },
            "run_async" => self.on_connection("run_sync", arguments, span),
            _ => {
                let mut arguments = arguments;
                let height = self.output.conditions.len();
                let named = arguments.named.iter_mut().map(|(_, argument)| argument);
                for argument in arguments.positional.iter_mut().chain(named) {
                    if let Value::Unknown(unknown) = &argument.value
                        && let Some(likely) =
                            unknown.likely.clone().filter(|likely| !matches!(likely, Value::None))
                    {
                        self.output.unless_set(&unknown.reason);
                        argument.value = likely;
                    }
                }
                let value = directive::run(&mut self.output, name, batch, &arguments, span);
                self.output.conditions.truncate(height);
                value.unwrap_or(Value::None)
            }
        }
    }

    /// What `with` binds for a manager, after its beginning has run.
    pub(super) fn enter(&mut self, manager: &Value, place: &Expr) -> Value {
        if manager.as_path() == Some(AUTOCOMMIT) {
            self.output.begin_autocommit();
        } else if is_batch(manager) {
            self.output.begin_batch();
        } else if let Value::Instance(_) = manager {
            let span = self.place(place);
            let method = self.attribute(manager.clone(), "__enter__");
            return self.call(method, Arguments::default(), span);
        }
        manager.clone()
    }

    /// The end of a manager's block.
    pub(super) fn leave(&mut self, manager: &Value, place: &Expr) {
        if manager.as_path() == Some(AUTOCOMMIT) {
            self.output.end_autocommit();
        } else if is_batch(manager) {
            self.output.end_batch();
        } else if let Value::Instance(_) = manager {
            let span = self.place(place);
            let method = self.attribute(manager.clone(), "__exit__");
            let none = || Argument { value: Value::None, span };
            let arguments = Arguments { positional: vec![none(), none(), none()], named: Vec::new() };
            self.call(method, arguments, span);
        }
    }

    /// Says that an object that may be a row is changed.
    pub(super) fn changes_unknown(&mut self, place: Span) {
        if self.output.session {
            self.output.opaque(place, "it changes a row through an ORM session");
        }
    }
}

fn is_autocommit(options: &Arguments) -> bool {
    let level = options.named("isolation_level").and_then(Value::as_str);
    level.is_some_and(|level| level.eq_ignore_ascii_case("autocommit"))
}

pub(super) fn is_batch(value: &Value) -> bool {
    value.as_call().is_some_and(|call| call.callee.as_path() == Some("alembic.op.batch_alter_table"))
}

/// The operation that an object of `alembic.operations.ops` stands for, where both take the same arguments.
fn invoked(call: &Call) -> Option<(&'static str, &Call)> {
    let class = call.callee.as_path()?.strip_prefix("alembic.operations.ops.")?;
    let name = match class {
        "AddColumnOp" => "add_column",
        "DropColumnOp" => "drop_column",
        "DropTableOp" => "drop_table",
        "RenameTableOp" => "rename_table",
        "CreateIndexOp" => "create_index",
        "DropIndexOp" => "drop_index",
        "CreateUniqueConstraintOp" => "create_unique_constraint",
        "DropConstraintOp" => "drop_constraint",
        "ExecuteSQLOp" => "execute",
        _ => return None,
    };
    Some((name, call))
}
