//! A boolean that may be NULL.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "nullable-boolean",
        summary: "A boolean may be NULL, so that it has three values",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("nullable-boolean"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let open = |column: &Column| {
        column.data_type.name == "boolean"
            && column.data_type.dimensions == 0
            && !column.not_null
            && column.generated.is_none()
    };
    let (table, column) = context.new_columns().find(|(_, column)| open(column))?;
    Some(
        Draft::new(format!("{table}.{} is true, false or NULL", quote(&column.name)))
            .label("may be NULL")
            .note("WHERE NOT … leaves out the rows where it is NULL")
            .help("Say NOT NULL, with a default for the rows that are there", ""),
    )
}
