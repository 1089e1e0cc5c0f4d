//! A comment that starts as an allow comment and is none.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "malformed-allow",
        summary: "A comment for mig-check cannot be read",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("malformed-allow"),
        evidence: Evidence::Lint,
    },
    check: Check::Allow,
};

/// What is said of one.
pub fn draft() -> Draft {
    Draft::new("This comment speaks to mig-check, but allows nothing that can be read")
        .label("allows nothing")
        .help("Write it so", "mig-check: allow(rule-id) the reason")
}
