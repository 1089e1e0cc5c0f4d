//! op.drop_constraint(None, …).

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "unnamed-constraint-dropped",
        summary: "A constraint is dropped without a name, which Alembic refuses",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("unnamed-constraint-dropped"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    if !is_one(context.operation, context.sources.text(context.statement.span)) {
        return None;
    }
    Some(
        Draft::new("Alembic cannot drop a constraint that has no name")
            .label("the name is None")
            .note("Autogenerate writes None where the model names no constraint: PostgreSQL chose a name, which \\d shows")
            .help(
                "Write the name that the constraint has in the database, and a naming_convention into the metadata",
                named(context).unwrap_or_default(),
            ),
    )
}

/// The author's call with the name that PostgreSQL chose, if it can be told: this migration has added one constraint
/// of that kind.
fn named(context: &Context<'_>) -> Option<String> {
    let call = advice::dedented(context.sources.text(context.statement.span));
    let text = |value: &str| call.contains(&format!("\"{value}\"")) || call.contains(&format!("'{value}'"));
    let is_meant = |kind: &ConstraintKind| match kind {
        ConstraintKind::ForeignKey { .. } => text("foreignkey"),
        ConstraintKind::Unique { .. } => text("unique"),
        ConstraintKind::Check(_) => text("check"),
        ConstraintKind::PrimaryKey { .. } => text("primary"),
        _ => false,
    };
    let tables = context.schema.tables().filter(|(name, _)| text(&name.name) || call.starts_with("batch"));
    let constraints = tables.flat_map(|(_, table)| &table.constraints);
    let mut added =
        constraints.filter(|it| it.added.migration == context.now.migration && is_meant(&it.kind));
    let name = added.next().filter(|_| added.next().is_none())?;
    Some(call.replacen("None", &advice::python_string(&name.name), 1))
}

/// Whether a step that could not be read is such a call.
pub fn is_one(operation: &Operation, text: &str) -> bool {
    if !matches!(operation, Operation::Opaque { .. }) {
        return false;
    }
    let arguments = text.split_once("drop_constraint(").map(|(_, arguments)| arguments.trim_start());
    arguments
        .is_some_and(|arguments| arguments.starts_with("None") || arguments.contains("constraint_name=None"))
}
