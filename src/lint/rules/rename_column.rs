//! RENAME COLUMN on a table in use.

use crate::lint::prelude::*;
use crate::lint::reversible::retires;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "rename-column",
        summary: "A column is renamed under code that still uses its old name",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("rename-column"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::RenameColumn { table, from, to } = context.operation else { return None };
    let made_here = context
        .schema
        .column(table, from)
        .and_then(|known| known.added)
        .is_some_and(|added| context.is_at_hand(added));
    if context.is_at_hand_table(table) || made_here || retires(from, to) {
        return None;
    }
    let (old, new) = (quote(from), quote(to));
    let data_type = context.schema.column(table, from).and_then(|known| known.data_type.as_ref());
    let data_type = data_type.map_or_else(|| "…".to_owned(), ToString::to_string);
    let code = Advice::new(context)
        .say("1. in this migration: the new name beside the old one")
        .run(Code::sql(format!("ALTER TABLE {table} ADD COLUMN {new} {data_type}")))
        .say("2. deploy code that writes both, then fill old rows in batches")
        .run(Code::sql(format!("UPDATE {table} SET {new} = {old} WHERE {new} IS NULL")))
        .say("3. deploy code that uses only the new name, then")
        .run(Code::sql(format!("ALTER TABLE {table} DROP COLUMN {old}")))
        .finish();
    // A foreign column is another name for what the other server has: there is nothing to fill.
    let code = if context.is_foreign(table) { String::new() } else { code };
    Some(
        Draft::new(format!("Renaming {table}.{old} to {new} breaks all running code that still says {old}"))
            .lasts()
            .label(format!("{old} is gone at once"))
            .note(locks::sentence(Shape::RenameColumn, &[("t", &table.to_string())]))
            .help("Let both names live side by side until no running code uses the old one", code),
    )
}
