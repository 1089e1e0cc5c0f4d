//! Migrations that the base of the pull request has, and that are gone here.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "deleted-migration",
        summary: "A migration that the base branch has already is gone",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("deleted-migration"),
        evidence: Evidence::Lint,
    },
    check: Check::Project(check),
};

/// More names than these are only counted.
const NAMED: usize = 5;

fn check(context: &ProjectContext<'_>) -> Vec<Draft> {
    let Some(divergence) = &context.scope.base else { return Vec::new() };
    let base = &divergence.base;
    let Some(first) = divergence.deleted.first() else { return Vec::new() };
    let ids: Vec<&str> = divergence.deleted.iter().map(|gone| gone.id.as_str()).collect();
    let told = match ids.as_slice() {
        [only] => format!("Migration {only} of {base} is gone"),
        all if all.len() <= NAMED => {
            format!("{} migrations of {base} are gone: {}", all.len(), all.join(", "))
        }
        all => {
            let (named, others) = all.split_at(NAMED);
            format!(
                "{} migrations of {base} are gone: {} and {} more",
                all.len(),
                named.join(", "),
                others.len()
            )
        }
    };
    let draft = Draft::new(told).at(first.span).label("is in no file here");
    let renamed = divergence.deleted.iter().filter_map(|gone| Some((&gone.id, gone.renamed.as_ref()?)));
    let draft = renamed.fold(draft, |draft, (old, new)| {
        draft.note(format!("{new} does the same as {old}: a database that has run {old} will run it again"))
    });
    let draft = match context.project.framework.language {
        Language::Python => {
            draft.note("A database that stands at it cannot be upgraded: Alembic cannot locate its revision")
        }
        Language::Sql => {
            draft.note("A database that has run it keeps what it did, and a new one never gets it")
        }
    };
    vec![draft.help("Restore it, and undo what it did in a new migration", "")]
}
