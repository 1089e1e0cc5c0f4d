//! SET in a session that goes on.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "setting-outlives-migration",
        summary: "A setting is made for the whole session, so that it holds for the migrations that follow",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("setting-outlives-migration"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::Set { name, value: Some(value), local: false } = context.operation else { return None };
    let shared = context.project.framework.transaction.wraps();
    let again = context.later().any(|(_, operation)| {
        matches!(operation, Operation::Set { name: other, .. } if other.eq_ignore_ascii_case(name) || other == "all")
    });
    if !shared || again {
        return None;
    }
    let code = match context.statement.transaction {
        Some(_) => Advice::new(context).run(Code::sql(format!("SET LOCAL {name} = '{value}'"))),
        None => Advice::new(context).say("at the end").run(Code::sql(format!("RESET {name}"))),
    };
    Some(
        Draft::new(format!("{name} keeps this value for the migrations that run after this one"))
            .label("holds for the whole session")
            .note(
                "One connection runs all pending migrations: which of them see it depends on what is pending",
            )
            .help("Make it local to the transaction, or set it back at the end", code.finish()),
    )
}
