//! A foreign key whose own columns have no index.

use crate::lint::prelude::*;
use crate::operation::Constraint;
use crate::source::Span;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "foreign-key-without-index",
        summary: "The columns of a foreign key have no index, so every DELETE of a parent reads the whole child table",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("foreign-key-without-index"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let up = &context.migration.up;
    if up.steps().any(|(_, step)| step.operation.is_unknown()) {
        return Vec::new();
    }
    let mut found: Vec<(Span, Name, Vec<String>)> = Vec::new();
    for (_, step) in up.steps() {
        let (table, constraints): (_, Vec<&Constraint>) = match &*step.operation {
            Operation::CreateTable(create) => (&create.table, create.constraints.iter().collect()),
            Operation::AddColumn { table, column, .. } => (table, column.constraints.iter().collect()),
            Operation::AddConstraint { table, constraint } => (table, vec![constraint]),
            _ => continue,
        };
        for constraint in constraints {
            let ConstraintKind::ForeignKey { columns, .. } = &constraint.kind else { continue };
            // Only a table that is still there can lack an index.
            if context.after.table(table).is_some() && !is_covered(context, table, columns) {
                found.push((step.span, table.clone(), columns.clone()));
            }
        }
    }
    let draft = |(span, table, columns): (Span, Name, Vec<String>)| {
        let index = format!("{}_{}_idx", table.name, columns.join("_"));
        let code = match context.project.framework.language {
            Language::Python => format!(
                "op.create_index({}, {}, {}, postgresql_concurrently=True)",
                advice::python_string(&index),
                advice::python_table(&table).0,
                advice::python_list(&columns)
            ),
            Language::Sql => format!(
                "CREATE INDEX CONCURRENTLY {} ON {table} ({});",
                quote(&index),
                advice::quoted(&columns)
            ),
        };
        Draft::new(format!("No index of {table} begins with {}, which a foreign key needs", advice::quoted(&columns)))
            .at(span)
            .label("has no index")
            .note("PostgreSQL indexes the referenced column, not the one that refers: each DELETE of a parent row reads the whole table")
            .help("Build an index on it, in a migration before this one", code)
    };
    found.into_iter().map(draft).collect()
}

fn is_covered(context: &MigrationContext<'_>, table: &Name, columns: &[String]) -> bool {
    context.after.indexes_of(table).any(|(_, index)| {
        let first = index.columns.iter().take(columns.len());
        !index.partial
            && index.columns.len() >= columns.len()
            && first.clone().all(|column| columns.contains(column))
    })
}
