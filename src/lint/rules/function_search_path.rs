//! A function without SET search_path.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "function-search-path",
        summary: "A function does not fix its search_path, so what it reads depends on who calls it",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("function-search-path"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreateFunction { name, traits, .. } = context.operation else { return None };
    // Another rule speaks of SECURITY DEFINER, where this is dangerous.
    if traits.definer || traits.search_path.is_some() {
        return None;
    }
    Some(
        Draft::new(format!("{name} looks names up in its caller's search_path"))
            .label("without SET search_path")
            .note("A function with SET is not inlined into queries, which costs more where it is called for every row")
            .help("Write names with their schema, or fix the path: SET search_path = pg_catalog, public", ""),
    )
}
