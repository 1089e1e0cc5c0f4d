//! `op.create_entity` and its kin of the package alembic_utils (0.8): functions, views, triggers, policies, extensions
//! and grants, with the words that the package puts around their definitions. Refuses entities made of other text.

use super::super::render::statement::executed;
use super::super::render::{Cause, Rendered, flag, given, last, list, text};
use super::super::value::{Arguments, Value};
use super::{Operation, Sent};

/// What is done to an entity.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Create,
    Drop,
    Replace,
}

/// The statements of one operation.
pub(super) fn run(operation: &Operation<'_>, act: Act) -> Result<Vec<Sent>, Cause> {
    let entity = operation.arguments.value(0, "target").unwrap_or(&Value::None);
    let made = entity
        .as_call()
        .and_then(|call| Some((last(call.callee.as_path()?), &call.arguments)))
        .ok_or_else(|| Cause::of(entity, "an entity is written in a way that is not followed"))?;
    let cascade = match flag(operation.arguments.value(1, "cascade"))? {
        true => " cascade",
        false => "",
    };
    let statements = match made {
        ("PGFunction", arguments) => function(arguments, act, cascade)?,
        ("PGView", arguments) => view(arguments, act, cascade)?,
        ("PGMaterializedView", arguments) => materialized_view(arguments, act, cascade)?,
        ("PGTrigger", arguments) => trigger(arguments, act, cascade)?,
        ("PGPolicy", arguments) => policy(arguments, act, cascade)?,
        ("PGExtension", arguments) => extension(arguments, act, cascade)?,
        ("PGGrantTable", arguments) => grant(arguments, act)?,
        (other, _) => return Err(Cause::new(format!("`{other}` is no entity that is followed"))),
    };
    Ok(statements.into_iter().map(|sql| (sql.trim_end().to_owned(), None)).collect())
}

fn function(arguments: &Arguments, act: Act, cascade: &str) -> Result<Vec<String>, Cause> {
    let (schema, signature) = names(arguments)?;
    let open = || Cause::new("a function's signature has no parentheses");
    let (name, rest) = signature.split_once('(').ok_or_else(open)?;
    let name = format!("{}.\"{}\"", quoted(&schema), name.trim());
    if act == Act::Drop {
        let parameters = rest.strip_suffix(')').ok_or_else(open)?;
        let parameters: Vec<&str> = parameters.split(',').map(without_default).collect();
        return Ok(vec![format!("DROP FUNCTION {name}({}){cascade}", parameters.join(", "))]);
    }
    let replace = if act == Act::Replace { "OR REPLACE " } else { "" };
    let definition = definition(arguments)?;
    // The package takes a colon that is escaped for SQLAlchemy as such in this language alone.
    let plain = definition.to_lowercase().replace('\'', "");
    let is_plpgsql = plain.split_whitespace().collect::<Vec<_>>().join(" ").contains("language plpgsql");
    let definition = if is_plpgsql { definition.replace("\\:", ":") } else { definition };
    Ok(vec![format!("CREATE {replace}FUNCTION {name}({rest} {definition}")])
}

/// A parameter without what follows `DEFAULT`.
fn without_default(parameter: &str) -> &str {
    let end = parameter.to_ascii_lowercase().find("default").unwrap_or(parameter.len());
    parameter[..end].trim()
}

fn view(arguments: &Arguments, act: Act, cascade: &str) -> Result<Vec<String>, Cause> {
    let (schema, signature) = names(arguments)?;
    let name = format!("{}.\"{signature}\"", quoted(&schema));
    let create = |verb: &str| Ok(format!("{verb} VIEW {name} AS {};", query(arguments)?));
    Ok(vec![match act {
        Act::Drop => format!("DROP VIEW {name}{cascade}"),
        Act::Create => create("CREATE")?,
        // The package falls back within the server.
        Act::Replace => format!(
            "do $$\n    begin\n        {}\n\n    exception when others then\n        DROP VIEW IF EXISTS {name};\n\n        \
             {}\n    end;\n$$ language 'plpgsql'",
            create("CREATE OR REPLACE")?,
            create("CREATE")?
        ),
    }])
}

fn materialized_view(arguments: &Arguments, act: Act, cascade: &str) -> Result<Vec<String>, Cause> {
    let (schema, signature) = names(arguments)?;
    let name = format!("{}.\"{signature}\"", quoted(&schema));
    if act == Act::Drop {
        return Ok(vec![format!("DROP MATERIALIZED VIEW {name}{cascade}")]);
    }
    let data = match arguments.value(3, "with_data") {
        Some(value) if !flag(Some(value))? => "NO DATA",
        _ => "DATA",
    };
    let query = query(arguments)?;
    let create = format!("CREATE MATERIALIZED VIEW {name} AS {} WITH {data}", query.trim_end_matches(';'));
    Ok(match act {
        Act::Replace => vec![format!("DROP MATERIALIZED VIEW IF EXISTS {name};"), create],
        _ => vec![create + ";"],
    })
}

fn trigger(arguments: &Arguments, act: Act, cascade: &str) -> Result<Vec<String>, Cause> {
    let (schema, signature) = names(arguments)?;
    let on = on_entity(arguments)?;
    if act == Act::Drop {
        return Ok(vec![format!("DROP TRIGGER \"{signature}\" ON {on}{cascade}")]);
    }
    let definition = definition(arguments)?;
    let (event, table, action) =
        parted(&definition).ok_or_else(|| Cause::new("a trigger's definition names no table"))?;
    let table = table.split_once('.').map_or(table, |(_, table)| table);
    let kind = if flag(arguments.value(4, "is_constraint"))? { "CONSTRAINT TRIGGER" } else { "TRIGGER" };
    let create = format!("CREATE {kind} \"{signature}\" {event} ON {schema}.{table} {action}");
    Ok(match act {
        Act::Replace => vec![format!("DROP TRIGGER IF EXISTS \"{signature}\" ON {on};"), create],
        _ => vec![create],
    })
}

/// A trigger's definition: its event, its table, and the rest.
fn parted(definition: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let at = definition[from..].find(char::is_whitespace)? + from;
        let after = definition[at..].trim_start();
        let (word, rest) = after.split_once(char::is_whitespace)?;
        if word.eq_ignore_ascii_case("on") {
            let (table, action) = rest.trim_start().split_once(char::is_whitespace)?;
            return Some((&definition[..at], table, action.trim_start()));
        }
        from = definition.len() - after.len();
    }
}

fn policy(arguments: &Arguments, act: Act, cascade: &str) -> Result<Vec<String>, Cause> {
    let (_, signature) = names(arguments)?;
    let name = format!("{signature} on {}", on_entity(arguments)?);
    let create = || Ok(format!("CREATE POLICY {name} {}", definition(arguments)?));
    Ok(match act {
        Act::Drop => vec![format!("DROP POLICY {name}{cascade}")],
        Act::Create => vec![create()?],
        Act::Replace => vec![format!("DROP POLICY IF EXISTS {name};"), create()? + ";"],
    })
}

fn extension(arguments: &Arguments, act: Act, cascade: &str) -> Result<Vec<String>, Cause> {
    let (schema, signature) = names(arguments)?;
    match act {
        Act::Create => Ok(vec![format!("CREATE EXTENSION \"{signature}\" WITH SCHEMA {};", quoted(&schema))]),
        Act::Drop => Ok(vec![format!("DROP EXTENSION \"{signature}\"{}", cascade.to_uppercase())]),
        Act::Replace => Err(Cause::new("alembic_utils cannot replace an extension")),
    }
}

fn grant(arguments: &Arguments, act: Act) -> Result<Vec<String>, Cause> {
    let needed = |position: usize, name: &str| text(arguments.value(position, name).unwrap_or(&Value::None));
    let table = format!("{}.{}", quoted(&needed(0, "schema")?), quoted(&needed(1, "table")?));
    let role = quoted(&needed(2, "role")?);
    let privilege = arguments.value(3, "grant").unwrap_or(&Value::None);
    let privilege = privilege.as_path().map_or_else(|| text(privilege), |path| Ok(last(path).to_owned()))?;
    let mut columns: Vec<String> = match given(arguments.value(4, "columns")) {
        Some(columns) => list(columns, false)?.iter().map(text).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    columns.sort();
    let columns = match columns.is_empty() {
        true => String::new(),
        false => format!(" ( {} )", columns.join(", ")),
    };
    let option = if flag(arguments.value(5, "with_grant_option"))? { " WITH GRANT OPTION" } else { "" };
    let revoke = format!("REVOKE {privilege} ON {table} FROM {role}");
    let grant = format!("GRANT {privilege}{columns} ON {table} TO {role}{option}");
    Ok(match act {
        Act::Create => vec![grant],
        Act::Drop => vec![revoke],
        Act::Replace => vec![revoke, grant],
    })
}

/// Schema and signature, with plain blanks and without quotes.
fn names(arguments: &Arguments) -> Result<(String, String), Cause> {
    let name = |position: usize, name: &str| {
        let given = text(arguments.value(position, name).unwrap_or(&Value::None))?;
        Ok(given.split_whitespace().collect::<Vec<_>>().join(" ").replace('"', ""))
    };
    Ok((name(0, "schema")?, name(1, "signature")?))
}

/// The definition, in which colons are no parameters.
fn definition(arguments: &Arguments) -> Rendered {
    let definition = text(arguments.value(2, "definition").unwrap_or(&Value::None))?;
    Ok(without_end(&definition).to_owned())
}

/// The query of a view, in which colons are parameters as anywhere else.
fn query(arguments: &Arguments) -> Rendered {
    executed(&Value::text(definition(arguments)?), &[])
}

fn without_end(sql: &str) -> &str {
    sql.trim().trim_end_matches(';').trim()
}

fn on_entity(arguments: &Arguments) -> Rendered {
    let on = text(arguments.value(3, "on_entity").unwrap_or(&Value::None))?.replace('"', "");
    Ok(if on.contains('.') { on } else { format!("public.{on}") })
}

/// A name in quotes, each part of one with a schema.
fn quoted(name: &str) -> String {
    let part = |part: &str| format!("\"{}\"", part.trim().trim_matches('"').trim());
    match name.split_once('.') {
        Some((schema, name)) => format!("{}.{}", part(schema), part(name)),
        None => part(name),
    }
}
