//! Operators and methods of SQL expressions, grouped by SQLAlchemy's precedences.

use super::super::value::{Arguments, Symbol, Value};
use super::element::{ATOM, Element, Renderer};
use super::types::{Family, resolve};
use super::{Cause, last, quote};

impl Renderer {
    pub(super) fn operator(&mut self, name: &str, operands: &[Value]) -> Result<Element, Cause> {
        let (Some(first), second) = (operands.first(), operands.get(1)) else {
            return Err(Cause::new("an operator has no operand"));
        };
        match name {
            "not" => self.negated(first),
            "neg" => {
                let of = self.element(first, &Family::Integer)?;
                let family = of.family.clone();
                Ok(Element::composed(format!("-{}", of.grouped(8)), 8, family))
            }
            "and" | "or" => self.joined(name == "and", operands),
            "=" | "!=" if matches!(second, Some(Value::None)) || second.is_some_and(is_null) => {
                let of = self.element(first, &Family::Null)?;
                let words = if name == "=" { "IS NULL" } else { "IS NOT NULL" };
                Ok(Element::composed(format!("{} {words}", of.grouped(5)), 5, Family::Boolean))
            }
            _ => {
                let second = second.ok_or_else(|| Cause::new("an operator has one operand only"))?;
                self.binary(first, name, second)
            }
        }
    }

    /// Two operands and an operator between them.
    pub(super) fn binary(&mut self, left: &Value, name: &str, right: &Value) -> Result<Element, Cause> {
        let (left, right) = self.pair(left, right)?;
        let textual = left.family == Family::Text || right.family == Family::Text;
        let (name, precedence) = match name {
            "+" if textual => ("||", 5),
            "+" | "-" => (name, 7),
            "*" | "/" | "%" => (name, 8),
            _ => (name, 5),
        };
        let family = if precedence == 5 && name != "||" { Family::Boolean } else { left.family.clone() };
        let associative = matches!(name, "+" | "*" | "||");
        let group = |side: Element| {
            if associative && side.precedence == precedence { side.sql } else { side.grouped(precedence) }
        };
        Ok(Element::composed(format!("{} {name} {}", group(left), group(right)), precedence, family))
    }

    /// Two operands, each telling the other what kind of literal it is.
    pub(super) fn pair(&mut self, left: &Value, right: &Value) -> Result<(Element, Element), Cause> {
        if matches!(left, Value::Symbol(_)) {
            let left = self.element(left, &Family::Null)?;
            let right = self.element(right, &left.family.clone())?;
            return Ok((left, right));
        }
        let right = self.element(right, &Family::Null)?;
        let left = self.element(left, &right.family.clone())?;
        Ok((left, right))
    }

    /// Conditions joined by AND or OR.
    pub fn joined(&mut self, and: bool, operands: &[Value]) -> Result<Element, Cause> {
        let precedence = if and { 3 } else { 2 };
        let mut elements = Vec::with_capacity(operands.len());
        for operand in operands {
            elements.push(match operand {
                Value::Str(condition) => Element::atom(self.bind(&condition.text, &[])?, Family::Boolean),
                _ => self.element(operand, &Family::Boolean)?,
            });
        }
        if elements.len() == 1 {
            return Ok(elements.remove(0));
        }
        let parts: Vec<String> = elements
            .into_iter()
            .map(
                |element| {
                    if element.precedence == precedence { element.sql } else { element.grouped(precedence) }
                },
            )
            .collect();
        Ok(Element::composed(parts.join(if and { " AND " } else { " OR " }), precedence, Family::Boolean))
    }

    pub(super) fn negated(&mut self, value: &Value) -> Result<Element, Cause> {
        if let Value::Symbol(symbol) = value {
            match symbol.as_ref() {
                Symbol::Operator(name, operands) if operands.len() == 2 => {
                    let opposite = match *name {
                        "=" => "!=",
                        "!=" => "=",
                        "<" => ">=",
                        ">=" => "<",
                        ">" => "<=",
                        "<=" => ">",
                        _ => "",
                    };
                    if !opposite.is_empty() {
                        return self.operator(opposite, operands);
                    }
                }
                Symbol::Call(call) => {
                    if let Value::Symbol(callee) = &call.callee
                        && let Symbol::Attribute(base, method) = callee.as_ref()
                    {
                        let opposite = match &**method {
                            "in_" => "not_in",
                            "like" => "not_like",
                            "ilike" => "not_ilike",
                            "is_" => "is_not",
                            "is_not" | "isnot" => "is_",
                            _ => "",
                        };
                        if !opposite.is_empty() {
                            return self.method(base, opposite, &call.arguments);
                        }
                    }
                }
                _ => {}
            }
        }
        let of = self.element(value, &Family::Boolean)?;
        Ok(match of.column {
            true => Element::composed(format!("NOT {}", of.sql), 5, Family::Boolean),
            false => Element::composed(format!("NOT {}", of.grouped(5)), 5, Family::Boolean),
        })
    }

    /// A method of an expression.
    pub(super) fn method(
        &mut self,
        base: &Value,
        name: &str,
        arguments: &Arguments,
    ) -> Result<Element, Cause> {
        let first = arguments.positional.first().map(|argument| argument.value.clone());
        if name == "bindparams" {
            let mut names: Vec<(String, Value)> =
                arguments.named.iter().map(|(name, given)| (name.to_string(), given.value.clone())).collect();
            for argument in &arguments.positional {
                // One without a value only says of which type the value is that `execute` brings.
                if let Some(call) = argument.value.as_call()
                    && let Some(name) = call.arguments.value(0, "key").and_then(Value::as_str)
                    && let Some(value) = call.arguments.value(1, "value")
                {
                    names.push((name.to_owned(), value.clone()));
                }
            }
            self.bound.extend(names);
            return self.element(base, &Family::Null);
        }
        if matches!(name, "is_" | "is_not" | "isnot") {
            let word = if name == "is_" { "IS" } else { "IS NOT" };
            let of = self.element(base, &Family::Null)?;
            let with = self.element(&first.unwrap_or(Value::None), &of.family.clone())?;
            return Ok(Element::composed(
                format!("{} {word} {}", of.grouped(5), with.sql),
                5,
                Family::Boolean,
            ));
        }
        let of = self.element(base, &Family::Null)?;
        let family = of.family.clone();
        match (name, first) {
            ("desc" | "asc", _) => {
                let word = name.to_uppercase();
                let key = of.key.clone();
                Ok(Element { key, ..Element::composed(format!("{} {word}", of.grouped(3)), 3, family) })
            }
            ("nullsfirst" | "nulls_first", _) => {
                Ok(Element::composed(format!("{} NULLS FIRST", of.sql), 3, family))
            }
            ("nullslast" | "nulls_last", _) => {
                Ok(Element::composed(format!("{} NULLS LAST", of.sql), 3, family))
            }
            ("in_" | "not_in" | "notin_", Some(among)) => {
                let inside = match &among {
                    Value::List(items) | Value::Tuple(items) | Value::Set(items) => {
                        let parts = items
                            .iter()
                            .map(|item| self.element(item, &family).map(|element| element.sql))
                            .collect::<Result<Vec<_>, _>>()?;
                        if parts.is_empty() {
                            return Err(Cause::new("a list of values is empty"));
                        }
                        format!("({})", parts.join(", "))
                    }
                    _ => {
                        let inside = match self.relation(&among)? {
                            Some(table) => self.all_of(&table),
                            None => self.element(&among, &family)?.sql,
                        };
                        if inside.starts_with('(') { inside } else { format!("({inside})") }
                    }
                };
                let of = of.grouped(5);
                Ok(match name {
                    "in_" => Element::composed(format!("{of} IN {inside}"), 5, Family::Boolean),
                    _ => Element::atom(format!("({of} NOT IN {inside})"), Family::Boolean),
                })
            }
            ("like" | "ilike" | "not_like" | "notlike" | "not_ilike" | "notilike", Some(pattern)) => {
                let pattern = self.element(&pattern, &Family::Text)?;
                let word = if name.contains("ilike") { "ILIKE" } else { "LIKE" };
                let not = if name.starts_with("not") { "NOT " } else { "" };
                Ok(Element::composed(
                    format!("{} {not}{word} {}", of.grouped(5), pattern.sql),
                    5,
                    Family::Boolean,
                ))
            }
            ("startswith" | "endswith" | "contains", Some(part)) => {
                let part = self.element(&part, &Family::Text)?.sql;
                let pattern = match name {
                    "startswith" => format!("{part} || '%'"),
                    "endswith" => format!("'%' || {part}"),
                    _ => format!("'%' || {part} || '%'"),
                };
                Ok(Element::composed(format!("({} LIKE {pattern})", of.grouped(5)), ATOM, Family::Boolean))
            }
            ("between", Some(low)) => {
                let low = self.element(&low, &family)?;
                let high = arguments.positional.get(1).map_or(Value::None, |argument| argument.value.clone());
                let high = self.element(&high, &family)?;
                let sql = format!("{} BETWEEN {} AND {}", of.grouped(5), low.sql, high.sql);
                Ok(Element::composed(sql, 5, Family::Boolean))
            }
            ("cast", Some(kind)) => {
                let kind = resolve(&kind)?;
                Ok(Element::atom(format!("CAST({} AS {})", of.sql, kind.sql), kind.family))
            }
            ("collate", Some(with)) => {
                let with = quote::value(&with)?;
                Ok(Element::composed(format!("{} COLLATE {with}", of.grouped(4)), 4, Family::Text))
            }
            ("concat", Some(with)) => {
                let with = self.element(&with, &Family::Text)?;
                Ok(Element::composed(format!("{} || {}", of.grouped(5), with.grouped(5)), 5, Family::Text))
            }
            ("label", _) | ("scalar_subquery" | "as_scalar" | "self_group", None) => Ok(of),
            ("is_distinct_from", Some(with)) => {
                let with = self.element(&with, &family)?;
                let sql = format!("{} IS DISTINCT FROM {}", of.grouped(5), with.sql);
                Ok(Element::composed(sql, 5, Family::Boolean))
            }
            ("next_value", None) => Ok(Element::atom(format!("nextval('{}')", of.sql), Family::Integer)),
            _ => Err(Cause::new(format!("`.{name}` is no SQL expression that is followed"))),
        }
    }
}

pub(super) fn is_null(value: &Value) -> bool {
    value.as_call().is_some_and(|call| call.callee.as_path().is_some_and(|path| last(path) == "null"))
}
