//! A value that becomes part of the text of a statement.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "value-in-text",
        summary: "A value that only running tells is pasted into the text of a statement, where a quote in it ends the literal",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("value-in-text"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    if !context.statement.pasted || context.statement.steps.first()?.operation.as_ref() != context.operation {
        return None;
    }
    Some(
        Draft::new("A value that only running tells becomes part of this text, and a quote in it ends the literal")
            .label("is put together from a value")
            .note("A name such as O'Hara makes the statement fail with a syntax error; one that is chosen well runs SQL of its author")
            .help(
                "Bind the value to the statement",
                "op.execute(sa.text(\"… WHERE name = :name\").bindparams(name=name))",
            ),
    )
}
