//! UPDATE of every row at once.

use crate::lint::prelude::*;
use crate::lint::stepwise;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "unbatched-update",
        summary: "Every row of a table is changed in one statement",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("unbatched-update"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::Update { table, columns, filtered: false, reads, .. } = context.operation else {
        return None;
    };
    if context.is_at_hand_table(table) || !reads.is_empty() || context.drops_later(table) {
        return None;
    }
    let shown = table.to_string();
    let code = stepwise::update(context, table, columns).unwrap_or_default();
    Some(
        Draft::new(format!("This UPDATE changes every row of {shown} in one transaction"))
            .grows_with(table)
            .label("has no WHERE")
            .note("Every row stays locked until the end, every row is written a second time, and every index with it")
            .help("Change rows in batches that commit, outside of the migration or without its transaction", code),
    )
}
