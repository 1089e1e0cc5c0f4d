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
    let (table, column) = context.new_columns().find(|(_, column)| {
        let of = &column.data_type;
        of.name == "money"
    })?;
    let name = format!("{table}.{}", quote(&column.name));
    Some(
        Draft::new(format!("{name} is {}, whose currency is a setting of the server", column.data_type))
            .label("which currency?")
            .note("lc_monetary decides what a stored value means, and how many digits it has")
            .help("Use numeric, and a column for the currency", ""),
    )
}
