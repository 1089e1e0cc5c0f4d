//! A foreign key between types that PostgreSQL cannot compare.

use crate::lint::context::Joined;
use crate::lint::prelude::*;
use crate::lint::types;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "incomparable-foreign-key",
        summary: "A foreign key joins columns of types that PostgreSQL does not compare, so it refuses the statement",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("incomparable-foreign-key"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    match context.operation {
        Operation::AlterColumnType { table, column, to, .. } => changed(context, table, column, to),
        _ => added(context),
    }
}

fn added(context: &Context<'_>) -> Option<Draft> {
    let joined = context.joined_columns();
    let Joined { table, column, has, references, target, wants } =
        joined.iter().find(|joined| !types::can_refer(joined.has, joined.wants))?;
    let (own, other) = (place(table, column), place(references, target));
    Some(
        Draft::new(format!("{own} is {has} and cannot refer to {other}, which is {wants}"))
            .label(format!("{has} beside {wants}"))
            .refused(locks::failure(Shape::ForeignKeyOfAnotherType)?)
            .help(format!("Give {own} the type {wants}"), ""),
    )
}

/// A column of an old foreign key gets another type.
fn changed(context: &Context<'_>, table: &Name, column: &str, to: &DataType) -> Option<Draft> {
    let ends = context.schema.key_ends(table, column);
    let (end, end_type) = ends.iter().find_map(|end| {
        let of = context.schema.column(&end.table, &end.column)?.data_type.as_ref()?;
        let fits = if end.refers { types::can_refer(of, to) } else { types::can_refer(to, of) };
        (!fits).then_some((end, of))
    })?;
    let (own, other) = (place(table, column), place(&end.table, &end.column));
    Some(
        Draft::new(format!(
            "{own} cannot become {to} while {} ties it to {other}, which is {end_type}",
            quote(&end.key)
        ))
        .label(format!("{to} beside {end_type}"))
        .refused(locks::failure(Shape::TypeApartFromForeignKey)?)
        .help(
            format!("Drop {} first, and add it again when {other} has the new type too", quote(&end.key)),
            "",
        ),
    )
}

fn place(table: &Name, column: &str) -> String {
    format!("{}.{}", shown(table), quote(column))
}
