//! ON DELETE CASCADE.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "cascading-delete",
        summary: "A foreign key deletes rows when their parent goes, which nobody sees in the statement",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("cascading-delete"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let table = context.operation.table()?;
    let parent = context.operation.constraints().iter().find_map(|constraint| match &constraint.kind {
        ConstraintKind::ForeignKey { references, on_delete: Some(action), .. } if action == "CASCADE" => {
            Some(references)
        }
        _ => None,
    })?;
    let (child, parent) = (shown(table), shown(parent));
    Some(
        Draft::new(format!(
            "Deleting a row of {parent} deletes all rows of {child} that refer to it, without a word"
        ))
        .lasts()
        .label("deletes rows of its own accord")
        .note(format!("However many there are: the DELETE on {parent} takes as long, and locks them all"))
        .help("Use ON DELETE RESTRICT, and let the application delete what it means to, in batches", ""),
    )
}
