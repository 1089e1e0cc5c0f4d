//! DELETE of every row.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "delete-without-backup",
        summary: "Every row of a table is deleted, without a copy",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("delete-without-backup"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::Delete { table, filtered: false, .. } = context.operation else { return None };
    let known = context.schema.table(table);
    let copied = known.is_some_and(|known| known.copies.iter().any(|copy| copy.column.is_none()));
    if context.is_at_hand_table(table) || copied {
        return None;
    }
    let backup = Name { name: format!("{}_backup", table.name), ..table.clone() };
    let code = Advice::new(context)
        .run(Code::sql(format!("CREATE TABLE {backup} AS TABLE {table}")))
        .run(Code::sql(format!("DELETE FROM {table}")))
        .finish();
    Some(
        Draft::new(format!("DELETE destroys all rows of {table}, and the history holds no copy of them"))
            .lasts()
            .label("has no WHERE: these rows are gone")
            .help(
                "Say which rows are meant, or copy them first, or allow this with the name of the backup",
                code,
            ),
    )
}
