//! Text made of parts: f-strings, `%` and `.format`. Refuses to guess how a value prints that it does not know.

use std::rc::Rc;

use ruff_python_ast as ast;

use super::super::hole::{hole, hole_of};
use super::super::render::literal;
use super::super::render::types::Family;
use super::super::value::Value;
use super::file::path_of;
use super::{Evaluator, Scope};

impl Evaluator<'_> {
    pub(super) fn f_string(&mut self, string: &ast::ExprFString, scope: &Rc<Scope>) -> Value {
        let mut text = String::new();
        for part in string.value.iter() {
            match part {
                ast::FStringPart::Literal(literal) => text.push_str(literal.as_str()),
                ast::FStringPart::FString(string) => {
                    if let Err(unknown) = self.interpolate(&string.elements, &mut text, scope) {
                        return unknown;
                    }
                }
            }
        }
        Value::text(text)
    }

    fn interpolate(
        &mut self,
        elements: &ast::InterpolatedStringElements,
        text: &mut String,
        scope: &Rc<Scope>,
    ) -> Result<(), Value> {
        for element in elements {
            match element {
                ast::InterpolatedStringElement::Literal(literal) => text.push_str(&literal.value),
                ast::InterpolatedStringElement::Interpolation(part) => {
                    let value = self.expression(&part.expression, scope);
                    let mut spec = String::new();
                    if let Some(format) = &part.format_spec {
                        self.interpolate(&format.elements, &mut spec, scope)?;
                    }
                    if let Some(words) = &part.debug_text {
                        text.push_str(words.leading());
                        text.push_str(words.expression());
                        text.push_str(words.trailing());
                    }
                    let represented = matches!(part.conversion, ast::ConversionFlag::Repr)
                        || (part.debug_text.is_some() && part.format_spec.is_none());
                    let shown = if represented { repr(&value) } else { formatted(&value, &spec) };
                    match shown {
                        Some(shown) => text.push_str(&shown),
                        None => text.push_str(&self.hole(&value, &*part.expression)),
                    }
                }
            }
        }
        Ok(())
    }

    /// What stands in a text for a value that cannot be shown.
    fn hole(&self, value: &Value, node: &impl ruff_text_size::Ranged) -> String {
        hole_of(value)
            .unwrap_or_else(|| hole(&format!("{} is only known when the migration runs", self.words(node))))
    }

    /// `template % value`.
    pub(super) fn percent(&mut self, template: &str, value: &Value) -> Value {
        let unknown = |value: &Value| {
            super::expression::unknown_like(value.clone(), "a value put into text".to_owned())
        };
        let positional: Vec<Value> = match value {
            Value::Tuple(items) => items.as_ref().clone(),
            other => vec![other.clone()],
        };
        let mut next = positional.into_iter();
        let mut text = String::new();
        let mut rest = template;
        while let Some(at) = rest.find('%') {
            text.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let mut chosen = None;
            if let Some(after) = rest.strip_prefix('(') {
                let Some(end) = after.find(')') else { return Value::unknown("a `%` format is not closed") };
                let key = Value::text(&after[..end]);
                let found = match value {
                    Value::Dict(items) => items
                        .iter()
                        .find(|(known, _)| super::compare::same(known, &key) == Some(true))
                        .map(|(_, value)| value.clone()),
                    _ => None,
                };
                let Some(found) = found else { return unknown(value) };
                chosen = Some(found);
                rest = &after[end + 1..];
            }
            let flags = rest.len() - rest.trim_start_matches(|c: char| "-+ #0123456789.".contains(c)).len();
            let (spec, after) = rest.split_at(flags);
            let Some(kind) = after.chars().next() else {
                return Value::unknown("a `%` format is not closed");
            };
            rest = &after[kind.len_utf8()..];
            if kind == '%' {
                text.push('%');
                continue;
            }
            let Some(item) = chosen.or_else(|| next.next()) else {
                return Value::unknown("a `%` format has too few values");
            };
            let shown = match (kind, spec) {
                ('r', "") => repr(&item),
                ('s', "") => display(&item),
                ('s', _) => {
                    display(&item).and_then(|shown| formatted(&Value::text(shown), &percent_spec(spec)))
                }
                ('d' | 'i', "") => match item {
                    Value::Int(_) | Value::Bool(_) => display(&item),
                    _ => None,
                },
                ('d' | 'f' | 'x' | 'X' | 'o', _) => formatted(&item, &format!("{spec}{kind}")),
                _ => None,
            };
            match shown {
                Some(shown) => text.push_str(&shown),
                None => text
                    .push_str(&hole_of(&item).unwrap_or_else(|| hole("a value put into text is not known"))),
            }
        }
        text.push_str(rest);
        Value::text(text)
    }

    /// `template.format(…)`.
    pub(super) fn format_call(
        &mut self,
        template: &str,
        arguments: &super::super::value::Arguments,
    ) -> Value {
        let mut text = String::new();
        let mut rest = template;
        let mut automatic = 0;
        while let Some(at) = rest.find(['{', '}']) {
            text.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                text.push_str(brace);
                rest = after;
                continue;
            }
            let Some(end) = rest.find('}').filter(|_| brace == "{") else {
                return Value::unknown("a `format` field is not closed");
            };
            let field = &rest[..end];
            rest = &rest[end + 1..];
            let (field, spec) = field.split_once(':').unwrap_or((field, ""));
            let (field, represented) = match field.strip_suffix("!r") {
                Some(field) => (field, true),
                None => (field.trim_end_matches("!s"), false),
            };
            let cut = field.find(['.', '[']).unwrap_or(field.len());
            let (name, path) = field.split_at(cut);
            let base = if name.is_empty() {
                automatic += 1;
                arguments.positional.get(automatic - 1).map(|argument| argument.value.clone())
            } else if let Ok(index) = name.parse::<usize>() {
                arguments.positional.get(index).map(|argument| argument.value.clone())
            } else {
                arguments.named(name).cloned()
            };
            let Some(mut value) = base else { return Value::unknown(format!("`{{{field}}}` has no value")) };
            for part in path.split(['.', '[']).filter(|part| !part.is_empty()) {
                value = match part.strip_suffix(']') {
                    Some(key) => {
                        let key = key.parse().map_or_else(|_| Value::text(key), Value::Int);
                        self.item(value, key)
                    }
                    None => self.attribute(value, part),
                };
            }
            let shown = if represented { repr(&value) } else { formatted(&value, spec) };
            match shown {
                Some(shown) => text.push_str(&shown),
                None => text.push_str(
                    &hole_of(&value).unwrap_or_else(|| hole(&format!("`{{{field}}}` is not known"))),
                ),
            }
        }
        text.push_str(rest);
        Value::text(text)
    }
}

fn percent_spec(spec: &str) -> String {
    match spec.strip_prefix('-') {
        Some(width) => format!("<{width}"),
        None => format!(">{spec}"),
    }
}

/// `str(value)`.
pub(super) fn display(value: &Value) -> Option<String> {
    match value {
        Value::Str(text) => Some(text.text.to_string()),
        Value::Instance(instance) if instance.class.enumeration => {
            let text_like = instance
                .class
                .bases
                .iter()
                .any(|base| matches!(base.as_path(), Some("builtins.str" | "enum.StrEnum")));
            match instance.attributes.borrow().get("value") {
                Some(Value::Str(text)) if text_like => Some(text.text.to_string()),
                _ => None,
            }
        }
        Value::Symbol(_) => dated(value).or_else(|| path_of(value).map(str::to_owned)),
        _ => repr(value),
    }
}

/// A date of Python's library that is written out in numbers.
fn dated(value: &Value) -> Option<String> {
    let path = value.as_call()?.callee.as_path()?;
    let literal = path.starts_with("datetime.").then(|| literal::value(value, &Family::DateTime).ok())??;
    Some(literal.trim_matches('\'').to_owned())
}

/// `repr(value)`.
pub(super) fn repr(value: &Value) -> Option<String> {
    let sequence =
        |items: &[Value]| items.iter().map(repr).collect::<Option<Vec<_>>>().map(|all| all.join(", "));
    Some(match value {
        Value::None => "None".to_owned(),
        Value::Ellipsis => "Ellipsis".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Int(int) => int.to_string(),
        Value::Float(float) => float_text(*float)?,
        Value::Str(text) => quoted(&text.text),
        Value::List(items) => format!("[{}]", sequence(items)?),
        Value::Tuple(items) if items.len() == 1 => format!("({},)", sequence(items)?),
        Value::Tuple(items) => format!("({})", sequence(items)?),
        Value::Set(items) if items.len() == 1 => format!("{{{}}}", sequence(items)?),
        Value::Dict(items) => {
            let items = items
                .iter()
                .map(|(key, value)| Some(format!("{}: {}", repr(key)?, repr(value)?)))
                .collect::<Option<Vec<_>>>()?;
            format!("{{{}}}", items.join(", "))
        }
        _ => return None,
    })
}

/// A number as Python prints it.
fn float_text(float: f64) -> Option<String> {
    if !float.is_finite() {
        return None;
    }
    let magnitude = float.abs();
    if magnitude != 0.0 && !(1e-4..1e16).contains(&magnitude) {
        return None;
    }
    Some(format!("{float:?}"))
}

fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push(quote);
    for c in text.chars() {
        match c {
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c == quote => {
                quoted.push('\\');
                quoted.push(c);
            }
            c => quoted.push(c),
        }
    }
    quoted.push(quote);
    quoted
}

/// `format(value, spec)` for the specifications that migrations use: alignment, width, zeros, precision, type.
pub(super) fn formatted(value: &Value, spec: &str) -> Option<String> {
    if spec.is_empty() {
        return display(value);
    }
    let mut rest = spec;
    let mut fill = ' ';
    let mut align = None;
    let mut characters = rest.chars();
    if let (Some(first), Some(second)) = (characters.next(), characters.next())
        && "<>^".contains(second)
    {
        (fill, align) = (first, Some(second));
        rest = &rest[first.len_utf8() + 1..];
    } else if let Some(first) = rest.chars().next().filter(|c| "<>^".contains(*c)) {
        align = Some(first);
        rest = &rest[1..];
    }
    if let Some(after) = rest.strip_prefix('0')
        && align.is_none()
    {
        (fill, align) = ('0', Some('>'));
        rest = after;
    }
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let width: usize = if digits == 0 { 0 } else { rest[..digits].parse().ok()? };
    rest = &rest[digits..];
    let (precision, kind) = match rest.strip_prefix('.') {
        Some(after) => {
            let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            (Some(after[..digits].parse::<usize>().ok()?), &after[digits..])
        }
        None => (None, rest),
    };
    let body = match (value, kind, precision) {
        (Value::Int(int), "" | "d", None) => int.to_string(),
        (Value::Int(int), "x", None) => format!("{int:x}"),
        (Value::Int(int), "X", None) => format!("{int:X}"),
        (Value::Int(int), "f", precision) => format!("{:.*}", precision.unwrap_or(6), *int as f64),
        (Value::Float(float), "f", precision) => format!("{float:.*}", precision.unwrap_or(6)),
        (Value::Str(text), "" | "s", precision) => {
            text.text.chars().take(precision.unwrap_or(usize::MAX)).collect()
        }
        _ => return None,
    };
    let missing = width.min(10_000).saturating_sub(body.chars().count());
    let align = align.unwrap_or(if matches!(value, Value::Str(_)) { '<' } else { '>' });
    let before = match align {
        '<' => 0,
        '^' => missing / 2,
        _ => missing,
    };
    let pad = |count: usize| std::iter::repeat_n(fill, count).collect::<String>();
    Some(format!("{}{body}{}", pad(before), pad(missing - before)))
}
