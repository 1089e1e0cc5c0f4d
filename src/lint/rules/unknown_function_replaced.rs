//! CREATE OR REPLACE of a SECURITY DEFINER function that the history did not create.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "unknown-function-replaced",
        summary: "CREATE OR REPLACE gives a SECURITY DEFINER function to whoever made one of its name first",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("unknown-function-replaced"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreateFunction { name, replace: true, traits, .. } = context.operation else {
        return None;
    };
    if !traits.definer || context.schema.function(name).is_some() {
        return None;
    }
    Some(
        Draft::new(format!("If somebody has made {name} before, the function stays theirs, and runs with their rights"))
            .label("no migration has created it")
            .note("Replacing a function keeps its owner and its grants, and its owner may change what it does; only a superuser can replace what others own")
            .help("Write CREATE FUNCTION, which fails where one is there already", ""),
    )
}
