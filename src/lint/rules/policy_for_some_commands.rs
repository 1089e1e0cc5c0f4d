//! Row-level security whose policies leave commands out.

use crate::lint::prelude::*;
use crate::operation::PolicyCommand;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "policy-for-some-commands",
        summary: "Row-level security is switched on with policies for some commands only, so the others are refused",
        severity: Severity::Info,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("policy-for-some-commands"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let draft = |(table, span)| {
        let known = context.after.table(table).filter(|known| known.row_security)?;
        let policies: Vec<_> = known.policies().filter(|policy| policy.permissive).collect();
        let speaks = |command: PolicyCommand| {
            policies.iter().any(|policy| policy.command == command || policy.command == PolicyCommand::All)
        };
        let left: Vec<&str> =
            COMMANDS.iter().filter(|(command, _)| !speaks(*command)).map(|(_, name)| *name).collect();
        // Without any policy another rule speaks.
        if policies.is_empty() || left.is_empty() {
            return None;
        }
        Some(
            Draft::new(format!(
                "No policy of {table} speaks of {}: nobody but its owner may do that",
                left.join(", ")
            ))
            .at(span)
            .label("some commands have no policy")
            .note("INSERT is refused, all others find no row, without an error")
            .help("Add the policies, or say in an allow comment that this is meant", ""),
        )
    };
    context.secured_tables().into_iter().filter_map(draft).collect()
}

const COMMANDS: &[(PolicyCommand, &str)] = &[
    (PolicyCommand::Select, "SELECT"),
    (PolicyCommand::Insert, "INSERT"),
    (PolicyCommand::Update, "UPDATE"),
    (PolicyCommand::Delete, "DELETE"),
];
