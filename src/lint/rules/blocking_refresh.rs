//! REFRESH MATERIALIZED VIEW without CONCURRENTLY.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "blocking-refresh",
        summary: "A materialised view is refreshed while its readers wait",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("blocking-refresh"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::RefreshView { name, concurrently: false, .. } = context.operation else { return None };
    if context.is_new(name) {
        return None;
    }
    let view = name.to_string();
    let has_key =
        context.schema.indexes_of(name).any(|(_, index)| index.unique && index.plain && !index.partial);
    let need = if has_key { "" } else { "; it needs a unique index on plain columns of the view" };
    let code = Advice::new(context)
        .run(Code::sql(format!("REFRESH MATERIALIZED VIEW CONCURRENTLY {name}")))
        .finish();
    Some(
        Draft::new(format!("Refreshing {view} makes every query on it wait until the view is complete"))
            .grows_with(name)
            .label(format!("{view} is locked completely"))
            .note(locks::sentence(Shape::RefreshView, &[("mv", &view)]))
            .help(format!("Refresh it CONCURRENTLY, which may run in a transaction{need}"), code)
            .fix(fix::of_another_kind(context, "VIEW", "VIEW CONCURRENTLY").filter(|_| has_key)),
    )
}
