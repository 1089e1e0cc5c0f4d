//! Names that do not fit the conventions of the project, or of PostgreSQL.

use std::path::Path;

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "name-against-convention",
        summary: "A name does not fit the conventions of the project, or begins like those of PostgreSQL itself",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("name-against-convention"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let breaches = |(kind, name): (&'static str, String)| Some((kind, breach(context, kind, &name)?, name));
    let (kind, why, name) = names(context).into_iter().find_map(breaches)?;
    let what = kind.replace('-', " ");
    Some(
        Draft::new(format!(
            "The name of {what} {} {why}",
            if kind == "file" { name.clone() } else { quote(&name) }
        ))
        .label("against the convention")
        .help("Give it a name that fits while nothing uses it yet", ""),
    )
}

fn breach(context: &Context<'_>, kind: &str, name: &str) -> Option<String> {
    match context.settings.conventions.names.get(kind) {
        Some(pattern) => (!pattern.fits(name)).then(|| format!("does not fit {pattern}")),
        None if name.starts_with("pg_") => Some("begins with pg_, as PostgreSQL's own do".to_owned()),
        None => None,
    }
}

/// What the operation names for the first time, by the kinds of [`KINDS`].
///
/// [`KINDS`]: crate::lint::conventions::KINDS
fn names(context: &Context<'_>) -> Vec<(&'static str, String)> {
    let mut found: Vec<(&'static str, String)> = Vec::new();
    match context.operation {
        Operation::CreateTable(create) => {
            let kind = if create.partition_of.is_some() { "partition" } else { "table" };
            found.push((kind, create.table.name.clone()));
        }
        Operation::RenameTable { to, .. } => found.push(("table", to.clone())),
        Operation::RenameColumn { to, .. } => found.push(("column", to.clone())),
        Operation::CreateIndex(create) => found.extend(create.name.clone().map(|name| ("index", name))),
        Operation::RenameIndex { to, .. } => found.push(("index", to.clone())),
        Operation::CreateView { name, .. } => found.push(("view", name.name.clone())),
        Operation::CreateFunction { name, .. } => found.push(("function", name.name.clone())),
        Operation::CreateSequence { name, .. } => found.push(("sequence", name.name.clone())),
        Operation::CreateEnum { name, .. } | Operation::CreateDomain { name, .. } => {
            found.push(("type", name.name.clone()))
        }
        Operation::CreateTrigger(trigger) => found.push(("trigger", trigger.name.clone())),
        Operation::CreateSchema { name, .. } => found.push(("schema", name.clone())),
        Operation::CreatePolicy(policy) => found.push(("policy", policy.name.clone())),
        _ => {}
    }
    if context.position == 0
        && context.statement.steps.first().is_some_and(|step| *step.operation == *context.operation)
    {
        let path = context.sources.file(context.script.source()).display_path();
        found.extend(Path::new(&path).file_stem().map(|stem| ("file", stem.to_string_lossy().into_owned())));
    }
    found.extend(context.new_columns().map(|(_, column)| ("column", column.name.clone())));
    found.extend(context.operation.constraints().iter().filter_map(|constraint| {
        let kind = match &constraint.kind {
            ConstraintKind::PrimaryKey { .. } | ConstraintKind::UsingIndex { primary: true, .. } => {
                "primary-key"
            }
            ConstraintKind::Unique { .. } | ConstraintKind::UsingIndex { .. } => "unique",
            ConstraintKind::ForeignKey { .. } => "foreign-key",
            ConstraintKind::Check(_) | ConstraintKind::NotNull { .. } => "check",
            ConstraintKind::Exclude => "exclusion",
        };
        Some((kind, constraint.name.clone()?))
    }));
    found
}
