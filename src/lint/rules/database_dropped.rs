//! DROP DATABASE and DROP OWNED.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "database-dropped",
        summary: "A whole database, or everything that a role owns, is dropped",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("database-dropped"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::Other { kind, objects, .. } = context.operation else { return None };
    let what = objects.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let draft = match *kind {
        "DROP DATABASE" => Draft::new(format!("DROP DATABASE destroys {what} with everything in it"))
            .label("a whole database")
            .note("It cannot be rolled back: PostgreSQL refuses it inside a transaction"),
        "DROP OWNED" => {
            Draft::new("DROP OWNED drops every table, view and function of this database that the role owns")
                .label("whatever the role owns by then")
        }
        _ => return None,
    };
    Some(draft.help("Leave it to the people who run the server; in a migration drop objects by name", ""))
}
