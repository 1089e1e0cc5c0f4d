//! AS RESTRICTIVE on a table in use.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "restrictive-policy",
        summary: "A restrictive policy takes rows away from everybody who could see them",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("restrictive-policy"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreatePolicy(policy) = context.operation else { return None };
    let table = &policy.table;
    if policy.permissive || context.is_at_hand_table(table) {
        return None;
    }
    Some(
        Draft::new(format!("From here on nobody but the owner sees or writes a row of {table} that {} does not let through, whatever the other policies say", quote(&policy.name)))
            .label("must hold as well")
            .note("Restrictive policies are joined by AND: running code loses rows at once, without an error")
            .help("Say for which role with TO …, count the rows that it hides first, and say so when you allow this", ""),
    )
}
