//! A foreign key whose column has another type than the column it refers to.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "foreign-key-type-mismatch",
        summary: "A foreign key joins columns of different types",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("foreign-key-type-mismatch"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (table, kind, own) = match context.operation {
        Operation::AddConstraint { table, constraint } => (table, &constraint.kind, None),
        Operation::AddColumn { table, column, .. } => {
            let key =
                column.constraints.iter().find(|c| matches!(c.kind, ConstraintKind::ForeignKey { .. }))?;
            (table, &key.kind, Some(&column.data_type))
        }
        _ => return None,
    };
    let ConstraintKind::ForeignKey { columns, references, referenced, .. } = kind else { return None };
    let parent = context.schema.table(references)?;
    let key: Vec<String> = match referenced.as_slice() {
        [] => parent.constraints.iter().find_map(|constraint| match &constraint.kind {
            ConstraintKind::PrimaryKey { columns } => Some(columns.clone()),
            _ => None,
        })?,
        named => named.to_vec(),
    };
    let type_of =
        |column: &str| context.schema.column(table, column).and_then(|known| known.data_type.as_ref());
    let (column, child, target, wanted) = columns.iter().zip(&key).find_map(|(column, target)| {
        let child = own.or_else(|| type_of(column))?;
        let wanted = parent.column(target)?.data_type.as_ref()?;
        let narrower = NUMBERS.iter().position(|name| *name == child.name)?
            < NUMBERS.iter().position(|name| *name == wanted.name)?;
        narrower.then_some((column, child, target, wanted))
    })?;
    Some(
        Draft::new(format!(
            "{table}.{} is {child}, but {references}.{} which it refers to is {wanted}",
            quote(column),
            quote(target)
        ))
        .label("is too narrow")
        .note(format!(
            "The day a key of {references} leaves the range of {child}, every INSERT that refers to it fails"
        ))
        .help(format!("Give {} the type {wanted}", quote(column)), ""),
    )
}

/// Whole numbers, narrowest first.
const NUMBERS: &[&str] = &["smallint", "integer", "bigint"];
