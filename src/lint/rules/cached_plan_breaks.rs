//! Changes after which a prepared statement fails once.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "cached-plan-breaks",
        summary: "The columns of a table change, so prepared statements that select them fail once",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("cached-plan-breaks"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (table, which) = match context.operation {
        Operation::AlterColumnType { table, column, to, .. } => {
            let known = context.schema.column(table, column).and_then(|known| known.data_type.as_ref());
            if known == Some(to.as_ref()) {
                return None;
            }
            (table, format!("{} or *", quote(column)))
        }
        Operation::AddColumn { table, .. }
        | Operation::DropColumn { table, .. }
        | Operation::RenameColumn { table, .. } => (table, "*".to_owned()),
        _ => return None,
    };
    if context.is_at_hand_table(table) {
        return None;
    }
    Some(
        Draft::new(format!("Statements that running code has prepared with {which} of {} fail once", shown(table))).lasts()
            .label("changes what they give")
            .note("PostgreSQL says that the cached plan must not change result type (SQLSTATE 0A000), also when a varchar only gets longer")
            .help("Name columns instead of writing *, and let the driver prepare anew after that error", ""),
    )
}
