//! DROP CONSTRAINT of a primary key.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "primary-key-dropped",
        summary: "A primary key is dropped and nothing takes its place",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("primary-key-dropped"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::DropConstraint { table, name, .. } = context.operation else { return None };
    let known = context.schema.table(table);
    let constraint = known.and_then(|known| known.constraint(name));
    let is_key = match constraint {
        Some(constraint) => matches!(
            constraint.kind,
            ConstraintKind::PrimaryKey { .. } | ConstraintKind::UsingIndex { primary: true, .. }
        ),
        None => *name == format!("{}_pkey", table.name),
    };
    if !is_key || context.is_at_hand_table(table) || context.drops_later(table) || is_replaced(context, table)
    {
        return None;
    }
    let shown = table.to_string();
    Some(
        Draft::new(format!("Dropping primary key {} leaves {shown} without one", quote(name))).lasts()
            .label("nothing tells rows apart any more")
            .note("Logical replication then refuses every UPDATE and DELETE, and INSERT … ON CONFLICT on the key fails")
            .help(
                "Build the unique index of the new key CONCURRENTLY first, then swap the two in one statement",
                Advice::new(context)
                    .run(Code::sql(format!(
                        "ALTER TABLE {table} DROP CONSTRAINT {0}, ADD CONSTRAINT {0} PRIMARY KEY USING INDEX …",
                        quote(name)
                    )))
                    .finish(),
            ),
    )
}

/// Whether this statement or a later one of the script gives the table another key.
fn is_replaced(context: &Context<'_>, table: &Name) -> bool {
    let own = context.schema.qualify(table);
    let is_key = |kind: &ConstraintKind| {
        matches!(kind, ConstraintKind::PrimaryKey { .. } | ConstraintKind::UsingIndex { primary: true, .. })
    };
    let gives = |operation: &Operation| match operation {
        Operation::AddConstraint { table, constraint } => {
            context.schema.qualify(table) == own && is_key(&constraint.kind)
        }
        Operation::AddColumn { table, column, .. } => {
            context.schema.qualify(table) == own && column.constraints.iter().any(|it| is_key(&it.kind))
        }
        _ => false,
    };
    context.siblings().any(gives) || context.later().any(|(_, operation)| gives(operation))
}
