//! Truth, equality and operators. An operator on something of a library is a tree; on something unknown, unknown.

use std::cmp::Ordering;
use std::rc::Rc;

use ruff_python_ast::{self as ast, CmpOp, Operator, UnaryOp};
use ruff_text_size::Ranged;

use super::super::hole::{hole, hole_of, is_holed};
use super::super::value::{Symbol, Value};
use super::expression::{operator, unknown_like};
use super::{Evaluator, Scope, bounds, file, inspector};

impl Evaluator<'_> {
    /// Whether a value is true; `None` if that is only known at run time.
    pub(super) fn truth(&self, value: &Value) -> Option<bool> {
        Some(match value {
            Value::None => false,
            Value::Bool(truth) => *truth,
            Value::Int(int) => *int != 0,
            Value::Float(float) => *float != 0.0,
            Value::Str(text) if is_holed(&text.text) => return None,
            Value::Str(text) => !text.text.is_empty(),
            Value::Bytes(bytes) => !bytes.is_empty(),
            Value::List(items) | Value::Tuple(items) | Value::Set(items) => !items.is_empty(),
            Value::Dict(items) => !items.is_empty(),
            Value::Unknown(_) => return None,
            Value::Symbol(symbol) => match symbol.as_ref() {
                Symbol::Path(path) => {
                    path.starts_with("alembic:") || path.starts_with("sqlalchemy.") || return None
                }
                Symbol::Call(call)
                    if call.callee.as_path().is_some_and(|path| path.starts_with("sqlalchemy.")) =>
                {
                    true
                }
                _ => return None,
            },
            _ => true,
        })
    }

    pub(super) fn compare(&mut self, compare: &ast::ExprCompare, scope: &Rc<Scope>) -> Value {
        let mut left = self.expression(&compare.left, scope);
        let mut all = Value::Bool(true);
        for (op, right) in compare.ops.iter().zip(&compare.comparators) {
            let right = self.expression(right, scope);
            let result = self.compare_two(&left, *op, &right);
            match self.truth(&result) {
                Some(true) => {}
                Some(false) => return Value::Bool(false),
                None if compare.ops.len() == 1 => {
                    return match result {
                        Value::Symbol(_) => result,
                        _ => unknown_like(result, self.words(compare)),
                    };
                }
                None => all = unknown_like(result, self.words(compare)),
            }
            left = right;
        }
        all
    }

    fn compare_two(&mut self, left: &Value, op: CmpOp, right: &Value) -> Value {
        if let Some((reason, otherwise)) = left.as_settable() {
            return Value::settable(&reason, self.compare_two(&otherwise, op, right));
        }
        let unknown = || match (left, right) {
            (Value::Unknown(_), _) => left.clone().without_look(),
            (_, Value::Unknown(_)) => right.clone().without_look(),
            _ => Value::unknown("it cannot be compared without running it"),
        };
        let element = is_element(left) || is_element(right);
        match op {
            CmpOp::Is | CmpOp::IsNot => match (left, right) {
                (Value::Unknown(_), _) | (_, Value::Unknown(_)) => unknown(),
                (Value::None, other) | (other, Value::None) => {
                    Value::Bool(matches!(other, Value::None) == (op == CmpOp::Is))
                }
                _ => same(left, right).map_or_else(unknown, |same| Value::Bool(same == (op == CmpOp::Is))),
            },
            CmpOp::In | CmpOp::NotIn => {
                let holds = match right {
                    Value::Str(text) if is_holed(&text.text) => None,
                    Value::Str(text) => {
                        left.as_str().filter(|part| !is_holed(part)).map(|part| text.text.contains(part))
                    }
                    Value::Unknown(_) => {
                        return match inspector::among(left, right) {
                            Some(found) if op == CmpOp::NotIn => found.negated(),
                            Some(found) => found,
                            None => unknown(),
                        };
                    }
                    _ => self.items(right).and_then(|items| contains(&items, left)),
                };
                holds.map_or_else(unknown, |holds| Value::Bool(holds == (op == CmpOp::In)))
            }
            _ if element => {
                let name = match op {
                    CmpOp::Eq => "=",
                    CmpOp::NotEq => "!=",
                    CmpOp::Lt => "<",
                    CmpOp::LtE => "<=",
                    CmpOp::Gt => ">",
                    _ => ">=",
                };
                operator(name, vec![left.clone(), right.clone()])
            }
            CmpOp::Eq | CmpOp::NotEq => {
                same(left, right).map_or_else(unknown, |same| Value::Bool(same == (op == CmpOp::Eq)))
            }
            _ => match order(left, right) {
                Some(order) => Value::Bool(match op {
                    CmpOp::Lt => order.is_lt(),
                    CmpOp::LtE => order.is_le(),
                    CmpOp::Gt => order.is_gt(),
                    _ => order.is_ge(),
                }),
                None => unknown(),
            },
        }
    }

    pub(super) fn unary(&mut self, op: UnaryOp, value: Value) -> Value {
        match (op, value) {
            (UnaryOp::Not, value) => match self.truth(&value) {
                Some(truth) => Value::Bool(!truth),
                None => unknown_like(value.negated(), "a condition".to_owned()),
            },
            (UnaryOp::USub, Value::Int(int)) => Value::Int(int.wrapping_neg()),
            (UnaryOp::USub, Value::Float(float)) => Value::Float(-float),
            (UnaryOp::UAdd, value @ (Value::Int(_) | Value::Float(_))) => value,
            (UnaryOp::Invert, Value::Int(int)) => Value::Int(!int),
            (UnaryOp::Invert, value @ Value::Symbol(_)) => operator("not", vec![value]),
            (UnaryOp::USub, value @ Value::Symbol(_)) => operator("neg", vec![value]),
            (_, value) => unknown_like(value, "an operator".to_owned()),
        }
    }

    pub(super) fn binary(&mut self, left: Value, op: Operator, right: Value, node: &impl Ranged) -> Value {
        use Value::{Dict, Float, Int, List, Set, Str, Tuple};
        if let (Value::Unknown(_), Int(_), Some((reason, plain))) = (&left, &right, left.as_settable()) {
            return Value::settable(&reason, self.binary(plain, op, right, node));
        }
        if let (Operator::Div, Some(path)) = (op, file::joined(&left, &right)) {
            return path;
        }
        let known = match (&left, op, &right) {
            (Str(a), Operator::Add, Value::Unknown(_) | Value::Symbol(_)) if !right.is_sql() => {
                let hole = hole_of(&right).unwrap_or_else(|| hole("a value put into text is not known"));
                Some(Value::text(format!("{}{hole}", a.text)))
            }
            (Value::Unknown(_), Operator::Add, Str(b)) => {
                let hole = hole_of(&left).unwrap_or_default();
                Some(Value::text(format!("{hole}{}", b.text)))
            }
            (Value::Unknown(_), _, _) => return left,
            (Str(template), Operator::Mod, _) => return self.percent(&template.text, &right),
            (_, _, Value::Unknown(_)) => return right,
            (Str(a), Operator::Add, Str(b)) => Some(Value::text(format!("{}{}", a.text, b.text))),
            (Str(a), Operator::Mult, Int(n)) | (Int(n), Operator::Mult, Str(a)) => {
                let times = usize::try_from(*n).unwrap_or(0);
                let short = bounds::is_short(a.text.len(), times);
                Some(if short { Value::text(a.text.repeat(times)) } else { bounds::too_large() })
            }
            (List(a), Operator::Add, List(b)) => {
                Some(Value::list(a.iter().chain(b.iter()).cloned().collect()))
            }
            (Tuple(a), Operator::Add, Tuple(b)) => {
                Some(Value::tuple(a.iter().chain(b.iter()).cloned().collect()))
            }
            (List(a), Operator::Mult, Int(n)) => {
                let times = usize::try_from(*n).unwrap_or(0);
                let repeated = || std::iter::repeat_n(a.iter().cloned(), times).flatten().collect();
                let small = bounds::is_small(a.len(), times);
                Some(if small { Value::list(repeated()) } else { bounds::too_large() })
            }
            (Set(a), Operator::BitOr, Set(b)) => {
                Some(Set(Rc::new(super::expression::distinct(a.iter().chain(b.iter()).cloned().collect()))))
            }
            (Set(a), Operator::Sub | Operator::BitAnd, Set(b)) => {
                let wanted = op == Operator::BitAnd;
                let kept: Option<Vec<Value>> = a
                    .iter()
                    .map(|item| contains(b, item).map(|holds| (holds == wanted).then(|| item.clone())))
                    .collect::<Option<Vec<_>>>()
                    .map(|items| items.into_iter().flatten().collect());
                kept.map(|items| Set(Rc::new(items)))
            }
            (Dict(a), Operator::BitOr, Dict(b)) => {
                let mut items = a.as_ref().clone();
                b.iter()
                    .for_each(|(key, value)| super::expression::put(&mut items, key.clone(), value.clone()));
                Some(Dict(Rc::new(items)))
            }
            (Int(a), _, Int(b)) => integers(*a, op, *b),
            (Int(a), _, Float(b)) => floats(*a as f64, op, *b),
            (Float(a), _, Int(b)) => floats(*a, op, *b as f64),
            (Float(a), _, Float(b)) => floats(*a, op, *b),
            (Value::Symbol(_), _, _) | (_, _, Value::Symbol(_)) => {
                symbol_of(op).map(|name| operator(name, vec![left.clone(), right.clone()]))
            }
            _ => None,
        };
        known.unwrap_or_else(|| {
            Value::unknown(format!("{} is only known when the migration runs", self.words(node)))
        })
    }
}

fn symbol_of(op: Operator) -> Option<&'static str> {
    Some(match op {
        Operator::Add => "+",
        Operator::Sub => "-",
        Operator::Mult => "*",
        Operator::Div => "/",
        Operator::Mod => "%",
        Operator::BitAnd => "and",
        Operator::BitOr => "or",
        _ => return None,
    })
}

fn integers(a: i64, op: Operator, b: i64) -> Option<Value> {
    Some(Value::Int(match op {
        Operator::Add => a.checked_add(b)?,
        Operator::Sub => a.checked_sub(b)?,
        Operator::Mult => a.checked_mul(b)?,
        Operator::FloorDiv if b != 0 => a.checked_div_euclid(b).filter(|_| b > 0)?,
        Operator::Mod if b > 0 => a.rem_euclid(b),
        Operator::Pow => a.checked_pow(u32::try_from(b).ok()?)?,
        Operator::Div if b != 0 => return Some(Value::Float(a as f64 / b as f64)),
        Operator::BitAnd => a & b,
        Operator::BitOr => a | b,
        Operator::BitXor => a ^ b,
        Operator::LShift => a.checked_shl(u32::try_from(b).ok()?)?,
        Operator::RShift => a.checked_shr(u32::try_from(b).ok()?)?,
        _ => return None,
    }))
}

fn floats(a: f64, op: Operator, b: f64) -> Option<Value> {
    Some(Value::Float(match op {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mult => a * b,
        Operator::Div if b != 0.0 => a / b,
        _ => return None,
    }))
}

/// Whether an operator on the value builds an SQL expression.
fn is_element(value: &Value) -> bool {
    matches!(value, Value::Symbol(symbol) if !matches!(symbol.as_ref(), Symbol::Path(path) if !path.contains(".func.")))
}

fn contains(items: &[Value], wanted: &Value) -> Option<bool> {
    let mut sure = true;
    for item in items {
        match same(item, wanted) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => sure = false,
        }
    }
    sure.then_some(false)
}

/// How two values are ordered.
pub(super) fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Int(a), Value::Float(b)) => (*a as f64).partial_cmp(b),
        (Value::Float(a), Value::Int(b)) => a.partial_cmp(&(*b as f64)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Str(a), Value::Str(b)) if is_holed(&a.text) || is_holed(&b.text) => None,
        (Value::Str(a), Value::Str(b)) => Some(a.text.cmp(&b.text)),
        (Value::Tuple(a), Value::Tuple(b)) | (Value::List(a), Value::List(b)) => {
            for (a, b) in a.iter().zip(b.iter()) {
                match order(a, b)? {
                    Ordering::Equal => {}
                    unequal => return Some(unequal),
                }
            }
            Some(a.len().cmp(&b.len()))
        }
        _ => None,
    }
}

/// Whether two values are equal; `None` if that is only known at run time.
pub(super) fn same(left: &Value, right: &Value) -> Option<bool> {
    match (left, right) {
        (Value::Unknown(a), Value::Unknown(b))
            if Rc::ptr_eq(a, b) || (a.reason == b.reason && a.look == b.look) =>
        {
            Some(true)
        }
        (Value::Unknown(_), _) | (_, Value::Unknown(_)) => None,
        (Value::None, Value::None) | (Value::Ellipsis, Value::Ellipsis) => Some(true),
        (Value::Bool(a), Value::Bool(b)) => Some(a == b),
        (Value::Bool(a), Value::Int(b)) | (Value::Int(b), Value::Bool(a)) => Some(i64::from(*a) == *b),
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => {
            Some(order(left, right) == Some(Ordering::Equal))
        }
        (Value::Str(a), Value::Str(b)) if is_holed(&a.text) || is_holed(&b.text) => {
            (a.text == b.text).then_some(true)
        }
        (Value::Str(a), Value::Str(b)) => Some(a.text == b.text),
        (Value::Bytes(a), Value::Bytes(b)) => Some(a == b),
        (Value::List(a), Value::List(b)) | (Value::Tuple(a), Value::Tuple(b)) => {
            if a.len() != b.len() {
                return Some(false);
            }
            let each: Vec<_> = a.iter().zip(b.iter()).map(|(a, b)| same(a, b)).collect();
            if each.contains(&Some(false)) {
                Some(false)
            } else {
                each.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
            }
        }
        (Value::Set(a), Value::Set(b)) => {
            if a.len() != b.len() {
                return Some(false);
            }
            a.iter().try_fold(true, |all, item| contains(b, item).map(|holds| all && holds))
        }
        (Value::Dict(a), Value::Dict(b)) => {
            if a.len() != b.len() {
                return Some(false);
            }
            a.iter()
                .zip(b.iter())
                .try_fold(true, |all, (a, b)| Some(all && same(&a.0, &b.0)? && same(&a.1, &b.1)?))
        }
        (Value::Symbol(a), Value::Symbol(b)) => match (a.as_ref(), b.as_ref()) {
            _ if Rc::ptr_eq(a, b) => Some(true),
            (Symbol::Path(a), Symbol::Path(b)) => Some(a == b),
            _ => None,
        },
        (Value::Symbol(_), _) | (_, Value::Symbol(_)) => match (left, right) {
            (Value::None, _) | (_, Value::None) => Some(false),
            _ => None,
        },
        (Value::Function(a), Value::Function(b)) => Some(Rc::ptr_eq(a, b)),
        (Value::Class(a), Value::Class(b)) => Some(Rc::ptr_eq(a, b)),
        (Value::Instance(a), Value::Instance(b)) => Some(Rc::ptr_eq(a, b)),
        (Value::Module(a), Value::Module(b)) => Some(Rc::ptr_eq(a, b)),
        _ => Some(false),
    }
}
