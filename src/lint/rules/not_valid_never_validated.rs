//! A NOT VALID constraint that nothing validates.

use crate::lint::prelude::*;
use crate::source::Span;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "not-valid-never-validated",
        summary: "A constraint is added NOT VALID and no later migration validates it",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("not-valid-never-validated"),
        evidence: Evidence::Lint,
    },
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>) -> Vec<Draft> {
    let order = &context.graph.order;
    let migrations = &context.project.migrations;
    let unread = migrations
        .iter()
        .flat_map(|migration| migration.up.steps())
        .any(|(_, step)| step.operation.is_unknown());
    let last = order.last().copied();
    if unread {
        return Vec::new();
    }
    let mut waiting: Vec<(usize, Span, &Name, &str)> = Vec::new();
    for &index in order {
        for (_, step) in migrations[index].up.steps() {
            match &*step.operation {
                Operation::AddConstraint { table, constraint }
                    if constraint.not_valid && !step.target.foreign =>
                {
                    waiting.extend(constraint.name.as_deref().map(|name| (index, step.span, table, name)));
                }
                Operation::ValidateConstraint { name: done, .. }
                | Operation::DropConstraint { name: done, .. }
                | Operation::RenameConstraint { from: done, .. } => waiting.retain(|(.., name)| name != done),
                Operation::DropTable { table: gone, .. } | Operation::RenameTable { table: gone, .. } => {
                    waiting.retain(|(_, _, table, _)| table.name != gone.name);
                }
                _ => {}
            }
        }
    }
    // The migration that validates what the newest one adds is still to be written.
    waiting.retain(|(index, ..)| Some(*index) != last);
    let draft = |(index, span, table, name): (usize, Span, &Name, &str)| {
        let sql = format!("ALTER TABLE {table} VALIDATE CONSTRAINT {}", quote(name));
        let code = match context.project.framework.language {
            Language::Python => format!("op.execute({})", advice::python_string(&sql)),
            Language::Sql => format!("{sql};"),
        };
        Draft::new(format!("No later migration validates {} of {table}", quote(name)))
            .at(span)
            .of(index)
            .label("NOT VALID to this day")
            .note("Old rows may break it, and the planner does not trust it")
            .help("Validate it in a migration of its own, which blocks nobody", code)
    };
    waiting.into_iter().map(draft).collect()
}
