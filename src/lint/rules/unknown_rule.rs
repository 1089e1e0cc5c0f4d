//! An allow comment with an unknown rule id.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "unknown-rule",
        summary: "An allow comment names a rule that does not exist",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("unknown-rule"),
        evidence: Evidence::Lint,
    },
    check: Check::Allow,
};

/// What is said of one.
pub fn draft(id: &str, known: &[&RuleInfo]) -> Draft {
    let draft = Draft::new(format!("There is no rule {id}")).label("allows nothing");
    let near = known.iter().map(|info| (strsim::damerau_levenshtein(info.id, id), info.id)).min();
    match near.filter(|(distance, near)| *distance <= near.len() / 3) {
        Some((_, near)) => draft.help(format!("Did you mean {near}?"), ""),
        None => draft.help("Print the list of all rules with mig-check rules", ""),
    }
}
