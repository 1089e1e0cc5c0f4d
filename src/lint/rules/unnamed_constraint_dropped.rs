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
            .note("Autogenerate writes None where the model names no constraint: PostgreSQL chose a name, such as orders_customer_id_fkey")
            .help(
                "Write the name that the constraint has in the database, and a naming_convention into the metadata",
                "op.drop_constraint(\"orders_customer_id_fkey\", \"orders\", type_=\"foreignkey\")",
            ),
    )
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
