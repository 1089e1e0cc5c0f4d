//! CONCURRENTLY and NOT VALID where partitioned tables do not allow them.

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
        Operation::CreateIndex(create) if create.concurrently && !create.only => (
            &create.table,
            "CREATE INDEX CONCURRENTLY",
            "0A000",
            "Create the index ON ONLY the partitioned table, build it CONCURRENTLY on each partition, then ALTER INDEX … ATTACH PARTITION",
        ),
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
        _ => return None,
    };
    if !context.schema.table(table)?.partitioned {
        return None;
    }
    Some(
        Draft::new(format!("{what} fails on {table}, because it is partitioned"))
            .label(format!("{table} is partitioned"))
            .refused(state)
            .help(help, ""),
    )
}
