//! ADD VALUE without BEFORE or AFTER.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "enum-value-without-place",
        summary: "An enum value is added at the end, which is where it sorts",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("enum-value-without-place"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::AddEnumValue { name, value, position: None, .. } = context.operation else { return None };
    Some(
        Draft::new(format!("'{value}' sorts after every other value of {name}"))
            .label("no BEFORE or AFTER")
            .note("Comparisons and ORDER BY go by the order of the values, which cannot be changed later")
            .help("Say where it belongs: ADD VALUE … BEFORE … or AFTER …", ""),
    )
}
