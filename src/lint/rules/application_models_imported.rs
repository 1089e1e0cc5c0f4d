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
        has(MODELS) && !has(OTHERS) && !parts.iter().any(|part| part.ends_with("utils"))
    };
    let text = context.sources.file(context.migration.up.span.source).text();
    let imports = context.migration.imports.iter();
    let imports: Vec<_> =
        imports.filter(|import| is_model(&import.id) && !gives_types(text, &import.id)).collect();
    let Some(first) = imports.first() else { return Vec::new() };
    let (note, help) = match is_constant(&first.id) {
        true => (
            "The day it gets another value, or is gone, this migration does something else, or nothing",
            "Write the value down as this migration needs it",
        ),
        false => (
            "The day the model gains a column, this migration selects it, years before the migration that adds it",
            "Write down the tables as this migration needs them",
        ),
    };
    let draft = Draft::new(format!("This migration imports {}, which changes after it is written", first.id))
        .at(first.span)
        .label("not frozen")
        .note(note)
        .help(help, written_down(context, &first.id));
    let others = imports.iter().skip(1).filter(|import| import.span != first.span);
    vec![others.fold(draft, |draft, import| draft.related(import.span, "nor is this"))]
}

/// The table of a model, with the columns that it has by now, if one bears its name.
fn written_down(context: &MigrationContext<'_>, id: &str) -> String {
    let model = id.rsplit('.').next().unwrap_or(id);
    let plain = |name: &str| name.replace('_', "").to_lowercase();
    let is_meant = |name: &str| {
        let (name, model) = (plain(name), plain(model));
        name == model || name == format!("{model}s") || name == format!("{model}es")
    };
    let Some((table, known)) = context.before.tables().find(|(name, _)| is_meant(&name.name)) else {
        return String::new();
    };
    let (name, schema) = match table.schema.as_deref() {
        Some("public") => advice::python_table(&Name::unqualified(table.name.clone())),
        _ => advice::python_table(table),
    };
    let columns = known
        .columns
        .iter()
        .take(3)
        .map(|column| format!(", sa.column({})", advice::python_string(&column.name)));
    format!("{} = sa.table({name}{}{schema})", table.name, columns.collect::<String>())
}

/// Whether a file uses a module for nothing but types of columns: `sa.Column("at", app.models.UtcTime())`, as
/// autogenerate writes them.
fn gives_types(text: &str, id: &str) -> bool {
    let is_type = |at: usize| {
        let open = |depth: usize, c: char| {
            depth.checked_sub(usize::from(c == ')')).map(|depth| depth + usize::from(c == '('))
        };
        let column = text[..at].rfind("Column(").map(|column| &text[column + "Column(".len()..at]);
        text[..at].ends_with("type=")
            || text[..at].ends_with("type_=")
            || column.is_some_and(|before| before.chars().try_fold(0, open).is_some())
    };
    let mut uses = text.match_indices(id).filter(|(at, _)| !text[..*at].ends_with("import ")).peekable();
    uses.peek().is_some() && uses.all(|(at, _)| text[at + id.len()..].starts_with('.') && is_type(at))
}

/// Whether a name is written like those of constants.
fn is_constant(id: &str) -> bool {
    let name = id.rsplit('.').next().unwrap_or(id);
    name.len() > 1 && !name.chars().any(char::is_lowercase)
}
