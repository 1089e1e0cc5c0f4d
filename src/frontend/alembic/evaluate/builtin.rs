//! Functions of Python itself and of those parts of its library that migrations compute with.

use std::rc::Rc;

use crate::source::Span;

use super::super::hole::is_holed;
use super::super::value::{Argument, Arguments, Value};
use super::Evaluator;
use super::compare::order;
use super::expression::{distinct, put};
use super::format::{display, formatted, repr};

/// Names that need no import.
const BUILTINS: &[&str] = &[
    "abs",
    "all",
    "any",
    "bool",
    "bytes",
    "callable",
    "chr",
    "classmethod",
    "dict",
    "divmod",
    "enumerate",
    "filter",
    "float",
    "format",
    "frozenset",
    "getattr",
    "hasattr",
    "hash",
    "id",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "list",
    "map",
    "max",
    "min",
    "next",
    "object",
    "open",
    "ord",
    "pow",
    "print",
    "property",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "setattr",
    "sorted",
    "staticmethod",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "vars",
    "zip",
    "globals",
    "locals",
    "Exception",
    "ValueError",
    "RuntimeError",
    "TypeError",
    "KeyError",
    "NotImplementedError",
    "AttributeError",
    "ImportError",
    "AssertionError",
    "NotImplemented",
    "DeprecationWarning",
    "UserWarning",
    "IndexError",
    "LookupError",
    "OSError",
    "FileNotFoundError",
    "StopIteration",
    "BaseException",
];

pub(super) fn is_builtin(name: &str) -> bool {
    BUILTINS.contains(&name)
}

impl Evaluator<'_> {
    /// Calls a function of Python itself.
    pub(super) fn builtin(&mut self, name: &str, arguments: &Arguments, span: Span) -> Value {
        if matches!(name, "print" | "setattr" | "open") {
            return match name {
                "open" => self
                    .file_function("builtins.open", arguments)
                    .unwrap_or_else(|| Value::unknown("a file is read")),
                _ => Value::None,
            };
        }
        if let Some((reason, arguments)) = unset(arguments) {
            let value = self.compute(name, &arguments, span);
            return value.map_or_else(|| Value::unknown(&*reason), |value| Value::settable(&reason, value));
        }
        self.compute(name, arguments, span).unwrap_or_else(|| {
            let unknown = arguments.values().find(|value| value.why_unknown().is_some()).cloned();
            unknown.unwrap_or_else(|| Value::unknown(format!("what `{name}` gives is not followed")))
        })
    }

    fn compute(&mut self, name: &str, arguments: &Arguments, span: Span) -> Option<Value> {
        let first = arguments.positional.first().map(|argument| &argument.value);
        let second = arguments.positional.get(1).map(|argument| &argument.value);
        let count = |number: usize| i64::try_from(number).ok().map(Value::Int);
        if !matches!(
            name,
            "str" | "format" | "list" | "tuple" | "dict" | "enumerate" | "zip" | "map" | "isinstance"
        ) && matches!(first, Some(Value::Str(text)) if is_holed(&text.text))
        {
            return None;
        }
        Some(match name {
            "str" => first.map_or_else(|| Some(Value::text("")), |value| display(value).map(Value::text))?,
            "repr" => Value::text(repr(first?)?),
            "format" => Value::text(formatted(first?, second.and_then(Value::as_str).unwrap_or(""))?),
            "len" => match first? {
                Value::Str(text) => count(text.text.chars().count())?,
                other => count(self.items(other)?.len())?,
            },
            "bool" => Value::Bool(first.map_or(Some(false), |value| self.truth(value))?),
            "int" => match first? {
                Value::Int(int) => Value::Int(*int),
                Value::Bool(truth) => Value::Int(i64::from(*truth)),
                #[expect(clippy::cast_possible_truncation, reason = "Python's int() cuts the fraction off")]
                Value::Float(float) => Value::Int(float.trunc() as i64),
                Value::Str(text) => Value::Int(text.text.trim().parse().ok()?),
                _ => return None,
            },
            "float" => match first? {
                Value::Int(int) => Value::Float(*int as f64),
                Value::Float(float) => Value::Float(*float),
                Value::Str(text) => Value::Float(text.text.trim().parse().ok()?),
                _ => return None,
            },
            "abs" => match first? {
                Value::Int(int) => Value::Int(int.checked_abs()?),
                Value::Float(float) => Value::Float(float.abs()),
                _ => return None,
            },
            "list" => Value::list(first.map_or(Some(Vec::new()), |value| self.items(value))?),
            "tuple" => Value::tuple(first.map_or(Some(Vec::new()), |value| self.items(value))?),
            "set" | "frozenset" => {
                Value::Set(Rc::new(distinct(first.map_or(Some(Vec::new()), |value| self.items(value))?)))
            }
            "dict" => {
                let mut items = match first {
                    None => Vec::new(),
                    Some(Value::Dict(items)) => items.as_ref().clone(),
                    Some(other) => {
                        let mut items = Vec::new();
                        for pair in self.items(other)? {
                            let pair = self.items(&pair)?;
                            put(&mut items, pair.first()?.clone(), pair.get(1)?.clone());
                        }
                        items
                    }
                };
                for (name, argument) in &arguments.named {
                    put(&mut items, Value::text(Rc::clone(name)), argument.value.clone());
                }
                Value::Dict(Rc::new(items))
            }
            "range" => {
                let mut bounds = Vec::new();
                for argument in &arguments.positional {
                    let Value::Int(int) = argument.value else { return None };
                    bounds.push(int);
                }
                let (from, to, step) = match bounds[..] {
                    [to] => (0, to, 1),
                    [from, to] => (from, to, 1),
                    [from, to, step] if step != 0 => (from, to, step),
                    _ => return None,
                };
                let mut items = Vec::new();
                let mut at = from;
                while if step > 0 { at < to } else { at > to } {
                    if !self.step() {
                        return None;
                    }
                    items.push(Value::Int(at));
                    at = at.checked_add(step)?;
                }
                Value::list(items)
            }
            "zip" => {
                let lists = arguments
                    .positional
                    .iter()
                    .map(|argument| self.items(&argument.value))
                    .collect::<Option<Vec<_>>>()?;
                let length = lists.iter().map(Vec::len).min().unwrap_or(0);
                Value::list(
                    (0..length)
                        .map(|index| Value::tuple(lists.iter().map(|list| list[index].clone()).collect()))
                        .collect(),
                )
            }
            "enumerate" => {
                let start = match arguments.value(1, "start") {
                    Some(Value::Int(start)) => *start,
                    Some(_) => return None,
                    None => 0,
                };
                let items = self.items(first?)?;
                let numbered = items.into_iter().zip(start..);
                Value::list(
                    numbered.map(|(item, number)| Value::tuple(vec![Value::Int(number), item])).collect(),
                )
            }
            "reversed" => Value::list(self.items(first?)?.into_iter().rev().collect()),
            "sorted" => {
                let items = self.items(first?)?;
                Value::list(self.sorted(items, arguments)?)
            }
            "min" | "max" => {
                let items = match arguments.positional.len() {
                    1 => self.items(first?)?,
                    _ => arguments.positional.iter().map(|argument| argument.value.clone()).collect(),
                };
                let sorted = self.sorted(items, &Arguments::default())?;
                (if name == "min" { sorted.first() } else { sorted.last() })?.clone()
            }
            "sum" => {
                let mut total = 0_i64;
                for item in self.items(first?)? {
                    let Value::Int(int) = item else { return None };
                    total = total.checked_add(int)?;
                }
                Value::Int(total)
            }
            "any" | "all" => {
                let stops_at = name == "any";
                let mut sure = true;
                for item in self.items(first?)? {
                    match self.truth(&item) {
                        Some(truth) if truth == stops_at => return Some(Value::Bool(stops_at)),
                        Some(_) => {}
                        None => sure = false,
                    }
                }
                return sure.then_some(Value::Bool(!stops_at));
            }
            "map" | "filter" => {
                let function = first?.clone();
                let mut kept = Vec::new();
                for item in self.items(second?)? {
                    let given = Arguments {
                        positional: vec![Argument { value: item.clone(), span }],
                        named: Vec::new(),
                    };
                    let value = match (&function, name) {
                        (Value::None, "filter") => item.clone(),
                        _ => self.call(function.clone(), given, span),
                    };
                    if name == "map" {
                        kept.push(value);
                    } else if self.truth(&value)? {
                        kept.push(item);
                    }
                }
                Value::list(kept)
            }
            "iter" => first?.clone(),
            "next" => {
                let items = self.items(first?)?;
                items.into_iter().next().or_else(|| second.cloned())?
            }
            "isinstance" => is_instance(first?, second?)?,
            "getattr" => {
                let attribute = second?.as_str()?;
                let value = self.attribute(first?.clone(), attribute);
                match (value, arguments.positional.get(2)) {
                    (Value::Unknown(_), Some(fallback)) if !matches!(first?, Value::Unknown(_)) => {
                        fallback.value.clone()
                    }
                    (value, _) => value,
                }
            }
            "hasattr" => match first? {
                value @ (Value::Instance(_) | Value::Class(_) | Value::Module(_)) => {
                    let found = self.attribute(value.clone(), second?.as_str()?);
                    Value::Bool(!matches!(found, Value::Unknown(_)))
                }
                _ => return None,
            },
            "chr" => match first? {
                Value::Int(int) => Value::text(char::from_u32(u32::try_from(*int).ok()?)?.to_string()),
                _ => return None,
            },
            "ord" => Value::Int(i64::from(u32::from(first?.as_str()?.chars().next()?))),
            "round" => match (first?, second) {
                (Value::Int(int), _) => Value::Int(*int),
                _ => return None,
            },
            "callable" => {
                Value::Bool(matches!(first?, Value::Function(_) | Value::Class(_) | Value::Method(_)))
            }
            "type" => match first? {
                Value::Instance(instance) => Value::Class(Rc::clone(&instance.class)),
                _ => return None,
            },
            "object" => Value::path("builtins.object"),
            _ => return None,
        })
    }

    pub(super) fn sorted(&mut self, items: Vec<Value>, arguments: &Arguments) -> Option<Vec<Value>> {
        let mut keyed = Vec::with_capacity(items.len());
        for item in items {
            let key = match arguments.named("key") {
                None | Some(Value::None) => item.clone(),
                Some(function) => {
                    let span = arguments.argument("key")?.span;
                    let given = Arguments {
                        positional: vec![Argument { value: item.clone(), span }],
                        named: Vec::new(),
                    };
                    self.call(function.clone(), given, span)
                }
            };
            keyed.push((key, item));
        }
        for pair in keyed.windows(2) {
            order(&pair[0].0, &pair[1].0)?;
        }
        keyed.sort_by(|a, b| order(&a.0, &b.0).unwrap_or(std::cmp::Ordering::Equal));
        if arguments.named("reverse").is_some_and(|value| self.truth(value) == Some(true)) {
            keyed.reverse();
        }
        Some(keyed.into_iter().map(|(_, item)| item).collect())
    }
}

fn is_instance(value: &Value, class: &Value) -> Option<Value> {
    if let Value::Tuple(classes) = class {
        let each = classes.iter().map(|class| is_instance(value, class)).collect::<Option<Vec<_>>>()?;
        return Some(Value::Bool(each.iter().any(|one| matches!(one, Value::Bool(true)))));
    }
    let name = class.as_path()?.strip_prefix("builtins.")?;
    let own = match value {
        Value::Str(_) => "str",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Float(_) => "float",
        Value::List(_) => "list",
        Value::Tuple(_) => "tuple",
        Value::Dict(_) => "dict",
        Value::Set(_) => "set",
        Value::None => "NoneType",
        _ => return None,
    };
    Some(Value::Bool(own == name || (own == "bool" && name == "int")))
}

/// The arguments as they are where nobody has set those that may be, with the reason of the first of these.
pub(super) fn unset(arguments: &Arguments) -> Option<(Rc<str>, Arguments)> {
    let reason = arguments.values().find_map(Value::as_settable)?.0;
    let mut plain = arguments.clone();
    let named = plain.named.iter_mut().map(|(_, argument)| argument);
    for argument in plain.positional.iter_mut().chain(named) {
        if let Some((_, value)) = argument.value.as_settable() {
            argument.value = value;
        }
    }
    Some((reason, plain))
}
