//! ALTER TYPE RENAME VALUE.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "rename-enum-value",
        summary: "An enum value is renamed under code that still writes the old one",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("rename-enum-value"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::RenameEnumValue { name, from, to } = context.operation else { return None };
    let made_here = context
        .schema
        .enum_type(name)
        .and_then(|known| known.created)
        .is_some_and(|at| context.is_at_hand(at));
    if made_here {
        return None;
    }
    let code = Advice::new(context)
        .say("1. in a migration of its own")
        .outside([Code::sql(format!(
            "ALTER TYPE {name} ADD VALUE IF NOT EXISTS '{}'",
            to.replace('\'', "''")
        ))])
        .say("2. deploy code that reads both and writes the new one, then change old rows in batches")
        .finish();
    Some(
        Draft::new(format!("Renaming '{from}' of {name} to '{to}' breaks all running code that still says '{from}'")).lasts()
            .label(format!("'{from}' is gone at once"))
            .note("It locks nothing, but the next INSERT with the old value fails, and so does code that reads an unknown one")
            .help("Add the new value beside the old one, and move rows over", code),
    )
}
