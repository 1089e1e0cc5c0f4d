//! `= NULL` where `IS NULL` is meant.

use crate::lint::prelude::*;
use crate::operation::Expression;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "comparison-with-null",
        summary: "A condition compares with NULL by = or <>, which is never true",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("comparison-with-null"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (condition, harm) = condition(context.operation)?;
    Some(
        Draft::new(format!("This condition compares with NULL, which is neither true nor false: {harm}"))
            .label(condition.text.chars().take(60).collect::<String>())
            .help("Write IS NULL or IS NOT NULL", ""),
    )
}

/// The condition that compares with NULL, and what comes of it.
fn condition(operation: &Operation) -> Option<(&Expression, &'static str)> {
    let checks = operation.constraints().iter().filter_map(|constraint| match &constraint.kind {
        ConstraintKind::Check(check) => Some((check, "the check lets every row through")),
        _ => None,
    });
    let filter = match operation {
        Operation::Update { filter, .. } | Operation::Delete { filter, .. } => {
            filter.as_deref().map(|filter| (filter, "no row fits it, and nothing is changed"))
        }
        Operation::CreateIndex(create) => create
            .predicate
            .as_ref()
            .map(|predicate| (predicate, "no row fits it, and the index stays empty")),
        Operation::CreatePolicy(policy) => policy
            .using
            .iter()
            .chain(&policy.check)
            .find(|condition| condition.compares_with_null)
            .map(|condition| (condition, "no row fits it")),
        _ => None,
    };
    filter.into_iter().chain(checks).find(|(condition, _)| condition.compares_with_null)
}
