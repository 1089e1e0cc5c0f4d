//! A CONCURRENTLY statement among others.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "concurrent-not-alone",
        summary: "A CONCURRENTLY statement shares its migration with others, so a failure leaves half of it done",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("concurrent-not-alone"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let index = concurrent(context.operation)?;
    let is_first =
        !context.earlier().any(|(_, operation)| concurrent(operation).is_some_and(|other| other != index));
    let of_itself = |operation: &Operation| concurrent(operation).is_some_and(|other| other == index);
    let changes = |operation: &Operation| {
        !matches!(operation, Operation::Set { .. } | Operation::Transaction(_) | Operation::Query { .. })
    };
    let earlier =
        context.earlier().filter(|(_, other)| changes(other) && !of_itself(other)).map(|(it, _)| it);
    let later = context.later().filter(|(_, other)| changes(other) && !of_itself(other)).map(|(it, _)| it);
    let other = earlier.chain(later).next()?;
    if !is_first {
        return None;
    }
    Some(
        Draft::new("If this fails, what stands before it is done and what stands after it is not")
            .label("runs outside a transaction")
            .related(other.span, "shares the migration")
            .note("A CONCURRENTLY statement commits what came before it, and the tool does not note the migration as run")
            .help("Give it a migration of its own", ""),
    )
}

/// What a CONCURRENTLY statement works on.
fn concurrent(operation: &Operation) -> Option<&str> {
    match operation {
        Operation::CreateIndex(create) if create.concurrently => create.name.as_deref(),
        Operation::DropIndex { index, concurrently: true, .. } => Some(&index.name),
        Operation::Reindex { name: Some(name), concurrently: true, .. } => Some(&name.name),
        Operation::DetachPartition { partition, concurrently: true, .. } => Some(&partition.name),
        _ => None,
    }
}
