//! Methods of Python's own types. Refuses those that need to run.

use std::rc::Rc;

use ruff_python_ast::Expr;

use super::super::hole::{hole_of, is_holed};
use super::super::value::{Arguments, Text, Value};
use super::compare::same;
use super::expression::{distinct, put, unknown_like};
use super::format::display;
use super::{Evaluator, Scope, bounds};

/// Whether calls on the value are methods of Python's own types.
pub(super) fn has_methods(value: &Value) -> bool {
    matches!(
        value,
        Value::Str(_)
            | Value::List(_)
            | Value::Tuple(_)
            | Value::Set(_)
            | Value::Dict(_)
            | Value::Bytes(_)
            | Value::Int(_)
    )
}

impl Evaluator<'_> {
    /// Calls a method of one of Python's own types. What changes the value rebinds the place that it came from.
    pub(super) fn method(
        &mut self,
        value: Value,
        name: &str,
        arguments: Arguments,
        place: &Expr,
        scope: &Rc<Scope>,
    ) -> Value {
        if let Some(unknown) = arguments.values().find(|value| {
            value.why_unknown().is_some() && !matches!(name, "append" | "format" | "setdefault" | "get")
        }) {
            let unknown = unknown.clone();
            if matches!(name, "extend" | "update" | "insert" | "add" | "remove" | "pop" | "discard") {
                self.rebind(place, &value, &unknown, scope);
            }
            return unknown;
        }
        let result = match &value {
            Value::Str(text) => return self.text_method(text, name, &arguments),
            Value::List(items) => self.list_method(items, name, &arguments),
            Value::Set(items) => set_method(items, name, &arguments, self),
            Value::Tuple(items) => tuple_method(items, name, &arguments).map(|value| (value, None)),
            Value::Dict(items) => self.dict_method(items, name, &arguments),
            Value::Bytes(bytes) if name == "decode" => {
                Some((Value::text(String::from_utf8_lossy(bytes).as_ref()), None))
            }
            _ => None,
        };
        match result {
            Some((result, changed)) => {
                if let Some(changed) = changed {
                    self.rebind(place, &value, &changed, scope);
                }
                result
            }
            None => Value::unknown(format!("the method `{name}` is not followed")),
        }
    }

    fn text_method(&mut self, text: &Text, name: &str, arguments: &Arguments) -> Value {
        let this = &*text.text;
        if !matches!(name, "format" | "join")
            && let Some((reason, Value::Str(plain))) = Value::Str(text.clone()).as_settable()
        {
            return Value::settable(&reason, self.text_method(&plain, name, arguments));
        }
        // Only what cannot depend on the unknown parts is done to a text that has some.
        if is_holed(this) && !matches!(name, "format" | "strip" | "lstrip" | "rstrip" | "join" | "encode") {
            return Value::unknown("it depends on text that is only known when the migration runs");
        }
        let first = arguments.positional.first().and_then(|argument| argument.value.as_str());
        let second = arguments.positional.get(1).and_then(|argument| argument.value.as_str());
        let texts = |parts: Vec<&str>| Value::list(parts.into_iter().map(Value::text).collect());
        let trimmed = |kept: &str| {
            let origin = text.origin.map(|origin| {
                let skipped = kept.as_ptr() as usize - this.as_ptr() as usize;
                crate::source::Span::new(
                    origin.source,
                    origin.start + skipped..origin.start + skipped + kept.len(),
                )
            });
            Value::Str(Text { text: kept.into(), origin, settled: text.settled })
        };
        let strips = |c: char| first.map_or(c.is_whitespace(), |set| set.contains(c));
        match (name, first, second) {
            ("format", _, _) => self.format_call(this, arguments),
            ("format_map", _, _) => match arguments.positional.first().map(|argument| &argument.value) {
                Some(Value::Dict(items)) => {
                    let named = items
                        .iter()
                        .filter_map(|(key, value)| Some((key.as_str()?.into(), value.clone())))
                        .map(|(key, value)| {
                            let span = arguments.positional[0].span;
                            (key, super::super::value::Argument { value, span })
                        })
                        .collect();
                    self.format_call(this, &Arguments { positional: Vec::new(), named })
                }
                _ => Value::unknown("`format_map` is given no dictionary"),
            },
            ("join", _, _) => {
                let Some(given) = arguments.positional.first() else { return Value::None };
                let Some(items) = self.items(&given.value) else {
                    return unknown_like(given.value.clone(), "what is joined".to_owned());
                };
                match items
                    .iter()
                    .map(|item| display(item).or_else(|| hole_of(item)))
                    .collect::<Option<Vec<_>>>()
                {
                    Some(parts)
                        if bounds::is_short(this.len(), parts.len())
                            && bounds::is_short(parts.iter().map(String::len).sum(), 1) =>
                    {
                        Value::text(parts.join(this))
                    }
                    Some(_) => bounds::too_large(),
                    None => Value::unknown("what is joined is not all text"),
                }
            }
            ("strip", _, _) => trimmed(this.trim_matches(strips)),
            ("lstrip", _, _) => trimmed(this.trim_start_matches(strips)),
            ("rstrip", _, _) => trimmed(this.trim_end_matches(strips)),
            ("upper", ..) => Value::text(this.to_uppercase()),
            ("lower" | "casefold", ..) => Value::text(this.to_lowercase()),
            ("title", ..) => Value::text(title(this)),
            ("capitalize", ..) => {
                let mut characters = this.chars();
                let first: String = characters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
                Value::text(first + &characters.as_str().to_lowercase())
            }
            ("replace", Some(from), Some(to)) => {
                if !bounds::is_short(to.len(), this.matches(from).count()) {
                    return bounds::too_large();
                }
                match arguments.positional.get(2).map(|argument| &argument.value) {
                    Some(Value::Int(count)) => {
                        Value::text(this.replacen(from, to, usize::try_from(*count).unwrap_or(0)))
                    }
                    _ => Value::text(this.replace(from, to)),
                }
            }
            ("split", None, _) => texts(this.split_whitespace().collect()),
            ("split", Some(separator), _) if !separator.is_empty() => {
                let limit = arguments.value(1, "maxsplit");
                match limit {
                    Some(Value::Int(limit)) if *limit >= 0 => {
                        texts(this.splitn(usize::try_from(*limit).unwrap_or(0) + 1, separator).collect())
                    }
                    _ => texts(this.split(separator).collect()),
                }
            }
            ("rsplit", Some(separator), _) if !separator.is_empty() => {
                let limit = match arguments.value(1, "maxsplit") {
                    Some(Value::Int(limit)) => usize::try_from(*limit).unwrap_or(usize::MAX - 1),
                    _ => usize::MAX - 1,
                };
                let mut parts: Vec<&str> = this.rsplitn(limit + 1, separator).collect();
                parts.reverse();
                texts(parts)
            }
            ("splitlines", ..) => texts(this.lines().collect()),
            ("partition", Some(separator), _) => {
                let (before, after) = this.split_once(separator).unwrap_or((this, ""));
                let found = if this.contains(separator) { separator } else { "" };
                Value::tuple(vec![Value::text(before), Value::text(found), Value::text(after)])
            }
            ("startswith", Some(prefix), _) => Value::Bool(this.starts_with(prefix)),
            ("endswith", Some(suffix), _) => Value::Bool(this.ends_with(suffix)),
            ("removeprefix", Some(prefix), _) => Value::text(this.strip_prefix(prefix).unwrap_or(this)),
            ("removesuffix", Some(suffix), _) => Value::text(this.strip_suffix(suffix).unwrap_or(this)),
            ("find", Some(part), _) => {
                let at =
                    this.find(part).map_or(-1, |at| i64::try_from(this[..at].chars().count()).unwrap_or(-1));
                Value::Int(at)
            }
            ("count", Some(part), _) if !part.is_empty() => {
                Value::Int(i64::try_from(this.matches(part).count()).unwrap_or(0))
            }
            ("isdigit" | "isnumeric", ..) => {
                Value::Bool(!this.is_empty() && this.chars().all(|c| c.is_ascii_digit()))
            }
            ("isupper", ..) => {
                Value::Bool(this.chars().any(char::is_alphabetic) && this == this.to_uppercase())
            }
            ("islower", ..) => {
                Value::Bool(this.chars().any(char::is_alphabetic) && this == this.to_lowercase())
            }
            ("encode", ..) => Value::Bytes(this.as_bytes().into()),
            ("zfill", ..) => match arguments.positional.first().map(|argument| &argument.value) {
                Some(Value::Int(width)) => {
                    let missing =
                        usize::try_from(*width).unwrap_or(0).min(10_000).saturating_sub(this.chars().count());
                    Value::text("0".repeat(missing) + this)
                }
                _ => Value::unknown("`zfill` is given no number"),
            },
            _ => Value::unknown(format!("the method `{name}` of text is not followed")),
        }
    }

    fn list_method(
        &mut self,
        items: &Rc<Vec<Value>>,
        name: &str,
        arguments: &Arguments,
    ) -> Option<(Value, Option<Value>)> {
        let first = arguments.positional.first().map(|argument| argument.value.clone());
        let mut changed = items.as_ref().clone();
        let result = match name {
            "append" => {
                changed.push(first?);
                Value::None
            }
            "extend" => {
                let more = first?;
                let Some(more) = self.items(&more) else {
                    return Some((
                        Value::None,
                        Some(unknown_like(more, "what a list is extended by".to_owned())),
                    ));
                };
                changed.extend(more);
                Value::None
            }
            "insert" => {
                let (Some(Value::Int(at)), Some(item)) = (first, arguments.positional.get(1)) else {
                    return None;
                };
                let at = usize::try_from(at).unwrap_or(0).min(changed.len());
                changed.insert(at, item.value.clone());
                Value::None
            }
            "pop" => match first {
                None => changed.pop()?,
                Some(Value::Int(0)) if !changed.is_empty() => changed.remove(0),
                Some(Value::Int(-1)) => changed.pop()?,
                _ => return None,
            },
            "remove" => {
                let wanted = first?;
                let at = changed.iter().position(|item| same(item, &wanted) == Some(true))?;
                changed.remove(at);
                Value::None
            }
            "reverse" => {
                changed.reverse();
                Value::None
            }
            "sort" => {
                changed = self.sorted(changed, arguments)?;
                Value::None
            }
            "clear" => {
                changed.clear();
                Value::None
            }
            "copy" => return Some((Value::list(items.to_vec()), None)),
            // The rest of a file that has been read in parts.
            "readline" if changed.is_empty() => Value::text(""),
            "readline" => changed.remove(0),
            "readlines" => Value::list(std::mem::take(&mut changed)),
            "read" if arguments.positional.is_empty() => {
                let lines = std::mem::take(&mut changed);
                Value::text(lines.iter().map(Value::as_str).collect::<Option<String>>()?)
            }
            _ => return tuple_method(items, name, arguments).map(|value| (value, None)),
        };
        Some((result, Some(Value::list(changed))))
    }

    fn dict_method(
        &mut self,
        items: &Rc<Vec<(Value, Value)>>,
        name: &str,
        arguments: &Arguments,
    ) -> Option<(Value, Option<Value>)> {
        let first = arguments.positional.first().map(|argument| argument.value.clone());
        let second = arguments.positional.get(1).map(|argument| argument.value.clone());
        let found = |key: &Value| {
            items.iter().find(|(known, _)| same(known, key) == Some(true)).map(|(_, v)| v.clone())
        };
        Some(match name {
            "items" => {
                let pairs = items.iter().map(|(key, value)| Value::tuple(vec![key.clone(), value.clone()]));
                (Value::list(pairs.collect()), None)
            }
            "keys" => (Value::list(items.iter().map(|(key, _)| key.clone()).collect()), None),
            "values" => (Value::list(items.iter().map(|(_, value)| value.clone()).collect()), None),
            "get" => (found(&first?).or(second).unwrap_or(Value::None), None),
            "copy" => (Value::Dict(Rc::new(items.to_vec())), None),
            "setdefault" => {
                let key = first?;
                match found(&key) {
                    Some(value) => (value, None),
                    None => {
                        let value = second.unwrap_or(Value::None);
                        let mut changed = items.as_ref().clone();
                        put(&mut changed, key, value.clone());
                        (value, Some(Value::Dict(Rc::new(changed))))
                    }
                }
            }
            "pop" => {
                let key = first?;
                let value = found(&key).or(second)?;
                let kept =
                    items.iter().filter(|(known, _)| same(known, &key) != Some(true)).cloned().collect();
                (value, Some(Value::Dict(Rc::new(kept))))
            }
            "update" => {
                let mut changed = items.as_ref().clone();
                match first {
                    Some(Value::Dict(more)) => {
                        more.iter().for_each(|(key, value)| put(&mut changed, key.clone(), value.clone()));
                    }
                    Some(_) => return None,
                    None => {}
                }
                for (name, argument) in &arguments.named {
                    put(&mut changed, Value::text(Rc::clone(name)), argument.value.clone());
                }
                (Value::None, Some(Value::Dict(Rc::new(changed))))
            }
            _ => return None,
        })
    }
}

fn tuple_method(items: &[Value], name: &str, arguments: &Arguments) -> Option<Value> {
    let wanted = &arguments.positional.first()?.value;
    let count = |number: usize| i64::try_from(number).ok().map(Value::Int);
    match name {
        "index" => count(items.iter().position(|item| same(item, wanted) == Some(true))?),
        "count" => count(items.iter().filter(|item| same(item, wanted) == Some(true)).count()),
        _ => None,
    }
}

fn set_method(
    items: &Rc<Vec<Value>>,
    name: &str,
    arguments: &Arguments,
    evaluator: &mut Evaluator<'_>,
) -> Option<(Value, Option<Value>)> {
    let first = arguments.positional.first().map(|argument| argument.value.clone());
    let has = |items: &[Value], wanted: &Value| items.iter().any(|item| same(item, wanted) == Some(true));
    let set = |items: Vec<Value>| Value::Set(Rc::new(distinct(items)));
    Some(match name {
        "add" => {
            let new = first.filter(|item| !has(items, item));
            (Value::None, Some(Value::Set(Rc::new(items.iter().cloned().chain(new).collect()))))
        }
        "discard" | "remove" => {
            let wanted = first?;
            let kept = items.iter().filter(|item| same(item, &wanted) != Some(true)).cloned().collect();
            (Value::None, Some(set(kept)))
        }
        "update" => {
            let more = evaluator.items(&first?)?;
            (Value::None, Some(set(items.iter().cloned().chain(more).collect())))
        }
        "union" => {
            let more = evaluator.items(&first?)?;
            (set(items.iter().cloned().chain(more).collect()), None)
        }
        "difference" | "intersection" => {
            let other = evaluator.items(&first?)?;
            let wanted = name == "intersection";
            (set(items.iter().filter(|item| has(&other, item) == wanted).cloned().collect()), None)
        }
        "copy" => (Value::Set(Rc::new(items.to_vec())), None),
        "issubset" => {
            let other = evaluator.items(&first?)?;
            (Value::Bool(items.iter().all(|item| has(&other, item))), None)
        }
        _ => return None,
    })
}

/// Every word with its first letter in upper case, as `str.title` does it.
fn title(text: &str) -> String {
    let mut titled = String::with_capacity(text.len());
    let mut in_word = false;
    for c in text.chars() {
        if in_word {
            titled.extend(c.to_lowercase());
        } else {
            titled.extend(c.to_uppercase());
        }
        in_word = c.is_alphabetic();
    }
    titled
}
