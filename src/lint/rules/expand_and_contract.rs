//! A migration that adds what new code needs and drops what old code needs.

use crate::lint::prelude::*;
use crate::operation::Persistence;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "expand-and-contract",
        summary: "A migration adds something and drops something else, so that neither old nor new code fits before and after",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("expand-and-contract"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let steps = || context.migration.up.steps();
    let existed = |table: &Name| {
        context.before.table(table).is_some_and(|known| known.persistence != Persistence::Temporary)
    };
    let made = |wanted: &Name| {
        steps().any(
            |(_, step)| matches!(&*step.operation, Operation::CreateTable(create) if create.table == *wanted),
        )
    };
    let adds = steps().find_map(|(_, step)| match &*step.operation {
        Operation::AddColumn { table, column, .. } if existed(table) => {
            Some((step.span, format!("column {}.{}", shown(table), quote(&column.name))))
        }
        _ => None,
    });
    let drops = steps().find_map(|(_, step)| match &*step.operation {
        Operation::DropColumn { table, column, .. }
            if existed(table) && context.before.column(table, column).is_some() =>
        {
            Some((step.span, format!("column {}.{}", shown(table), quote(column))))
        }
        Operation::DropTable { table, .. } if existed(table) && !made(table) => {
            Some((step.span, format!("table {}", shown(table))))
        }
        _ => None,
    });
    let (Some((added_at, added)), Some((dropped_at, dropped))) = (adds, drops) else { return Vec::new() };
    vec![
        Draft::new(format!("This migration adds {added}, which only new code needs, and drops {dropped}, which only old code needs"))
            .at(dropped_at)
            .label("belongs after the deploy")
            .related(added_at, "belongs before the deploy")
            .note("Whether it runs before the deploy or after it, one of the two is missed meanwhile")
            .help("Drop in a migration of its own, when no running code uses it any more", ""),
    ]
}
