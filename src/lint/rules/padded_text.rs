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
    let (table, column) = context.new_columns().find(|(_, column)| {
        let of = &column.data_type;
        of.name == "character"
    })?;
    let name = format!("{table}.{}", quote(&column.name));
    Some(
        Draft::new(format!("{name} is {}, padded with blanks to its length", column.data_type))
            .label("pads and is not faster")
            .note("Every change of the length rewrites the table, also a longer one")
            .help("Use text, with a check if the length matters", ""),
    )
}
