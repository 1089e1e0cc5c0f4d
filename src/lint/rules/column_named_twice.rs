//! A column that one statement names twice.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "column-named-twice",
        summary: "A statement names a column twice, which PostgreSQL refuses",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("column-named-twice"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

/// The columns of a primary or unique key.
fn key_columns(kind: &ConstraintKind) -> Option<&[String]> {
    match kind {
        ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns } => Some(columns),
        _ => None,
    }
}

fn repeats(columns: &[&String]) -> bool {
    columns.iter().enumerate().any(|(at, column)| columns[..at].contains(column))
}

fn check(context: &Context<'_>) -> Option<Draft> {
    let (table, columns, state): (_, Vec<&String>, _) = match context.operation {
        Operation::CreateTable(create) => (
            &create.table,
            create.columns.iter().map(|column| &column.name).collect(),
            Shape::TableColumnTwice,
        ),
        Operation::Update { table, columns, .. } => (table, columns.iter().collect(), Shape::AssignedTwice),
        Operation::Insert { table, columns, .. } => (table, columns.iter().collect(), Shape::InsertedTwice),
        Operation::AddConstraint { table, constraint } => {
            (table, key_columns(&constraint.kind)?.iter().collect(), Shape::KeyColumnTwice)
        }
        _ => return None,
    };
    let keys = context.operation.constraints().iter().filter_map(|constraint| key_columns(&constraint.kind));
    let in_key = keys.map(|key| key.iter().collect::<Vec<_>>()).find(|key| repeats(key));
    let (columns, state) = match in_key {
        Some(key) if !repeats(&columns) => (key, Shape::KeyColumnTwice),
        _ => (columns, state),
    };
    let twice = columns.iter().enumerate().find(|(at, column)| columns[..*at].contains(column));
    let (_, column) = twice.filter(|(_, column)| !column.is_empty())?;
    let name = quote(column);
    Some(
        Draft::new(format!("Column {name} of {table} is named twice here, which PostgreSQL refuses"))
            .label(format!("{name} stands here twice"))
            .refused(locks::failure(state)?)
            .help("Name it once", ""),
    )
}
