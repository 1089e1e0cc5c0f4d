//! ADD UNIQUE that builds its index under the strongest lock.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "unique-constraint-without-index",
        summary: "A unique constraint builds its index while the table is locked completely",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("unique-constraint-without-index"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (table, constraint, shape) = match context.operation {
        Operation::AddConstraint { table, constraint } => (table, constraint.as_ref(), Shape::AddUnique),
        Operation::AddColumn { table, column, .. } => {
            let unique =
                column.constraints.iter().find(|c| matches!(c.kind, ConstraintKind::Unique { .. }))?;
            (table, unique, Shape::AddColumnUnique)
        }
        _ => return None,
    };
    let ConstraintKind::Unique { columns } = &constraint.kind else { return None };
    if context.is_new(table) {
        return None;
    }
    let shown = table.to_string();
    let bare = constraint.name.clone().unwrap_or_else(|| format!("{}_{}_key", table.name, columns.join("_")));
    let name = quote(&bare);
    let draft = Draft::new(format!(
        "Adding unique constraint {name} builds its index while every query on {shown} waits"
    ))
    .stops(table)
    .label(format!("{shown} is locked and read"))
    .note(locks::sentence(shape, &[("t", &shown)]));
    let advice = Advice::new(context);
    let advice = match shape {
        Shape::AddColumnUnique => advice.say("after a migration that adds the column without UNIQUE"),
        _ => advice,
    };
    let (table_argument, schema) = advice::python_table(table);
    let build = Code::both(
        format!("CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} ({})", advice::quoted(columns)),
        format!(
            "op.create_index({}, {table_argument}, {}{schema}, unique=True, postgresql_concurrently=True)",
            advice::python_string(&bare),
            advice::python_list(columns)
        ),
    );
    let code = advice
        .outside([build])
        .say("in the next migration")
        .run(Code::sql(format!("ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE USING INDEX {name}")))
        .finish();
    let fix = matches!(shape, Shape::AddUnique)
        .then(|| fix::unique_by_index(context, table, &bare, columns))
        .flatten();
    Some(
        draft
            .help("Build the index CONCURRENTLY first, then make it the constraint, which is brief", code)
            .fix(fix),
    )
}
