//! What could not be read.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "opaque-step",
        summary: "What a statement does cannot be known without running it",
        severity: Severity::Info,
        since: "0.1.0",
        page: page!("opaque-step"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::Opaque { reason } = context.operation else { return None };
    Some(
        Draft::new(format!("What this does is not known, because {reason}"))
            .label("was not judged")
            .note("No rule has looked at it: it may be harmless or not")
            .help("Run mig-check roundtrip, which runs it on a disposable server and sees what it does", ""),
    )
}
