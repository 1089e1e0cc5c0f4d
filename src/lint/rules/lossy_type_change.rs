//! ALTER COLUMN TYPE to a type that cannot hold all values of the old one.

use crate::lint::prelude::*;
use crate::lint::types;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "lossy-type-change",
        summary: "A column gets a type that cannot hold all values of its old one",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("lossy-type-change"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::AlterColumnType { table, column, to, using } = context.operation else { return None };
    let known = context.schema.column(table, column)?;
    let from = known.data_type.as_ref()?;
    let computes = using.as_ref().is_some_and(|using| !types::only_casts(using, column));
    let changed = context.earlier().any(|(_, operation)| match operation {
        Operation::Update { table: of, .. } | Operation::Delete { table: of, .. } => of == table,
        _ => false,
    });
    let at_hand = known.added.is_some_and(|added| context.is_at_hand(added));
    if context.is_new(table) || at_hand || computes || changed || !types::loses_values(from, to) {
        return None;
    }
    let name = format!("{}.{}", shown(table), quote(column));
    let draft = match consequence(from, to, using.is_some()) {
        Consequence::Loses(how) => Draft::new(format!("Values of {name} {how}, without an error"))
            .lasts()
            .note("What goes is gone, and no downgrade brings it back"),
        Consequence::Fails(shape) => Draft::new(format!("This fails if a value of {name} does not fit {to}"))
            .note(format!("It fails with SQLSTATE {}, and only where such rows are", locks::failure(shape)?)),
        Consequence::FailsToRead => {
            Draft::new(format!("This fails if a value of {name} cannot be read as {to}"))
                .note("It passes on an empty table, and where the tests keep no such value")
        }
    };
    Some(draft.label(format!("narrows {from} to {to}")).help(
        "Look for such rows first, and change them in a migration before this one",
        look(context, table, column, to),
    ))
}

/// What becomes of a value that does not fit.
enum Consequence {
    /// Completes "values …".
    Loses(&'static str),
    Fails(Shape),
    FailsToRead,
}

fn consequence(from: &DataType, to: &DataType, casts: bool) -> Consequence {
    let text_like =
        |data_type: &DataType| data_type.name == "text" || data_type.name.starts_with("character");
    match to.name.as_str() {
        // An explicit cast cuts text, the one that ALTER TYPE makes itself does not.
        _ if text_like(from) && text_like(to) && casts => Consequence::Loses("are cut to the new length"),
        _ if text_like(from) && text_like(to) => Consequence::Fails(Shape::TextTooLong),
        _ if text_like(from) => Consequence::FailsToRead,
        "date" => Consequence::Loses("lose their time of day"),
        "numeric" if scale(from) <= scale(to) => Consequence::Fails(Shape::NumberTooLarge),
        "smallint" | "integer" | "bigint" if from.name != "numeric" || scale(from) == 0 => {
            Consequence::Fails(Shape::NumberTooLarge)
        }
        "bit" => Consequence::Fails(Shape::BitsOfAnotherLength),
        "character varying" | "character" | "bit varying" => Consequence::Fails(Shape::TextTooLong),
        _ => Consequence::Loses("are rounded"),
    }
}

/// Digits behind the point; without a modifier as many as there are.
fn scale(data_type: &DataType) -> i32 {
    match data_type.modifiers.as_slice() {
        [] => i32::MAX,
        [_] => 0,
        [_, scale, ..] => *scale,
    }
}

/// A query that finds such rows, where one is easily said.
fn look(context: &Context<'_>, table: &Name, column: &str, to: &DataType) -> String {
    match (to.name.as_str(), to.modifiers.first()) {
        ("character varying" | "character", Some(length)) => Advice::new(context)
            .say(&format!("SELECT * FROM {table} WHERE length({}) > {length}", quote(column)))
            .finish(),
        _ => String::new(),
    }
}
