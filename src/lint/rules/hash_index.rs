//! CREATE INDEX … USING hash.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "hash-index",
        summary: "An index is a hash index, which serves equality and nothing else",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("hash-index"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreateIndex(create) = context.operation else { return None };
    (create.method.as_deref() == Some("hash")).then(|| {
        Draft::new(
            "A hash index serves = and nothing else: no order, no range, no uniqueness, no second column",
        )
        .label("USING hash")
        .help("Use btree, unless the values are long and only ever compared", "")
    })
}
