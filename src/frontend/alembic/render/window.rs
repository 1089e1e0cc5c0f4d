//! What stands beside a call of an aggregate: OVER, FILTER, WITHIN GROUP and the order of its rows.

use super::super::value::{Arguments, Value};
use super::element::{Element, Renderer};
use super::types::Family;
use super::{Cause, given, list};

/// How tightly FILTER and WITHIN GROUP bind.
const BESIDE: i8 = 6;

impl Renderer {
    /// `function.over(…)`; the arguments by position begin at `at`.
    pub(super) fn over(&mut self, of: Element, arguments: &Arguments, at: usize) -> Result<Element, Cause> {
        let mut parts = Vec::new();
        for (place, (name, words)) in
            [("partition_by", "PARTITION BY"), ("order_by", "ORDER BY")].into_iter().enumerate()
        {
            if let Some(by) = given(arguments.value(at + place, name)) {
                parts.push(format!("{words} {}", self.ordered(&list(by, true)?)?));
            }
        }
        for (name, words) in [("rows", "ROWS"), ("range_", "RANGE"), ("groups", "GROUPS")] {
            if let Some(frame) = given(arguments.named(name)) {
                let bounds = list(frame, false)?;
                let [from, to] = &bounds[..] else { return Err(Cause::new("a frame has no two bounds")) };
                parts.push(format!(
                    "{words} BETWEEN {} AND {}",
                    bound(from, "UNBOUNDED PRECEDING")?,
                    bound(to, "UNBOUNDED FOLLOWING")?
                ));
            }
        }
        Ok(Element::atom(format!("{} OVER ({})", of.sql, parts.join(" ")), of.family))
    }

    /// `function.filter(…)`.
    pub(super) fn filter(&mut self, of: Element, conditions: &[Value]) -> Result<Element, Cause> {
        let condition = self.joined(true, conditions)?.sql;
        Ok(Element::composed(format!("{} FILTER (WHERE {condition})", of.sql), BESIDE, of.family))
    }

    /// `function.within_group(…)`.
    pub(super) fn within_group(&mut self, of: Element, order: &[Value]) -> Result<Element, Cause> {
        let order = self.ordered(order)?;
        Ok(Element::atom(format!("{} WITHIN GROUP (ORDER BY {order})", of.sql), of.family))
    }

    /// `aggregate_order_by(target, …)`.
    pub(super) fn aggregate_order(&mut self, values: &[Value]) -> Result<Element, Cause> {
        let Some((target, order)) = values.split_first() else {
            return Err(Cause::new("an aggregate has no target"));
        };
        let target = self.element(target, &Family::Null)?;
        Ok(Element::atom(format!("{} ORDER BY {}", target.sql, self.ordered(order)?), target.family))
    }

    /// Expressions that rows are parted or put in order by.
    fn ordered(&mut self, by: &[Value]) -> Result<String, Cause> {
        let mut parts = Vec::with_capacity(by.len());
        for value in by {
            if value.as_str().is_some() {
                return Err(Cause::new("rows are put in order by a name that is looked up"));
            }
            parts.push(self.element(value, &Family::Null)?.sql);
        }
        Ok(parts.join(", "))
    }
}

/// A bound of a frame: how many rows before (negative) or after the current one.
fn bound(value: &Value, unbounded: &str) -> Result<String, Cause> {
    Ok(match value {
        Value::None => unbounded.to_owned(),
        Value::Int(0) => "CURRENT ROW".to_owned(),
        Value::Int(rows) if *rows < 0 => format!("{} PRECEDING", rows.unsigned_abs()),
        Value::Int(rows) => format!("{rows} FOLLOWING"),
        other => return Err(Cause::of(other, "a bound of a frame is not a number")),
    })
}
