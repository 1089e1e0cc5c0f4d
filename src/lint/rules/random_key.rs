//! A random UUID as primary key.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "random-key",
        summary: "A primary key is a random UUID, so that every row goes to another page of its index",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("random-key"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreateTable(create) = context.operation else { return None };
    let keys = create.constraints.iter().find_map(|constraint| constraint.kind.primary_key())?;
    let random = |column: &&Column| {
        let calls = column.default.iter().flat_map(|default| &default.functions);
        keys.contains(&column.name)
            && calls.into_iter().any(|call| RANDOM.iter().any(|name| call.ends_with(name)))
    };
    let column = create.columns.iter().find(random)?;
    Some(
        Draft::new(format!("{}.{} is random, so every INSERT touches another page of the index", create.table, quote(&column.name)))
            .label("random")
            .note("Once the index is larger than memory, each row costs a read, and each page a full copy in the WAL")
            .help("Use uuidv7() from PostgreSQL 18 on, a version 7 UUID of the application, or a bigint", ""),
    )
}

/// Functions that make random UUIDs.
const RANDOM: &[&str] = &["gen_random_uuid", "uuid_generate_v4", "uuidv4"];
