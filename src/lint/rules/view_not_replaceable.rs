//! CREATE OR REPLACE VIEW that changes the columns that the view has.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "view-not-replaceable",
        summary: "CREATE OR REPLACE VIEW drops, renames or moves a column, which fails",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("view-not-replaceable"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreateView { name, materialized: false, replace: true, columns: Some(new), .. } =
        context.operation
    else {
        return None;
    };
    let known = context.schema.view(name).filter(|view| !view.materialized)?;
    let old = known.columns.as_ref()?;
    let at = (0..old.len()).find(|&at| new.get(at) != old.get(at))?;
    let view = shown(name);
    let (was, becomes) = (quote(&old[at]), new.get(at));
    let why = match becomes {
        Some(becomes) => format!("column {was} would become {}", quote(becomes)),
        None => format!("it would lose column {was}"),
    };
    let code = Advice::new(context)
        .run(Code::sql(format!("DROP VIEW {name}")))
        .run(Code::sql(without_replace(&context.statement.sql)))
        .finish();
    Some(
        Draft::new(format!("Replacing view {view} fails, because {why}"))
            .label("may only add columns at the end")
            .refused(locks::failure(Shape::ReplaceView)?)
            .note(format!("It has the columns {}", advice::quoted(old)))
            .help("Drop the view and create it again in the same transaction, with what depends on it", code),
    )
}

fn without_replace(sql: &str) -> String {
    let words: Vec<&str> = sql.trim_end_matches(';').splitn(4, char::is_whitespace).collect();
    match words.as_slice() {
        [create, or, replace, rest]
            if or.eq_ignore_ascii_case("or") && replace.eq_ignore_ascii_case("replace") =>
        {
            format!("{create} {}", rest.trim_start())
        }
        _ => sql.to_owned(),
    }
}
