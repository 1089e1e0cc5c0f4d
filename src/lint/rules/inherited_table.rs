//! INHERITS.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "inherited-table",
        summary: "A table inherits from another, which gives it columns but neither keys nor indexes",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("inherited-table"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreateTable(create) = context.operation else { return None };
    let parent = create.models.first().filter(|_| create.inherits)?;
    Some(
        Draft::new(format!("{} inherits the columns of {parent}, and none of its keys and indexes", create.table))
            .label("INHERITS")
            .note(format!("A foreign key to {parent} does not find these rows, and two rows may have the same key; what changes {parent} changes this table too"))
            .help("Use a partitioned table, or a foreign key to a table of what they have in common", ""),
    )
}
