//! DETACH PARTITION without CONCURRENTLY.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "blocking-detach",
        summary: "A partition is detached while the whole partitioned table is locked",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("blocking-detach"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::DetachPartition { table, partition, concurrently: false } = context.operation else {
        return None;
    };
    if context.is_new(table) || context.drops_later(table) || context.meets_before(14) {
        return None;
    }
    let (parent, part) = (table.to_string(), partition.to_string());
    let detach = Code::sql(format!("ALTER TABLE {parent} DETACH PARTITION {part} CONCURRENTLY"));
    Some(
        Draft::new(format!("Detaching {part} makes every query on {parent} wait behind it"))
            .label(format!("{parent} is locked completely"))
            .note(locks::sentence(Shape::DetachPartition, &[("pt", &parent), ("pt1", &part)]))
            .help(
                "Detach it CONCURRENTLY, outside a transaction; that is refused while there is a default partition",
                Advice::new(context).outside([detach]).finish(),
            )
            .fix(fix::detach_concurrently(context)),
    )
}
