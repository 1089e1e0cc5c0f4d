//! ALTER TABLE … REPLICA IDENTITY.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "replica-identity-changed",
        summary: "The replica identity of a table is changed, which logical replication depends on",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("replica-identity-changed"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::AlterTable { table, action: "REPLICA IDENTITY" } = context.operation else { return None };
    if context.is_at_hand_table(table) {
        return None;
    }
    let sql = context.statement.sql.to_uppercase();
    let after = sql.split("REPLICA IDENTITY").nth(1).unwrap_or_default().trim_start();
    let draft = if after.starts_with("NOTHING") {
        Draft::new(format!(
            "With REPLICA IDENTITY NOTHING, UPDATE and DELETE on {table} fail while a publication has it"
        ))
        .label("replication can no longer tell rows apart")
    } else if after.starts_with("FULL") {
        Draft::new(format!("With REPLICA IDENTITY FULL, every UPDATE and DELETE on {table} writes the whole old row to the log"))
            .label("subscribers look each row up by all its columns")
    } else {
        return None;
    };
    Some(
        draft
            .note(locks::sentence(Shape::ReplicaIdentity, &[("t", &table.to_string())]))
            .help("Give the table a primary key, or name a unique index: REPLICA IDENTITY USING INDEX", ""),
    )
}
