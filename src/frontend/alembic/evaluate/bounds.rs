//! What values may cost: code may double a text or a list again and again, or copy a long one at every turn of a loop.
//! Refuses to know what the values are for.

use ruff_python_ast::Expr;

use super::super::value::{Symbol, Value};
use super::Evaluator;

/// Bytes of the longest text that is followed.
const LONGEST: usize = 16 << 20;
/// Values in the largest list, or tree of lists, that is followed.
const LARGEST: usize = 1 << 19;

/// So many bytes or values cost as much as a step.
const BYTES_A_STEP: usize = 4 << 10;
const VALUES_A_STEP: usize = 1 << 6;

/// Whether a text of so many parts of a length is one that is followed.
pub(super) fn is_short(length: usize, times: usize) -> bool {
    length.checked_mul(times).is_some_and(|length| length <= LONGEST)
}

/// Whether a list of so many parts of a length is one that is followed.
pub(super) fn is_small(length: usize, times: usize) -> bool {
    length.checked_mul(times).is_some_and(|length| length <= LARGEST)
}

/// What is said of all others.
pub(super) fn too_large() -> Value {
    Value::unknown("a value grows too large to follow")
}

impl Evaluator<'_> {
    /// The value of an expression, unless it is too large, paid for in steps.
    pub(super) fn bounded(&mut self, expression: &Expr, value: Value) -> Value {
        let is_new = !matches!(expression, Expr::Name(_) | Expr::Attribute(_) | Expr::Subscript(_));
        let cost = match &value {
            Value::Str(text) if text.text.len() > LONGEST => return too_large(),
            Value::Str(text) => text.text.len() / BYTES_A_STEP,
            Value::List(_) | Value::Tuple(_) | Value::Set(_) | Value::Dict(_) | Value::Symbol(_)
                if is_new =>
            {
                let mut room = LARGEST;
                if !take(&value, &mut room) {
                    return too_large();
                }
                (LARGEST - room) / VALUES_A_STEP
            }
            Value::List(items) | Value::Tuple(items) | Value::Set(items) => items.len() / VALUES_A_STEP,
            Value::Dict(items) => items.len() / VALUES_A_STEP,
            _ => 0,
        };
        let cost = u32::try_from(cost).unwrap_or(u32::MAX);
        // The last step says that there are too many.
        self.budget = self.budget.saturating_sub(cost).max(self.budget.min(1));
        value
    }
}

/// Takes the room of a value and of all that it holds; false if there is not enough.
fn take(value: &Value, room: &mut usize) -> bool {
    let Some(left) = room.checked_sub(1) else { return false };
    *room = left;
    let all = |items: &[Value], room: &mut usize| items.iter().all(|item| take(item, room));
    match value {
        Value::List(items) | Value::Tuple(items) | Value::Set(items) => all(items, room),
        Value::Dict(items) => items.iter().all(|(key, value)| take(key, room) && take(value, room)),
        Value::Symbol(symbol) => match symbol.as_ref() {
            Symbol::Path(_) => true,
            Symbol::Attribute(of, _) => take(of, room),
            Symbol::Item(of, key) => take(of, room) && take(key, room),
            Symbol::Call(call) => {
                take(&call.callee, room) && call.arguments.values().all(|value| take(value, room))
            }
            Symbol::Operator(_, operands) => all(operands, room),
        },
        _ => true,
    }
}
