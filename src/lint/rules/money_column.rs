//! money.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "money-column",
        summary: "A column is money, which depends on a setting of the server",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("money-column"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (name, data_type) = context.new_column_of(|of| of.name == "money")?;
    Some(
        Draft::new(format!("{name} is {data_type}, whose currency is a setting of the server"))
            .label("which currency?")
            .note("lc_monetary decides what a stored value means, and how many digits it has")
            .help("Use numeric, and a column for the currency", ""),
    )
}
