//! ADD PRIMARY KEY that builds its index under the strongest lock.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "primary-key-without-index",
        summary: "A primary key builds its index while the table is locked completely",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("primary-key-without-index"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (table, constraint) = match context.operation {
        Operation::AddConstraint { table, constraint } => (table, constraint),
        _ => return None,
    };
    let ConstraintKind::PrimaryKey { columns } = &constraint.kind else { return None };
    if context.is_new(table) {
        return None;
    }
    let shown = table.to_string();
    let name = quote(&constraint.name.clone().unwrap_or_else(|| format!("{}_pkey", table.name)));
    let build = format!("CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} ({})", advice::quoted(columns));
    let code = Advice::new(context)
        .outside([Code::sql(build)])
        .say("in the next migration, when all its columns are NOT NULL")
        .run(Code::sql(format!("ALTER TABLE {table} ADD CONSTRAINT {name} PRIMARY KEY USING INDEX {name}")))
        .finish();
    Some(
        Draft::new(format!("Adding a primary key builds its index while every query on {shown} waits"))
            .grows_with(table)
            .label(format!("{shown} is locked and read"))
            .note(locks::sentence(Shape::AddPrimaryKey, &[("nokey", &shown)]))
            .help(
                "Build a unique index CONCURRENTLY first, then make it the primary key, which is brief",
                code,
            ),
    )
}
