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

/// What is wrong with one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// What it says is not known.
    Unreadable,
    /// A block that begins and does not end.
    Endless,
    /// The end of a block that did not begin.
    Beginless,
}

/// What is said of one.
pub fn draft(fault: Fault) -> Draft {
    match fault {
        Fault::Unreadable => {
            Draft::new("This comment speaks to mig-check, but allows nothing that can be read")
                .help("Write it so", "mig-check: allow(rule-id) the reason")
        }
        Fault::Endless => Draft::new("This block does not end in its file, so it allows nothing")
            .help("End it after the last statement that it is for", "mig-check: allow-end"),
        Fault::Beginless => Draft::new("This ends a block that did not begin").help(
            "Begin it before the first statement that it is for",
            "mig-check: allow-start(rule-id) the reason",
        ),
    }
    .label("allows nothing")
}
