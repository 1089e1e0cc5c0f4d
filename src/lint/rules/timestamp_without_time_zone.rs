//! timestamp without time zone.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "timestamp-without-time-zone",
        summary: "A column is a timestamp without time zone, which names no moment",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("timestamp-without-time-zone"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (name, data_type) = context.new_column_of(|of| of.name == "timestamp without time zone")?;
    Some(
        Draft::new(format!("{name} is {data_type}, which is a reading of a clock and no moment"))
            .label("in which time zone?")
            .note("Two sessions in different time zones write the same moment as different values")
            .help(
                "Use timestamp with time zone: it takes the same room and means the same moment everywhere",
                "",
            ),
    )
}
