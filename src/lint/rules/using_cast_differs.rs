//! ALTER COLUMN TYPE whose USING casts to another type.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "using-cast-differs",
        summary: "USING casts to another type than the column gets, so values pass through both",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("using-cast-differs"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::AlterColumnType { table, column, to, using: Some(using) } = context.operation else {
        return None;
    };
    let cast = using.cast_to.as_ref()?;
    let text_like =
        |data_type: &DataType| data_type.name == "text" || data_type.name.starts_with("character");
    let same = cast.name == to.name && cast.dimensions == to.dimensions;
    if same || (text_like(cast) && text_like(to)) {
        return None;
    }
    Some(
        Draft::new(format!(
            "The values of {}.{} are cast to {cast} and then to {to}, which is what the column gets",
            shown(table),
            quote(column)
        ))
        .label(format!("casts to {cast}"))
        .note(format!("What {cast} cannot hold fails or is cut on the way; where no cast leads on, the statement fails with SQLSTATE 42804"))
        .help(format!("Cast to {to} itself"), ""),
    )
}
