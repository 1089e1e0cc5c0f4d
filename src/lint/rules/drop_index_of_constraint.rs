//! DROP INDEX of an index that a constraint owns.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "drop-index-of-constraint",
        summary: "An index that a constraint owns is dropped by itself, which fails",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("drop-index-of-constraint"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::DropIndex { index, cascade: false, .. } = context.operation else { return None };
    let known = context.schema.index(index)?;
    if !known.owned {
        return None;
    }
    let state = locks::failure(Shape::DropIndexOfConstraint)?;
    let (table, schema) = advice::python_table(&known.table);
    let of = shown(&known.table);
    let name = quote(&index.name);
    let code = Advice::new(context)
        .run(Code::both(
            format!("ALTER TABLE {of} DROP CONSTRAINT {name}"),
            format!("op.drop_constraint({}, {table}{schema})", advice::python_string(&index.name)),
        ))
        .finish();
    Some(
        Draft::new(format!("Dropping index {name} fails, because constraint {name} of {of} needs it"))
            .label("belongs to a constraint")
            .refused(state)
            .help("Drop the constraint, and the index goes with it", code),
    )
}
