//! A constraint or an index without a name.

use crate::lint::prelude::*;
use crate::operation::Persistence;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "unnamed-constraint",
        summary: "A constraint or an index is made without a name, so that the downgrade cannot name it either",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("unnamed-constraint"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (what, table) = match context.operation {
        Operation::AddConstraint { table, constraint }
            if constraint.name.is_none() && !matches!(constraint.kind, ConstraintKind::NotNull { .. }) =>
        {
            ("constraint", table)
        }
        Operation::CreateIndex(create) if create.name.is_none() => ("index", &create.table),
        _ => return None,
    };
    let persistence = context.schema.table(table).map(|known| known.persistence);
    if persistence == Some(Persistence::Temporary) {
        return None;
    }
    Some(
        Draft::new(format!("This {what} of {table} gets its name from PostgreSQL"))
            .label("has no name")
            .note("The name depends on the columns and on what exists: two databases may differ, and the downgrade has to guess")
            .help("Give it a name; for Alembic, put a naming_convention into the metadata", ""),
    )
}
