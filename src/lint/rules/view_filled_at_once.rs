//! CREATE MATERIALIZED VIEW with data.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "view-filled-at-once",
        summary: "A materialised view is filled by the statement that creates it, so the migration takes as long as its query",
        severity: Severity::Info,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("view-filled-at-once"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreateView { name, materialized: true, no_data: false, reads, .. } = context.operation
    else {
        return None;
    };
    let table = reads
        .iter()
        .find(|table| !context.is_at_hand_table(table) && context.schema.view(table).is_none())?;
    let (view, read) = (shown(name), shown(table));
    Some(
        Draft::new(format!("Creating {view} runs its query on {read} before the migration goes on"))
            .grows_with(table)
            .label("is filled at once")
            .note(format!("Reads and writes of {read} go on; VACUUM cleans nothing newer meanwhile, and who wants to alter {read} waits"))
            .help(
                "Create it empty, and fill it outside of the migration: until then a query on it fails",
                Advice::new(context)
                    .run(Code::sql(format!("{} WITH NO DATA", context.statement.sql.trim_end_matches([';', ' ', '\n']))))
                    .say("when the migration is done")
                    .run(Code::sql(format!("REFRESH MATERIALIZED VIEW {name}")))
                    .finish(),
            ),
    )
}
