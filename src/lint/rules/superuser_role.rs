//! A role or setting that is above all rules.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "superuser-role",
        summary: "A migration makes a superuser, a role that sees behind row-level security, or changes the server",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("superuser-role"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::Other { kind, objects, options } = context.operation else { return None };
    let message = match *kind {
        "ALTER SYSTEM" => {
            "ALTER SYSTEM changes the settings of the whole server, for every database on it".to_owned()
        }
        "CREATE ROLE" | "ALTER ROLE" | "CREATE USER" | "ALTER USER" | "CREATE GROUP" => {
            let rights =
                [("superuser", "SUPERUSER"), ("bypassrls", "BYPASSRLS"), ("isreplication", "REPLICATION")];
            let (_, right) = rights.into_iter().find(|(name, _)| is_on(options, name))?;
            let role = objects.first().map_or_else(|| "a role".to_owned(), |role| format!("role {role}"));
            format!("This gives {role} the right {right}")
        }
        _ => return None,
    };
    Some(
        Draft::new(message)
            .label("beyond what a migration should need")
            .note("The migration itself must run as a superuser for it, and so must every test of it")
            .help("Do it where servers are set up, by hand or by their own tool, and let the migration do without", ""),
    )
}
