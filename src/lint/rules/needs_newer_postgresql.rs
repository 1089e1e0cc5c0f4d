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

/// What came with which version, what an older one answers, and words of the statement that show it.
const NEWS: &[(u16, &str, &str, &[&str])] = &[
    (NEWEST, "NOT ENFORCED", SYNTAX, &["not enforced"]),
    (NEWEST, "GENERATED … VIRTUAL", SYNTAX, &["generated", "always", ") virtual"]),
    (NEWEST, "uuidv7()", "42883", &["uuidv7("]),
    (NEWEST, "WITHOUT OVERLAPS", SYNTAX, &["without overlaps"]),
    (17, "ALTER COLUMN … SET EXPRESSION", SYNTAX, &["alter", "set expression"]),
    (15, "MERGE", SYNTAX, &["merge into"]),
    (15, "NULLS NOT DISTINCT", SYNTAX, &["nulls not distinct"]),
    (15, "SET ACCESS METHOD", SYNTAX, &["alter table", "set access method"]),
    (15, "security_invoker", "22023", &["security_invoker"]),
    (14, "SET COMPRESSION", SYNTAX, &["set compression"]),
    (14, "CREATE OR REPLACE TRIGGER", SYNTAX, &["create or replace trigger"]),
    (14, "DETACH PARTITION … CONCURRENTLY", SYNTAX, &["detach partition", " concurrently"]),
    (13, "gen_random_uuid()", "42883", &["gen_random_uuid("]),
    (13, "ALTER COLUMN … DROP EXPRESSION", SYNTAX, &["alter", "drop expression"]),
];

/// The version behind which nothing is news.
const NEWEST: u16 = 18;

/// The SQLSTATE of what the grammar does not have.
const SYNTAX: &str = "42601";

fn check(context: &Context<'_>) -> Option<Draft> {
    let newest = *context.settings.versions.end();
    if newest >= NEWEST {
        return None;
    }
    let words = context.statement.sql.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let (since, what, state) = match context.operation {
        Operation::AddConstraint { constraint, .. }
            if constraint.not_valid && matches!(constraint.kind, ConstraintKind::NotNull { .. }) =>
        {
            (NEWEST, "ADD CONSTRAINT … NOT NULL … NOT VALID", SYNTAX)
        }
        // Bodies and texts may hold such words for other reasons.
        Operation::Do | Operation::CreateFunction { .. } | Operation::Insert { .. } => return None,
        _ => {
            let shows = |parts: &[&str]| parts.iter().all(|part| words.contains(part));
            NEWS.iter()
                .find(|(.., parts)| shows(parts))
                .map(|(since, what, state, _)| (*since, *what, *state))?
        }
    };
    if newest >= since || (what == "gen_random_uuid()" && has_pgcrypto(context)) {
        return None;
    }
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

/// Whether the history creates the extension that had the function before PostgreSQL did.
fn has_pgcrypto(context: &Context<'_>) -> bool {
    let mut steps = context.project.migrations.iter().flat_map(|migration| migration.up.steps());
    steps.any(
        |(_, step)| matches!(&*step.operation, Operation::CreateExtension { name, .. } if name == "pgcrypto"),
    )
}
