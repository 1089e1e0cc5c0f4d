//! A new table without what all others have: row-level security.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "table-without-row-security",
        summary: "A table is created without row-level security, while every other table has it",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("table-without-row-security"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let up = &context.migration.up;
    // What cannot be read may switch it on.
    let unread = |operation: &Operation| operation.is_unknown() || matches!(operation, Operation::Do);
    if up.steps().any(|(_, step)| unread(&step.operation)) {
        return Vec::new();
    }
    let made = up.steps().filter_map(|(_, step)| match &*step.operation {
        Operation::CreateTable(create) => {
            let name = context.after.qualify(&create.table);
            let known = context.after.table(&name).filter(|known| known.is_plain() && !known.row_security)?;
            let others = || context.older_tables().filter(|(other, _)| other.schema == name.schema);
            let custom =
                others().count() >= MigrationContext::CUSTOM && others().all(|(_, other)| other.row_security);
            let is_new = context.before.table(&name).is_none() && known.created.is_some();
            (custom && is_new).then_some((&create.table, step.span))
        }
        _ => None,
    });
    made.map(|(table, span)| {
        Draft::new(format!("{table} has no row-level security, while every table before it has"))
            .at(span)
            .label("every role with a grant sees every row")
            .note("Nothing fails: who is held to his own rows elsewhere reads and writes all of them here")
            .help(
                "Switch it on in the same migration, with the policies of the table",
                advice::statement(context.project, &format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")),
            )
    })
    .collect()
}
