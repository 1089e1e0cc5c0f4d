//! INSERT without a list of columns.

use crate::lint::prelude::*;
use crate::operation::Persistence;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "insert-without-columns",
        summary: "An INSERT does not name its columns, so it breaks when the table gets another one",
        severity: Severity::Info,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("insert-without-columns"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::Insert { table, columns, defaults, .. } = context.operation else { return None };
    let temporary =
        context.schema.table(table).is_some_and(|known| known.persistence == Persistence::Temporary);
    let is_sole = matches!(context.statement.steps.as_slice(), [_]);
    if !columns.is_empty() || *defaults || temporary || !is_sole {
        return None;
    }
    Some(
        Draft::new(format!("This INSERT counts on the order of the columns of {table}"))
            .label("names no columns")
            .note("The order may differ between databases that were made at different times")
            .help(format!("Name them: INSERT INTO {table} (…)"), ""),
    )
}
