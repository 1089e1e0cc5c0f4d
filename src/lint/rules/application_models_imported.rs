//! A migration that imports the models as they are today.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "application-models-imported",
        summary: "A migration imports the application's models, which change after it is written",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("application-models-imported"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

/// Parts of a module's path that hold models.
const MODELS: &[&str] = &["models", "model", "entities", "orm_models", "db_models"];

/// Parts that say that something else is imported from there.
const OTHERS: &[&str] =
    &["types", "type", "enums", "enum", "constants", "custom_types", "mixins", "metadata"];

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let is_model = |id: &str| {
        let parts: Vec<String> = id.split('.').map(str::to_lowercase).collect();
        let has = |list: &[&str]| parts.iter().any(|part| list.contains(&part.as_str()));
        has(MODELS) && !has(OTHERS)
    };
    let imports: Vec<_> = context.migration.imports.iter().filter(|import| is_model(&import.id)).collect();
    let Some(first) = imports.first() else { return Vec::new() };
    let draft = Draft::new(format!("This migration imports {}, which changes after it is written", first.id))
        .at(first.span)
        .label("not frozen")
        .note(if is_constant(&first.id) {
            "The day it gets another value, or is gone, this migration does something else, or nothing"
        } else {
            "The day the model gains a column, this migration selects it, years before the migration that adds it"
        })
        .help(
            "Write down the tables as this migration needs them",
            "orders = sa.table(\"orders\", sa.column(\"id\", sa.BigInteger), sa.column(\"status\", sa.Text))",
        );
    let others = imports.iter().skip(1).filter(|import| import.span != first.span);
    vec![others.fold(draft, |draft, import| draft.related(import.span, "nor is this"))]
}

/// Whether a name is written like those of constants.
fn is_constant(id: &str) -> bool {
    let name = id.rsplit('.').next().unwrap_or(id);
    name.len() > 1 && !name.chars().any(char::is_lowercase)
}
