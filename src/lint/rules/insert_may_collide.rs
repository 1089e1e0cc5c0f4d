//! INSERT of rows with fixed keys, without ON CONFLICT.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "insert-may-collide",
        summary: "Rows with keys of their own go into a table in use, and fail if somebody has added one of them by hand",
        severity: Severity::Info,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("insert-may-collide"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::Insert { table, columns, computed, reads, on_conflict: false, .. } = context.operation
    else {
        return None;
    };
    if !reads.is_empty() || context.is_at_hand_table(table) {
        return None;
    }
    let is_it = |other: &Name| context.schema.is_same(other, table);
    let seen = context.earlier().any(|(_, operation)| match operation {
        // One finding a table is enough; and what was taken out first cannot be in the way.
        Operation::Insert { table, .. } | Operation::Delete { table, .. } => is_it(table),
        Operation::Truncate { tables, .. } => tables.iter().any(is_it),
        _ => false,
    });
    let known = context.schema.table(table)?;
    let given = |name: &String| {
        let made = known.column(name).is_some_and(|column| {
            let random = column.data_type.as_ref().is_some_and(|known| known.name == "uuid");
            random || column.numbered || column.generated
        });
        columns.contains(name) && !computed.contains(name) && !made
    };
    let mut keys = context
        .schema
        .indexes_of(table)
        .map(|(_, index)| index)
        .filter(|index| index.unique && !index.partial);
    let key =
        keys.find(|index| index.plain && !index.columns.is_empty() && index.columns.iter().all(given))?;
    if seen {
        return None;
    }
    let key = advice::quoted(&key.columns);
    Some(
        Draft::new(format!("This fails with SQLSTATE 23505 where somebody has added a row with the same {key} to {table} already"))
            .label("brings its own keys")
            .note("Rows that were added by hand are on one server and not on the next, so that no test shows it")
            .help(
                "Say what then becomes of the row",
                Advice::new(context)
                    .run(Code::sql(format!("INSERT INTO {table} ({}) VALUES (…) ON CONFLICT ({key}) DO NOTHING", advice::quoted(columns))))
                    .finish(),
            ),
    )
}
