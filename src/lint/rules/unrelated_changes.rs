//! Several changes in one migration that have nothing to do with each other.

use crate::lint::prelude::*;
use std::collections::BTreeSet;

use crate::operation::Constraint;
use crate::source::Span;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "unrelated-changes",
        summary: "A migration changes tables that have nothing to do with each other",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("unrelated-changes"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let migration = context.migration;
    // A first migration makes everything that there is.
    if migration.parents.is_empty() {
        return Vec::new();
    }
    let mut groups: Vec<(BTreeSet<Name>, Span)> = Vec::new();
    for (_, step) in migration.up.steps() {
        let names: BTreeSet<Name> =
            touched(&step.operation).map(|name| context.after.qualify(name)).collect();
        if names.is_empty() {
            continue;
        }
        let (near, far): (Vec<_>, Vec<_>) =
            groups.into_iter().partition(|(group, _)| !group.is_disjoint(&names));
        let start = near.first().map_or(step.span, |(_, span)| *span);
        let all = near.into_iter().flat_map(|(group, _)| group).chain(names).collect();
        groups = far;
        groups.push((all, start));
    }
    let existed = |group: &BTreeSet<Name>| group.iter().any(|name| context.before.table(name).is_some());
    groups.retain(|(group, _)| existed(group));
    groups.sort_by_key(|(_, span)| *span);
    let [(first, span), rest @ ..] = groups.as_slice() else { return Vec::new() };
    if rest.is_empty() {
        return Vec::new();
    }
    let name = |group: &BTreeSet<Name>| group.first().map(shown).unwrap_or_default();
    let names: Vec<String> = rest.iter().map(|(group, _)| name(group)).collect();
    let draft = Draft::new(format!(
        "This migration changes {} and, apart from it, {}",
        name(first),
        names.join(", ")
    ))
    .at(*span)
    .label(format!("changes {}", name(first)))
    .note("Their locks are held together, and one cannot be rolled back without the other")
    .help("Give each change a migration of its own", "");
    vec![
        rest.iter()
            .fold(draft, |draft, (group, span)| draft.related(*span, format!("changes {}", name(group)))),
    ]
}

/// The tables that an operation changes, refers to or reads.
fn touched(operation: &Operation) -> impl Iterator<Item = &Name> {
    let parents = operation.constraints().iter().filter_map(parent);
    let others: Vec<&Name> = match operation {
        Operation::Insert { reads, .. } | Operation::Update { reads, .. } => reads.iter().collect(),
        Operation::CreateView { reads, .. } => reads.iter().collect(),
        Operation::AttachPartition { partition, .. } | Operation::DetachPartition { partition, .. } => {
            vec![partition]
        }
        _ => Vec::new(),
    };
    operation.table().into_iter().chain(parents).chain(others)
}

fn parent(constraint: &Constraint) -> Option<&Name> {
    match &constraint.kind {
        ConstraintKind::ForeignKey { references, .. } => Some(references),
        _ => None,
    }
}
