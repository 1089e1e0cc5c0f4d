//! A CHECK that may hold today and not tomorrow.

use crate::lint::prelude::*;
use crate::lint::types;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "unstable-check",
        summary: "A check constraint calls a function that does not always answer the same, so rows that pass it break it later",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("unstable-check"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let call = context.operation.constraints().iter().find_map(|constraint| match &constraint.kind {
        ConstraintKind::Check(check) => types::changing_call(check),
        _ => None,
    })?;
    Some(
        Draft::new(format!("This check calls {call}, whose answer changes: a row that passes today may break it tomorrow"))
            .label(format!("{call} is another each time"))
            .note("PostgreSQL checks a row when it is written and never again; a dump of such rows cannot be restored")
            .help("Compare with a column or a constant, or check it in a trigger when the row is written", ""),
    )
}
