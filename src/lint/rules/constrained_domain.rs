//! CREATE DOMAIN with a constraint.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "constrained-domain",
        summary: "A domain has a constraint, which is hard to change once tables use it",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("constrained-domain"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreateDomain { name, constrained: true, .. } = context.operation else { return None };
    Some(
        Draft::new(format!("The constraint of {name} binds every table that will use it, and is changed for all of them at once"))
            .label("a domain with a constraint")
            .note("Adding a column of such a domain rewrites the table, also without a default")
            .help("Use the plain type, and a check on each table", ""),
    )
}
