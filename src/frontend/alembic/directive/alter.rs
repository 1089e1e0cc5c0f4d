//! Operations that change or drop what exists.

use super::super::output::Output;
use super::super::render::column::{default, identity_sql};
use super::super::render::constraint::{Constraint, Kind, Referred};
use super::super::render::element::Renderer;
use super::super::render::{Cause, flag, given, last, literal, quote, text, types};
use super::super::value::Value;
use super::{Operation, Sent, alter_table};

pub(super) fn drop_table(operation: &Operation<'_>) -> Result<Vec<Sent>, Cause> {
    let (schema, table) = operation.table(0, "table_name")?;
    let guard = if flag(operation.named("if_exists"))? { "IF EXISTS " } else { "" };
    Ok(vec![(format!("DROP TABLE {guard}{}", quote::table(schema.as_deref(), &table)), None)])
}

pub(super) fn rename_table(operation: &Operation<'_>) -> Result<Vec<Sent>, Cause> {
    let (schema, table) = operation.table(0, "old_table_name")?;
    let to = operation.arguments.value(1, "new_table_name").unwrap_or(&Value::None);
    Ok(vec![(format!("{} RENAME TO {}", alter_table(schema.as_deref(), &table), quote::value(to)?), None)])
}

pub(super) fn drop_column(operation: &Operation<'_>) -> Result<Vec<Sent>, Cause> {
    let (schema, table) = operation.table(0, "table_name")?;
    let column =
        operation.argument(1, 0, "column_name").ok_or_else(|| Cause::new("the column is missing"))?;
    let guard = if flag(operation.named("if_exists"))? { "IF EXISTS " } else { "" };
    let sql = format!(
        "{} DROP COLUMN {guard}{}",
        alter_table(schema.as_deref(), &table),
        quote::value(&column.value)?
    );
    Ok(vec![(sql, Some(column.span))])
}

/// `alter_column`: one statement for each thing that changes, in Alembic's order.
pub(super) fn column(operation: &Operation<'_>, output: &mut Output) -> Result<Vec<Sent>, Cause> {
    let (schema, table) = operation.table(0, "table_name")?;
    let name = operation.value(1, 0, "column_name").unwrap_or(&Value::None);
    // Where nothing changes nobody asks for the name.
    let column = quote::value(name);
    let column = || column.clone();
    let alter = alter_table(schema.as_deref(), &table);
    let mut sent: Vec<Sent> = Vec::new();
    if let Some(kind) = given(operation.named("type_")) {
        let mut sql = format!("{alter} ALTER COLUMN {} TYPE {}", column()?, types::ddl(kind)?);
        if let Some(using) = given(operation.named("postgresql_using")) {
            sql.push_str(&format!(" USING {}", text(using)?));
        }
        sent.push((sql, operation.span("type_")));
    } else if given(operation.named("postgresql_using")).is_some() {
        return Err(Cause::new("Alembic refuses `postgresql_using` without `type_`"));
    }
    if let Some(nullable) = given(operation.named("nullable")) {
        let verb = if flag(Some(nullable))? { "DROP" } else { "SET" };
        sent.push((
            format!("{alter} ALTER COLUMN {} {verb} NOT NULL", column()?),
            operation.span("nullable"),
        ));
    }
    match operation.named("server_default") {
        None | Some(Value::Bool(false)) => {}
        Some(value) => sent.push((
            format!("{alter} ALTER COLUMN {} {}", column()?, default_action(operation, value)?),
            operation.span("server_default"),
        )),
    }
    match operation.named("comment") {
        None | Some(Value::Bool(false)) => {}
        Some(comment) => {
            let comment = match comment {
                Value::None => "NULL".to_owned(),
                other => literal::string(&text(other)?),
            };
            let on = quote::altered_table(schema.as_deref(), &table);
            sent.push((
                format!("COMMENT ON COLUMN {on}.{} IS {comment}", column()?),
                operation.span("comment"),
            ));
        }
    }
    let renamed = given(operation.named("new_column_name")).or_else(|| given(operation.named("name")));
    if let Some(to) = renamed {
        sent.push((
            format!("{alter} RENAME {} TO {}", column()?, quote::value(to)?),
            operation.span("new_column_name"),
        ));
    }
    if let Some(kind) = given(operation.named("type_")) {
        sent.extend(type_check(kind, &text(name)?, schema.as_deref(), &table, output)?);
    }
    Ok(sent)
}

/// The CHECK constraint that a new type brings along.
fn type_check(
    kind: &Value,
    column: &str,
    schema: Option<&str>,
    table: &str,
    output: &Output,
) -> Result<Option<Sent>, Cause> {
    let Some((types::TypeCheck::Labels(labels), name)) = types::resolve(kind)?.check else { return Ok(None) };
    let labels: Vec<String> = labels.iter().map(|label| literal::string(label)).collect();
    let condition = format!("{} IN ({})", quote::name(column), labels.join(", "));
    let constraint =
        Constraint { name, columns: vec![column.to_owned()], ..Constraint::new(Kind::Check(condition)) };
    let sql = constraint.sql(&output.naming, schema, table)?;
    Ok(Some((format!("ALTER TABLE {} ADD {sql}", quote::table(schema, table)), None)))
}

/// `SET DEFAULT`, `DROP DEFAULT`, and what `sa.Identity` makes of them.
fn default_action(operation: &Operation<'_>, value: &Value) -> Result<String, Cause> {
    let kind = |value: Option<&Value>| {
        value
            .and_then(Value::as_call)
            .and_then(|call| call.callee.as_path())
            .map(|path| last(path).to_owned())
    };
    let existing = operation.named("existing_server_default");
    let (new, old) = (kind(Some(value)), kind(existing));
    if new.as_deref() == Some("Computed") || old.as_deref() == Some("Computed") {
        return Err(Cause::new("Alembic refuses to add or remove a computed column's expression"));
    }
    if new.as_deref() == Some("Identity") || old.as_deref() == Some("Identity") {
        return match (value.as_call(), old) {
            (None, _) => Ok("DROP IDENTITY".to_owned()),
            (Some(call), None) => Ok(format!("ADD {}", identity_sql(&call.arguments)?)),
            (Some(_), Some(_)) => Err(Cause::new("an identity is compared with the one that exists")),
        };
    }
    Ok(match value {
        Value::None => "DROP DEFAULT".to_owned(),
        other => format!("SET DEFAULT {}", default(other)?),
    })
}

pub(super) fn drop_index(operation: &Operation<'_>) -> Result<Vec<Sent>, Cause> {
    let name = operation.arguments.value(0, "index_name").unwrap_or(&Value::None);
    let settled = matches!(name, Value::Str(text) if text.settled);
    let schema = match operation.batch {
        Some(batch) => given(batch.arguments.value(1, "schema")).map(text).transpose()?,
        None => operation.schema("schema")?,
    };
    let name = quote::constraint(&text(name)?, settled)?;
    let name = schema.map_or_else(|| name.clone(), |schema| format!("{}.{name}", quote::name(&schema)));
    let concurrently = if flag(operation.named("postgresql_concurrently"))? { "CONCURRENTLY " } else { "" };
    let guard = if flag(operation.named("if_exists"))? { "IF EXISTS " } else { "" };
    Ok(vec![(format!("DROP INDEX {concurrently}{guard}{name}"), None)])
}

pub(super) fn drop_constraint(operation: &Operation<'_>, output: &Output) -> Result<Vec<Sent>, Cause> {
    if operation.batch.is_none() && operation.arguments.value(1, "table_name").is_none() {
        return Err(Cause::new("it names no table, without which Alembic refuses the call"));
    }
    let (schema, table) = operation.table(1, "table_name")?;
    let name = operation.arguments.value(0, "constraint_name").unwrap_or(&Value::None);
    if let Value::None = name {
        return Err(Cause::new("Alembic cannot drop a constraint that has no name"));
    }
    let kind = match given(operation.value(2, 1, "type_")).map(text).transpose()?.as_deref() {
        Some("foreignkey") => {
            Kind::Foreign(Referred { schema: None, table: String::new(), columns: Vec::new() })
        }
        Some("primary") => Kind::Primary,
        Some("unique") => Kind::Unique(String::new()),
        Some("check") => Kind::Check(String::new()),
        None => Kind::Exclude(String::new()),
        Some(other) => return Err(Cause::new(format!("Alembic knows no constraint of type `{other}`"))),
    };
    let constraint = Constraint::new(kind).with_name(Some(name))?;
    let (name, settled) = constraint
        .final_name(&output.naming, schema.as_deref(), &table)
        .ok_or_else(|| Cause::new("Alembic cannot drop a constraint that has no name"))?;
    let guard = if flag(operation.named("if_exists"))? { "IF EXISTS " } else { "" };
    let table = quote::table(schema.as_deref(), &table);
    Ok(vec![(
        format!("ALTER TABLE {table} DROP CONSTRAINT {guard}{}", quote::constraint(&name, settled)?),
        None,
    )])
}

pub(super) fn table_comment(operation: &Operation<'_>, name: &str) -> Result<Vec<Sent>, Cause> {
    let (schema, table) = operation.table(0, "table_name")?;
    let table = quote::table(schema.as_deref(), &table);
    let comment = match name {
        "drop_table_comment" => "NULL".to_owned(),
        _ => literal::string(&text(operation.value(1, 0, "comment").unwrap_or(&Value::None))?),
    };
    Ok(vec![(format!("COMMENT ON TABLE {table} IS {comment}"), None)])
}

/// An index key: a column's name, or an expression in SQLAlchemy's grouping.
pub(super) fn index_key(value: &Value) -> Result<(String, Option<String>), Cause> {
    match value {
        Value::Str(name) => Ok((quote::name(&name.text), Some(name.text.to_string()))),
        other => {
            let words = other.as_call().and_then(|call| call.callee.as_path()).map(last);
            let element = Renderer::ddl().element(other, &types::Family::Null)?;
            let grouped = element.eager.is_some() || element.precedence < 100 && element.precedence != 3;
            let sql = match words {
                Some("text") | None if !grouped => element.sql,
                _ if grouped => format!("({})", element.sql),
                _ => element.sql,
            };
            Ok((sql, element.key))
        }
    }
}
