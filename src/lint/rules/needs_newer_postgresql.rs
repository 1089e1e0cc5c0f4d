//! Syntax and functions that the servers at hand do not have.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "needs-newer-postgresql",
        summary: "A statement needs a newer PostgreSQL than any that the migrations are for",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("needs-newer-postgresql"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

/// The version behind which nothing is news.
const NEWEST: u16 = 18;

/// What came with which version.
type News = (u16, &'static str);

fn check(context: &Context<'_>) -> Option<Draft> {
    let newest = *context.settings.versions.end();
    if newest >= NEWEST {
        return None;
    }
    let news = in_constraints(context.operation).or_else(|| in_operation(context));
    let (since, what) = news.or_else(|| in_text(context)).filter(|(since, _)| newest < *since)?;
    // What an older version answers.
    let state = match what {
        "security_invoker" => "22023",
        function if function.ends_with("()") => "42883",
        _ => "42601",
    };
    Some(
        Draft::new(format!(
            "{what} needs PostgreSQL {since}, and these migrations are for {newest} and older"
        ))
        .label(format!("not before PostgreSQL {since}"))
        .refused(state)
        .help(
            "Write it in the way of the older version, or say with --pg which versions the migrations meet",
            "",
        ),
    )
}

fn in_constraints(operation: &Operation) -> Option<News> {
    operation.constraints().iter().find_map(|constraint| match constraint.kind {
        ConstraintKind::NotNull { .. } => Some((NEWEST, "A constraint NOT NULL of a table")),
        _ if constraint.not_enforced => Some((NEWEST, "NOT ENFORCED")),
        _ if constraint.index.without_overlaps => Some((NEWEST, "WITHOUT OVERLAPS")),
        _ if constraint.index.nulls_not_distinct => Some((15, "NULLS NOT DISTINCT")),
        _ => None,
    })
}

fn in_operation(context: &Context<'_>) -> Option<News> {
    use Operation as O;
    let is_virtual = |(_, column): (_, &Column)| matches!(column.generated, Some(Generated::Virtual(_)));
    let has = |options: &[Setting], name: &str| setting(options, name).is_some();
    Some(match context.operation {
        _ if context.new_columns().any(is_virtual) => (NEWEST, "GENERATED … VIRTUAL"),
        O::AlterTable { options, .. } if has(options, "enforced") => (NEWEST, "ALTER CONSTRAINT … ENFORCED"),
        O::AlterColumn { action: "SET EXPRESSION", .. } => (17, "ALTER COLUMN … SET EXPRESSION"),
        O::CreateIndex(create) if create.nulls_not_distinct => (15, "NULLS NOT DISTINCT"),
        O::AlterTable { action: "SET ACCESS METHOD", .. } => (15, "SET ACCESS METHOD"),
        O::CreateView { options, .. } if has(options, "security_invoker") => (15, "security_invoker"),
        O::Other { options, .. } if has(options, "security_invoker") => (15, "security_invoker"),
        O::AlterColumn { action: "SET COMPRESSION", .. } => (14, "SET COMPRESSION"),
        O::CreateTrigger(trigger) if trigger.replace => (14, "CREATE OR REPLACE TRIGGER"),
        O::DetachPartition { concurrently: true, .. } => (14, "DETACH PARTITION … CONCURRENTLY"),
        O::AlterColumn { action: "DROP EXPRESSION", .. } => (13, "ALTER COLUMN … DROP EXPRESSION"),
        _ => return None,
    })
}

/// Calls stand in any expression, and MERGE is known by its branches; rows and bodies are text.
fn in_text(context: &Context<'_>) -> Option<News> {
    let words = context.statement.sql.trim_start().to_lowercase();
    match context.operation {
        _ if words.starts_with("merge ") => Some((15, "MERGE")),
        Operation::Do | Operation::CreateFunction { .. } | Operation::Insert { .. } => None,
        _ if words.contains("uuidv7(") => Some((NEWEST, "uuidv7()")),
        _ if words.contains("gen_random_uuid(") && !has_pgcrypto(context) => Some((13, "gen_random_uuid()")),
        _ => None,
    }
}

/// Whether the history creates the extension that had the function before PostgreSQL did.
fn has_pgcrypto(context: &Context<'_>) -> bool {
    let mut steps = context.project.migrations.iter().flat_map(|migration| migration.up.steps());
    steps.any(
        |(_, step)| matches!(&*step.operation, Operation::CreateExtension { name, .. } if name == "pgcrypto"),
    )
}
