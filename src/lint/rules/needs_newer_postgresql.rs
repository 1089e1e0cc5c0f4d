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

/// What came with which version, and words of the statement that show it.
const NEWS: &[(u16, &str, &[&str])] = &[
    (18, "NOT ENFORCED", &["not enforced"]),
    (18, "GENERATED … VIRTUAL", &["generated", "always", ") virtual"]),
    (18, "uuidv7()", &["uuidv7("]),
    (18, "WITHOUT OVERLAPS", &["without overlaps"]),
    (17, "ALTER COLUMN … SET EXPRESSION", &["alter", "set expression"]),
    (15, "MERGE", &["merge into"]),
    (15, "NULLS NOT DISTINCT", &["nulls not distinct"]),
    (15, "SET ACCESS METHOD", &["alter table", "set access method"]),
    (15, "security_invoker", &["security_invoker"]),
    (14, "SET COMPRESSION", &["set compression"]),
    (14, "CREATE OR REPLACE TRIGGER", &["create or replace trigger"]),
    (14, "DETACH PARTITION … CONCURRENTLY", &["detach partition", " concurrently"]),
];

fn check(context: &Context<'_>) -> Option<Draft> {
    let newest = *context.settings.versions.end();
    let words = context.statement.sql.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let (since, what) = match context.operation {
        Operation::AddConstraint { constraint, .. }
            if constraint.not_valid && matches!(constraint.kind, ConstraintKind::NotNull { .. }) =>
        {
            (18, "ADD CONSTRAINT … NOT NULL … NOT VALID")
        }
        // Bodies and texts may hold such words for other reasons.
        Operation::Do | Operation::CreateFunction { .. } | Operation::Insert { .. } => return None,
        _ => {
            let shows = |parts: &[&str]| parts.iter().all(|part| words.contains(part));
            NEWS.iter().find(|(_, _, parts)| shows(parts)).map(|(since, what, _)| (*since, *what))?
        }
    };
    if newest >= since {
        return None;
    }
    Some(
        Draft::new(format!(
            "{what} needs PostgreSQL {since}, and these migrations are for {newest} and older"
        ))
        .label(format!("not before PostgreSQL {since}"))
        .refused(if what.ends_with(')') { "42883" } else { "42601" })
        .help(
            "Write it in the way of the older version, or say with --pg which versions the migrations meet",
            "",
        ),
    )
}
