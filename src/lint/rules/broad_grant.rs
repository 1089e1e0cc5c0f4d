//! Rights for everyone, or all rights at once.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "broad-grant",
        summary: "Rights are granted to PUBLIC, or all rights at once",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("broad-grant"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::Other { kind: "GRANT" | "ALTER DEFAULT PRIVILEGES", options, .. } = context.operation
    else {
        return None;
    };
    let grantees =
        setting(options, "grantees").and_then(|option| option.value.as_deref()).unwrap_or_default();
    let gives_all = options.iter().any(|option| {
        option.name == "privilege" && option.value.as_deref().is_some_and(|right| right.starts_with("all"))
    });
    let (message, help) = match () {
        () if grantees.split(", ").any(|role| role == "public") => (
            "This grants rights to PUBLIC, which is every role, also those made later",
            "Name the roles that need it",
        ),
        () if gives_all => (
            "This grants all rights, also those that nobody needs",
            "Name the rights: SELECT, INSERT, UPDATE, DELETE",
        ),
        () if is_on(options, "grant_option") => {
            ("This lets the role pass the rights on", "Leave WITH GRANT OPTION out")
        }
        () => return None,
    };
    Some(Draft::new(message).label("more than is needed").help(help, ""))
}
