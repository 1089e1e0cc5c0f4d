//! A function in an untrusted language.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "untrusted-language",
        summary: "A function is written in an untrusted language, which may do on the server whatever its process may",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("untrusted-language"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreateFunction { name, traits, .. } = context.operation else { return None };
    let language = traits.language.as_deref().filter(|language| UNTRUSTED.contains(language))?;
    Some(
        Draft::new(format!(
            "{name} is written in {language}, which reads and writes files as the server does"
        ))
        .label("an untrusted language")
        .note("Only a superuser can create it, and most providers offer none of these languages")
        .help("Write it in SQL or PL/pgSQL, or do the work in the application", ""),
    )
}

/// Languages without `TRUSTED` in `pg_language`.
const UNTRUSTED: &[&str] = &["c", "internal", "plperlu", "plpython2u", "plpython3u", "plpythonu", "pltclu"];
