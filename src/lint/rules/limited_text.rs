//! varchar(n).

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "limited-text",
        summary: "A column is a varchar(n), whose limit somebody will have to change",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("limited-text"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (name, data_type) =
        context.new_column_of(|of| of.name == "character varying" && !of.modifiers.is_empty())?;
    Some(
        Draft::new(format!("{name} is {data_type}, whose limit is part of the type"))
            .label("is the limit meant?")
            .note("A longer limit is a change of the catalog only; a shorter one rewrites the table")
            .help("Use text, with a check where a limit is meant: a check can be added NOT VALID", ""),
    )
}
