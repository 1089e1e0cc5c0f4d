//! NOT ENFORCED.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "not-enforced-constraint",
        summary: "A constraint is added NOT ENFORCED: no row is ever held to it",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("not-enforced-constraint"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let constraint = context.operation.constraints().iter().find(|constraint| constraint.not_enforced)?;
    let name = constraint.name.as_deref().map_or("This constraint".to_owned(), quote);
    Some(
        Draft::new(format!("{name} is NOT ENFORCED: neither old rows nor new ones are held to it"))
            .label("decoration")
            .note("NOT VALID spares the old rows only, and new ones are checked at once")
            .help("Add it NOT VALID and validate it in the next migration", ""),
    )
}
