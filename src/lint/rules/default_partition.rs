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
    let parent = match context.operation {
        Operation::CreateTable(create) => create.partition_of.as_ref()?,
        Operation::AttachPartition { table, .. } => table,
        _ => return None,
    };
    let words: Vec<String> =
        context.statement.sql.to_uppercase().split_whitespace().map(str::to_owned).collect();
    let last = words.last().map(|word| word.trim_end_matches(';'));
    (last == Some("DEFAULT")).then(|| {
        Draft::new(format!("The default partition of {parent} takes every row that fits no other, and nobody notices"))
            .label("DEFAULT")
            .note("Each new partition then locks it completely and reads it, to see that no row belongs to the new one")
            .help("Create partitions ahead of time, and let a row that fits none fail", "")
    })
}
