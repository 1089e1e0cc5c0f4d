//! CREATE UNLOGGED TABLE.

use crate::lint::prelude::*;
use crate::operation::Persistence;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "unlogged-table",
        summary: "A table is created UNLOGGED: it is empty after a crash, and on every replica",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("unlogged-table"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreateTable(create) = context.operation else { return None };
    (create.persistence == Persistence::Unlogged).then(|| {
        Draft::new(format!("{} is empty after a crash of the server, and on every replica", create.table))
            .label("UNLOGGED")
            .help("Create an ordinary table, unless all of it can be made again", "")
    })
}
