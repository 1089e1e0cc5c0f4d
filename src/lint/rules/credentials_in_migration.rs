//! Passwords and hosts in the text of a migration. It reads the text, because a URL with a password may stand in any literal,
//! in Python that no statement holds, and in the connection string of a subscription.

use crate::lint::prelude::*;
use crate::source::{SourceId, Span};

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "credentials-in-migration",
        summary: "A password or a host stands in a migration, readable by everyone who can read the repository",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("credentials-in-migration"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let migration = context.migration;
    let scripts = || std::iter::once(&migration.up).chain(&migration.down);
    let steps = scripts().flat_map(|script| script.steps());
    let spoken = steps
        .filter_map(|(statement, step)| Some((step.span, in_statement(&step.operation, &statement.sql)?)));
    let mut found: Vec<(Span, &str)> = spoken.collect();
    for script in scripts() {
        found.extend(urls(context, script.source()).into_iter().map(|span| (span, "password")));
    }
    found.sort_by_key(|(span, _)| *span);
    found.dedup_by_key(|(span, _)| *span);
    let draft = |(span, what): (Span, &str)| {
        Draft::new(format!("A {what} stands in this migration, for everyone who can read the repository"))
            .at(span)
            .label(format!("a {what}"))
            .note("It stays in the history of the repository when the line is gone: change it where it is valid")
            .help("Read it from the environment of the deploy, or set it where roles are managed", "")
    };
    found.into_iter().map(draft).collect()
}

/// Clauses of statements that take a secret or a host as text.
fn in_statement(operation: &Operation, sql: &str) -> Option<&'static str> {
    let Operation::Other { kind, .. } = operation else { return None };
    let keeps = ["ROLE", "USER", "USER MAPPING", "SERVER", "SUBSCRIPTION", "GROUP"];
    let object = kind.strip_prefix("CREATE ").or_else(|| kind.strip_prefix("ALTER "))?;
    let given = |word: &str| follows(sql, word).is_some_and(|value| !is_placeholder(value));
    match keeps.contains(&object) {
        true if given("password") => Some("password"),
        true if given("host") => Some("host"),
        _ => None,
    }
}

/// The quoted or bare value after a word: `PASSWORD 'x'`, `host '10.0.0.1'`, `host=10.0.0.1`.
fn follows<'a>(sql: &'a str, word: &str) -> Option<&'a str> {
    let lower = sql.to_ascii_lowercase();
    let values = lower.match_indices(word).filter_map(|(at, _)| {
        let rest = sql[at + word.len()..].trim_start();
        let value = rest.strip_prefix('\'').or_else(|| rest.strip_prefix('='))?;
        value.split(['\'', ' ', ',', ')']).next().filter(|value| !value.is_empty())
    });
    values.into_iter().next()
}

fn is_placeholder(value: &str) -> bool {
    value.contains(['{', '}', '%', '$', '<', '*'])
        || value.starts_with(':')
        || value.eq_ignore_ascii_case("localhost")
}

/// `scheme://user:secret@host` on lines that are no comments.
fn urls(context: &MigrationContext<'_>, source: SourceId) -> Vec<Span> {
    let text = context.sources.file(source).text();
    let ends = |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '`' | ')' | ',');
    let is_url = |(at, _): &(usize, &str)| {
        let line = text[..*at].rsplit('\n').next().unwrap_or_default().trim_start();
        let whole = text[at + 3..].split(ends).next().unwrap_or_default();
        let account = whole.split_once('@').map(|(account, _)| account);
        let secret = account.and_then(|account| account.split_once(':')).map(|(_, secret)| secret);
        let is_secret = |secret: &str| !secret.is_empty() && !secret.contains('/') && !is_placeholder(secret);
        !line.starts_with(['#', '-']) && secret.is_some_and(is_secret)
    };
    text.match_indices("://").filter(is_url).map(|(at, _)| Span::new(source, at..at + 3)).collect()
}
