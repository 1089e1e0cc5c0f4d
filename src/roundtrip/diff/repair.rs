//! The statements that undo a difference.

use super::super::snapshot::{Kind, Object, ObjectId};
use super::{Change, facts};
use crate::operation::quote;

/// In the order in which they are run, without semicolons.
pub(super) fn statements(change: &Change) -> Vec<String> {
    match change {
        Change::Left(id, _) => vec![drop(id)],
        Change::Gone(id, object) => create(id, object).into_iter().collect(),
        Change::Renamed { from, to } => vec![rename(to, from)],
        Change::Changed { id, wanted, found } => alter(id, wanted, found),
        Change::Reordered(_) => Vec::new(),
    }
}

fn drop(id: &ObjectId) -> String {
    let (table, name) = (id.sql_table(), id.sql_name());
    match id.kind {
        Kind::Column => format!("ALTER TABLE {table} DROP COLUMN {name}"),
        Kind::Constraint => format!("ALTER TABLE {table} DROP CONSTRAINT {name}"),
        Kind::Trigger | Kind::Rule | Kind::Policy => {
            format!("DROP {} {name} ON {table}", id.kind.noun().to_uppercase())
        }
        _ => format!("DROP {} {name}", id.kind.noun().to_uppercase()),
    }
}

fn create(id: &ObjectId, object: &Object) -> Option<String> {
    let (table, name) = (id.sql_table(), id.sql_name());
    let definition = object.fact("definition");
    Some(match id.kind {
        Kind::Role => format!("CREATE ROLE {name}"),
        Kind::Extension | Kind::Schema => format!("CREATE {} {name}", id.kind.noun().to_uppercase()),
        Kind::Type => match (object.fact("labels"), object.fact("attributes")) {
            (Some(labels), _) => format!("CREATE TYPE {name} AS ENUM ({labels})"),
            (_, Some(attributes)) => format!("CREATE TYPE {name} AS ({attributes})"),
            _ => format!("CREATE TYPE {name} AS RANGE (SUBTYPE = {})", object.fact("subtype")?),
        },
        Kind::Domain => format!("CREATE DOMAIN {name} AS {}", object.fact("base type")?),
        Kind::Column => {
            let mut column = format!("ALTER TABLE {table} ADD COLUMN {name} {}", object.fact("type")?);
            if let Some(default) = object.fact("default") {
                column += &format!(" DEFAULT {default}");
            }
            if let (Some(kind), Some(expression)) = (object.fact("generated"), object.fact("expression")) {
                column += &format!(" GENERATED ALWAYS AS ({expression}) {}", kind.to_uppercase());
            }
            if let Some(identity) = object.fact("identity") {
                column += &format!(" GENERATED {} AS IDENTITY", identity.to_uppercase());
            }
            column + if object.fact("NOT NULL").is_some() { " NOT NULL" } else { "" }
        }
        Kind::Constraint => format!("ALTER TABLE {table} ADD CONSTRAINT {name} {}", definition?),
        Kind::View | Kind::MaterializedView => {
            format!("CREATE {} {name} AS {}", id.kind.noun().to_uppercase(), definition?.trim())
        }
        Kind::Sequence => format!("CREATE SEQUENCE {name}"),
        Kind::Index | Kind::Function | Kind::Procedure | Kind::Trigger | Kind::Rule | Kind::Statistics => {
            definition?.trim().to_owned()
        }
        Kind::Policy => {
            let mut policy = format!("CREATE POLICY {name} ON {table} FOR {}", object.fact("command")?);
            if let Some(roles) = object.fact("roles") {
                policy += &format!(" TO {roles}");
            }
            for (keyword, fact) in [(" USING ", "using"), (" WITH CHECK ", "with check")] {
                if let Some(value) = object.fact(fact) {
                    policy += &format!("{keyword}({value})");
                }
            }
            policy
        }
        // A table's definition is the migration's to repeat; the rest cannot be told from their facts.
        Kind::Table | Kind::ForeignTable | Kind::Aggregate | Kind::EventTrigger | Kind::Publication => {
            return None;
        }
    })
}

fn rename(from: &ObjectId, to: &ObjectId) -> String {
    if from.kind == Kind::Constraint {
        return format!(
            "ALTER TABLE {} RENAME CONSTRAINT {} TO {}",
            from.sql_table(),
            from.sql_name(),
            quote(&to.name)
        );
    }
    format!("ALTER {} {} RENAME TO {}", from.kind.noun().to_uppercase(), from.sql_name(), quote(&to.name))
}

/// The facts of columns and definitions; other facts (grants, options) have no one statement.
fn alter(id: &ObjectId, wanted: &Object, found: &Object) -> Vec<String> {
    let (table, name) = (id.sql_table(), id.sql_name());
    let differing = facts(wanted, found);
    if id.kind == Kind::Column {
        let statements = differing.iter().filter_map(|(fact, wanted, _)| {
            let action = match (*fact, wanted) {
                ("type", Some(data_type)) => format!("TYPE {}", data_type.trim_start_matches("public.")),
                ("NOT NULL", Some(_)) => "SET NOT NULL".to_owned(),
                ("NOT NULL", None) => "DROP NOT NULL".to_owned(),
                ("default", Some(default)) => format!("SET DEFAULT {default}"),
                ("default", None) => "DROP DEFAULT".to_owned(),
                _ => return None,
            };
            Some(format!("ALTER TABLE {table} ALTER COLUMN {name} {action}"))
        });
        return statements.collect();
    }
    if !differing.iter().any(|(fact, ..)| *fact == "definition") {
        return Vec::new();
    }
    match id.kind {
        Kind::Function | Kind::Procedure => create(id, wanted).into_iter().collect(),
        Kind::View => {
            create(id, wanted).map(|sql| sql.replacen("CREATE", "CREATE OR REPLACE", 1)).into_iter().collect()
        }
        _ => [Some(drop(id)), create(id, wanted)].into_iter().flatten().collect(),
    }
}
