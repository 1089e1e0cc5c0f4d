//! Operators of SQL expressions, grouped by SQLAlchemy's precedences.

use super::super::value::{Symbol, Value};
use super::element::{Element, Renderer};
use super::types::Family;
use super::{Cause, last};

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
        let (mut left, mut right) = self.pair(left, right)?;
        let mut name = name;
        // Any and all of an array stand on the right alone.
        if left.sql.starts_with("ANY (") || left.sql.starts_with("ALL (") {
            std::mem::swap(&mut left, &mut right);
            name = match name {
                "<" => ">",
                ">" => "<",
                "<=" => ">=",
                ">=" => "<=",
                same => same,
            };
        }
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
                    if element.precedence == precedence { element.sql } else { element.bound(precedence) }
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
                Symbol::Call(call) if call.callee.as_path().map(last) == Some("between") => {
                    return self.between(&call.arguments, "not_between");
                }
                Symbol::Call(call) => {
                    if let Value::Symbol(callee) = &call.callee
                        && let Symbol::Attribute(base, method) = callee.as_ref()
                    {
                        let opposite = super::method::opposite(method);
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
}

pub(super) fn is_null(value: &Value) -> bool {
    value.as_call().is_some_and(|call| call.callee.as_path().is_some_and(|path| last(path) == "null"))
}
