//! ALTER TABLE … RENAME TO on an index.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "index-renamed-as-table",
        summary: "An index is renamed with ALTER TABLE, which locks it against every query that may use it",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("index-renamed-as-table"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::RenameTable { table, to } = context.operation else { return None };
    let index = context.schema.index(table).filter(|_| context.schema.table(table).is_none())?;
    if context.is_at_hand_table(&index.table) {
        return None;
    }
    let code =
        Advice::new(context).run(Code::sql(format!("ALTER INDEX {table} RENAME TO {}", quote(to)))).finish();
    Some(
        Draft::new(format!(
            "{table} is an index, and ALTER TABLE renames it under a lock that stops every query on {}",
            shown(&index.table)
        ))
        .label("ALTER INDEX does the same under a weaker lock")
        .note(locks::sentence(Shape::RenameIndexAsTable, &[("t_a_idx", &table.to_string())]))
        .note("The planner looks at all indexes of a table, so every query on the table waits")
        .help("Say ALTER INDEX: reads and writes go on", code)
        .fix(fix::of_another_kind(context, "TABLE", "INDEX")),
    )
}
