//! A foreign key of a new table, which locks the table that it refers to.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "foreign-key-locks-parent",
        summary: "A foreign key of a new table locks an existing table against writes until the transaction ends",
        severity: Severity::Info,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("foreign-key-locks-parent"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::AddConstraint { table, constraint } = context.operation else { return None };
    let ConstraintKind::ForeignKey { columns, references, .. } = &constraint.kind else { return None };
    let itself = context.schema.is_same(references, table);
    if !context.is_new(table) || itself || context.is_at_hand_table(references) {
        return None;
    }
    let key = match &constraint.name {
        Some(name) => format!("foreign key {}", quote(name)),
        None => format!("a foreign key on {}", advice::quoted(columns)),
    };
    let parent = references.to_string();
    Some(
        Draft::new(format!("Adding {key} blocks every write to {parent} until this transaction ends"))
            .label(format!("{parent} is locked against writes"))
            .note(format!("{table} is new, but {parent} is not"))
            .note(locks::sentence(Shape::AddForeignKeyNotValid, &[("p", &parent)]))
            .help(
                "Let it be the last statement of its transaction, so that the lock is held for a moment only",
                "",
            ),
    )
}
