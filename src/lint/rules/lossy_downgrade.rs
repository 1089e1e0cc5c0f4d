//! A downgrade that the rows may not fit.

use crate::lint::prelude::*;
use std::collections::BTreeSet;

use crate::lint::schema::Schema;
use crate::lint::types;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "lossy-downgrade",
        summary: "A downgrade narrows a type or demands NOT NULL again, which rows written meanwhile may not fit",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("lossy-downgrade"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let Some(down) = &context.migration.down else { return Vec::new() };
    let column = |schema: &Schema, table: &Name, name: &str| schema.column(table, name).cloned();
    let mut prepared: BTreeSet<&Name> = BTreeSet::new();
    let mut drafts = Vec::new();
    for (_, step) in down.steps() {
        let draft = match &*step.operation {
            Operation::Update { table, .. } | Operation::Delete { table, .. } => {
                prepared.insert(table);
                None
            }
            Operation::AlterColumnType { table, column: name, to, using } if !prepared.contains(table) => {
                let from = column(context.after, table, name).and_then(|known| known.data_type);
                let computes = using.as_ref().is_some_and(|using| !using.functions.is_empty());
                from.filter(|from| types::loses_values(from, to) && !computes).map(|from| {
                    Draft::new(format!("The downgrade fails, or cuts values, once {table}.{} holds what only {from} can hold", quote(name)))
                        .label(format!("narrows {from} to {to}"))
                })
            }
            Operation::SetNotNull { table, column: name } if !prepared.contains(table) => {
                let was =
                    column(context.before, table, name).is_some_and(|known| known.not_null == Some(true));
                let now =
                    column(context.after, table, name).is_some_and(|known| known.not_null == Some(false));
                (was && now).then(|| {
                    Draft::new(format!(
                        "The downgrade fails once a row of {table} holds NULL in {}",
                        quote(name)
                    ))
                    .label("demands what the upgrade no longer does")
                })
            }
            _ => None,
        };
        drafts.extend(draft.map(|draft| draft.at(step.span).help("Bring the rows into a shape that fits first, in the downgrade, or say in an allow comment what becomes of them", "")));
    }
    drafts
}
