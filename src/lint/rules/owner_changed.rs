//! OWNER TO for a table in use.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "owner-changed",
        summary: "A table gets another owner, so the role that owned it loses its rights",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("owner-changed"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::AlterTable { table, action: "OWNER TO", .. } = context.operation else { return None };
    if context.is_at_hand_table(table) {
        return None;
    }
    Some(
        Draft::new(format!("The role that owns {table} until now loses its rights on it")).lasts()
            .label("has another owner from here on")
            .note("An owner's rights are never granted, so nothing says who had them; later migrations that alter the table must run as the new owner")
            .help("Grant the old owner what it needs in the same migration, and say so when you allow this", Advice::new(context).run(Code::sql(format!("GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO …"))).finish()),
    )
}
