//! DROP CONSTRAINT without a successor.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "constraint-dropped",
        summary: "A constraint is dropped and nothing takes its place, so rows may break it from then on",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("constraint-dropped"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::DropConstraint { table, name, .. } = context.operation else { return None };
    let same = |other: &Name| context.schema.is_same(other, table);
    let replaced =
        context.siblings().chain(context.later().map(|(_, operation)| operation)).any(|operation| {
            match operation {
                Operation::AddConstraint { table, .. } | Operation::DropTable { table, .. } => same(table),
                Operation::CreateIndex(create) => create.unique && same(&create.table),
                _ => false,
            }
        });
    let known = context.schema.table(table).and_then(|known| known.constraint(name));
    let is_helper = match known.map(|constraint| &constraint.kind) {
        // A check that only prepared SET NOT NULL has done its work.
        Some(ConstraintKind::Check(check)) => check.demands_not_null.iter().any(|column| {
            context.schema.column(table, column).and_then(|column| column.not_null) == Some(true)
        }),
        Some(ConstraintKind::PrimaryKey { .. }) => return None,
        _ => false,
    };
    if context.is_at_hand_table(table) || context.is_foreign(table) || replaced || is_helper {
        return None;
    }
    let what = quote(name);
    Some(
        Draft::new(format!("Without {what}, rows of {table} may break what the application counts on"))
            .lasts()
            .label("nothing takes its place")
            .note("Once such rows are there, the downgrade cannot add the constraint again")
            .help("Say in the message why it is no longer needed, and add it NOT VALID in the downgrade", ""),
    )
}
