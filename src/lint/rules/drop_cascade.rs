//! DROP … CASCADE.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "drop-cascade",
        summary: "CASCADE drops whatever depends on it, unnamed and unseen",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("drop-cascade"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (what, on) = match context.operation {
        Operation::DropTable { table, cascade: true, .. } => (format!("table {table}"), Some(table)),
        Operation::DropColumn { table, column, cascade: true, .. } => {
            (format!("column {table}.{}", quote(column)), Some(table))
        }
        Operation::DropConstraint { table, name, cascade: true, .. } => {
            (format!("constraint {} of {table}", quote(name)), Some(table))
        }
        Operation::DropType { name, cascade: true, .. } => (format!("type {name}"), None),
        Operation::DropSequence { name, cascade: true, .. } => (format!("sequence {name}"), None),
        Operation::DropView { name, cascade: true, .. } => (format!("view {name}"), Some(name)),
        Operation::DropIndex { index, cascade: true, .. } => (format!("index {index}"), None),
        Operation::DropSchema { name, cascade: true, .. } => (format!("schema {}", quote(name)), None),
        Operation::Other { kind, objects, options }
            if kind.starts_with("DROP ") && is_on(options, "cascade") =>
        {
            let name = objects.first().map(|name| format!(" {name}")).unwrap_or_default();
            (format!("{}{name}", kind.trim_start_matches("DROP ").to_lowercase()), None)
        }
        _ => return None,
    };
    if on.is_some_and(|table| context.is_new(table) && !context.is_foreign(table)) {
        return None;
    }
    let keys: Vec<String> = match context.operation {
        Operation::DropTable { table, .. } => context
            .schema
            .foreign_keys_to(table)
            .into_iter()
            .map(|(name, key)| format!("foreign key {} of {}", quote(&key.name), shown(name)))
            .collect(),
        _ => Vec::new(),
    };
    let draft = Draft::new(format!(
        "Dropping {what} with CASCADE drops whatever depends on it, which this line does not name"
    ))
    .lasts()
    .label("drops more than it names")
    .note("Takes ACCESS EXCLUSIVE on every table that loses something: a column, a trigger, a foreign key")
    .help("Drop what depends on it by name first, then drop it without CASCADE", "");
    Some(if keys.is_empty() {
        draft
    } else {
        draft.note(format!("As far as the history says: {}", keys.join(", ")))
    })
}
