//! char(n).

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "padded-text",
        summary: "A column is a char(n), which PostgreSQL pads with blanks",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("padded-text"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (name, data_type) = context.new_column_of(|of| of.name == "character")?;
    Some(
        Draft::new(format!("{name} is {data_type}, padded with blanks to its length"))
            .label("pads and is not faster")
            .note("Every change of the length rewrites the table, also a longer one")
            .help("Use text, with a check if the length matters", ""),
    )
}
