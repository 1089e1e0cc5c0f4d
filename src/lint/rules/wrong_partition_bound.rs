//! A partition whose bound is of another kind than its table is partitioned by.

use crate::lint::prelude::*;
use crate::operation::Strategy;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "wrong-partition-bound",
        summary: "The bound of a partition does not fit how its table is partitioned, which fails",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("wrong-partition-bound"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (table, bound, default) = match context.operation {
        Operation::CreateTable(create) => {
            (create.partition_of.as_ref()?, create.bound, create.default_partition)
        }
        Operation::AttachPartition { table, bound, default, .. } => (table, *bound, *default),
        _ => return None,
    };
    let strategy = context.schema.table(table)?.strategy?;
    let (written, fits) = match bound {
        Some(bound) => (of(bound), bound == strategy),
        // A hash belongs to one of the partitions, whatever it is.
        None => ("DEFAULT", !default || strategy != Strategy::Hash),
    };
    if fits {
        return None;
    }
    Some(
        Draft::new(format!(
            "This fails, because {table} is partitioned by {strategy}, whose partitions cannot say {written}"
        ))
        .label(format!("does not fit PARTITION BY {strategy}"))
        .refused(locks::failure(Shape::BoundOfAnotherStrategy)?)
        .help(format!("Write the bound as {}", of(strategy)), ""),
    )
}

fn of(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::Range => "FROM (…) TO (…)",
        Strategy::List => "IN (…)",
        Strategy::Hash => "WITH (MODULUS …, REMAINDER …)",
    }
}
