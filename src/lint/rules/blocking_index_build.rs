//! CREATE INDEX without CONCURRENTLY on a table in use.

use crate::lint::partitions;
use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "blocking-index-build",
        summary: "An index is built while the table is locked against writes",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("blocking-index-build"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreateIndex(create) = context.operation else { return None };
    let is_there =
        |name: &String| context.schema.index(&Name { name: name.clone(), ..create.table.clone() }).is_some();
    let skipped = create.if_not_exists && create.name.as_ref().is_some_and(is_there);
    if create.concurrently || create.only || skipped || context.is_new(&create.table) {
        return None;
    }
    let table = create.table.to_string();
    let index = create.name.as_ref().map_or("an index".to_owned(), |name| format!("index {}", quote(name)));
    let draft =
        Draft::new(format!("Building {index} blocks every write to {table} until the index is complete"))
            .stops(&create.table)
            .label(format!("{table} is locked against writes"))
            .note(locks::sentence(Shape::CreateIndex, &[("t", &table)]));
    if context.schema.table(&create.table).is_some_and(|known| known.partitioned) {
        let text =
            format!("{table} is partitioned, where CONCURRENTLY is refused: build it partition by partition");
        return Some(draft.help(text, partitions::index(context, create)));
    }
    let mut advice = Advice::new(context).outside([advice::index_concurrently(context, create)]);
    if let Some(name) = create.name.as_ref().filter(|_| context.migration.down.is_some()) {
        let drop = advice::drop_index_concurrently(name, &create.table);
        advice = advice.outside_down([drop]);
    }
    Some(
        draft
            .help("Build it CONCURRENTLY, outside a transaction, in a migration of its own", advice.finish())
            .fix(fix::concurrently(context, Some("op.create_index"))),
    )
}
