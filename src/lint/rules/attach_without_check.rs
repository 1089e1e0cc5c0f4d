//! ATTACH PARTITION of a table with rows and without a check.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "attach-without-check",
        summary: "A partition is attached without a check that proves its bounds, so all of it is read under a lock",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("attach-without-check"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::AttachPartition { table, partition, .. } = context.operation else { return None };
    let known = context.schema.table(partition);
    let checked = known.is_some_and(|known| {
        known.constraints.iter().any(|c| c.validated && matches!(c.kind, ConstraintKind::Check(_)))
    });
    if context.is_new(partition) || checked {
        return None;
    }
    let part = partition.to_string();
    let code = Advice::new(context)
        .say("1. in an earlier migration: the bounds of the partition, and NOT NULL for its key")
        .run(Code::sql(format!(
            "ALTER TABLE {part} ADD CONSTRAINT {}_bounds CHECK (…) NOT VALID",
            partition.name
        )))
        .say("2. in the next")
        .run(Code::sql(format!("ALTER TABLE {part} VALIDATE CONSTRAINT {}_bounds", partition.name)))
        .say("3. attach it, which is brief now");
    Some(
        Draft::new(format!("Attaching {part} to {table} reads all of {part} while every query on it waits"))
            .stops(partition)
            .label(format!("{part} is locked and read"))
            .note(locks::sentence(Shape::AttachPartition, &[("ptnew", &part)]))
            .help(
                "Prove the bounds first with a validated check, so that nothing must be read",
                code.finish(),
            ),
    )
}
