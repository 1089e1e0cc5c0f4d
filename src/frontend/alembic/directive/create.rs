//! Operations that create: tables, columns, indexes, constraints, with everything that SQLAlchemy adds to them.

use super::super::output::Output;
use super::super::render::column::{Column, column as read_column};
use super::super::render::constraint::{Constraint, Kind, Referred, column_name, exclude, include};
use super::super::render::types::{Enumeration, SpatialIndex};
use super::super::render::{
    Cause, Rendered, constraint as clause, flag, given, last, list, literal, quote, text,
};
use super::super::value::{Arguments, Call, Value};
use super::index::{column_index, create_index};
use super::{Operation, Sent, alter_table};

/// `CREATE TYPE … AS ENUM`.
pub(super) fn enumeration(enumeration: &Enumeration) -> String {
    let labels: Vec<String> = enumeration.labels.iter().map(|label| literal::string(label)).collect();
    format!("CREATE TYPE {} AS ENUM ({})", enumeration.sql(), labels.join(", "))
}

pub(super) fn table(operation: &Operation<'_>, output: &mut Output) -> Result<Vec<Sent>, Cause> {
    table_of(operation.arguments, flag(operation.named("if_not_exists"))?, output)
}

/// Everything that creating a table sends: types, the table, indexes, comments.
pub(super) fn table_of(
    arguments: &Arguments,
    guarded: bool,
    output: &mut Output,
) -> Result<Vec<Sent>, Cause> {
    let name = arguments.value(0, "table_name").or_else(|| arguments.named("name")).unwrap_or(&Value::None);
    let name = text(name.as_call().and_then(|call| call.arguments.value(0, "value")).unwrap_or(name))?;
    let schema = given(arguments.named("schema")).map(text).transpose()?.filter(|schema| !schema.is_empty());
    let mut columns: Vec<Column> = Vec::new();
    let mut constraints: Vec<Constraint> = Vec::new();
    let mut indexes: Vec<&Call> = Vec::new();
    for argument in arguments.positional.iter().skip(usize::from(arguments.named("table_name").is_none())) {
        let value = &argument.value;
        let Some(call) = value.as_call() else {
            match value {
                Value::None => continue,
                // `sa.MetaData()` of a full `Table` held in a name of a library.
                _ if value.as_path().is_some_and(|path| path.to_lowercase().ends_with("metadata")) => {
                    continue;
                }
                other => {
                    return Err(Cause::of(
                        other,
                        "a part of the table is written in a way that is not followed",
                    ));
                }
            }
        };
        match call.callee.as_path().map(last) {
            Some("Column" | "column") => columns.push(read_column(value)?),
            Some("Index") => indexes.push(call),
            Some("MetaData") => {}
            _ => match Constraint::of_table(call)? {
                Some(_) if flag(call.arguments.named("use_alter"))? => {}
                Some(constraint) => constraints.push(constraint),
                None => {
                    return Err(Cause::new("a part of the table is written in a way that is not followed"));
                }
            },
        }
    }
    let mut sent = Vec::new();
    for column in &columns {
        let Some(kind) = &column.kind else { continue };
        if let Some(created) = &kind.enumeration
            && created.create
            && output.created_types.insert(created.sql())
        {
            sent.push((enumeration(created), Some(column.span)));
        }
    }
    sent.push((
        create_table(&name, schema.as_deref(), guarded, &columns, constraints, arguments, output)?,
        None,
    ));
    let on = quote::table(schema.as_deref(), &name);
    for column in columns.iter().filter(|column| column.index) {
        sent.push((column_index(column, schema.as_deref(), &name, output)?, Some(column.span)));
    }
    for column in &columns {
        sent.extend(spatial_index(column, schema.as_deref(), &name)?);
    }
    for call in indexes {
        let mut inner = call.arguments.clone();
        let index_name =
            inner.positional.first().map(|argument| argument.value.clone()).unwrap_or(Value::None);
        let keys: Vec<Value> = inner.positional.drain(..).skip(1).map(|argument| argument.value).collect();
        sent.push((
            create_index(&index_name, &keys, (schema.as_deref(), &name, false), &inner, output)?,
            Some(call.span),
        ));
    }
    if let Some(comment) = given(arguments.named("comment")) {
        sent.push((format!("COMMENT ON TABLE {on} IS {}", literal::string(&text(comment)?)), None));
    }
    for column in &columns {
        sent.extend(comment(column, &on));
    }
    Ok(sent)
}

fn comment(column: &Column, on: &str) -> Option<Sent> {
    let words = column.comment.as_ref()?;
    let sql = format!("COMMENT ON COLUMN {on}.{} IS {}", quote::name(&column.name), literal::string(words));
    Some((sql, Some(column.span)))
}

fn create_table(
    name: &str,
    schema: Option<&str>,
    guarded: bool,
    columns: &[Column],
    mut constraints: Vec<Constraint>,
    arguments: &Arguments,
    output: &Output,
) -> Rendered {
    let key = constraints.iter().position(|constraint| matches!(constraint.kind, Kind::Primary));
    let key = key.map(|at| constraints.remove(at)).unwrap_or_else(|| {
        let mut key = Constraint::new(Kind::Primary);
        key.columns =
            columns.iter().filter(|column| column.primary).map(|column| column.name.clone()).collect();
        key
    });
    let mut lines = Vec::new();
    for column in columns {
        let mut line = {
            let refers = |constraint: &Constraint| {
                matches!(constraint.kind, Kind::Foreign(_)) && constraint.columns.contains(&column.name)
            };
            let refers = column.foreign_keys.iter().chain(&constraints).any(refers);
            column.definition(key.columns.contains(&column.name), key.columns.len(), refers)?
        };
        for check in &column.checks {
            line.push_str(&format!(" {}", check.sql(&output.naming, schema, name)?));
        }
        lines.push(line);
    }
    if !key.columns.is_empty() {
        lines.push(key.sql(&output.naming, schema, name)?);
    }
    for constraint in &constraints {
        lines.push(constraint.sql(&output.naming, schema, name)?);
    }
    for column in columns {
        let unique = (column.unique && !column.index).then(|| unique_of(column));
        for constraint in unique.iter().chain(&column.foreign_keys).chain(column.type_check().iter()) {
            lines.push(constraint.sql(&output.naming, schema, name)?);
        }
    }
    let prefixes = match given(arguments.named("prefixes")) {
        None => String::new(),
        Some(prefixes) => {
            let words: Vec<String> = list(prefixes, true)?.iter().map(text).collect::<Result<_, _>>()?;
            words.join(" ") + " "
        }
    };
    let guard = if guarded { "IF NOT EXISTS " } else { "" };
    let on = quote::table(schema, name);
    let body = lines.join(", \n\t");
    Ok(format!("CREATE {prefixes}TABLE {guard}{on} (\n\t{body}\n){}", table_options(arguments)?))
}

/// What follows the closing parenthesis.
fn table_options(arguments: &Arguments) -> Rendered {
    let mut options = String::new();
    if let Some(parents) = given(arguments.named("postgresql_inherits")) {
        let parents: Vec<String> = list(parents, true)?.iter().map(quote::value).collect::<Result<_, _>>()?;
        options.push_str(&format!("\n INHERITS ( {} )", parents.join(", ")));
    }
    for (option, words) in [("postgresql_partition_by", "PARTITION BY"), ("postgresql_using", "USING")] {
        if let Some(value) = given(arguments.named(option)) {
            options.push_str(&format!("\n {words} {}", text(value)?));
        }
    }
    if let Some(with) = given(arguments.named("postgresql_with_oids")) {
        options.push_str(if flag(Some(with))? { "\n WITH OIDS" } else { "\n WITHOUT OIDS" });
    }
    if let Some(action) = given(arguments.named("postgresql_on_commit")) {
        options.push_str(&format!("\n ON COMMIT {}", text(action)?.to_uppercase().replace('_', " ")));
    }
    if let Some(space) = given(arguments.named("postgresql_tablespace")) {
        options.push_str(&format!("\n TABLESPACE {}", quote::value(space)?));
    }
    Ok(options)
}

fn unique_of(column: &Column) -> Constraint {
    let mut unique = Constraint::new(Kind::Unique(String::new()));
    unique.columns = vec![column.name.clone()];
    unique
}

pub(super) fn column(operation: &Operation<'_>, output: &mut Output) -> Result<Vec<Sent>, Cause> {
    let (schema, table) = operation.table(0, "table_name")?;
    let given_column =
        operation.argument(1, 0, "column").ok_or_else(|| Cause::new("the column is missing"))?;
    let column = read_column(&given_column.value)?;
    let part = Some(given_column.span);
    let guard = if flag(operation.named("if_not_exists"))? { "IF NOT EXISTS " } else { "" };
    let mut sql = format!(
        "{} ADD COLUMN {guard}{}",
        alter_table(schema.as_deref(), &table),
        column.definition(column.primary, usize::from(column.primary), !column.foreign_keys.is_empty())?
    );
    if flag(operation.named("inline_primary_key"))? && column.primary {
        sql.push_str(" PRIMARY KEY");
    }
    let inline = flag(operation.named("inline_references"))? && column.foreign_keys.len() == 1;
    if inline && let Kind::Foreign(referred) = &column.foreign_keys[0].kind {
        let columns: Vec<String> = referred.columns.iter().map(|column| quote::name(column)).collect();
        let to = quote::table(referred.schema.as_deref(), &referred.table);
        sql.push_str(&format!(" REFERENCES {to} ({}){}", columns.join(", "), column.foreign_keys[0].tail));
    }
    for check in &column.checks {
        sql.push_str(&format!(" {}", check.sql(&output.naming, schema.as_deref(), &table)?));
    }
    let mut sent = vec![(sql, part)];
    let on = quote::table(schema.as_deref(), &table);
    let unique = (column.unique && !column.index).then(|| unique_of(&column));
    let keys = column.foreign_keys.iter().filter(|_| !inline);
    for constraint in unique.iter().chain(keys).chain(column.type_check().iter()) {
        let clause = constraint.sql(&output.naming, schema.as_deref(), &table)?;
        sent.push((format!("ALTER TABLE {on} ADD {clause}"), part));
    }
    if column.index {
        sent.push((column_index(&column, schema.as_deref(), &table, output)?, part));
    }
    sent.extend(spatial_index(&column, schema.as_deref(), &table)?);
    sent.extend(comment(&column, &on));
    Ok(sent)
}

/// The index that GeoAlchemy2 adds to a table for a column of its types.
fn spatial_index(column: &Column, schema: Option<&str>, table: &str) -> Result<Option<Sent>, Cause> {
    let Some(kind) = column.kind.as_ref().and_then(|kind| kind.spatial) else { return Ok(None) };
    let name = quote::constraint(&format!("idx_{table}_{}", column.name), true)?;
    let key = quote::name(&column.name);
    let key = match kind {
        SpatialIndex::Plain => key,
        SpatialIndex::EveryDimension => format!("{key} gist_geometry_ops_nd"),
        SpatialIndex::Hull => format!("ST_ConvexHull({key})"),
    };
    let on = quote::table(schema, table);
    Ok(Some((format!("CREATE INDEX {name} ON {on} USING gist ({key})"), Some(column.span))))
}

pub(super) fn constraint(
    operation: &Operation<'_>,
    kind: &str,
    output: &mut Output,
) -> Result<Vec<Sent>, Cause> {
    let arguments = operation.arguments;
    let name = arguments.value(0, "constraint_name");
    let columns_at = |position: usize, name: &str| {
        let value = operation.value(position, 1, name).unwrap_or(&Value::None);
        list(value, true)?.iter().map(column_name).collect::<Result<Vec<_>, _>>()
    };
    if kind == "create_foreign_key" {
        return foreign_key(operation, name, output);
    }
    let (schema, table) = operation.table(1, "table_name")?;
    let constraint = match kind {
        "create_primary_key" => {
            let mut constraint = Constraint::new(Kind::Primary).with_name(name)?;
            constraint.columns = columns_at(2, "columns")?;
            constraint.tail = include(arguments)? + &clause::deferrable(arguments)?;
            constraint
        }
        "create_unique_constraint" => {
            let mut constraint =
                Constraint::new(Kind::Unique(clause::distinct_nulls(arguments))).with_name(name)?;
            constraint.columns = columns_at(2, "columns")?;
            constraint.tail = include(arguments)? + &clause::deferrable(arguments)?;
            constraint
        }
        "create_check_constraint" => {
            let condition = operation.value(2, 1, "condition").unwrap_or(&Value::None);
            Constraint::check_of(condition, arguments, name)?
        }
        _ => exclude(arguments, if operation.batch.is_some() { 1 } else { 2 })?.with_name(name)?,
    };
    let sql = constraint.sql(&output.naming, schema.as_deref(), &table)?;
    Ok(vec![(format!("ALTER TABLE {} ADD {sql}", quote::table(schema.as_deref(), &table)), None)])
}

fn foreign_key(operation: &Operation<'_>, name: Option<&Value>, output: &Output) -> Result<Vec<Sent>, Cause> {
    let (batch_schema, table) = operation.table(1, "source_table")?;
    let schema = operation.schema("source_schema")?.or(batch_schema);
    let needed = |position: usize, name: &str| {
        operation.value(position, 1, name).ok_or_else(|| Cause::new(format!("`{name}` is missing")))
    };
    let names = |value: &Value| list(value, true)?.iter().map(column_name).collect::<Result<Vec<_>, Cause>>();
    let referred = Referred {
        schema: operation.schema("referent_schema")?,
        table: text(needed(2, "referent_table")?)?,
        columns: names(needed(4, "remote_cols")?)?,
    };
    let mut constraint = Constraint::new(Kind::Foreign(referred)).with_name(name)?;
    constraint.columns = names(needed(3, "local_cols")?)?;
    constraint.tail = clause::foreign_tail(operation.arguments)?;
    let sql = constraint.sql(&output.naming, schema.as_deref(), &table)?;
    Ok(vec![(format!("ALTER TABLE {} ADD {sql}", quote::table(schema.as_deref(), &table)), None)])
}
