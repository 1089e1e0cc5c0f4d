//! DISABLE TRIGGER and session_replication_role.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "disabled-triggers",
        summary: "Triggers are switched off, and the checks of foreign keys with them",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("disabled-triggers"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    match context.operation {
        Operation::AlterTable { table, action: "DISABLE TRIGGER", .. } if !context.is_new(table) => {
            let enabled = context.later().any(|(_, operation)| {
                matches!(operation, Operation::AlterTable { table: other, action: "ENABLE TRIGGER", .. } if other == table)
            });
            (!enabled).then(|| {
                Draft::new(format!("A trigger of {table} is switched off and not switched on again"))
                    .label("stays off")
                    .note("DISABLE TRIGGER ALL switches off the checks of foreign keys, too")
                    .help(
                        "Switch it on again in the same migration",
                        Advice::new(context).run(Code::sql(format!("ALTER TABLE {table} ENABLE TRIGGER ALL"))).finish(),
                    )
            })
        }
        Operation::Set { name, value: Some(value), .. }
            if name.eq_ignore_ascii_case("session_replication_role")
                && value.trim_matches('\'').eq_ignore_ascii_case("replica") =>
        {
            Some(
                Draft::new("session_replication_role = replica switches off all triggers and the checks of foreign keys")
                    .label("nothing is checked from here on")
                    .note("Rows that break a foreign key stay in the table and are found only when somebody trips over them")
                    .help("Do without it, or set it back to origin right after the statement that needs it", ""),
            )
        }
        _ => None,
    }
}
