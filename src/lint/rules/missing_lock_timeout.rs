//! A blocking lock without a lock_timeout.

use crate::lint::held::waits_for;
use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "missing-lock-timeout",
        summary: "A statement waits for a lock that stops others, without a lock_timeout",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("missing-lock-timeout"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

/// Milliseconds that the users of a table can be made to wait.
const LONGEST: u64 = 60_000;

fn check(context: &Context<'_>) -> Option<Draft> {
    let table = waits_for(context, context.operation).map(shown)?;
    let limit = context.schema.session().timeout("lock_timeout", context.now.transaction);
    // One finding a script is enough: the first statement shows where the timeout belongs.
    let said = context.earlier().any(|(_, operation)| waits_for(context, operation).is_some());
    // env.py sets one that only running it would tell.
    let untold = context.schema.session().is_untold("lock_timeout", context.now.transaction);
    if said || untold || limit.is_some_and(|limit| (1..=LONGEST).contains(&limit)) {
        return None;
    }
    let local = if context.statement.transaction.is_some() { "SET LOCAL" } else { "SET" };
    let message = match limit {
        Some(0) => format!(
            "This waits for its lock on {table} as long as it takes, for lock_timeout is 0, which is for ever"
        ),
        Some(limit) => format!(
            "This waits up to {} minutes for its lock on {table}, and so does everybody behind it",
            limit / 60_000
        ),
        None => format!("This waits for its lock on {table} as long as it takes, for no lock_timeout is set"),
    };
    Some(
        Draft::new(message)
            .label("and every later query on the table waits behind it")
            .note("A lock that waits is in the queue: whoever comes later waits as well, behind one long SELECT")
            .help(
                "Set a lock_timeout first, and run the migration again when it strikes; allow this where the role sets one",
                Advice::new(context).run(Code::sql(format!("{local} lock_timeout = '5s'"))).finish(),
            )
            .fix(fix::set_local(context, "lock_timeout = '5s'")),
    )
}
