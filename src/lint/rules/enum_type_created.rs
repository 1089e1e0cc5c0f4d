//! CREATE TYPE … AS ENUM.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "enum-type-created",
        summary: "An enum type is created, whose values can be added and renamed but never taken away",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("enum-type-created"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreateEnum { name, .. } = context.operation else { return None };
    Some(
        Draft::new(format!("No value of {name} can be taken away again"))
            .label("values stay for ever")
            .note("To drop a value, the type is made anew and every column of it is rewritten")
            .help("Use text with a check, or a table of values with a foreign key", ""),
    )
}
