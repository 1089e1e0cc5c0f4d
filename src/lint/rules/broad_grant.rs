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
    let Operation::Other { kind: "GRANT" | "ALTER DEFAULT PRIVILEGES", .. } = context.operation else {
        return None;
    };
    let words: Vec<String> = context
        .statement
        .sql
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .map(str::to_uppercase)
        .collect();
    let pair = |first: &str, second: &str| words.windows(2).any(|two| two[0] == first && two[1] == second);
    let (message, help) = match () {
        () if !words.iter().any(|word| word == "GRANT") => return None,
        () if pair("TO", "PUBLIC") => (
            "This grants rights to PUBLIC, which is every role, also those made later",
            "Name the roles that need it",
        ),
        () if pair("GRANT", "ALL") => (
            "This grants all rights, also those that nobody needs",
            "Name the rights: SELECT, INSERT, UPDATE, DELETE",
        ),
        () if pair("GRANT", "OPTION") => {
            ("This lets the role pass the rights on", "Leave WITH GRANT OPTION out")
        }
        () => return None,
    };
    Some(Draft::new(message).label("more than is needed").help(help, ""))
}
