//! CREATE EXTENSION.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "extension-created",
        summary: "An extension is created, which needs its files on the server, and often a superuser",
        severity: Severity::Info,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("extension-created"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

/// Extensions that come with PostgreSQL and that the owner of a database may create: `trusted` in their control files.
const TRUSTED: &[&str] = &[
    "btree_gin",
    "btree_gist",
    "citext",
    "cube",
    "dict_int",
    "fuzzystrmatch",
    "hstore",
    "intarray",
    "isn",
    "lo",
    "ltree",
    "pg_trgm",
    "pgcrypto",
    "plpgsql",
    "seg",
    "tablefunc",
    "tcn",
    "tsm_system_rows",
    "tsm_system_time",
    "unaccent",
    "uuid-ossp",
];

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreateExtension { name, .. } = context.operation else { return None };
    if TRUSTED.contains(&name.as_str()) {
        return None;
    }
    Some(
        Draft::new(format!("Extension {name} must be installed on every server first, and as a rule only a superuser can create it"))
            .label("needs more than the owner of a database has")
            .help("Have it created where databases are made, and let the migration check that it is there", ""),
    )
}
