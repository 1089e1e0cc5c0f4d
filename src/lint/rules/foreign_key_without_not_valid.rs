//! A foreign key that is validated at once.

use crate::finding::Fix;
use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "foreign-key-without-not-valid",
        summary: "A foreign key is validated while both tables are locked against writes",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("foreign-key-without-not-valid"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (table, name, kind, fills) = match context.operation {
        Operation::AddConstraint { table, constraint }
            if !constraint.not_valid && !constraint.not_enforced =>
        {
            (table, constraint.name.as_deref(), &constraint.kind, true)
        }
        Operation::AddColumn { table, column, .. } => {
            let key =
                column.constraints.iter().find(|c| matches!(c.kind, ConstraintKind::ForeignKey { .. }))?;
            let fills = column.default.as_ref().is_some_and(|default| !default.is_null);
            (table, key.name.as_deref(), &key.kind, fills)
        }
        _ => return None,
    };
    let ConstraintKind::ForeignKey { columns, references, .. } = kind else { return None };
    if !fills || context.is_new(table) {
        return None;
    }
    let (child, parent) = (table.to_string(), references.to_string());
    let key = match name {
        Some(name) => format!("foreign key {}", quote(name)),
        None => format!("a foreign key on {}", advice::quoted(columns)),
    };
    let itself = parent == child;
    let beds: &[(&str, &str)] = if itself { &[("t", &child)] } else { &[("t", &child), ("p", &parent)] };
    let both = if itself { child.clone() } else { format!("{child} and {parent}") };
    let adds_column = matches!(context.operation, Operation::AddColumn { .. });
    let (shape, blocked) = match (adds_column, itself) {
        (false, _) => (Shape::AddForeignKey, format!("every write to {both}")),
        (true, true) => (Shape::AddColumnForeignKeyChecked, format!("every query on {child}")),
        (true, false) => {
            (Shape::AddColumnForeignKeyChecked, format!("every query on {child} and every write to {parent}"))
        }
    };
    Some(
        Draft::new(format!("Adding {key} blocks {blocked} while all of {child} is checked"))
            .stops(table)
            .stops_too(references)
            .label(format!("{blocked} waits"))
            .note(locks::sentence(shape, beds))
            .help(
                "Add it NOT VALID, and validate it in the next migration, which blocks nobody",
                rewrite(context, table, name, kind),
            )
            .fix(mechanical(context, table, name)),
    )
}

fn mechanical(context: &Context<'_>, table: &Name, name: Option<&str>) -> Option<Fix> {
    let alone = matches!(context.operation, Operation::AddConstraint { .. });
    fix::not_valid(context, "op.create_foreign_key", table, name.filter(|_| alone)?)
}

fn rewrite(context: &Context<'_>, table: &Name, name: Option<&str>, kind: &ConstraintKind) -> String {
    let ConstraintKind::ForeignKey { columns, references, referenced, on_delete, .. } = kind else {
        return String::new();
    };
    let name = name.map_or_else(|| format!("{}_{}_fkey", table.name, columns.join("_")), str::to_owned);
    let target =
        if referenced.is_empty() { String::new() } else { format!(" ({})", advice::quoted(referenced)) };
    let action = on_delete.as_ref().map(|action| format!(" ON DELETE {action}")).unwrap_or_default();
    let sql = format!(
        "ALTER TABLE {table} ADD CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {references}{target}{action} NOT VALID",
        quote(&name),
        advice::quoted(columns)
    );
    let call = context.sources.text(context.statement.span);
    let python = advice::with_argument(call, "op.create_foreign_key", "postgresql_not_valid=True");
    let add = python.map_or_else(|| Code::sql(sql.clone()), |python| Code::both(sql.clone(), python));
    Advice::new(context)
        .say("1. in this migration")
        .run(add)
        .say("2. in the next migration")
        .run(Code::sql(format!("ALTER TABLE {table} VALIDATE CONSTRAINT {}", quote(&name))))
        .finish()
}
