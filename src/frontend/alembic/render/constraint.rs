//! Constraints as `CREATE TABLE` and `ADD` write them.

use super::super::naming::{Named, Naming};
use super::super::value::{Arguments, Call, Value};
use super::element::Renderer;
use super::types::Family;
use super::{Cause, Rendered, flag, given, list, quote, text};

/// A constraint before it has its final name.
#[derive(Clone, Debug)]
pub struct Constraint {
    /// The name that is given.
    pub name: Option<String>,
    /// Whether no naming convention may change it.
    pub settled: bool,
    /// What it demands.
    pub kind: Kind,
    /// The columns that it is on.
    pub columns: Vec<String>,
    /// ` DEFERRABLE`, ` NOT VALID` and whatever else follows.
    pub tail: String,
}

/// What a constraint demands.
#[derive(Clone, Debug)]
pub enum Kind {
    /// `PRIMARY KEY`.
    Primary,
    /// `UNIQUE`, with what stands before the columns.
    Unique(String),
    /// `CHECK` of an expression.
    Check(String),
    /// `FOREIGN KEY`.
    Foreign(Referred),
    /// `EXCLUDE`, from that word on.
    Exclude(String),
}

/// What a foreign key refers to.
#[derive(Clone, Debug)]
pub struct Referred {
    /// Schema of the table.
    pub schema: Option<String>,
    /// The table.
    pub table: String,
    /// Its columns.
    pub columns: Vec<String>,
}

impl Constraint {
    /// A constraint without a name.
    pub fn new(kind: Kind) -> Self {
        Self { name: None, settled: false, kind, columns: Vec::new(), tail: String::new() }
    }

    /// Takes the name that a value gives.
    ///
    /// # Errors
    /// When it is unknown.
    pub fn with_name(mut self, name: Option<&Value>) -> Result<Self, Cause> {
        match given(name) {
            None => {}
            Some(Value::Str(name)) => {
                self.name = Some(name.text.to_string());
                self.settled = name.settled;
            }
            Some(other) => self.name = Some(text(other)?),
        }
        Ok(self)
    }

    /// `sa.CheckConstraint`.
    ///
    /// # Errors
    /// When its condition is unknown.
    pub fn check(call: &Call) -> Result<Self, Cause> {
        let arguments = &call.arguments;
        let condition = arguments.value(0, "sqltext").unwrap_or(&Value::None);
        Self::check_of(condition, arguments, arguments.value(1, "name"))
    }

    /// A CHECK of a condition.
    ///
    /// # Errors
    /// When it is unknown.
    pub fn check_of(condition: &Value, arguments: &Arguments, name: Option<&Value>) -> Result<Self, Cause> {
        let mut constraint = Self::new(Kind::Check(self::condition(condition)?)).with_name(name)?;
        constraint.tail = deferrable(arguments)? + &validity(arguments)?;
        Ok(constraint)
    }

    /// `sa.ForeignKey` in a column.
    ///
    /// # Errors
    /// When what it refers to is unknown.
    pub fn inline_foreign_key(call: &Call, column: &str) -> Result<Self, Cause> {
        let arguments = &call.arguments;
        let target = arguments.value(0, "column").unwrap_or(&Value::None);
        let referred = target_of(std::slice::from_ref(target), column)?;
        let mut constraint = Self::new(Kind::Foreign(referred)).with_name(arguments.named("name"))?;
        constraint.columns = vec![column.to_owned()];
        constraint.tail = foreign_tail(arguments)?;
        Ok(constraint)
    }

    /// A table constraint; `None` if the value is none.
    ///
    /// # Errors
    /// When a part of it is unknown.
    pub fn of_table(call: &Call) -> Result<Option<Self>, Cause> {
        let arguments = &call.arguments;
        let kind = call.callee.as_path().map(super::last);
        let columns = || {
            arguments
                .positional
                .iter()
                .map(|argument| column_name(&argument.value))
                .collect::<Result<Vec<_>, _>>()
        };
        Ok(Some(match kind {
            Some("PrimaryKeyConstraint") => {
                let mut constraint = Self::new(Kind::Primary).with_name(arguments.named("name"))?;
                constraint.columns = columns()?;
                constraint.tail = include(arguments)? + &deferrable(arguments)?;
                constraint
            }
            Some("UniqueConstraint") => {
                let mut constraint =
                    Self::new(Kind::Unique(distinct_nulls(arguments))).with_name(arguments.named("name"))?;
                constraint.columns = columns()?;
                constraint.tail = include(arguments)? + &deferrable(arguments)?;
                constraint
            }
            Some("CheckConstraint") => Self::check(call)?,
            Some("ForeignKeyConstraint") => {
                let local = list(arguments.value(0, "columns").unwrap_or(&Value::None), true)?;
                let remote = list(arguments.value(1, "refcolumns").unwrap_or(&Value::None), true)?;
                let local: Vec<String> = local.iter().map(column_name).collect::<Result<_, _>>()?;
                let referred = target_of(&remote, local.first().map_or("", String::as_str))?;
                let mut constraint =
                    Self::new(Kind::Foreign(referred)).with_name(arguments.value(2, "name"))?;
                constraint.columns = local;
                constraint.tail = foreign_tail(arguments)?;
                constraint
            }
            Some("ExcludeConstraint") => exclude(arguments, 0)?.with_name(arguments.named("name"))?,
            _ => return Ok(None),
        }))
    }

    /// The constraint as SQL, under its final name.
    ///
    /// # Errors
    /// When SQLAlchemy refuses the name.
    pub fn sql(&self, naming: &Naming, schema: Option<&str>, table: &str) -> Rendered {
        let body = match &self.kind {
            Kind::Primary => format!("PRIMARY KEY ({})", names(&self.columns)),
            Kind::Unique(before) => format!("UNIQUE {before}({})", names(&self.columns)),
            Kind::Check(condition) => format!("CHECK ({condition})"),
            Kind::Foreign(referred) => format!(
                "FOREIGN KEY({}) REFERENCES {} ({})",
                names(&self.columns),
                quote::table(referred.schema.as_deref(), &referred.table),
                names(&referred.columns)
            ),
            Kind::Exclude(body) => body.clone(),
        };
        let name = match self.final_name(naming, schema, table) {
            Some((name, settled)) => format!("CONSTRAINT {} ", quote::constraint(&name, settled)?),
            None => String::new(),
        };
        Ok(format!("{name}{body}{}", self.tail))
    }

    /// The name after the naming convention, and whether SQLAlchemy may cut it.
    pub fn final_name(&self, naming: &Naming, schema: Option<&str>, table: &str) -> Option<(String, bool)> {
        if self.settled {
            return self.name.clone().map(|name| (name, true));
        }
        let kind = match &self.kind {
            Kind::Primary => "pk",
            Kind::Unique(_) => "uq",
            Kind::Check(_) => "ck",
            Kind::Foreign(_) => "fk",
            Kind::Exclude(_) => "",
        };
        let (referred, referred_columns): (&str, &[String]) = match &self.kind {
            Kind::Foreign(referred) => (&referred.table, &referred.columns),
            _ => ("", &[]),
        };
        let given = self.name.as_deref();
        naming.name(kind, &Named { table, schema, columns: &self.columns, referred, referred_columns, given })
    }
}

fn names(columns: &[String]) -> String {
    columns.iter().map(|column| quote::name(column)).collect::<Vec<_>>().join(", ")
}

/// A column by its name or as an object.
///
/// # Errors
/// When it is unknown.
pub fn column_name(value: &Value) -> Rendered {
    match value {
        Value::Str(name) => Ok(name.text.to_string()),
        other => {
            let element = Renderer::ddl().element(other, &Family::Null)?;
            element.key.ok_or_else(|| Cause::of(other, "a column is written in a way that is not followed"))
        }
    }
}

/// The condition of a CHECK.
///
/// # Errors
/// When it is unknown.
pub fn condition(value: &Value) -> Rendered {
    match value {
        Value::Str(words) => Renderer::ddl().bind(&words.text, &[]),
        other => Ok(Renderer::ddl().element(other, &Family::Boolean)?.sql),
    }
}

/// `schema.table.column` of some targets; a target without a column takes the name of the local one.
fn target_of(targets: &[Value], local: &str) -> Result<Referred, Cause> {
    let mut referred: Option<Referred> = None;
    for target in targets {
        let parts: Vec<String> = match target {
            Value::Str(path) => path.text.split('.').map(str::to_owned).collect(),
            other => {
                let mut renderer = Renderer { qualified: true, ..Renderer::default() };
                let element = renderer.element(other, &Family::Null)?;
                let (Some(table), Some(key)) = (renderer.tables.first(), element.key) else {
                    return Err(Cause::of(
                        other,
                        "a foreign key refers to something that is not written here",
                    ));
                };
                table.schema.iter().cloned().chain([table.name.clone(), key]).collect()
            }
        };
        let (schema, table, column) = match parts.as_slice() {
            [table] => (None, table.clone(), local.to_owned()),
            [table, column] => (None, table.clone(), column.clone()),
            [schema @ .., table, column] => (Some(schema.join(".")), table.clone(), column.clone()),
            [] => return Err(Cause::new("a foreign key refers to nothing")),
        };
        match &mut referred {
            Some(referred) => referred.columns.push(column),
            None => referred = Some(Referred { schema, table, columns: vec![column] }),
        }
    }
    referred.ok_or_else(|| Cause::new("a foreign key refers to nothing"))
}

/// What follows a foreign key: MATCH, ON DELETE, ON UPDATE, DEFERRABLE, NOT VALID.
///
/// # Errors
/// When an option is unknown.
pub fn foreign_tail(arguments: &Arguments) -> Rendered {
    let mut tail = String::new();
    let phrase = |name: &str, words: &str| match given(arguments.named(name)) {
        None => Ok(String::new()),
        Some(value) => text(value).map(|value| format!(" {words} {value}")),
    };
    tail.push_str(&phrase("match", "MATCH")?);
    tail.push_str(&phrase("ondelete", "ON DELETE")?);
    tail.push_str(&phrase("onupdate", "ON UPDATE")?);
    tail.push_str(&deferrable(arguments)?);
    tail.push_str(&validity(arguments)?);
    Ok(tail)
}

/// `DEFERRABLE` and `INITIALLY`.
///
/// # Errors
/// When an option is unknown.
pub fn deferrable(arguments: &Arguments) -> Rendered {
    let mut tail = String::new();
    if let Some(value) = given(arguments.named("deferrable")) {
        tail.push_str(if flag(Some(value))? { " DEFERRABLE" } else { " NOT DEFERRABLE" });
    }
    if let Some(value) = given(arguments.named("initially")) {
        tail.push_str(&format!(" INITIALLY {}", text(value)?));
    }
    Ok(tail)
}

fn validity(arguments: &Arguments) -> Rendered {
    Ok(if flag(arguments.named("postgresql_not_valid"))? { " NOT VALID".to_owned() } else { String::new() })
}

/// `INCLUDE (…)`.
///
/// # Errors
/// When a column is unknown.
pub fn include(arguments: &Arguments) -> Rendered {
    match given(arguments.named("postgresql_include")) {
        None => Ok(String::new()),
        Some(columns) => {
            let columns: Vec<String> =
                list(columns, true)?.iter().map(column_name).collect::<Result<_, _>>()?;
            Ok(if columns.is_empty() { String::new() } else { format!(" INCLUDE ({})", names(&columns)) })
        }
    }
}

/// `NULLS NOT DISTINCT `, as `UNIQUE` writes it before its columns.
pub fn distinct_nulls(arguments: &Arguments) -> String {
    match arguments.named("postgresql_nulls_not_distinct") {
        Some(Value::Bool(true)) => "NULLS NOT DISTINCT ".to_owned(),
        Some(Value::Bool(false)) => "NULLS DISTINCT ".to_owned(),
        _ => String::new(),
    }
}

/// `EXCLUDE`; its elements begin at a position.
///
/// # Errors
/// When an element is unknown.
pub fn exclude(arguments: &Arguments, from: usize) -> Result<Constraint, Cause> {
    let mut parts = Vec::new();
    for argument in arguments.positional.iter().skip(from) {
        let pair = list(&argument.value, false)?;
        let (Some(element), Some(operator)) = (pair.first(), pair.get(1)) else {
            return Err(Cause::new("an exclusion has no operator"));
        };
        let element = match element {
            Value::Str(name) => quote::name(&name.text),
            other => Renderer::ddl().element(other, &Family::Null)?.sql,
        };
        parts.push(format!("{element} WITH {}", text(operator)?));
    }
    let using = given(arguments.named("using")).map_or_else(|| Ok("gist".to_owned()), text)?;
    let mut body = format!("EXCLUDE USING {} ({})", using.to_lowercase(), parts.join(", "));
    if let Some(condition) = given(arguments.named("where")) {
        body.push_str(&format!(" WHERE ({})", self::condition(condition)?));
    }
    let mut constraint = Constraint::new(Kind::Exclude(body));
    constraint.tail = deferrable(arguments)?;
    Ok(constraint)
}
