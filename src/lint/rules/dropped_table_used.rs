//! A statement on a table that the history has dropped.

use crate::history::Certainty;
use crate::lint::prelude::*;
use crate::operation::OnCommit;

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
    let (gone, help) = match ended_by_itself(context, table) {
        true => (
            format!("{table} ended with the transaction that made it"),
            "Do it in the same transaction, or leave ON COMMIT DROP out: the table then lives as long as the session",
        ),
        false => (
            format!("{table} was dropped {who}"),
            "Leave this out, or do it before the table is dropped; where two branches met, decide which of them is right",
        ),
    };
    Some(
        Draft::new(format!("{gone}, so this fails"))
            .label(format!("{table} is gone"))
            .refused("42P01")
            .help(help, ""),
    )
}

/// Whether the last that this script said of a table was to make it `ON COMMIT DROP`.
fn ended_by_itself(context: &Context<'_>, table: &Name) -> bool {
    let is_it = |other: &Name| context.schema.is_same(other, table);
    context.earlier().fold(false, |ends, (_, operation)| match operation {
        Operation::CreateTable(create) if is_it(&create.table) => create.on_commit == OnCommit::Drop,
        Operation::DropTable { table, .. } if is_it(table) => false,
        _ => ends,
    })
}
