//! DROP SEQUENCE, DROP FUNCTION and DROP SCHEMA that PostgreSQL refuses because something needs what they drop.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "needed-object-dropped",
        summary: "A sequence, function or schema is dropped that a default, a trigger or a table needs, which fails",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("needed-object-dropped"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (what, why, remedy, shape) = match context.operation {
        Operation::DropSequence { name, cascade: false, .. } => {
            let column = column_numbered_by(context, name)?;
            let why = format!("the default of {column} takes its values from it");
            (format!("sequence {name}"), why, "Drop the default first", Shape::DropNeededSequence)
        }
        Operation::Other { kind: "DROP FUNCTION" | "DROP ROUTINE", objects, options }
            if !is_on(options, "cascade") =>
        {
            let (name, (table, trigger)) =
                objects.iter().find_map(|name| Some((name, context.schema.trigger_calling(name)?)))?;
            let why = format!("trigger {} on {} calls it", trigger.name, shown(table));
            (format!("function {name}"), why, "Drop the trigger first", Shape::DropNeededFunction)
        }
        Operation::DropSchema { name, cascade: false, .. } => {
            let inside = |table: &Name| table.schema.as_ref() == Some(name);
            let mut tables = context.schema.tables();
            let (table, _) = tables.find(|(table, known)| inside(table) && known.created.is_some())?;
            let why = format!("table {} is in it", shown(table));
            (format!("schema {}", quote(name)), why, "Drop what is in it first", Shape::DropFilledSchema)
        }
        _ => return None,
    };
    // What could not be read may have dropped what needs it.
    if context.unread_before().next().is_some() {
        return None;
    }
    Some(
        Draft::new(format!("Dropping {what} fails, because {why}"))
            .label("is still needed")
            .refused(locks::failure(shape)?)
            .help(remedy, ""),
    )
}

/// The column whose default draws from a sequence.
fn column_numbered_by(context: &Context<'_>, sequence: &Name) -> Option<String> {
    let wanted = context.schema.qualify(sequence);
    let draws = |default: &crate::operation::Expression| {
        let mut literals = default.text.split('\'').skip(1).step_by(2);
        let calls = default.functions.iter().any(|function| function.ends_with("nextval"));
        calls
            && literals.next().is_some_and(|literal| {
                let name = match literal.split_once('.') {
                    Some((schema, name)) => Name::qualified(schema.to_owned(), name.to_owned()),
                    None => Name::unqualified(literal.to_owned()),
                };
                context.schema.qualify(&name) == wanted
            })
    };
    context.schema.tables().find_map(|(table, known)| {
        let mut columns = known.columns.iter();
        let column =
            columns.find(|column| column.default.as_ref().and_then(Option::as_ref).is_some_and(draws))?;
        Some(format!("{}.{}", shown(table), quote(&column.name)))
    })
}
