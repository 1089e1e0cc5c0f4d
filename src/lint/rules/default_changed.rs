//! SET DEFAULT of another value, and DROP DEFAULT of a column that may be NULL.

use crate::lint::prelude::*;
use crate::lint::types;
use crate::operation::Expression;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "default-changed",
        summary: "A default is changed, and rows and running code keep the old one",
        severity: Severity::Info,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("default-changed"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::SetDefault { table, column, default } = context.operation else { return None };
    let known = context.schema.column(table, column)?;
    let at_hand = known.added.is_some_and(|added| context.is_at_hand(added));
    // What may not be NULL and loses its default is another rule's.
    let said = default.is_none() && known.not_null == Some(true);
    if context.is_at_hand_table(table) || at_hand || said {
        return None;
    }
    let old = known.default.as_ref()?.as_ref().filter(|old| !old.is_null);
    let name = format!("{}.{}", shown(table), quote(column));
    let message = match (old, default.as_deref().filter(|new| !new.is_null)) {
        (Some(old), Some(new)) if value(old) != value(new) => {
            format!(
                "{name} becomes {} in rows to come, but stays {} in those that are there",
                new.text, old.text
            )
        }
        (Some(old), None) => format!("{name} becomes NULL in rows to come, where it was {}", old.text),
        (None, Some(new)) if types::volatile_call(new).is_some() => {
            format!(
                "{name} gets a value of its own in rows to come, but stays as it is in those that are there"
            )
        }
        _ => return None,
    };
    Some(
        Draft::new(message).lasts()
            .label("holds for new rows only")
            .note("Code that runs since before the deploy counts on the old default, or writes it itself")
            .help("Fill the rows that need it in a migration of their own, and let the code name the value until all of it knows the new one", ""),
    )
}

/// A default without the cast that makes it the column's type.
fn value(default: &Expression) -> &str {
    default.text.split("::").next().unwrap_or_default().trim()
}
