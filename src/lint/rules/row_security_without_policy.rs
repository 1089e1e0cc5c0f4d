//! ENABLE ROW LEVEL SECURITY without a policy.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "row-security-without-policy",
        summary: "Row-level security is switched on for a table that has no policy, so nobody but its owner sees a row",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("row-security-without-policy"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let bare = context.secured_tables().into_iter().filter(|(table, _)| {
        context.after.table(table).is_some_and(|known| !known.policies().any(|policy| policy.permissive))
    });
    bare.map(|(table, span)| {
        Draft::new(format!(
            "{table} has row-level security but no policy: nobody but its owner sees or writes a row"
        ))
        .at(span)
        .label("no policy follows")
        .note("Queries do not fail, they find nothing, and INSERT is refused")
        .help(
            "Create the policies in the same migration",
            advice::statement(
                context.project,
                &format!("CREATE POLICY {}_all ON {table} USING (…)", table.name),
            ),
        )
    })
    .collect()
}
