//! DROP NOT NULL.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "not-null-dropped",
        summary: "A column may be NULL from now on, which running code does not expect",
        severity: Severity::Info,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("not-null-dropped"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::DropNotNull { table, column } = context.operation else { return None };
    let was_nullable =
        context.schema.column(table, column).is_some_and(|known| known.not_null == Some(false));
    let drops = context.later().any(
        |(_, operation)| matches!(operation, Operation::DropColumn { column: gone, .. } if gone == column),
    );
    if context.is_at_hand_table(table) || context.is_foreign(table) || was_nullable || drops {
        return None;
    }
    let name = quote(column);
    Some(
        Draft::new(format!("{table}.{name} may be NULL from now on, which running code has never met"))
            .lasts()
            .label("NULL is allowed")
            .note("Once there are NULLs, the downgrade cannot set NOT NULL again")
            .help(
                "Deploy code that reads NULL first, and fill the column in the downgrade before SET NOT NULL",
                "",
            ),
    )
}
