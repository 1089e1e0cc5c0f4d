//! RENAME of a view or its column, a function, sequence or type.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "rename-object",
        summary: "A view, function, sequence or type is renamed under code that still uses its old name",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("rename-object"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

/// Statements that may rename, and what they rename.
const KINDS: &[(&str, &str)] = &[
    ("ALTER VIEW", "view"),
    ("ALTER MATERIALIZED VIEW", "materialised view"),
    ("ALTER FUNCTION", "function"),
    ("ALTER PROCEDURE", "procedure"),
    ("ALTER ROUTINE", "routine"),
    ("ALTER AGGREGATE", "aggregate"),
    ("ALTER SEQUENCE", "sequence"),
    ("ALTER DOMAIN", "domain"),
];

fn check(context: &Context<'_>) -> Option<Draft> {
    let mut column = None;
    let (what, old, new) = match context.operation {
        Operation::RenameType { name, to } => ("type", name, to.clone()),
        Operation::RenameTable { table, to } if context.schema.table(table).is_none() => {
            let view = context.schema.view(table)?;
            (if view.materialized { "materialised view" } else { "view" }, table, to.clone())
        }
        // Whose name ends so was named by PostgreSQL, after a column: the column finds it whatever it is called.
        Operation::Other { kind: "ALTER SEQUENCE", objects, .. }
            if objects.first().is_some_and(|name| name.name.ends_with("_seq")) =>
        {
            return None;
        }
        Operation::Other { kind, objects, options } => {
            let (_, what) = KINDS.iter().find(|(known, _)| known == kind)?;
            let renamed = options.iter().find(|option| option.name.starts_with("rename"))?;
            column = renamed.name.strip_prefix("rename ").filter(|_| kind.ends_with("VIEW"));
            if renamed.name != "rename" && column.is_none() {
                return None;
            }
            (*what, objects.first()?, renamed.value.clone()?)
        }
        _ => return None,
    };
    let renamed = |name: &Name| context.schema.is_same(name, old);
    let made_here = context.earlier().any(|(_, operation)| made(operation).is_some_and(renamed));
    let made_again = context.later().any(|(_, operation)| match operation {
        Operation::DropType { name, .. } => renamed(name) || name.name == new,
        other => made(other).is_some_and(renamed),
    });
    if made_here || made_again {
        return None;
    }
    let new = quote(&new);
    let (renaming, old) = match column.map(quote) {
        Some(column) => (format!("column {column} of {what} {old}"), column),
        None => (format!("{what} {old}"), old.to_string()),
    };
    Some(
        Draft::new(format!("Renaming {renaming} to {new} breaks all running code that still says {old}"))
            .lasts()
            .label(format!("{old} is gone at once"))
            .help("Create it under the new name beside the old one, and drop the old one when no running code uses it", ""),
    )
}

/// What an operation creates, of the kinds that this rule speaks of.
fn made(operation: &Operation) -> Option<&Name> {
    match operation {
        Operation::CreateView { name, .. }
        | Operation::CreateFunction { name, .. }
        | Operation::CreateSequence { name, .. }
        | Operation::CreateEnum { name, .. }
        | Operation::CreateDomain { name, .. } => Some(name),
        _ => None,
    }
}
