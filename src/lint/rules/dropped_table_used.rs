//! A statement on a table that the history has dropped.

use crate::history::Certainty;
use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "dropped-table-used",
        summary: "A statement needs a table that an earlier one dropped, which fails",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("dropped-table-used"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let table = match context.operation {
        Operation::CreateTable(_) | Operation::DropTable { .. } => return None,
        Operation::AttachPartition { table, partition, .. } => {
            [table, partition].into_iter().find(|table| context.schema.dropped(table).is_some())?
        }
        other => other.table()?,
    };
    let when = context.schema.dropped(table)?;
    if context.target.if_exists || context.statement.certainty != Certainty::Certain {
        return None;
    }
    let by = &context.project.migrations[when.migration];
    let here = when.migration == context.now.migration;
    let who = if here { "above".to_owned() } else { format!("by {}", by.id) };
    Some(
        Draft::new(format!("{table} was dropped {who}, so this fails"))
            .label(format!("{table} is gone"))
            .refused("42P01")
            .help("Leave this out, or do it before the table is dropped; where two branches met, decide which of them is right", ""),
    )
}
