//! A check constraint that is validated at once.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "check-without-not-valid",
        summary: "A check constraint is validated while the table is locked completely",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("check-without-not-valid"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (table, constraint, shape) = match context.operation {
        Operation::AddConstraint { table, constraint } => (table, constraint.as_ref(), Shape::AddCheck),
        Operation::AddColumn { table, column, .. } => {
            let check = column.constraints.iter().find(|c| matches!(c.kind, ConstraintKind::Check(_)))?;
            (table, check, Shape::AddColumnCheck)
        }
        _ => return None,
    };
    let ConstraintKind::Check(condition) = &constraint.kind else { return None };
    if constraint.not_valid || constraint.not_enforced || context.is_new(table) {
        return None;
    }
    let shown = table.to_string();
    let name = constraint.name.clone();
    let name = name.unwrap_or_else(|| match condition.columns.as_slice() {
        [column] => format!("{}_{column}_check", table.name),
        _ => format!("{}_check", table.name),
    });
    let check = quote(&name);
    let draft =
        Draft::new(format!("Adding check {check} reads all of {shown} while every query on it waits"))
            .stops(table)
            .label(format!("{shown} is locked and read"))
            .note(locks::sentence(shape, &[("t", &shown)]));
    let sql =
        format!("ALTER TABLE {table} ADD CONSTRAINT {check} CHECK ({}) NOT VALID", bare(&condition.text));
    let call = context.sources.text(context.statement.span);
    let python = advice::with_argument(call, "op.create_check_constraint", "postgresql_not_valid=True");
    let advice = Advice::new(context);
    let advice = match shape {
        Shape::AddColumnCheck => advice.say("1. in this migration, after the column without its check"),
        _ => advice.say("1. in this migration"),
    };
    let code = advice
        .run(python.map_or_else(|| Code::sql(sql.clone()), |python| Code::both(sql.clone(), python)))
        .say("2. in the next migration")
        .run(Code::sql(format!("ALTER TABLE {table} VALIDATE CONSTRAINT {check}")))
        .finish();
    let fix = matches!(shape, Shape::AddCheck)
        .then(|| fix::not_valid(context, "op.create_check_constraint", table, constraint.name.as_deref()?));
    Some(
        draft
            .help("Add it NOT VALID, and validate it in the next migration, which blocks nobody", code)
            .fix(fix.flatten()),
    )
}

/// The condition without the parentheses around all of it.
fn bare(condition: &str) -> &str {
    let inner = condition.trim().strip_prefix('(').and_then(|text| text.strip_suffix(')'));
    inner.filter(|inner| !inner.contains(['(', ')'])).unwrap_or(condition)
}
