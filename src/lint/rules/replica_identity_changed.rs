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
    let (table, object) = match context.operation {
        Operation::AlterTable { table, action: "REPLICA IDENTITY", object, .. } => (table, object),
        Operation::DropIndex { index, .. } => return dropped(context, index),
        _ => return None,
    };
    if context.is_at_hand_table(table) {
        return None;
    }
    let draft = match object.as_deref()? {
        "NOTHING" => Draft::new(format!(
            "With REPLICA IDENTITY NOTHING, UPDATE and DELETE on {table} fail while a publication has it"
        ))
        .label("replication can no longer tell rows apart"),
        "FULL" => Draft::new(format!("With REPLICA IDENTITY FULL, every UPDATE and DELETE on {table} writes the whole old row to the log"))
            .label("subscribers look each row up by all its columns"),
        _ => return None,
    };
    Some(
        draft
            .note(locks::sentence(Shape::ReplicaIdentity, &[("t", &table.to_string())]))
            .help("Give the table a primary key, or name a unique index: REPLICA IDENTITY USING INDEX", ""),
    )
}

/// The index is dropped by which logical replication tells rows apart.
fn dropped(context: &Context<'_>, index: &Name) -> Option<Draft> {
    let table = &context.schema.index(index)?.table;
    let identity = context.schema.table(table)?.identity.as_ref()?;
    if *identity != index.name || context.is_at_hand_table(table) {
        return None;
    }
    let shown = shown(table);
    Some(
        Draft::new(format!(
            "Without {}, UPDATE and DELETE on {shown} fail while a publication has it",
            quote(&index.name)
        ))
        .label("is the replica identity of its table")
        .help(
            "Give the table another replica identity first",
            Advice::new(context)
                .run(Code::sql(format!("ALTER TABLE {table} REPLICA IDENTITY DEFAULT")))
                .finish(),
        ),
    )
}
