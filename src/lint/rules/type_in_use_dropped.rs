//! DROP TYPE of a type that a column has.

use crate::lint::prelude::*;
use crate::lint::schema::type_name;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "type-in-use-dropped",
        summary: "A type is dropped while a column still has it, which fails",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("type-in-use-dropped"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let gone = match context.operation {
        Operation::DropType { name, cascade: false, .. } => name,
        Operation::Other { kind: "DROP DOMAIN", objects, options } if !is_on(options, "cascade") => {
            objects.first()?
        }
        _ => return None,
    };
    let wanted = context.schema.qualify(gone);
    let may_be_it = |text: &str| text.contains('"') || text.ends_with(&wanted.name);
    let has_it = |data_type: &DataType| {
        may_be_it(&data_type.name) && context.schema.qualify(&type_name(data_type)) == wanted
    };
    let (table, column) = context.schema.tables().find_map(|(name, table)| {
        let column = table.columns.iter().find(|column| column.data_type.as_ref().is_some_and(has_it))?;
        Some((shown(name), quote(&column.name)))
    })?;
    Some(
        Draft::new(format!("Dropping type {gone} fails, because column {table}.{column} has it"))
            .label(format!("{table}.{column} depends on it"))
            .refused(locks::failure(Shape::DropTypeInUse)?)
            .help("Change the column's type or drop the column first", ""),
    )
}
