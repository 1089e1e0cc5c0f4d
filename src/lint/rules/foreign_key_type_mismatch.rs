//! A foreign key whose column has another type than the column it refers to.

use crate::lint::context::Joined;
use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "foreign-key-type-mismatch",
        summary: "A foreign key joins columns of different types",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("foreign-key-type-mismatch"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let rank = |data_type: &DataType| NUMBERS.iter().position(|name| *name == data_type.name);
    let Joined { table, column, has: child, references, target, wants: wanted } = context
        .joined_columns()
        .into_iter()
        .find(|joined| rank(joined.has).zip(rank(joined.wants)).is_some_and(|(has, wants)| has < wants))?;
    Some(
        Draft::new(format!(
            "{table}.{} is {child}, but {references}.{} which it refers to is {wanted}",
            quote(column),
            quote(target)
        ))
        .label("is too narrow")
        .note(format!(
            "The day a key of {references} leaves the range of {child}, every INSERT that refers to it fails"
        ))
        .help(format!("Give {} the type {wanted}", quote(column)), ""),
    )
}

/// Whole numbers, narrowest first.
const NUMBERS: &[&str] = &["smallint", "integer", "bigint"];
