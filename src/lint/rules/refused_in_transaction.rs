//! VACUUM, CREATE DATABASE and their kin inside a transaction.

use crate::lint::prelude::*;

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
    let Operation::Other { kind, .. } = context.operation else { return None };
    let refused = [
        "VACUUM",
        "VACUUM FULL",
        "CREATE DATABASE",
        "DROP DATABASE",
        "ALTER SYSTEM",
        "CREATE TABLESPACE",
        "DROP TABLESPACE",
    ];
    if !refused.contains(kind) {
        return None;
    }
    let state = locks::failure(Shape::VacuumInTransaction)?;
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
