//! A DEFAULT partition.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "default-partition",
        summary: "A default partition fills silently, and every new partition must read it under a lock",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("default-partition"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (parent, is_default) = match context.operation {
        Operation::CreateTable(create) => (create.partition_of.as_ref()?, create.default_partition),
        Operation::AttachPartition { table, default, .. } => (table, *default),
        _ => return None,
    };
    is_default.then(|| {
        Draft::new(format!("The default partition of {parent} takes every row that fits no other, and nobody notices"))
            .label("DEFAULT")
            .note("Each new partition then locks it completely and reads it, to see that no row belongs to the new one")
            .help("Create partitions ahead of time, and let a row that fits none fail", "")
    })
}
