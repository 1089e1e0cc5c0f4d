//! CREATE POLICY … USING (true).

use crate::lint::prelude::*;
use crate::operation::{Expression, PolicyCommand};

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "policy-always-true",
        summary: "A policy lets every row through, so row-level security protects nothing",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("policy-always-true"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreatePolicy(policy) = context.operation else { return None };
    let always = |condition: &Option<Expression>| {
        condition.as_ref().is_some_and(|condition| condition.text.eq_ignore_ascii_case("true"))
    };
    let reads_only = policy.command == PolicyCommand::Select;
    if !policy.permissive || reads_only || !(always(&policy.using) || always(&policy.check)) {
        return None;
    }
    Some(
        Draft::new(format!("This policy lets every row of {} be changed", policy.table))
            .label("true for every row")
            .note("Policies are joined by OR: one that is always true makes the others worthless")
            .help("Say which rows, or for which command and role: FOR SELECT TO …", ""),
    )
}
