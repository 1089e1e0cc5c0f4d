//! ALTER COLUMN TYPE from one enum to another that lacks some of its values.

use crate::lint::prelude::*;
use crate::lint::schema::type_name;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "enum-label-lost",
        summary: "A column gets an enum type that lacks a value of its old one, so rows that hold it make this fail",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("enum-label-lost"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::AlterColumnType { table, column, to, using } = context.operation else { return None };
    if context.is_new(table) {
        return None;
    }
    let from = context.schema.column(table, column)?.data_type.as_ref()?;
    let labels = |data_type: &DataType| context.schema.enum_type(&type_name(data_type))?.all_labels();
    let (old, new) = (labels(from)?, labels(to)?);
    let gone: Vec<&str> = old.into_iter().filter(|label| !new.contains(label)).collect();
    // A USING that names the value, or a change of the rows before, takes care of it.
    let minded =
        |label: &&&str| using.as_ref().is_some_and(|using| using.text.contains(&format!("'{label}'")));
    let changed = context.earlier().any(|(_, operation)| match operation {
        Operation::Update { table: of, columns, .. } => of == table && columns.contains(column),
        Operation::Delete { table: of, .. } => of == table,
        other => other.is_unknown(),
    });
    let left: Vec<&str> = gone.iter().filter(|label| !minded(label)).copied().collect();
    let first = left.first().filter(|_| !changed)?;
    let name = quote(column);
    let all: Vec<String> = left.iter().map(|label| format!("'{label}'")).collect();
    let code = Advice::new(context)
        .say("before the type changes, with the value that fits")
        .run(Code::sql(format!(
            "UPDATE {table} SET {name} = '{}' WHERE {name} IN ({})",
            new.first()?,
            all.join(", ")
        )))
        .finish();
    Some(
        Draft::new(format!(
            "Rows of {} that hold '{first}' in {name} make this fail, because {to} has no such value",
            shown(table)
        ))
        .label(format!("lacks {}", all.join(", ")))
        .grows_with(table)
        .note(format!(
            "It fails with SQLSTATE {}, and only where such rows are",
            locks::failure(Shape::EnumLabelMissing)?
        ))
        .help("Change these rows first, when no running code writes the value any more", code),
    )
}
