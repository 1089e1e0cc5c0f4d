//! A parent or dependency that no file has.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "dangling-revision",
        summary: "A migration follows one that does not exist",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("dangling-revision"),
        evidence: Evidence::Lint,
    },
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>) -> Vec<Draft> {
    let migrations = &context.project.migrations;
    let known: Vec<&str> = migrations.iter().map(|migration| migration.id.as_str()).collect();
    context
        .graph
        .faults
        .iter()
        .filter_map(|fault| match fault {
            GraphFault::Dangling { migration, reference } => Some((*migration, reference)),
            _ => None,
        })
        .map(|(migration, reference)| {
            let draft = Draft::new(format!(
                "Migration {} follows {}, which no file holds",
                migrations[migration].id, reference.id
            ))
            .at(reference.span)
            .of(migration)
            .label("no migration has this id")
            .note("The tool stops before it runs anything");
            let near = known.iter().map(|id| (strsim::damerau_levenshtein(id, &reference.id), *id)).min();
            match near.filter(|(distance, _)| *distance <= 2) {
                Some((_, id)) => draft.help(format!("There is a migration {id}: is it meant?"), ""),
                None => {
                    draft.help("Restore the missing file, or follow the migration that took its place", "")
                }
            }
        })
        .collect()
}
