//! Downgrades that make others wait.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "blocking-downgrade",
        summary: "A downgrade does what would be reported in an upgrade: it reads or rewrites a table while others wait",
        severity: Severity::Warning,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("blocking-downgrade"),
        evidence: Evidence::Lint,
    },
    check: Check::Downgrade,
};
