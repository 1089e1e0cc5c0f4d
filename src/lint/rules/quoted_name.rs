//! A name that must be quoted for ever.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "quoted-name",
        summary: "A table or column gets a name that must be quoted in every query",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("quoted-name"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let table = match context.operation {
        Operation::CreateTable(create) => Some(&create.table.name),
        Operation::RenameTable { to, .. } | Operation::RenameColumn { to, .. } => Some(to),
        _ => None,
    };
    let columns = context.new_columns().map(|(_, column)| &column.name);
    let name = table.into_iter().chain(columns).find(|name| quote(name) != *name.as_str())?;
    Some(
        Draft::new(format!("{} must be written with its quotes in every query", quote(name)))
            .label("needs quotes")
            .note("Without them PostgreSQL folds it to lower case, or reads a keyword")
            .help("Use lower case, digits and underscores, and no keyword", ""),
    )
}
