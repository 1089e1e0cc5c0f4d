//! DISABLE ROW LEVEL SECURITY.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "row-security-disabled",
        summary: "Row-level security is switched off, so every role with a grant sees every row",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("row-security-disabled"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (table, what) = match context.operation {
        Operation::AlterTable { table, action: "DISABLE ROW LEVEL SECURITY", .. } => (table, "switched off"),
        Operation::AlterTable { table, action: "NO FORCE ROW LEVEL SECURITY", .. } => {
            (table, "no longer forced on the owner")
        }
        _ => return None,
    };
    let again = context.later().any(|(_, operation)| {
        matches!(
            operation,
            Operation::AlterTable { table: other, action: "ENABLE ROW LEVEL SECURITY" | "FORCE ROW LEVEL SECURITY", .. }
                if other == table
        )
    });
    if context.is_at_hand_table(table) || again || context.drops_later(table) {
        return None;
    }
    Some(
        Draft::new(format!(
            "Row-level security of {table} is {what}: the policies no longer keep rows apart"
        ))
        .lasts()
        .label("policies do nothing from here on")
        .help(
            "Keep it on and change the policies, or give the one role that must see everything BYPASSRLS",
            "",
        ),
    )
}
