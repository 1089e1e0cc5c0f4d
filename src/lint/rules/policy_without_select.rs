//! UPDATE and DELETE that no policy lets see a row.

use crate::lint::prelude::*;
use crate::operation::{Policy, PolicyCommand};

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "policy-without-select",
        summary: "A policy lets rows be changed, but none lets them be seen, so UPDATE and DELETE find none",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("policy-without-select"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let up = &context.migration.up;
    // What cannot be read may create the other policy.
    if up.steps().any(|(_, step)| step.operation.is_unknown()) {
        return Vec::new();
    }
    let made = up.steps().filter_map(|(_, step)| match &*step.operation {
        Operation::CreatePolicy(policy) => Some((policy, step.span)),
        _ => None,
    });
    let mut told = Vec::new();
    let mut drafts = Vec::new();
    for (policy, span) in made {
        let what = match policy.command {
            PolicyCommand::Update => "UPDATE",
            PolicyCommand::Delete => "DELETE",
            _ => continue,
        };
        let unseen = context.after.table(&policy.table).is_some_and(|known| {
            known.created.is_some()
                && known.row_security
                && known.policies().any(|other| *other == **policy)
                && !known.policies().any(sees)
        });
        if unseen && policy.permissive && !told.contains(&&policy.table) {
            told.push(&policy.table);
            drafts.push(
                Draft::new(format!("{what} on {} finds no row, for no policy lets SELECT see one", policy.table))
                    .at(span)
                    .label("sees no row to change")
                    .note("It does not fail: a WHERE or RETURNING reads the rows, so the policies for SELECT count as well")
                    .help("Add a policy for SELECT, or one for ALL", advice::statement(context.project, &format!("CREATE POLICY {}_read ON {} FOR SELECT USING (…)", policy.table.name, policy.table))),
            );
        }
    }
    drafts
}

fn sees(policy: &Policy) -> bool {
    policy.permissive && matches!(policy.command, PolicyCommand::All | PolicyCommand::Select)
}
