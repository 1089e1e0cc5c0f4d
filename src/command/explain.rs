//! `mig-check explain` and `mig-check rules`: what the rules are, from their own pages.

use std::io::Write;

use super::Failure;
use crate::config::unknown;
use crate::exit::Exit;
use crate::finding::{Evidence, RuleInfo};

/// Prints a rule's page.
pub(super) fn explain(id: &str, rules: &[&'static RuleInfo], out: &mut dyn Write) -> Result<Exit, Failure> {
    let rule = rules.iter().find(|rule| rule.id == id);
    let rule =
        rule.ok_or_else(|| Failure::UnknownRule(unknown("rule", id, rules.iter().map(|rule| rule.id))))?;
    writeln!(out, "{}", rule.page.trim_end())?;
    Ok(Exit::Clean)
}

/// Prints a line for each rule.
pub(super) fn list(rules: &[&'static RuleInfo], out: &mut dyn Write) -> Result<Exit, Failure> {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or_default();
    for rule in rules {
        let evidence = match rule.evidence {
            Evidence::Lint => "lint",
            Evidence::RoundTrip => "roundtrip",
        };
        let (severity, preset) = (rule.severity.name(), rule.preset.name());
        writeln!(out, "{:<width$}  {severity:<7}  {preset:<8}  {evidence:<9}  {}", rule.id, rule.summary)?;
    }
    Ok(Exit::Clean)
}
