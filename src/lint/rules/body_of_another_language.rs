//! RETURN or BEGIN ATOMIC in a function that is not written in SQL.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "body-of-another-language",
        summary: "A function has a body without quotes and is not written in SQL, which fails",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("body-of-another-language"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreateFunction { name, traits, .. } = context.operation else { return None };
    let language = traits.language.as_ref().filter(|language| traits.standard_body && *language != "sql")?;
    Some(
        Draft::new(format!(
            "Creating {name} fails, because only a function in SQL has a body without quotes"
        ))
        .label(format!("LANGUAGE {language}"))
        .refused(locks::failure(Shape::BodyInAnotherLanguage)?)
        .help("Write LANGUAGE sql, or the body in quotes: AS $$ … $$", ""),
    )
}
