//! DROP TABLE, DROP COLUMN and DROP CONSTRAINT that PostgreSQL refuses because a foreign key points there.

use crate::lint::prelude::*;
use crate::lint::schema::{ConstraintState, Index, Table};

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "foreign-key-blocks-drop",
        summary: "A table, column or key is dropped while a foreign key points at it, which fails",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("foreign-key-blocks-drop"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (table, what, shape) = match context.operation {
        Operation::DropTable { table, cascade: false, .. } => {
            (table, format!("table {}", shown(table)), Shape::DropReferencedTable)
        }
        Operation::DropColumn { table, column, cascade: false, .. } => {
            (table, format!("column {}.{}", shown(table), quote(column)), Shape::DropReferencedColumn)
        }
        Operation::DropConstraint { table, name, cascade: false, .. } => {
            (table, format!("constraint {} of {}", quote(name), shown(table)), Shape::DropReferencedKey)
        }
        _ => return None,
    };
    let known = context.schema.table(table)?;
    let keys = context.schema.foreign_keys_to(table);
    let (from, key) = keys.into_iter().find(|(from, key)| {
        let sure =
            context.schema.table(from).is_some_and(|from| from.created.is_some() && !from.lost_constraint);
        sure && !goes_too(context, from) && needs(context, table, known, key)
    })?;
    // What could not be read may have dropped the key.
    if context.unread_before().next().is_some() {
        return None;
    }
    let (from, key) = (shown(from), quote(&key.name));
    let code = Advice::new(context)
        .run(Code::both(
            format!("ALTER TABLE {from} DROP CONSTRAINT {key}"),
            format!(
                "op.drop_constraint({}, {}, type_=\"foreignkey\")",
                advice::python_string(&key),
                advice::python_string(&from)
            ),
        ))
        .run(advice::own_statement(context))
        .finish();
    Some(
        Draft::new(format!("Dropping {what} fails, because foreign key {key} of {from} points at it"))
            .label(format!("{from} refers to it"))
            .refused(locks::failure(shape)?)
            .help(format!("Drop the foreign key first, or {from} before it"), code),
    )
}

/// Whether the same statement drops the table that has the key.
fn goes_too(context: &Context<'_>, from: &Name) -> bool {
    context.siblings().any(|other| match other {
        Operation::DropTable { table, .. } => context.schema.qualify(table) == *from,
        _ => false,
    })
}

/// Whether a foreign key needs what is dropped.
fn needs(context: &Context<'_>, of: &Name, table: &Table, key: &ConstraintState) -> bool {
    let ConstraintKind::ForeignKey { referenced, .. } = &key.kind else { return false };
    let columns = if referenced.is_empty() { table.primary_key() } else { referenced };
    match context.operation {
        Operation::DropTable { .. } => true,
        Operation::DropColumn { column, .. } => columns.contains(column),
        Operation::DropConstraint { name, .. } => {
            // Of two keys on the same columns nobody knows which one PostgreSQL took.
            let serves = |index: &Index| {
                index.unique && index.plain && !index.partial && same(&index.columns, columns)
            };
            let mut serving = context.schema.indexes_of(of).filter(|(_, index)| serves(index));
            serving.next().is_some_and(|(index, _)| index.name == *name) && serving.next().is_none()
        }
        _ => false,
    }
}

fn same(one: &[String], other: &[String]) -> bool {
    one.len() == other.len() && one.iter().all(|column| other.contains(column))
}
