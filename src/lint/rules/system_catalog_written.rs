//! INSERT, UPDATE and DELETE on the system catalogs.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "system-catalog-written",
        summary: "A migration writes to PostgreSQL's own catalogs",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("system-catalog-written"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (table, verb) = match context.operation {
        Operation::Insert { table, .. } => (table, "INSERT"),
        Operation::Update { table, .. } => (table, "UPDATE"),
        Operation::Delete { table, .. } => (table, "DELETE"),
        _ => return None,
    };
    let in_catalog = table.schema.as_deref().is_none_or(|schema| schema == "pg_catalog");
    // UPDATE of the view pg_settings is SET.
    let is_catalog = in_catalog && table.name.starts_with("pg_") && table.name != "pg_settings";
    if !is_catalog || context.schema.table(table).is_some_and(|known| known.created.is_some()) {
        return None;
    }
    Some(
        Draft::new(format!("{verb} on {} changes the catalog past every check that PostgreSQL makes", table.name))
            .label("a catalog of PostgreSQL")
            .note("Only a superuser may do so: all others are refused with SQLSTATE 42501, at every managed provider")
            .note("No lock is taken on what the row describes, and running sessions go on with what they have cached")
            .help("Use the statement that PostgreSQL has for it: ALTER TYPE, ALTER TABLE, DROP INDEX", ""),
    )
}
