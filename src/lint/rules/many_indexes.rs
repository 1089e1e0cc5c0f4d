//! One index more on a table that has many.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "many-indexes",
        summary: "A table gets one index more than ten",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("many-indexes"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

/// Beyond it, writes pay more than reads gain.
const MANY: usize = 10;

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreateIndex(create) = context.operation else { return None };
    let has =
        context.schema.indexes_of(&create.table).filter(|(name, _)| create.name.as_ref() != Some(&name.name));
    let count = has.count();
    if count < MANY {
        return None;
    }
    let table = shown(&create.table);
    Some(
        Draft::new(format!("{table} gets an index beside the {count} that it has"))
            .label("one more to write and to plan with")
            .note("Every INSERT writes all of them, and an UPDATE all whose columns it changes")
            .help("Look in pg_stat_user_indexes for those that nothing uses, and drop them", ""),
    )
}
