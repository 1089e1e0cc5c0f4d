//! DROP VIEW and CREATE VIEW of the same view with fewer columns.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "view-column-dropped",
        summary: "A view is made again without a column that running code may still read",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("view-column-dropped"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::DropView { name, .. } = context.operation else { return None };
    let known = context.schema.view(name).filter(|view| !context.is_at_hand(view.created))?;
    let new = context.later().find_map(|(_, operation)| match operation {
        Operation::CreateView { name: again, columns, .. } if again == name => columns.as_ref(),
        _ => None,
    })?;
    let mut gone = known.columns.as_ref()?.iter().filter(|column| !new.contains(column));
    let column = gone.next()?;
    // The loss of the column itself is said where it is dropped or renamed.
    let said = |operation: &Operation| match operation {
        Operation::DropColumn { column: other, .. } | Operation::RenameColumn { from: other, .. } => {
            other == column
        }
        _ => false,
    };
    if context.earlier().chain(context.later()).any(|(_, operation)| said(operation)) {
        return None;
    }
    let view = shown(name);
    let rest: Vec<String> = gone.cloned().collect();
    let draft = Draft::new(format!(
        "View {view} comes back without column {}, so running code that still reads it fails",
        quote(column)
    ))
    .label("comes back with other columns")
    .help(
        "Keep the column until no running code reads it, or create the view under a new name beside the old one",
        "",
    );
    Some(match rest.as_slice() {
        [] => draft,
        rest => draft.note(format!("So do the columns {}", advice::quoted(rest))),
    })
}
