//! serial, bigserial, smallserial.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "serial-column",
        summary: "A column is serial, whose sequence has rights and a name of its own",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("serial-column"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (name, data_type) = context.new_column_of(DataType::is_serial)?;
    Some(
        Draft::new(format!("{name} is {data_type}, whose sequence needs grants of its own"))
            .label("a default on a sequence beside the table")
            .note("Whoever may INSERT needs USAGE on the sequence too, and rows may be written with other values")
            .help("Write bigint GENERATED ALWAYS AS IDENTITY; in Alembic sa.Identity(always=True)", ""),
    )
}
