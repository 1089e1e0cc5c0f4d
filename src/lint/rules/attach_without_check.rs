//! ATTACH PARTITION of a table with rows and without a check.

use crate::lint::partitions::{self, Bound};
use crate::lint::prelude::*;
use crate::lint::schema::Table;

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

/// Whether a validated check may prove what the partition's rows are.
fn is_checked(known: &Table) -> bool {
    known.constraints.iter().any(|c| c.validated && matches!(c.kind, ConstraintKind::Check(_)))
}

/// The rows of the default partition are read as well, lest one of them belongs to the new partition.
fn beside_default(context: &Context<'_>, table: &Name, partition: &Name) -> Option<Draft> {
    let (rest, known) = context.schema.default_partition(table)?;
    if context.is_new(rest) || is_checked(known) || context.schema.qualify(partition) == *rest {
        return None;
    }
    let (part, default) = (partition.to_string(), shown(rest));
    let bounds = quote(&format!("{}_without_{}", rest.name, partition.name));
    let check = partitions::check(Bound::read(context, table).as_ref(), Bound::excludes);
    let code = Advice::new(context)
        .say("1. in an earlier migration: that no row of the default partition belongs to the new one")
        .run(Code::sql(format!("ALTER TABLE {default} ADD CONSTRAINT {bounds} CHECK ({check}) NOT VALID")))
        .say("2. in the next")
        .run(Code::sql(format!("ALTER TABLE {default} VALIDATE CONSTRAINT {bounds}")))
        .say("3. attach it, which is brief now")
        .run(advice::own_statement(context));
    Some(
        Draft::new(format!(
            "Attaching {part} reads all of {default}, the default partition, while every query on it waits"
        ))
        .stops(rest)
        .label(format!("{default} is locked and read"))
        .note(locks::sentence(Shape::AttachBesideDefault, &[("ptd", &default)]))
        .help("Prove first that the default partition holds none of its rows", code.finish()),
    )
}

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::AttachPartition { table, partition, .. } = context.operation else { return None };
    if context.is_new(partition) || context.schema.table(partition).is_some_and(is_checked) {
        return beside_default(context, table, partition);
    }
    let part = partition.to_string();
    let check = partitions::check(Bound::read(context, table).as_ref(), Bound::holds);
    let bounds = quote(&format!("{}_bounds", partition.name));
    let code = Advice::new(context)
        .say("1. in an earlier migration: that it holds no other rows")
        .run(Code::sql(format!("ALTER TABLE {part} ADD CONSTRAINT {bounds} CHECK ({check}) NOT VALID")))
        .say("2. in the next")
        .run(Code::sql(format!("ALTER TABLE {part} VALIDATE CONSTRAINT {bounds}")))
        .say("3. attach it, which is brief now")
        .run(advice::own_statement(context));
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
