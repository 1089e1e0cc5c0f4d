//! A SECURITY DEFINER function that finds things wherever its caller says.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "security-definer-search-path",
        summary: "A SECURITY DEFINER function does not fix its search_path, so its caller can give it other tables and functions",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("security-definer-search-path"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreateFunction { name, traits, .. } = context.operation else { return None };
    if !traits.definer || traits.search_path.is_some() {
        return None;
    }
    let fixed = context.later().any(|(_, operation)| match operation {
        Operation::Other {
            kind: "ALTER FUNCTION" | "ALTER PROCEDURE" | "ALTER ROUTINE",
            objects,
            options,
        } => objects.contains(name) && setting(options, "set search_path").is_some(),
        _ => false,
    });
    if fixed {
        return None;
    }
    let code = Advice::new(context)
        .run(Code::sql(format!("ALTER FUNCTION {name} SET search_path = pg_catalog, public, pg_temp")))
        .finish();
    Some(
        Draft::new(format!(
            "{name} runs with its owner's rights, but looks names up in its caller's search_path"
        ))
        .label("SECURITY DEFINER without SET search_path")
        .note("Who may create a table or function in any schema of that path decides what it runs")
        .help("Fix the path in the function, with pg_temp last", code),
    )
}
