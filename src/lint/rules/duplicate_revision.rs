//! Two migrations of one id.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "duplicate-revision",
        summary: "Two migrations have the same id",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("duplicate-revision"),
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
            GraphFault::Duplicate { migration, first } => Some((*migration, *first)),
            _ => None,
        })
        .map(|(later, first)| {
            // The new one is at fault, though its name may come first.
            let judged = |migration| context.scope.checked.contains(migration);
            if judged(&first) && !judged(&later) { (first, later) } else { (later, first) }
        })
        .map(|(migration, first)| {
            Draft::new(format!("Two migrations have the id {}", migrations[migration].id))
                .at(migrations[migration].header)
                .of(migration)
                .label("has the id of another")
                .related(migrations[first].header, "has it too")
                .note("The tool runs only one of them, or neither")
                .help("Give the newer one an id of its own", "")
        })
        .collect()
}
