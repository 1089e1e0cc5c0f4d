//! A migration that the base of the pull request has, and that does something else here.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "edited-migration",
        summary: "A migration that the base branch has already does something else now",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("edited-migration"),
        evidence: Evidence::Lint,
    },
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>) -> Vec<Draft> {
    let Some(divergence) = &context.scope.base else { return Vec::new() };
    let base = &divergence.base;
    let draft = |edit: &Edit| {
        let id = &context.project.migrations[edit.migration].id;
        let (label, note) = match &edit.first {
            Difference::Changed(was) => {
                ("is another statement there", Some(format!("On {base} it is: {was}")))
            }
            Difference::Added => ("is not there", None),
            Difference::Removed(was) => ("has a statement more there", Some(format!("Gone is: {was}"))),
            Difference::Parents(was) if was.is_empty() => ("follows nothing there", None),
            Difference::Parents(was) => {
                ("follows another there", Some(format!("On {base} it follows {}", was.join(" and "))))
            }
        };
        let more = match edit.count {
            0 | 1 => String::new(),
            count => format!(" in {count} statements"),
        };
        let draft = Draft::new(format!("Migration {id} is not what {base} has{more}"))
            .at(edit.span)
            .label(label)
            .note("A database that has run it keeps what it did then, and will not run it again");
        note.into_iter()
            .fold(draft, Draft::note)
            .help("Restore it as it was, and write what it lacks as a new migration", "")
    };
    divergence.edited.iter().map(draft).collect()
}
