//! DDL and changes of rows in one migration.

use crate::lint::prelude::*;
use crate::operation::Persistence;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "mixed-schema-and-data",
        summary: "A migration changes the schema and the rows of tables in use, which belong in migrations of their own",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("mixed-schema-and-data"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let up = &context.migration.up;
    let existed = |table: &Name| {
        let known =
            context.before.table(table).is_some_and(|known| known.persistence != Persistence::Temporary);
        let made = || {
            up.steps().any(
            |(_, step)| matches!(&*step.operation, Operation::CreateTable(create) if create.table == *table),
        )
        };
        known && !made() && !context.project.is_bookkeeping(table)
    };
    let rows = up.steps().find(|(_, step)| match &*step.operation {
        Operation::Update { table, .. } | Operation::Delete { table, .. } => existed(table),
        Operation::Insert { table, reads, .. } => existed(table) && !reads.is_empty(),
        _ => false,
    });
    let schema = up.steps().find(|(_, step)| is_ddl(&step.operation, existed));
    let (Some((_, rows)), Some((_, schema))) = (rows, schema) else { return Vec::new() };
    vec![
        Draft::new("This migration changes rows of a table in use, and the schema as well")
            .at(rows.span)
            .label("changes rows")
            .related(schema.span, "changes the schema")
            .note("Rows take as long as there are rows, and the locks of the schema change are held meanwhile")
            .help("Change the schema first, the rows in the next migration, and demand NOT NULL in the one after", ""),
    ]
}

fn is_ddl(operation: &Operation, existed: impl Fn(&Name) -> bool) -> bool {
    match operation {
        Operation::Update { .. }
        | Operation::Delete { .. }
        | Operation::Insert { .. }
        | Operation::Copy { .. }
        | Operation::Truncate { .. }
        | Operation::CreateTable(_) => false,
        Operation::CreateIndex(create) => existed(&create.table),
        other => other.table().is_some_and(existed),
    }
}
