//! VACUUM, CREATE DATABASE and their kin inside a transaction.

use crate::lint::prelude::*;
use crate::operation::ReindexTarget;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "refused-in-transaction",
        summary: "A statement runs inside a transaction, where PostgreSQL refuses it",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("refused-in-transaction"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    context.statement.transaction?;
    let partitioned = |table: &Name| context.schema.table(table).is_some_and(|known| known.partitioned);
    let (kind, shape) = match context.operation {
        // Alone, it is of all tables.
        Operation::Other { kind: "CLUSTER", objects, .. } if !objects.is_empty() => return None,
        Operation::Other { kind, .. } => (*kind, Shape::VacuumInTransaction),
        // Each table and each partition is rebuilt in a transaction of its own.
        Operation::Reindex { what, name, concurrently: false, .. } => match (what, name) {
            (ReindexTarget::Schema, _) => ("REINDEX SCHEMA", Shape::VacuumInTransaction),
            (ReindexTarget::Database, _) => ("REINDEX DATABASE", Shape::VacuumInTransaction),
            (ReindexTarget::System, _) => ("REINDEX SYSTEM", Shape::VacuumInTransaction),
            (ReindexTarget::Table, Some(table)) if partitioned(table) => {
                ("REINDEX TABLE", Shape::ReindexPartitionedInTransaction)
            }
            (ReindexTarget::Index, Some(index))
                if context.schema.index(index).is_some_and(|known| partitioned(&known.table)) =>
            {
                ("REINDEX INDEX", Shape::ReindexPartitionedInTransaction)
            }
            _ => return None,
        },
        _ => return None,
    };
    let refused = [
        "VACUUM",
        "VACUUM FULL",
        "CREATE DATABASE",
        "DROP DATABASE",
        "ALTER SYSTEM",
        "CREATE TABLESPACE",
        "DROP TABLESPACE",
        "CLUSTER",
        "COMMIT PREPARED",
        "ROLLBACK PREPARED",
    ];
    if !refused.contains(&kind) && !kind.starts_with("REINDEX") {
        return None;
    }
    let state = locks::failure_on(*context.settings.versions.end(), shape)?;
    let own = Code::sql(context.statement.sql.clone());
    Some(
        Draft::new(format!("{kind} fails here, because it runs inside a transaction"))
            .label("runs inside a transaction")
            .refused(format!("{state}: {kind} cannot run inside a transaction block"))
            .help(
                "Run it outside a transaction, alone in its migration",
                Advice::new(context).outside([own]).finish(),
            )
            .fix(fix::outside_transaction(context)),
    )
}
