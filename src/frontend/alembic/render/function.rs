//! Calls as SQL expressions: functions, casts, CASE, and SQLAlchemy's constructors.

use super::super::value::{Arguments, Call, Symbol, Value};
use super::element::{ATOM, Element, Renderer, own_family};
use super::types::{Family, resolve};
use super::{Cause, given, last, list, literal, query, quote, text};

impl Renderer {
    pub(super) fn call(&mut self, call: &Call, beside: &Family) -> Result<Element, Cause> {
        let arguments = &call.arguments;
        if let Some(query) = query::select(call, self)? {
            return Ok(match query.starts_with("EXISTS") {
                true => Element::composed(query, 0, Family::Boolean),
                false => Element::atom(format!("({query})"), Family::Null),
            });
        }
        let Value::Symbol(callee) = &call.callee else {
            return Err(Cause::new("a call is no SQL expression"));
        };
        match callee.as_ref() {
            Symbol::Path(path) => self.function(path, arguments, beside),
            Symbol::Attribute(base, method) => {
                if let Some(path) = func_path(&call.callee) {
                    return self.sql_function(&path, arguments);
                }
                self.method(base, method, arguments)
            }
            Symbol::Call(inner) => {
                // `column.op("->>")("key")`
                if let Value::Symbol(symbol) = &inner.callee
                    && let Symbol::Attribute(base, method) = symbol.as_ref()
                    && &**method == "op"
                {
                    let operator = text(inner.arguments.value(0, "opstring").unwrap_or(&Value::None))?;
                    let right =
                        arguments.positional.first().map_or(Value::None, |argument| argument.value.clone());
                    let (left, right) = self.pair(base, &right)?;
                    let sql = format!("{} {operator} {}", left.grouped(0), right.grouped(0));
                    return Ok(Element::composed(sql, 0, Family::Null));
                }
                Err(Cause::new("a call is no SQL expression that is followed"))
            }
            _ => Err(Cause::new("a call is no SQL expression that is followed")),
        }
    }

    pub(super) fn function(
        &mut self,
        path: &str,
        arguments: &Arguments,
        beside: &Family,
    ) -> Result<Element, Cause> {
        if let Some(function) = function_name(path) {
            return self.sql_function(function, arguments);
        }
        let first = arguments.positional.first().map(|argument| &argument.value);
        let need = || first.ok_or_else(|| Cause::new("an expression has no operand"));
        match last(path) {
            "text" | "TextClause" => {
                let words = text(arguments.value(0, "text").unwrap_or(&Value::None))?;
                Ok(Element::atom(self.bind(&words, &[])?, Family::Null))
            }
            "literal_column" => {
                let words = text(need()?)?;
                Ok(Element { key: Some(words.clone()), column: true, ..Element::atom(words, Family::Null) })
            }
            "column" | "Column" => {
                let name = text(need()?)?;
                let family = match arguments.value(1, "type_").map(resolve) {
                    Some(Ok(known)) => known.family,
                    _ => Family::Null,
                };
                let sql = quote::name(&name);
                Ok(Element { key: Some(name), column: true, ..Element::atom(sql, family) })
            }
            "literal" | "bindparam" | "inline_literal" => {
                let (value, kind) = match last(path) {
                    "bindparam" => (arguments.value(1, "value"), arguments.value(2, "type_")),
                    _ => (first, arguments.value(1, "type_")),
                };
                // What is given as a literal has a type of its own, whatever stands beside it.
                let family = match (given(kind).map(resolve), value.map(own_family)) {
                    (Some(known), _) => known?.family,
                    (None, Some(Family::Null) | None) => beside.clone(),
                    (None, Some(own)) => own,
                };
                match value {
                    Some(value) => self.element(value, &family),
                    None => self.parameter(&text(need()?)?, &family),
                }
            }
            "null" | "true" | "false" => self.path(path),
            "and_" => self.joined(true, &values(arguments)),
            "or_" => self.joined(false, &values(arguments)),
            "not_" => self.negated(need()?),
            "cast" | "type_coerce" => {
                let kind = resolve(arguments.value(1, "type_").unwrap_or(&Value::None))?;
                let of = self.element(need()?, &kind.family)?;
                match last(path) {
                    "cast" => Ok(Element { key: of.key.clone(), ..of.cast(kind) }),
                    _ => Ok(Element { family: kind.family, column: false, ..of }),
                }
            }
            "desc" | "asc" | "nullsfirst" | "nulls_first" | "nullslast" | "nulls_last" => {
                // A bare name is written as it is.
                let column = need()?.as_str().map(|name| literal_column(name, arguments));
                self.method(column.as_ref().unwrap_or(need()?), last(path), &Arguments::default())
            }
            "collate" => {
                let with = arguments.value(1, "collation").unwrap_or(&Value::None);
                let of = self.element(need()?, &Family::Text)?;
                Ok(Element::composed(
                    format!("{} COLLATE {}", of.grouped(4), quote::value(with)?),
                    4,
                    Family::Text,
                ))
            }
            "case" => self.case(arguments),
            "tuple_" => self.row(&values(arguments)),
            "aggregate_order_by" => self.aggregate_order(&values(arguments)),
            "over" => {
                let of = self.element(need()?, &Family::Null)?;
                self.over(of, arguments, 1)
            }
            "between" => self.between(arguments, "between"),
            "Sequence" => {
                let schema = given(arguments.named("schema")).map(text).transpose()?;
                let name = quote::table(schema.as_deref(), &text(need()?)?);
                Ok(Element::atom(name, Family::Other))
            }
            "extract" => {
                let of = arguments.value(1, "expr").unwrap_or(&Value::None);
                let of = self.element(of, &Family::DateTime)?;
                Ok(Element::atom(format!("EXTRACT({} FROM {})", text(need()?)?, of.sql), Family::Integer))
            }
            "distinct" => {
                let of = self.element(need()?, &Family::Null)?;
                Ok(Element::composed(format!("DISTINCT {}", of.sql), 5, of.family))
            }
            "array" => {
                let items = list(need()?, true)?;
                let parts = items
                    .iter()
                    .map(|item| self.element(item, &Family::Null).map(|element| element.sql))
                    .collect::<Result<Vec<_>, _>>()?;
                Ok(Element::atom(format!("ARRAY[{}]", parts.join(", ")), Family::Null))
            }
            "any_" | "all_" => {
                let of = self.element(need()?, beside)?;
                let word = last(path).trim_end_matches('_').to_uppercase();
                Ok(Element::atom(format!("{word} ({})", of.sql), Family::Null))
            }
            "quoted_name" => Ok(Element::atom(quote::value(need()?)?, Family::Text)),
            "datetime" | "date" | "Decimal" => {
                let made = Value::Symbol(std::rc::Rc::new(Symbol::Call(Call {
                    callee: Value::path(path),
                    arguments: arguments.clone(),
                    span: arguments.positional.first().ok_or_else(|| Cause::new("a date is empty"))?.span,
                })));
                Ok(Element::atom(literal::value(&made, beside)?, beside.clone()))
            }
            other => Err(Cause::new(format!("`{other}` is no SQL expression that is followed"))),
        }
    }

    /// `func.name(…)`.
    pub(super) fn sql_function(&mut self, name: &str, arguments: &Arguments) -> Result<Element, Cause> {
        const BARE: &[&str] = &[
            "current_date",
            "current_time",
            "current_timestamp",
            "current_user",
            "localtime",
            "localtimestamp",
            "session_user",
            "user",
            "sysdate",
        ];
        let lower = name.to_lowercase();
        if BARE.contains(&lower.as_str()) && arguments.positional.is_empty() {
            return Ok(Element::atom(lower.to_uppercase(), Family::DateTime));
        }
        if let ("next_value", [sequence]) = (lower.as_str(), &arguments.positional[..]) {
            return self.method(&sequence.value, "next_value", &Arguments::default());
        }
        let parts = arguments
            .positional
            .iter()
            .map(|argument| self.element(&argument.value, &Family::Null))
            .collect::<Result<Vec<_>, _>>()?;
        let family = match lower.as_str() {
            "concat" | "lower" | "upper" | "substr" | "substring" | "trim" | "replace" => Family::Text,
            "count" | "length" | "char_length" => Family::Integer,
            "now" => Family::DateTime,
            "coalesce" | "max" | "min" | "sum" => {
                parts.first().map_or(Family::Null, |part| part.family.clone())
            }
            _ => Family::Null,
        };
        let inside = match parts.len() {
            0 if lower == "count" => "*".to_owned(),
            _ => parts.into_iter().map(|part| part.sql).collect::<Vec<_>>().join(", "),
        };
        Ok(Element::atom(format!("{name}({inside})"), family))
    }

    pub(super) fn case(&mut self, arguments: &Arguments) -> Result<Element, Cause> {
        let mut whens = values(arguments);
        if let Some(Value::List(items)) = whens.first() {
            whens = items.as_ref().clone();
        }
        let subject = given(arguments.named("value"));
        let mut sql = "CASE".to_owned();
        let mut of = Family::Boolean;
        if let Some(subject) = subject {
            let subject = self.element(subject, &Family::Null)?;
            sql.push_str(&format!(" {}", subject.sql));
            of = subject.family;
        }
        if let Some(Value::Dict(items)) = whens.first() {
            whens = items.iter().map(|(when, then)| Value::tuple(vec![when.clone(), then.clone()])).collect();
        }
        let mut family = Family::Null;
        for when in &whens {
            let pair = list(when, false)?;
            let (Some(when), Some(then)) = (pair.first(), pair.get(1)) else {
                return Err(Cause::new("a CASE has a branch without a value"));
            };
            let when = self.element(when, &of)?;
            let then = self.element(then, &family)?;
            family = then.family.clone();
            let when = if when.precedence < ATOM { format!("({})", when.sql) } else { when.sql };
            sql.push_str(&format!(" WHEN {when} THEN {}", then.sql));
        }
        if let Some(otherwise) = given(arguments.named("else_")) {
            sql.push_str(&format!(" ELSE {}", self.element(otherwise, &family)?.sql));
        }
        Ok(Element::atom(format!("{sql} END"), family))
    }
}

/// `sa.literal_column(name)`, standing where the arguments stand.
fn literal_column(name: &str, arguments: &Arguments) -> Value {
    let span = arguments.positional.first().map(|argument| argument.span);
    span.map_or(Value::None, |span| {
        let arguments = Arguments {
            positional: vec![super::super::value::Argument { value: Value::text(name), span }],
            named: Vec::new(),
        };
        let callee = Value::path("sqlalchemy.literal_column");
        Value::Symbol(std::rc::Rc::new(Symbol::Call(Call { callee, arguments, span })))
    })
}

pub(super) fn values(arguments: &Arguments) -> Vec<Value> {
    arguments.positional.iter().map(|argument| argument.value.clone()).collect()
}

/// The function of `sqlalchemy.func.name`, with its schema.
pub(super) fn function_name(path: &str) -> Option<&str> {
    let at = path.find(".func.")?;
    Some(&path[at + ".func.".len()..])
}

pub(super) fn func_path(value: &Value) -> Option<String> {
    value.as_path().and_then(function_name).map(str::to_owned)
}
