//! Foreign keys to several tables in use, in one transaction.

use std::collections::BTreeSet;

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "several-parents-locked",
        summary: "One transaction adds foreign keys to several tables in use, and locks them all against writes",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("several-parents-locked"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let parents = |operation: &Operation| -> BTreeSet<Name> {
        let own = operation.table().map(|table| context.schema.qualify(table));
        let references = operation.constraints().iter().filter_map(|constraint| match &constraint.kind {
            ConstraintKind::ForeignKey { references, .. } => Some(context.schema.qualify(references)),
            _ => None,
        });
        references
            .filter(|parent| Some(parent) != own.as_ref() && !context.is_at_hand_table(parent))
            .collect()
    };
    let here = parents(context.operation);
    if here.is_empty() {
        return None;
    }
    let ours = context.statement.transaction?;
    let together = context.earlier().filter(|(statement, _)| statement.transaction == Some(ours));
    let before: BTreeSet<Name> = together.flat_map(|(_, operation)| parents(operation)).collect();
    let all: Vec<&Name> = before.union(&here).collect();
    // One finding a transaction: the second table shows it.
    if all.len() < 2 || before.len() >= 2 {
        return None;
    }
    let names: Vec<String> = all.iter().map(|name| shown(name)).collect();
    Some(
        Draft::new(format!("Foreign keys lock {} against writes at the same time, until the transaction ends", names.join(", ")))
            .label("one more table is locked against writes")
            .note(locks::sentence(Shape::AddForeignKeyNotValid, &[("p", &names.join(", "))]))
            .note("A transaction that writes one of them and then another makes a deadlock, and PostgreSQL cancels one of the two")
            .help("Create the table without its keys, and add each of them NOT VALID in a migration of its own", ""),
    )
}
