//! CONCURRENTLY and NOT VALID where partitioned tables do not allow them.

use crate::lint::partitions;
use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "unsupported-on-partitioned",
        summary: "A statement is refused because the table is partitioned",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("unsupported-on-partitioned"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (table, what, state, help) = match context.operation {
        Operation::CreateIndex(create) if create.concurrently && !create.only => {
            (&create.table, "CREATE INDEX CONCURRENTLY", "0A000", "Build it partition by partition")
        }
        Operation::AddConstraint { table, constraint }
            if constraint.not_valid
                && context.meets_before(18)
                && matches!(constraint.kind, ConstraintKind::ForeignKey { .. }) =>
        {
            (
                table,
                "ADD FOREIGN KEY … NOT VALID before PostgreSQL 18",
                "42809",
                "Add and validate the key on each partition, then add it to the partitioned table, which finds it there",
            )
        }
        Operation::DetachPartition { table, concurrently: true, .. } => {
            return beside_default(context, table);
        }
        _ => return None,
    };
    if !context.schema.table(table)?.partitioned {
        return None;
    }
    let code = match context.operation {
        Operation::CreateIndex(create) => partitions::index(context, create),
        _ => String::new(),
    };
    Some(
        Draft::new(format!("{what} fails on {table}, because it is partitioned"))
            .label(format!("{table} is partitioned"))
            .refused(state)
            .help(help, code),
    )
}

/// DETACH CONCURRENTLY needs that no row can move into a default partition meanwhile.
fn beside_default(context: &Context<'_>, table: &Name) -> Option<Draft> {
    let default = shown(context.schema.default_partition(table)?.0);
    Some(
        Draft::new(format!("DETACH PARTITION CONCURRENTLY fails on {table}, because it has a default partition"))
            .label(format!("{default} takes the rows that fit no other"))
            .refused("55000")
            .help("Detach the partition without CONCURRENTLY under a short lock_timeout, or detach the default partition first", ""),
    )
}
