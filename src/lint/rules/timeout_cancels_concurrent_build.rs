//! A short timeout in force for a CONCURRENTLY statement.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "timeout-cancels-concurrent-build",
        summary: "A CONCURRENTLY statement runs under a short timeout, which leaves an INVALID index when it strikes",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("timeout-cancels-concurrent-build"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

/// Below this a lock_timeout is short: the build waits for every transaction that is older than it.
const LOCK_SHORT: u64 = 120_000;

/// Below this a statement_timeout is short for reading a large table twice.
const STATEMENT_SHORT: u64 = 3_600_000;

fn check(context: &Context<'_>) -> Option<Draft> {
    let what = match context.operation {
        Operation::CreateIndex(create) if create.concurrently => "CREATE INDEX CONCURRENTLY",
        Operation::Reindex { concurrently: true, .. } => "REINDEX CONCURRENTLY",
        _ => return None,
    };
    let session = context.schema.session();
    let (name, value) = [("lock_timeout", LOCK_SHORT), ("statement_timeout", STATEMENT_SHORT)]
        .into_iter()
        .find_map(|(name, short)| {
            let value = session.timeout(name, context.now.transaction)?;
            let strikes = (1..short).contains(&value);
            strikes.then_some((name, session.setting(name, context.now.transaction)?))
        })?;
    let own = Code::both(
        context.statement.sql.clone(),
        advice::dedented(context.sources.text(context.statement.span)),
    );
    let reset = |value: &str| Code::sql(format!("SET {name} = '{value}'"));
    Some(
        Draft::new(format!("{what} runs with {name} = {value}, and leaves an INVALID index when that strikes"))
            .label(format!("{name} is {value} here"))
            .note("It waits until every older transaction has ended, without blocking anybody: waiting long is normal")
            .note("An INVALID index is used by no query, but written by every INSERT and UPDATE, and IF NOT EXISTS takes it for the real one")
            .help("Switch the timeout off for this statement", Advice::new(context).outside([reset("0"), own, reset(value)]).finish()),
    )
}
