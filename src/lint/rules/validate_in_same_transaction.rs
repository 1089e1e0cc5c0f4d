//! VALIDATE CONSTRAINT under the lock that NOT VALID was to avoid.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "validate-in-same-transaction",
        summary: "A constraint is validated in the transaction that added it, so the lock of adding it is held meanwhile",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("validate-in-same-transaction"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::ValidateConstraint { table, name } = context.operation else { return None };
    let constraint = context.schema.table(table)?.constraint(name)?;
    if context.is_new(table) || !context.same_transaction(constraint.added) {
        return None;
    }
    let is_key = matches!(constraint.kind, ConstraintKind::ForeignKey { .. });
    let lock = if is_key { Shape::AddForeignKeyNotValid } else { Shape::AddCheckNotValid };
    let shown = table.to_string();
    let waits = match is_key {
        true => format!("while writes to {shown} wait"),
        false => format!("while every query on {shown} waits"),
    };
    let elsewhere = constraint.added.migration != context.now.migration;
    let mut draft = Draft::new(format!(
        "Validating {} in the transaction that added it reads all of {shown} {waits}",
        quote(name)
    ))
    .stops(table)
    .label("the lock of ADD CONSTRAINT is still held")
    .note(format!("ADD CONSTRAINT still holds {}", locks::taken(lock, &[("t", &shown)])))
    .note("A lock is held until its transaction ends, so NOT VALID gains nothing here");
    if elsewhere {
        draft = draft.note("Alembic runs all pending migrations in one transaction unless env.py sets transaction_per_migration=True");
    }
    let code = Advice::new(context)
        .say("in a migration of its own, that commits after the one which adds the constraint")
        .run(Code::sql(format!("ALTER TABLE {table} VALIDATE CONSTRAINT {}", quote(name))))
        .finish();
    Some(draft.help("Validate it in a later transaction", code))
}
