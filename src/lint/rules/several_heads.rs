//! More than one migration that no other follows.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "several-heads",
        summary: "The history has several heads, so the tool does not know which to upgrade to",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("several-heads"),
        evidence: Evidence::Lint,
    },
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>) -> Vec<Draft> {
    let migrations = &context.project.migrations;
    context
        .graph
        .faults
        .iter()
        .filter_map(|fault| match fault {
            GraphFault::SeveralHeads { heads } => Some(heads),
            _ => None,
        })
        .filter(|heads| !heads.iter().all(|head| is_labelled(context, *head)))
        .filter_map(|heads| {
            let (last, others) = heads.split_last()?;
            let names: Vec<&str> = heads.iter().map(|head| migrations[*head].id.as_str()).collect();
            let draft = Draft::new(format!("The history has {} heads: {}", heads.len(), names.join(", ")))
                .at(migrations[*last].header)
                .label("no migration follows this one")
                .note("A deploy that runs upgrade head stops with an error")
                .help(
                    "Merge the heads, or let one follow the other by its down_revision",
                    format!("alembic merge -m \"merge heads\" {}", names.join(" ")),
                );
            let draft = others
                .iter()
                .fold(draft, |draft, other| draft.related(migrations[*other].header, "nor this one"));
            Some(draft)
        })
        .collect()
}

/// Whether a head belongs to a branch that has a name.
fn is_labelled(context: &ProjectContext<'_>, head: usize) -> bool {
    let mut line = context.graph.with_ancestors(head).into_iter();
    line.any(|index| !context.project.migrations[index].branch_labels.is_empty())
}
