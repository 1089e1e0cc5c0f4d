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
        Operation::AlterTable { table, action: "DISABLE TRIGGER", object, .. } if !context.is_new(table) => {
            let enabled = context.later().any(|(_, operation)| {
                matches!(operation, Operation::AlterTable { table: other, action: "ENABLE TRIGGER", .. } if other == table)
            });
            let all = object.as_ref().is_some_and(|object| object.eq_ignore_ascii_case("all"));
            if enabled && all {
                return Some(without_keys(context, table));
            }
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

/// They are on again in the end, and what went wrong meanwhile stays.
fn without_keys(context: &Context<'_>, table: &Name) -> Draft {
    Draft::new(format!("DISABLE TRIGGER ALL switches off the checks of the foreign keys of {table}, too"))
        .label("nothing is checked until it is switched on again")
        .note("Rows that break a foreign key meanwhile stay in the table, for ENABLE TRIGGER looks at none of them")
        .help(
            "Switch off the trigger that is meant by its name, or USER, which leaves foreign keys alone",
            Advice::new(context).run(Code::sql(format!("ALTER TABLE {table} DISABLE TRIGGER USER"))).finish(),
        )
}
