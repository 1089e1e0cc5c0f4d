//! An allow comment that explains nothing to the next reader.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "allow-without-reason",
        summary: "An allow comment gives no reason",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("allow-without-reason"),
        evidence: Evidence::Lint,
    },
    check: Check::Allow,
};

/// What is said of one.
pub fn draft(ids: &str) -> Draft {
    Draft::new(format!("This comment allows {ids} without a reason")).label("why is it safe here?").help(
        "Say after the parenthesis why it is safe here",
        format!("mig-check: allow({ids}) the table is empty until launch"),
    )
}
