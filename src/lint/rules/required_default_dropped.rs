//! DROP DEFAULT of a NOT NULL column.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "required-default-dropped",
        summary: "The default of a NOT NULL column is dropped, so running code that does not name the column fails",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("required-default-dropped"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::SetDefault { table, column, default: None } = context.operation else { return None };
    let known = context.schema.column(table, column)?;
    let had_one = matches!(&known.default, Some(Some(default)) if !default.is_null);
    if known.not_null != Some(true) || !had_one || context.is_at_hand_table(table) {
        return None;
    }
    let name = format!("{table}.{}", quote(column));
    Some(
        Draft::new(format!("Every INSERT that does not name {name} fails from here on"))
            .lasts()
            .label("NOT NULL, and without a default now")
            .note("Code that runs since before the deploy does not name it, if the column is new")
            .help(
                "Keep the default until all running code writes the column, and drop it in a later release",
                "",
            ),
    )
}
