//! A foreign key of a new table, which locks the table that it refers to.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use crate::history::Statement;
use crate::lint::prelude::*;
use crate::operation::Constraint;

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
    match context.operation {
        Operation::AddConstraint { table, constraint } => locked(context, table, constraint),
        // Every new table with a key would be reported: it matters where something slow comes after it.
        Operation::CreateTable(create) => {
            let mut keys = create.constraints.iter();
            let draft = keys.find_map(|key| locked(context, &create.table, key))?;
            let (slow, what) = slow_later(context)?;
            Some(draft.related(slow.span, format!("{what} under that lock")))
        }
        _ => None,
    }
}

fn locked(context: &Context<'_>, table: &Name, constraint: &Constraint) -> Option<Draft> {
    let ConstraintKind::ForeignKey { columns, references, .. } = &constraint.kind else { return None };
    let itself = context.schema.is_same(references, table);
    let made_here = matches!(context.operation, Operation::CreateTable(_));
    if !(made_here || context.is_new(table)) || itself || context.is_at_hand_table(references) {
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

/// A later statement of the same transaction that takes its time with a table in use.
fn slow_later<'a>(context: &Context<'a>) -> Option<(&'a Statement, &'static str)> {
    let here = context.statement.transaction?;
    let later = &context.script.statements[context.position + 1..];
    let made = LazyCell::new(|| {
        let made = context.script.steps().filter_map(|(_, step)| match &*step.operation {
            Operation::CreateTable(create) => Some(context.schema.qualify(&create.table)),
            _ => None,
        });
        made.collect::<BTreeSet<Name>>()
    });
    let in_use =
        |table: &Name| !context.is_at_hand_table(table) && !made.contains(&context.schema.qualify(table));
    later.iter().filter(|statement| statement.transaction == Some(here)).find_map(|statement| {
        let what = statement.steps.iter().find_map(|step| match &*step.operation {
            Operation::Update { table, .. } | Operation::Delete { table, .. } if in_use(table) => {
                Some("changes rows")
            }
            Operation::Insert { reads, .. } if reads.iter().any(in_use) => Some("copies rows"),
            Operation::CreateIndex(create) if in_use(&create.table) => Some("builds an index"),
            Operation::ValidateConstraint { table, .. } if in_use(table) => Some("reads all rows"),
            _ => None,
        })?;
        Some((statement, what))
    })
}
