//! DROP VIEW, FUNCTION, TRIGGER, SEQUENCE, EXTENSION and their kin.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "used-object-dropped",
        summary: "A view, function, trigger, sequence or extension is dropped under code that may still use it",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("used-object-dropped"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (what, name) = dropped(context.operation)?;
    let made_here = context.earlier().any(|(_, operation)| makes(operation, &name));
    let made_again = context.later().any(|(_, operation)| makes(operation, &name));
    let goes_with_table = context.later().any(|(_, operation)| match (operation, context.operation) {
        (Operation::DropTable { table, .. }, Operation::DropTrigger { table: of, .. }) => {
            table.name == of.name
        }
        _ => false,
    });
    if made_here || made_again || goes_with_table || stands_in(context) {
        return None;
    }
    Some(
        Draft::new(format!("Running code that still uses {what} {name} fails from here on"))
            .label("is gone at once")
            .help(
                "Drop it in a release after the one that stopped using it, and say so when you allow this",
                "",
            ),
    )
}

/// Whether it is a view that keeps the old name of a renamed table alive: it was made to be dropped.
fn stands_in(context: &Context<'_>) -> bool {
    let Operation::DropView { name, .. } = context.operation else { return false };
    let renamed = |table: &Name| context.schema.table(table).is_some_and(|known| known.renamed_in.is_some());
    context.schema.view(name).is_some_and(|view| view.reads.iter().any(renamed))
}

fn dropped(operation: &Operation) -> Option<(&'static str, String)> {
    Some(match operation {
        Operation::DropView { name, materialized: false, .. } => ("view", name.name.clone()),
        Operation::DropView { name, materialized: true, .. } => ("materialised view", name.name.clone()),
        Operation::DropTrigger { name, .. } => ("trigger", name.clone()),
        Operation::DropPolicy { name, .. } => ("policy", name.clone()),
        Operation::DropSequence { name, .. } => ("sequence", name.name.clone()),
        Operation::Other { kind, objects, .. } => {
            let what = match *kind {
                "DROP FUNCTION" => "function",
                "DROP PROCEDURE" => "procedure",
                "DROP EXTENSION" => "extension",
                "DROP SERVER" => "foreign server",
                "DROP TABLESPACE" => "tablespace",
                _ => return None,
            };
            (what, objects.first()?.name.clone())
        }
        _ => return None,
    })
}

fn makes(operation: &Operation, wanted: &str) -> bool {
    match operation {
        Operation::CreateView { name, .. }
        | Operation::CreateFunction { name, .. }
        | Operation::CreateSequence { name, .. } => name.name == wanted,
        Operation::CreateTable(create) => create.table.name == wanted,
        Operation::CreatePolicy(policy) => policy.name == wanted,
        Operation::CreateTrigger(trigger) => trigger.name == *wanted,
        Operation::CreateExtension { name, .. } => name == wanted,
        Operation::Other { kind, objects, .. } => {
            kind.starts_with("CREATE") && objects.first().is_some_and(|object| object.name == wanted)
        }
        _ => false,
    }
}
