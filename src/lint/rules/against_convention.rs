//! What the conventions of the project ask of tables, columns, schemas and sessions.

use crate::lint::conventions::Conventions;
use crate::lint::prelude::*;
use crate::operation::Persistence;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "against-convention",
        summary: "A table, column, schema or session lacks what the conventions of the project ask for",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("against-convention"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let conventions = &context.settings.conventions;
    let message = of_settings(context, conventions)
        .or_else(|| of_schemas(context, conventions))
        .or_else(|| of_tables(context, conventions))
        .or_else(|| of_columns(context, conventions))?;
    Some(
        Draft::new(message)
            .label("against the convention")
            .help("See conventions in the configuration of mig-check", ""),
    )
}

/// The settings that must be made before the first change; said once.
fn of_settings(context: &Context<'_>, conventions: &Conventions) -> Option<String> {
    let changes = |operation: &Operation| operation.table().is_some();
    if !changes(context.operation) || context.earlier().any(|(_, operation)| changes(operation)) {
        return None;
    }
    let made = |wanted: &String| {
        context.earlier().any(|(_, operation)| {
            matches!(operation, Operation::Set { name, value: Some(_), .. } if name.eq_ignore_ascii_case(wanted))
        })
    };
    let missing = conventions.required_settings.iter().find(|name| !made(name))?;
    Some(format!("This migration does not set {missing}"))
}

fn of_schemas(context: &Context<'_>, conventions: &Conventions) -> Option<String> {
    let name = match context.operation {
        Operation::CreateTable(create) if create.persistence != Persistence::Temporary => &create.table,
        Operation::CreateView { name, .. }
        | Operation::CreateFunction { name, .. }
        | Operation::CreateSequence { name, .. }
        | Operation::CreateEnum { name, .. }
        | Operation::CreateDomain { name, .. } => name,
        _ => return None,
    };
    if conventions.require_schema && name.schema.is_none() {
        return Some(format!("{name} is made without a schema in its name, wherever the search_path says"));
    }
    let schema = context.schema.qualify(name).schema?;
    conventions
        .forbidden_schemas
        .contains(&schema)
        .then(|| format!("{name} is made in the schema {}", quote(&schema)))
}

fn of_tables(context: &Context<'_>, conventions: &Conventions) -> Option<String> {
    let Operation::CreateTable(create) = context.operation else { return None };
    let plain = create.persistence != Persistence::Temporary
        && create.partition_of.is_none()
        && create.filled_from.is_none();
    let lacks = |name: &&String| {
        create.models.is_empty() && !create.columns.iter().any(|column| column.name == **name)
    };
    if let Some(column) = conventions.required_columns.iter().find(lacks).filter(|_| plain) {
        return Some(format!("{} has no column {}", create.table, quote(column)));
    }
    let bare = plain && conventions.table_comments && !context.is_commented(&create.table, None);
    bare.then(|| format!("{} has no comment", create.table))
}

fn of_columns(context: &Context<'_>, conventions: &Conventions) -> Option<String> {
    let lacks = |demand: &str, table: &Name, column: &Column| match demand {
        "not null" => !column.not_null,
        "default" => column.default.is_none() && column.generated.is_none() && !column.data_type.is_serial(),
        _ => !context.is_commented(table, Some(&column.name)),
    };
    context.new_columns().find_map(|(table, column)| {
        let demand = conventions.every_column.iter().find(|demand| lacks(demand, table, column))?;
        let missing = if demand == "not null" { "NOT NULL" } else { demand };
        Some(format!("{table}.{} has no {missing}", quote(&column.name)))
    })
}
