//! IF NOT EXISTS on something that is there and differs.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "difference-hidden",
        summary: "IF NOT EXISTS passes over a table or column that is there already and is another",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("difference-hidden"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (table, columns, what) = match context.operation {
        Operation::CreateTable(create) if create.if_not_exists => {
            (&create.table, create.columns.as_slice(), "CREATE TABLE")
        }
        Operation::AddColumn { table, column, if_not_exists: true } => {
            (table, std::slice::from_ref(column.as_ref()), "ADD COLUMN")
        }
        _ => return None,
    };
    let known = context.schema.table(table).filter(|known| known.created.is_some())?;
    let is_column = what == "ADD COLUMN";
    if is_column && known.column(&columns.first()?.name).is_none() {
        return None;
    }
    let column = known.differs_in(columns)?;
    let name = quote(&column.name);
    let (message, label) = match known.column(&column.name).and_then(|known| known.data_type.as_ref()) {
        Some(is) => (
            format!("{table}.{name} is there already as {is}, so this does nothing and leaves it so"),
            format!("does not become {}", column.data_type),
        ),
        None => (
            format!("{table} is there already without {name}, so this does nothing and does not add it"),
            format!("{table} gets no {name}"),
        ),
    };
    Some(
        Draft::new(message)
            .label(label)
            .note(format!("{what} IF NOT EXISTS looks at the name and at nothing else"))
            .help("Alter what is there, with ADD COLUMN or ALTER COLUMN … TYPE", ""),
    )
}
