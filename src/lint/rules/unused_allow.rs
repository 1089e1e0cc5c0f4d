//! An allow comment that no finding needs any more.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "unused-allow",
        summary: "An allow comment allows nothing",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("unused-allow"),
        evidence: Evidence::Lint,
    },
    check: Check::Allow,
};

/// What is said of one.
pub fn draft(id: &str) -> Draft {
    Draft::new(format!("This comment allows {id}, which is not found here"))
        .label("allows nothing")
        .note("It speaks of the statement on its line or directly below it; before the first statement, and apart from it, of the whole file; allow-start speaks of all up to allow-end")
        .help("Delete it, or move it to the statement that it is for", "")
}
