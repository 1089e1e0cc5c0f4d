//! Migrations that follow themselves.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "revision-cycle",
        summary: "Migrations follow each other in a ring",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("revision-cycle"),
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
            GraphFault::Cycle { migrations } => Some(migrations),
            _ => None,
        })
        .filter_map(|ring| {
            let first = *ring.first()?;
            let names: Vec<&str> =
                ring.iter().chain([&first]).map(|index| migrations[*index].id.as_str()).collect();
            let draft =
                Draft::new(format!("These migrations follow each other in a ring: {}", names.join(" → ")))
                    .at(migrations[first].header)
                    .label("follows itself")
                    .note("The tool stops before it runs anything")
                    .help("Let the first of them follow what came before the ring", "");
            Some(
                ring.iter()
                    .skip(1)
                    .fold(draft, |draft, index| draft.related(migrations[*index].header, "is in the ring")),
            )
        })
        .collect()
}
