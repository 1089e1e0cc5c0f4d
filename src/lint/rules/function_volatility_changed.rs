//! CREATE OR REPLACE FUNCTION and ALTER FUNCTION with another volatility.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "function-volatility-changed",
        summary: "The volatility of a function is changed, which indexes and plans that use it do not notice",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("function-volatility-changed"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (name, old, new) = match context.operation {
        Operation::CreateFunction { name, replace: true, traits, signature, .. } => {
            let known = context.schema.function(name)?;
            let types = |signature: &Signature| {
                let given = signature.parameters.iter().filter(|parameter| parameter.input);
                given.map(|parameter| parameter.data_type.clone()).collect::<Vec<_>>()
            };
            let same = types(&known.signature) == types(signature) && !signature.procedure;
            (name, Some(known.volatility).filter(|_| same)?, traits.volatility)
        }
        Operation::Other { kind: "ALTER FUNCTION", objects, options } => {
            let name = objects.first()?;
            (name, context.schema.function(name)?.volatility, Volatility::given(options)?)
        }
        _ => return None,
    };
    if old == new {
        return None;
    }
    let what = match (old, new) {
        (Volatility::Immutable, _) => {
            "An index or a generated column that calls it keeps what it gave before, and a dump may not restore"
        }
        (_, Volatility::Immutable) => {
            "PostgreSQL believes it: plans compute a call once and keep the value, right or not"
        }
        _ => "Plans call it more often than before, or less",
    };
    Some(
        Draft::new(format!("{name} was {} and becomes {}", word(old), word(new)))
            .label("what uses it is not told")
            .note(what)
            .help(
                "Create it under another name, let what uses the old one change over, and drop that later",
                "",
            ),
    )
}

fn word(volatility: Volatility) -> &'static str {
    match volatility {
        Volatility::Volatile => "VOLATILE",
        Volatility::Stable => "STABLE",
        Volatility::Immutable => "IMMUTABLE",
    }
}
