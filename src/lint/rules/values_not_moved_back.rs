//! A downgrade that forgets the values which its upgrade has moved.

use crate::history::Script;
use crate::lint::prelude::*;
use crate::source::Span;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "values-not-moved-back",
        summary: "An upgrade moves values to another place and drops the old one, and the downgrade brings that back empty",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("values-not-moved-back"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let Some(down) = &context.migration.down else { return Vec::new() };
    if context.migration.scripts().flat_map(Script::steps).any(|(_, step)| step.operation.is_unknown()) {
        return Vec::new();
    }
    let operations = || down.steps().map(|(_, step)| &*step.operation);
    let mut lost: Vec<(String, Moved<'_>, Span)> = Vec::new();
    for moved in moved(&context.migration.up) {
        let of = |table: &Name| context.after.is_same(table, moved.from);
        let back = down.steps().find(|(_, step)| match (&*step.operation, &moved.column) {
            (Operation::AddColumn { table, column, .. }, Some(name)) => of(table) && column.name == *name,
            (Operation::CreateTable(create), None) => of(&create.table) && create.filled_from.is_none(),
            _ => false,
        });
        let filled = operations().any(|operation| match (operation, &moved.column) {
            (Operation::Update { table, columns, .. }, Some(name)) => of(table) && columns.contains(name),
            (Operation::Insert { table, .. }, _) => of(table),
            (Operation::Do | Operation::Query { .. } | Operation::Copy { .. }, _) => true,
            _ => false,
        });
        let Some((_, step)) = back.filter(|_| !filled) else { continue };
        let name = moved.column.as_ref().map(|column| format!(".{}", quote(column))).unwrap_or_default();
        lost.push((format!("{}{name}", moved.from), moved, step.span));
    }
    // One finding a migration: whoever forgets one forgets the others.
    let [(old, moved, span), others @ ..] = lost.as_slice() else { return Vec::new() };
    let others = others.iter().map(|(old, ..)| old.as_str()).collect::<Vec<_>>().join(", ");
    vec![
        Draft::new(format!(
            "The downgrade brings {old} back empty, though the upgrade has put its values into {}",
            moved.to
        ))
        .at(*span)
        .label("comes back without its values")
        .related(moved.span, "moved here")
        .note("The old code finds it again, and nothing of what its users wrote")
        .notes((!others.is_empty()).then(|| format!("So does it with {others}")))
        .help(
            "Move the values back before the new place is dropped",
            reversible::moved_back(context, moved.from, moved.column.as_deref(), &moved.to),
        ),
    ]
}

/// What an upgrade has moved.
struct Moved<'a> {
    from: &'a Name,
    /// `None`: all of the table.
    column: Option<String>,
    to: String,
    span: Span,
}

/// What an upgrade copies elsewhere and then drops.
fn moved(up: &Script) -> Vec<Moved<'_>> {
    let steps: Vec<_> = up.steps().map(|(_, step)| step).collect();
    let mut found = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let copy = steps[..at].iter().find_map(|earlier| match (&*step.operation, &*earlier.operation) {
            (
                Operation::DropColumn { table: from, column, .. },
                Operation::Update { table, columns, copied, .. },
            ) if from == table && copied.contains(column) && !columns.contains(column) => Some(Moved {
                from,
                column: Some(column.clone()),
                to: advice::quoted(columns),
                span: earlier.span,
            }),
            (Operation::DropTable { table: from, .. }, Operation::Insert { table, reads, .. })
                if reads.contains(from) =>
            {
                Some(Moved { from, column: None, to: table.to_string(), span: earlier.span })
            }
            _ => None,
        });
        found.extend(copy);
    }
    found
}
