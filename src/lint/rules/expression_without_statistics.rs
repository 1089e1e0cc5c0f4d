//! An index on an expression, and no ANALYZE.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "expression-without-statistics",
        summary: "An index is built on an expression, of which the planner knows nothing before the table is analysed",
        severity: Severity::Info,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("expression-without-statistics"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreateIndex(create) = context.operation else { return None };
    let key = create.keys.iter().find(|key| !key.is_column)?;
    if context.is_at_hand_table(&create.table) || context.drops_later(&create.table) {
        return None;
    }
    let is_it = |other: &Name| context.schema.is_same(other, &create.table);
    let analysed = context.later().any(|(_, operation)| match operation {
        Operation::Other { kind: "ANALYZE" | "VACUUM", objects, .. } => {
            objects.is_empty() || objects.iter().any(is_it)
        }
        other => other.is_unknown(),
    });
    // One finding a table: ANALYZE serves all its indexes.
    let said = context.earlier().any(|(_, operation)| match operation {
        Operation::CreateIndex(other) => is_it(&other.table) && other.keys.iter().any(|key| !key.is_column),
        _ => false,
    });
    if analysed || said {
        return None;
    }
    Some(
        Draft::new(format!("The planner guesses how many rows of {} have one value of {}, until the table is analysed", create.table, key.text))
            .label("an expression has no statistics yet")
            .note("Autovacuum analyses a table when enough of its rows have changed, which an index does not bring about")
            .help("Analyse the table when the index is there", Advice::new(context).run(Code::sql(format!("ANALYZE {}", create.table))).finish()),
    )
}
