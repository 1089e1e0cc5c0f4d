//! Rows with keys of their own in a table whose key comes from a sequence.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "sequence-not-moved",
        summary: "Rows are inserted with keys of their own, and the sequence that makes the keys is not told",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("sequence-not-moved"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let up = &context.migration.up;
    let is_moved = up.steps().any(|(_, step)| match &*step.operation {
        Operation::Query { calls, .. } => calls.iter().any(|call| call.ends_with("setval")),
        Operation::Other { kind: "ALTER SEQUENCE", options, .. } | Operation::AlterColumn { options, .. } => {
            setting(options, "restart").is_some()
        }
        other => other.is_unknown(),
    });
    if is_moved {
        return Vec::new();
    }
    let mut said: Vec<&Name> = Vec::new();
    let mut drafts = Vec::new();
    for (_, step) in up.steps() {
        let Operation::Insert { table, columns, computed, .. } = &*step.operation else { continue };
        let Some(known) = context.after.table(table) else { continue };
        // A key that the database makes itself is none of the author's.
        let given = columns.iter().filter(|name| !computed.contains(name));
        let keyed = given.into_iter().find(|name| known.column(name).is_some_and(|column| column.numbered));
        let Some(column) = keyed.filter(|_| !said.contains(&table)) else { continue };
        let name = quote(column);
        said.push(table);
        let call = format!(
            "SELECT setval(pg_get_serial_sequence('{table}', '{column}'), (SELECT max({name}) FROM {table}))"
        );
        let code = match context.project.framework.language {
            Language::Python => format!("op.execute({})", advice::python_string(&call)),
            Language::Sql => format!("{call};"),
        };
        drafts.push(
            Draft::new(format!(
                "{table}.{name} is filled by hand here, and its sequence will give the same keys again"
            ))
            .at(step.span)
            .label("the sequence does not know of these keys")
            .note("The next INSERT without a key fails with SQLSTATE 23505, until the sequence is past them")
            .help("Move the sequence behind the last key", code),
        );
    }
    drafts
}
