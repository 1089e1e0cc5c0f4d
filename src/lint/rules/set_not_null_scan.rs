//! SET NOT NULL that reads the whole table under the strongest lock.

use crate::lint::prelude::*;
use crate::lint::schema::ColumnState;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "set-not-null-scan",
        summary: "NOT NULL is set without a validated check, so the whole table is read while everything waits",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("set-not-null-scan"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (table, column) = match context.operation {
        Operation::SetNotNull { table, column } => (table, column),
        Operation::AddConstraint { table, constraint } if !constraint.not_valid => match &constraint.kind {
            ConstraintKind::NotNull { column } => (table, column),
            _ => return None,
        },
        _ => return None,
    };
    let known = context.schema.table(table);
    let already =
        known.and_then(|known| known.column(column)).is_some_and(|known| known.not_null == Some(true));
    if context.is_new(table) || already {
        return None;
    }
    let proven = known.is_some_and(|known| known.proves_not_null(column));
    let drops_proof = proven
        && context.siblings().any(|other| match other {
            Operation::DropConstraint { name, .. } => {
                known.and_then(|known| known.constraint(name)).is_some_and(|c| c.columns().contains(column))
            }
            _ => false,
        });
    if proven && !drops_proof {
        return None;
    }
    let (shown, name) = (table.to_string(), quote(column));
    // Then nobody has written since the backfill.
    let own = context.schema.qualify(table);
    let is_held = context.holds().any(|held| held.table == own);
    let draft =
        Draft::new(format!("Setting {name} NOT NULL reads all of {shown} while every query on it waits"))
            .stops(table)
            .label(format!("{shown} is locked and read"));
    if drops_proof {
        return Some(
            draft
                .note(locks::sentence(Shape::SetNotNullAndDropCheck, &[("t", &shown)]))
                .help("The check proves it only while it is there: drop the constraint in a statement of its own, after this one", ""),
        );
    }
    Some(
        draft
            .note(locks::sentence(Shape::SetNotNull, &[("t", &shown)]))
            .notes(known.and_then(|known| known.column(column)).filter(|_| !is_held).and_then(ColumnState::may_get_null))
            .help(
                match context.meets_before(18) {
                    true => "Prove it first with a check that is validated without stopping anybody, in migrations of their own",
                    false => "Demand it NOT VALID, and validate that in a migration of its own, which stops nobody",
                },
                Advice::new(context)
                    .say("1. in this migration")
                    .demand_not_null(table, column)
                    .say("2. in the next migration")
                    .prove_not_null(table, column)
                    .finish(),
            )
            .fix(fix::not_null_stepwise(context, table, column)),
    )
}
