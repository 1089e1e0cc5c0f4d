//! REINDEX without CONCURRENTLY.

use crate::lint::prelude::*;
use crate::operation::ReindexTarget;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "blocking-reindex",
        summary: "An index is rebuilt while the table is locked against writes, and the index against everything",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("blocking-reindex"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::Reindex { what, name, concurrently: false, .. } = context.operation else { return None };
    let (what, shape, of) = match (what, name) {
        (ReindexTarget::Index, Some(index)) => {
            let table = context.schema.index(index).map(|known| &known.table);
            if table.is_some_and(|table| context.is_new(table)) {
                return None;
            }
            let of = table.map_or_else(|| "its table".to_owned(), shown);
            (format!("INDEX {index}"), Shape::ReindexIndex, of)
        }
        (ReindexTarget::Table, Some(table)) if context.is_new(table) || skips(context, table) => return None,
        (ReindexTarget::Schema | ReindexTarget::Database, _) if context.statement.transaction.is_some() => {
            return None;
        }
        (ReindexTarget::Table, Some(table)) => {
            (format!("TABLE {table}"), Shape::ReindexTable, table.to_string())
        }
        (ReindexTarget::Schema, Some(schema)) => {
            (format!("SCHEMA {schema}"), Shape::ReindexTable, "each table".to_owned())
        }
        (ReindexTarget::Database, Some(database)) => {
            (format!("DATABASE {database}"), Shape::ReindexTable, "each table".to_owned())
        }
        (ReindexTarget::System, _) | (_, None) => return None,
    };
    let keyword = what.split_once(' ').map_or(what.as_str(), |(keyword, _)| keyword);
    let target = what.split_once(' ').map_or("", |(_, target)| target);
    let code = Advice::new(context)
        .outside([Code::sql(format!("REINDEX {keyword} CONCURRENTLY {target}"))])
        .finish();
    Some(
        Draft::new(format!(
            "REINDEX {what} blocks writes to {of}, and every query that plans to use the index"
        ))
        .label(format!("{of} is locked against writes"))
        .note(locks::sentence(shape, &[("t", &of)]))
            .note("Takes ACCESS EXCLUSIVE on the index: every query that the planner considers it for waits, SELECT too")
        .help("Rebuild it CONCURRENTLY, outside a transaction", code)
        .fix(fix::concurrently(context, None)),
    )
}

/// Whether PostgreSQL rebuilds nothing of a partitioned table: in a transaction it refuses to, and up to 13 it only warns.
fn skips(context: &Context<'_>, table: &Name) -> bool {
    let partitioned = context.schema.table(table).is_some_and(|known| known.partitioned);
    partitioned && (context.statement.transaction.is_some() || *context.settings.versions.end() < 14)
}
