//! Alembic's operations: which statements each sends, in which order. Refuses operations that it does not know, aloud.

mod alter;
mod create;
mod entities;
mod enum_values;
mod index;
mod rows;

pub use rows::{Reader, execute};

use crate::source::Span;

use super::output::{Condition, Output, Place, Until};
use super::render::{Cause, given, last, quote, statement, text, types};
use super::value::{Argument, Arguments, Call, Symbol, Value};

/// One call of an operation, with the table of its batch if it has one.
pub(super) struct Operation<'a> {
    arguments: &'a Arguments,
    batch: Option<&'a Call>,
}

/// A statement with the part of the call that it comes from.
type Sent = (String, Option<Span>);

/// Runs an operation; gives what it returns to Python.
pub fn run(
    output: &mut Output,
    name: &str,
    batch: Option<&Call>,
    arguments: &Arguments,
    span: Span,
) -> Option<Value> {
    let place = Place { batched: batch.is_some(), ..Place::call(span) };
    let operation = Operation { arguments, batch };
    let name = name.strip_prefix("batch_").filter(|_| batch.is_none()).unwrap_or(name);
    // GeoAlchemy2's own operations differ from Alembic's on other databases only.
    let plain = name.replacen("_geospatial", "", 1);
    let sent = match plain.as_str() {
        "add_column" if plain != name => create::column(&operation, output).map(|mut sent| {
            sent.truncate(1);
            sent
        }),
        "create_constraints" | "drop_constraints" if plain != name => Ok(Vec::new()),
        "execute" => {
            execute(output, arguments, Reader::Text, span);
            return None;
        }
        "bulk_insert" => rows::bulk_insert(&operation),
        "create_table" => create::table(&operation, output),
        "drop_table" => alter::drop_table(&operation),
        "rename_table" => alter::rename_table(&operation),
        "add_column" => create::column(&operation, output),
        "drop_column" => alter::drop_column(&operation),
        "alter_column" => alter::column(&operation, output),
        "create_index" => index::index(&operation, output),
        "drop_index" => alter::drop_index(&operation),
        "create_primary_key"
        | "create_unique_constraint"
        | "create_check_constraint"
        | "create_foreign_key"
        | "create_exclude_constraint" => create::constraint(&operation, &plain, output),
        "drop_constraint" => alter::drop_constraint(&operation, output),
        "create_table_comment" | "drop_table_comment" => alter::table_comment(&operation, name),
        "create_entity" => entities::run(&operation, entities::Act::Create),
        "drop_entity" => entities::run(&operation, entities::Act::Drop),
        "replace_entity" => entities::run(&operation, entities::Act::Replace),
        "sync_enum_values" => enum_values::sync(&operation),
        _ => Err(Cause::new(format!("`{name}` is no operation of Alembic's own"))),
    };
    match sent {
        Ok(statements) => {
            for (sql, part) in statements {
                output.send(&sql, place.at(part));
            }
        }
        Err(Cause(reason)) => output.opaque_at(place, reason),
    }
    let callee = Value::path("alembic.op.create_table");
    (plain == "create_table").then(|| {
        Value::Symbol(std::rc::Rc::new(Symbol::Call(Call { callee, arguments: arguments.clone(), span })))
    })
}

/// `type.create(bind)`, `table.drop(bind)` and their kin; false if the object is nothing that can be created.
pub fn schema_item(
    output: &mut Output,
    item: &Value,
    create: bool,
    arguments: &Arguments,
    span: Span,
) -> bool {
    let Some(call) = item.as_call() else { return false };
    let Some(kind) = call.callee.as_path().map(last) else { return false };
    let place = Place::call(span);
    let sent: Result<Vec<Sent>, Cause> = match kind {
        "Enum" | "ENUM" => types::resolve(item).map(|kind| match kind.enumeration {
            Some(enumeration) if create => vec![(create::enumeration(&enumeration), None)],
            Some(enumeration) => vec![(format!("DROP TYPE {}", enumeration.sql()), None)],
            None => Vec::new(),
        }),
        "Table" | "create_table" => match create {
            true => create::table_of(&call.arguments, false, output),
            false => super::render::table::relation(item).and_then(|table| match table {
                Some(table) => Ok(vec![(format!("DROP TABLE {}", table.sql()), None)]),
                None => Err(Cause::new("a table is written in a way that is not followed")),
            }),
        },
        "Sequence" => statement::sequence(call, create, "").map(|sql| vec![(sql, None)]),
        "Index" => index::standing_index(call, create, output).map(|sql| vec![(sql, None)]),
        "DOMAIN" => Err(Cause::new("a domain is created by its type object")),
        _ => return false,
    };
    let height = output.conditions.len();
    output.conditions.extend(first_checked(call, kind, create, arguments));
    match sent {
        Ok(statements) => {
            for (sql, part) in statements {
                output.send(&sql, place.at(part));
            }
        }
        Err(Cause(reason)) => output.opaque(span, reason),
    }
    output.conditions.truncate(height);
    true
}

/// `checkfirst=True`, which PostgreSQL's own types and sequences have by default.
fn first_checked(call: &Call, kind: &str, create: bool, arguments: &Arguments) -> Option<Condition> {
    let checks = match arguments.value(1, "checkfirst") {
        Some(given) => matches!(given, Value::Bool(true)),
        None => matches!(kind, "ENUM" | "Sequence"),
    };
    let (word, name) = match kind {
        "Enum" | "ENUM" => ("type", call.arguments.named("name")),
        "Sequence" => ("sequence", call.arguments.value(0, "name")),
        "Index" => ("index", call.arguments.value(0, "name")),
        _ => ("table", call.arguments.value(0, "name")),
    };
    let name = name.and_then(Value::as_str).filter(|_| checks)?;
    let state = if create { "does not exist yet" } else { "exists" };
    Some(Condition { text: format!("{word} `{name}` {state}").into(), until: Until::Branch })
}

impl Operation<'_> {
    fn named(&self, name: &str) -> Option<&Value> {
        self.arguments.named(name)
    }

    /// The argument at a position, counted without the table where a batch knows it; `before` says how many
    /// arguments stand before the table.
    fn argument(&self, position: usize, before: usize, name: &str) -> Option<&Argument> {
        let skipped = usize::from(self.batch.is_some() && position > before);
        self.arguments.at(position - skipped, name)
    }

    fn value(&self, position: usize, before: usize, name: &str) -> Option<&Value> {
        self.argument(position, before, name).map(|argument| &argument.value)
    }

    /// The table that the operation is on, the position of that argument without a batch, and its schema.
    fn table(&self, position: usize, name: &str) -> Result<(Option<String>, String), Cause> {
        match self.batch {
            Some(batch) => {
                let table = batch.arguments.value(0, "table_name").unwrap_or(&Value::None);
                let schema = given(batch.arguments.value(1, "schema")).map(text).transpose()?;
                Ok((schema, text(table)?))
            }
            None => {
                let table = self.arguments.value(position, name).unwrap_or(&Value::None);
                let table =
                    table.as_call().and_then(|call| call.arguments.value(0, "value")).unwrap_or(table);
                Ok((self.schema("schema")?, text(table)?))
            }
        }
    }

    fn schema(&self, name: &str) -> Result<Option<String>, Cause> {
        given(self.named(name)).map(text).transpose().map(|schema| schema.filter(|schema| !schema.is_empty()))
    }

    fn span(&self, name: &str) -> Option<Span> {
        self.arguments.argument(name).map(|argument| argument.span)
    }
}

/// `ALTER TABLE name`.
fn alter_table(schema: Option<&str>, table: &str) -> String {
    format!("ALTER TABLE {}", quote::altered_table(schema, table))
}
