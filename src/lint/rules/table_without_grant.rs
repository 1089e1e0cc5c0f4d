//! A new table that lacks the grants which all others have.

use crate::lint::prelude::*;
use crate::lint::schema::Table;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "table-without-grant",
        summary: "A table is created without the grants that every other table got, so the application cannot use it",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("table-without-grant"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let up = &context.migration.up;
    // What cannot be read may grant it.
    if context.after.grants_by_default() || up.steps().any(|(_, step)| step.operation.is_unknown()) {
        return Vec::new();
    }
    let older: Vec<&Table> = context.older_tables().map(|(_, table)| table).collect();
    if older.len() < MigrationContext::CUSTOM || !older.iter().all(|table| table.granted) {
        return Vec::new();
    }
    let bare = up.steps().filter_map(|(_, step)| match &*step.operation {
        Operation::CreateTable(create) => {
            let known =
                context.after.table(&create.table).filter(|known| known.is_plain() && !known.granted)?;
            (context.before.table(&create.table).is_none() && known.created.is_some())
                .then_some((&create.table, step.span))
        }
        _ => None,
    });
    bare.map(|(table, span)| {
        Draft::new(format!("{table} is created without a grant, while every table before it got one"))
            .at(span)
            .label("only its owner may use it")
            .note("A query of any other role fails with SQLSTATE 42501: permission denied")
            .help(
                "Grant in the same migration what the other tables have",
                advice::statement(
                    context.project,
                    &format!("GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO …"),
                ),
            )
    })
    .collect()
}
