//! An index on more than three columns.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "wide-index",
        summary: "An index has more than three columns, of which queries seldom use the last",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("wide-index"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

/// Beyond it an index seldom pays.
const MOST: usize = 3;

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreateIndex(create) = context.operation else { return None };
    if create.unique || create.keys.len() <= MOST {
        return None;
    }
    Some(
        Draft::new(format!(
            "An index on {} columns costs every write, and few queries use the last ones",
            create.keys.len()
        ))
        .label("wide")
        .help("Index what tells rows apart best, or make it partial", ""),
    )
}
