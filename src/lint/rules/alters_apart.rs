//! Several ALTER TABLE of one table that could be one.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "alters-apart",
        summary: "Several ALTER TABLE change one table one after the other, where one statement would do",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("alters-apart"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let up = &context.migration.up;
    let mut drafts = Vec::new();
    let mut last: Option<(&Name, crate::source::Span)> = None;
    let mut said: Vec<&Name> = Vec::new();
    for statement in &up.statements {
        let alters = statement.steps.iter().all(|step| {
            matches!(
                &*step.operation,
                Operation::AddColumn { .. }
                    | Operation::DropColumn { .. }
                    | Operation::SetDefault { .. }
                    | Operation::DropNotNull { .. }
            )
        });
        let table = statement.steps.first().and_then(|step| step.operation.table()).filter(|_| alters);
        if let (Some(table), Some((before, span))) = (table, last)
            && table == before
            && context.before.table(table).is_some()
            && !said.contains(&table)
        {
            said.push(table);
            drafts.push(
                Draft::new(format!(
                    "These changes of {table} could be one ALTER TABLE, which waits for its lock once"
                ))
                .at(statement.span)
                .label("could be one with the statement before")
                .related(span, format!("changes {table} as well"))
                .help(format!("Join them: ALTER TABLE {table} …, …"), ""),
            );
        }
        last = table.map(|table| (table, statement.span));
    }
    // Alembic has no call for several actions.
    if context.project.framework.language == Language::Python { Vec::new() } else { drafts }
}
