//! Calls of and with what only running would tell: they may run SQL, and then are said to.

use crate::source::Span;

use super::super::value::{Arguments, Look, Value};
use super::effect::{CONNECTION, CONTEXT, DRIVER, OUTSIDE, SESSION, root};
use super::{Evaluator, inspector};

/// Methods that run SQL on whatever has them.
pub(super) const RUNNERS: &[&str] = &[
    "execute",
    "executemany",
    "exec_driver_sql",
    "scalar",
    "scalars",
    "commit",
    "flush",
    "add_all",
    "bulk_insert_mappings",
    "bulk_save_objects",
    "bulk_update_mappings",
    "create_all",
    "drop_all",
    "run_callable",
    "callproc",
    "copy_expert",
];

impl Evaluator<'_> {
    /// Whether a call is handed the connection, a session or `op`.
    pub(super) fn reaches_database(&self, arguments: &Arguments) -> bool {
        arguments.values().any(|value| {
            value.as_path().is_some_and(|path| {
                matches!(path, CONNECTION | OUTSIDE | SESSION | DRIVER | CONTEXT | "alembic.op")
            }) || value
                .as_call()
                .is_some_and(|call| call.callee.as_path() == Some("alembic.op.batch_alter_table"))
        })
    }

    /// Calls something unknown: it may run SQL only if it is handed the means, or is named so.
    pub(super) fn call_unknown(&mut self, callee: &Value, arguments: &Arguments, span: Span) -> Value {
        if self.reaches_database(arguments) {
            let reason = callee.why_unknown().cloned().unwrap_or_else(|| "it is unknown".into());
            self.output.opaque(span, &*reason);
        }
        callee.clone()
    }

    /// A method of something unknown that runs SQL by its name.
    pub(super) fn call_unknown_method(
        &mut self,
        receiver: &Value,
        method: &str,
        arguments: &Arguments,
        span: Span,
    ) -> Value {
        self.reads(receiver, span);
        if matches!(receiver.as_look(), Some(Look::Inspector)) {
            return inspector::asked(method, arguments).unwrap_or_else(|| receiver.clone().without_look());
        }
        if matches!(receiver.as_look(), Some(Look::Rows)) {
            return receiver.clone();
        }
        if RUNNERS.contains(&method) && !self.reaches_database(arguments) {
            let reason = receiver.why_unknown().cloned().unwrap_or_else(|| "it is unknown".into());
            self.output.opaque(span, &*reason);
            return receiver.clone();
        }
        self.call_unknown(receiver, arguments, span)
    }

    /// A call whose arguments are spread from something unknown.
    pub(super) fn call_unreadable(&mut self, callee: &Value, unknown: Value, span: Span) -> Value {
        let path = root(callee).unwrap_or_default();
        if path.starts_with("alembic") && callee.as_path() != Some("alembic.op.f") {
            let reason = unknown.why_unknown().cloned().unwrap_or_else(|| "its arguments are unknown".into());
            self.output.opaque(span, &*reason);
        }
        unknown
    }
}
