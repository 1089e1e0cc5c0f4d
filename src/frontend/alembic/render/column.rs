//! `sa.Column` and what stands in it.

use super::super::value::{Arguments, Call, Value};
use crate::source::Span;

use super::constraint::{Constraint, Kind};
use super::element::Renderer;
use super::types::{self, Family, Type};
use super::{Cause, Rendered, flag, given, last, literal, quote, text};

/// A column of a table that is created or altered.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type; `None` where a foreign key would give it one.
    pub kind: Option<Type>,
    /// `nullable`, if it is said.
    pub nullable: Option<bool>,
    /// `primary_key`.
    pub primary: bool,
    /// `unique`.
    pub unique: bool,
    /// `index`.
    pub index: bool,
    /// `autoincrement`, if it is said.
    pub autoincrement: Option<bool>,
    /// Whether Python or a trigger fills it, so that it needs no sequence of its own.
    pub filled_elsewhere: bool,
    /// `DEFAULT`, as SQL.
    pub default: Option<String>,
    /// `GENERATED …`, as SQL.
    pub computed: Option<String>,
    /// `GENERATED … AS IDENTITY`, as SQL.
    pub identity: Option<String>,
    /// `comment`.
    pub comment: Option<String>,
    /// CHECK constraints written in it.
    pub checks: Vec<Constraint>,
    /// Foreign keys written in it.
    pub foreign_keys: Vec<Constraint>,
    /// Where it is written.
    pub span: Span,
}

/// Reads `sa.Column(…)`.
///
/// # Errors
/// When it is unknown or a part of it is.
pub fn column(value: &Value) -> Result<Column, Cause> {
    let call = value
        .as_call()
        .filter(|call| {
            call.callee
                .as_path()
                .is_some_and(|path| matches!(last(path), "Column" | "column" | "mapped_column"))
        })
        .ok_or_else(|| Cause::of(value, "a column is written in a way that is not followed"))?;
    let arguments = &call.arguments;
    let mut items: Vec<&Value> = arguments.positional.iter().map(|argument| &argument.value).collect();
    let name = match arguments.named("name") {
        Some(name) => name,
        None if items.is_empty() => return Err(Cause::new("a column has no name")),
        None => items.remove(0),
    };
    let name = name.as_call().and_then(|call| call.arguments.value(0, "value")).unwrap_or(name);
    let mut column = Column {
        name: text(name)?,
        kind: None,
        nullable: None,
        primary: flag(arguments.named("primary_key"))?,
        unique: flag(arguments.named("unique"))?,
        index: flag(arguments.named("index"))?,
        autoincrement: match arguments.named("autoincrement") {
            Some(Value::Bool(truth)) => Some(*truth),
            _ => None,
        },
        filled_elsewhere: given(arguments.named("default")).is_some(),
        default: None,
        computed: None,
        identity: None,
        comment: given(arguments.named("comment")).map(text).transpose()?,
        checks: Vec::new(),
        foreign_keys: Vec::new(),
        span: call.span,
    };
    if let Some(nullable) = given(arguments.named("nullable")) {
        column.nullable = Some(flag(Some(nullable))?);
    }
    if let Some(kind) = given(arguments.named("type_")) {
        column.kind = Some(types::resolve(kind)?);
    }
    for item in items {
        column_item(&mut column, item)?;
    }
    if let Some(default) = given(arguments.named("server_default")) {
        column_default(&mut column, default)?;
    }
    Ok(column)
}

fn column_item(column: &mut Column, item: &Value) -> Result<(), Cause> {
    let path = item.as_call().map_or(item.as_path(), |call| call.callee.as_path());
    match (path.map(last), item.as_call()) {
        (Some("ForeignKey"), Some(call)) => {
            // Alembic leaves what is to be added later to nobody.
            if !flag(call.arguments.named("use_alter"))? {
                column.foreign_keys.push(Constraint::inline_foreign_key(call, &column.name)?);
            }
        }
        (Some("CheckConstraint"), Some(call)) => column.checks.push(Constraint::check(call)?),
        (Some("Identity"), Some(call)) => identity(column, call)?,
        (Some("Computed"), Some(call)) => column.computed = Some(computed(&call.arguments)?),
        (Some("Sequence"), Some(call)) => {
            column.filled_elsewhere = !flag(call.arguments.named("optional"))?;
        }
        (Some("DefaultClause"), Some(call)) => {
            let of = call.arguments.value(0, "arg").unwrap_or(&Value::None).clone();
            column_default(column, &of)?;
        }
        (Some("FetchedValue" | "ColumnDefault"), _) => column.filled_elsewhere = true,
        _ if matches!(item, Value::None) => {}
        _ => column.kind = Some(types::resolve(item)?),
    }
    Ok(())
}

fn column_default(column: &mut Column, default: &Value) -> Result<(), Cause> {
    let call = default.as_call();
    match (call.and_then(|call| call.callee.as_path()).map(last), call) {
        (Some("Identity"), Some(call)) => identity(column, call),
        (Some("Computed"), Some(call)) => {
            column.computed = Some(computed(&call.arguments)?);
            Ok(())
        }
        (Some("FetchedValue"), _) => {
            column.filled_elsewhere = true;
            Ok(())
        }
        _ => {
            column.default = Some(self::default(default)?);
            Ok(())
        }
    }
}

/// A server default as SQL.
///
/// # Errors
/// When it is unknown.
pub fn default(value: &Value) -> Rendered {
    match value {
        Value::Str(words) => Ok(literal::string(&words.text)),
        Value::Symbol(_) => {
            if let Some(call) = value.as_call()
                && call.callee.as_path().map(last) == Some("DefaultClause")
            {
                return default(call.arguments.value(0, "arg").unwrap_or(&Value::None));
            }
            // `server_default=sa.func.now` without its call is refused by SQLAlchemy.
            Ok(Renderer::ddl().element(value, &Family::Null)?.sql)
        }
        other => Err(Cause::of(other, "SQLAlchemy refuses a server default that is neither text nor SQL")),
    }
}

fn identity(column: &mut Column, call: &Call) -> Result<(), Cause> {
    column.identity = Some(identity_sql(&call.arguments)?);
    column.nullable = Some(column.nullable.unwrap_or(false));
    Ok(())
}

/// `GENERATED … AS IDENTITY (…)`.
///
/// # Errors
/// When an option is unknown.
pub fn identity_sql(arguments: &Arguments) -> Rendered {
    let always = if flag(arguments.value(0, "always"))? { "ALWAYS" } else { "BY DEFAULT" };
    let options = identity_options(arguments, 2)?;
    let options = if options.is_empty() { options } else { format!(" ({options})") };
    Ok(format!("GENERATED {always} AS IDENTITY{options}"))
}

/// The options that sequences and identities share; `start` stands at a position.
///
/// # Errors
/// When an option is unknown.
pub fn identity_options(arguments: &Arguments, start: usize) -> Rendered {
    let number = |position: usize, name: &str| match given(arguments.value(position, name)) {
        None => Ok(None),
        Some(Value::Int(int)) => Ok(Some(*int)),
        Some(other) => Err(Cause::of(other, "an option of a sequence is not a number")),
    };
    let mut options = Vec::new();
    let mut option = |words: &str, value: Option<i64>| {
        if let Some(value) = value {
            options.push(format!("{words} {value}"));
        }
    };
    option("INCREMENT BY", number(start + 1, "increment")?);
    option("START WITH", number(start, "start")?);
    option("MINVALUE", number(start + 2, "minvalue")?);
    option("MAXVALUE", number(start + 3, "maxvalue")?);
    if given(arguments.value(start + 4, "nominvalue")).is_some() {
        options.push("NO MINVALUE".to_owned());
    }
    if given(arguments.value(start + 5, "nomaxvalue")).is_some() {
        options.push("NO MAXVALUE".to_owned());
    }
    if let Some(cache) = number(usize::MAX, "cache")? {
        options.push(format!("CACHE {cache}"));
    }
    if let Some(cycle) = given(arguments.named("cycle")) {
        options.push(if flag(Some(cycle))? { "CYCLE" } else { "NO CYCLE" }.to_owned());
    }
    Ok(options.join(" "))
}

/// `GENERATED ALWAYS AS (…) STORED`.
fn computed(arguments: &Arguments) -> Rendered {
    let of = arguments.value(0, "sqltext").unwrap_or(&Value::None);
    let sql = match of {
        Value::Str(words) => Renderer::ddl().bind(&words.text, &[])?,
        other => Renderer::ddl().element(other, &Family::Null)?.sql,
    };
    let kept = match given(arguments.value(1, "persisted")) {
        Some(Value::Bool(false)) => " VIRTUAL",
        _ => " STORED",
    };
    Ok(format!("GENERATED ALWAYS AS ({sql}){kept}"))
}

impl Column {
    /// Whether PostgreSQL numbers it through a sequence of its own, given that it is the key or part of one.
    fn numbers_itself(&self, only_key: bool, refers: bool) -> bool {
        let Some(kind) = &self.kind else { return false };
        let integer = matches!(kind.family, Family::Integer | Family::SmallInteger | Family::BigInteger);
        if self.autoincrement == Some(true) {
            return integer;
        }
        only_key
            && self.autoincrement.is_none()
            && integer
            && !self.filled_elsewhere
            && self.default.is_none()
            && self.computed.is_none()
            && !refers
    }

    /// The definition in CREATE TABLE and ADD COLUMN; `keys` counts the columns of the primary key;
    /// `refers` says that a foreign key is on it.
    ///
    /// # Errors
    /// When it has no type.
    pub fn definition(&self, primary: bool, keys: usize, refers: bool) -> Rendered {
        let kind = self.kind.as_ref().filter(|kind| kind.family != Family::Null);
        let Some(kind) = kind else {
            return Err(Cause::new(format!("SQLAlchemy refuses the column `{}`: it has no type", self.name)));
        };
        let mut sql = quote::name(&self.name);
        let serial = primary
            && self.numbers_itself(keys == 1, refers)
            && self.identity.is_none()
            && !self.filled_elsewhere;
        match (serial, &kind.family) {
            (true, Family::BigInteger) => sql.push_str(" BIGSERIAL"),
            (true, Family::SmallInteger) => sql.push_str(" SMALLSERIAL"),
            (true, _) => sql.push_str(" SERIAL"),
            (false, _) => {
                sql.push_str(&format!(" {}", kind.sql));
                if let Some(default) = &self.default {
                    sql.push_str(&format!(" DEFAULT {default}"));
                }
            }
        }
        for generated in self.computed.iter().chain(&self.identity) {
            sql.push_str(&format!(" {generated}"));
        }
        let nullable = self.nullable.unwrap_or(!primary);
        match (nullable, self.identity.is_some()) {
            (false, false) => sql.push_str(" NOT NULL"),
            (true, true) => sql.push_str(" NULL"),
            _ => {}
        }
        Ok(sql)
    }

    /// The CHECK constraint that its type brings along.
    pub fn type_check(&self) -> Option<Constraint> {
        let (check, name) = self.kind.as_ref()?.check.as_ref()?;
        let types::TypeCheck::Labels(labels) = check else { return None };
        let labels: Vec<String> = labels.iter().map(|label| literal::string(label)).collect();
        let sql = format!("{} IN ({})", quote::name(&self.name), labels.join(", "));
        Some(Constraint {
            name: name.clone(),
            columns: vec![self.name.clone()],
            ..Constraint::new(Kind::Check(sql))
        })
    }
}
