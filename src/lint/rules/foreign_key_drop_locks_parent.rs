//! The other end of a foreign key that goes away.

use crate::lint::prelude::*;
use std::collections::BTreeSet;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "foreign-key-drop-locks-parent",
        summary: "Dropping a foreign key, or what carries one, locks the referenced table completely",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("foreign-key-drop-locks-parent"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (what, table, keys) = match context.operation {
        Operation::DropConstraint { table, name, .. } => {
            let key = context.schema.table(table)?.constraint(name)?;
            (format!("foreign key {}", quote(name)), table, vec![key])
        }
        Operation::DropTable { table, .. } => {
            let known = context.schema.table(table)?;
            (
                format!("table {table}"),
                table,
                known.constraints.iter().map(|constraint| constraint.as_ref()).collect(),
            )
        }
        Operation::DropColumn { table, column, .. } => {
            let known = context.schema.table(table)?;
            (format!("column {table}.{}", quote(column)), table, known.constraints_on(column).collect())
        }
        _ => return None,
    };
    if context.is_at_hand_table(table) {
        return None;
    }
    let own = context.schema.qualify(table);
    let goes_on =
        |parent: &Name| *parent != own && !context.is_at_hand_table(parent) && !context.drops_later(parent);
    let keys = keys.into_iter().filter_map(|constraint| match &constraint.kind {
        ConstraintKind::ForeignKey { references, .. } => Some(references.clone()),
        _ => None,
    });
    let partitioned = context.schema.table(table).and_then(|known| known.partition_of.clone());
    let is_table = matches!(context.operation, Operation::DropTable { .. });
    let parents: BTreeSet<Name> = keys.chain(partitioned.filter(|_| is_table)).filter(goes_on).collect();
    let first = parents.first()?;
    let names: Vec<String> = parents.iter().map(shown).collect();
    let names = names.join(" and ");
    Some(
        Draft::new(format!("Dropping {what} makes every query on {names} wait as well"))
            .label(format!("{names} locked completely"))
            .note(locks::sentence(Shape::DropForeignKey, &[("p", &shown(first))]))
            .help(
                "Set a lock_timeout and try again when it strikes, in a transaction that does nothing else",
                Advice::new(context)
                    .run(Code::sql("SET LOCAL lock_timeout = '2s'"))
                    .run(Code::both(
                        context.statement.sql.clone(),
                        advice::dedented(context.sources.text(context.statement.span)),
                    ))
                    .finish(),
            ),
    )
}
