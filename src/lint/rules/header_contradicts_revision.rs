//! The docstring of a revision that names another one.

use crate::lint::prelude::*;
use crate::source::Span;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "header-contradicts-revision",
        summary: "The head of a revision names another revision than the code below it, which is what counts",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("header-contradicts-revision"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let migration = context.migration;
    if context.project.framework.language != Language::Python {
        return Vec::new();
    }
    let file = context.sources.file(migration.header.source);
    let parents: Vec<&str> = migration.parents.iter().map(|parent| parent.id.as_str()).collect();
    let mut drafts = Vec::new();
    let mut start = 0;
    for line in file.text().split_inclusive('\n').take(LINES) {
        let told = |mark: &str| line.trim().strip_prefix(mark).map(|rest| named(rest));
        let span = Span::new(migration.header.source, start..start + line.trim_end().len());
        start += line.len();
        let (what, written, is) = match (told("Revision ID:"), told("Revises:")) {
            (Some(written), _) if written != [migration.id.as_str()] => {
                ("revision", written, migration.id.clone())
            }
            (_, Some(written)) if !same(&written, &parents) => ("down_revision", written, parents.join(", ")),
            _ => continue,
        };
        // A template that nobody filled in says nothing.
        if written.is_empty() || written.iter().any(|id| id.contains(['$', '{', '<'])) {
            continue;
        }
        let is = if is.is_empty() { "None".to_owned() } else { is };
        drafts.push(
            Draft::new(format!("The docstring says {}, but {what} is {is}", written.join(", ")))
                .at(span)
                .label("is not what counts")
                .note("Alembic reads the variables and nothing else; a reader of the file is led to the wrong place in the history")
                .help("Write into the docstring what the variables say, or mend the variables", ""),
        );
    }
    drafts
}

/// As many lines as a docstring of Alembic's may have.
const LINES: usize = 30;

/// The ids of a line: `a, b`, `('a', 'b')`; none for `None`.
fn named(rest: &str) -> Vec<&str> {
    let ids = rest.split([',', ' ', '(', ')', '\'', '"', '`']).map(str::trim);
    ids.filter(|id| !id.is_empty() && *id != "None").collect()
}

fn same(written: &[&str], parents: &[&str]) -> bool {
    written.len() == parents.len() && written.iter().all(|id| parents.contains(id))
}
