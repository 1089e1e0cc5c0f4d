//! Column types and their DDL names, SQLAlchemy's own and those of well-known packages.

mod shapes;
mod third_party;

use std::rc::Rc;

use super::super::value::{Arguments, Class, Value};
use super::{Cause, Rendered, flag, given, last, quote, text};
use shapes::{array, characters, clock, enumeration, interval, number, numeric, with_length};
pub use third_party::configured;

/// A column's type.
#[derive(Clone, Debug)]
pub struct Type {
    /// As DDL writes it.
    pub sql: String,
    /// What kind of values it holds.
    pub family: Family,
    /// The enumeration that it names.
    pub enumeration: Option<Enumeration>,
    /// The index that a spatial type brings along.
    pub spatial: Option<SpatialIndex>,
    /// Labels that a CHECK constraint of the type admits, with the name of the constraint.
    pub check: Option<(TypeCheck, Option<String>)>,
}

/// The index that GeoAlchemy2 gives to a column of its types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpatialIndex {
    /// Of the column.
    Plain,
    /// Of all its dimensions.
    EveryDimension,
    /// Of the hull of a raster.
    Hull,
}

/// What a type's own CHECK constraint demands.
#[derive(Clone, Debug)]
pub enum TypeCheck {
    /// One of some texts.
    Labels(Vec<String>),
    /// Nothing that PostgreSQL does not check itself.
    Native,
}

/// What kind of values a type holds, as far as literals and SERIAL care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Family {
    Integer,
    SmallInteger,
    BigInteger,
    Numeric,
    Float,
    Text,
    Boolean,
    DateTime,
    Json,
    /// `JSONB`, whose items SQLAlchemy writes otherwise.
    Jsonb,
    Uuid,
    Bytes,
    /// Of labels; none where they are not said.
    Enumeration(Rc<[String]>),
    /// Of items.
    Array(Box<Item>),
    /// `tuple_(…)`.
    Row,
    /// No type is given.
    Null,
    Other,
}

/// The item type of an array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// As DDL writes it.
    pub sql: String,
    /// What kind of values it holds.
    pub family: Family,
}

/// A named enumeration type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enumeration {
    /// Its schema.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// Its labels in order.
    pub labels: Vec<String>,
    /// Whether creating a table creates it.
    pub create: bool,
}

impl Type {
    fn plain(sql: impl Into<String>, family: Family) -> Self {
        Self { sql: sql.into(), family, enumeration: None, spatial: None, check: None }
    }

    /// No type at all, as `sa.column("x")` has it.
    pub fn null() -> Self {
        Self::plain("NULL", Family::Null)
    }
}

impl Enumeration {
    /// The name as SQL.
    pub fn sql(&self) -> String {
        quote::table(self.schema.as_deref(), &self.name)
    }
}

/// Types of PostgreSQL that take nothing.
const BARE: &[&str] = &[
    "TSVECTOR",
    "TSQUERY",
    "INET",
    "CIDR",
    "MACADDR",
    "MACADDR8",
    "MONEY",
    "OID",
    "REGCLASS",
    "REGCONFIG",
    "CITEXT",
    "INT4RANGE",
    "INT8RANGE",
    "NUMRANGE",
    "DATERANGE",
    "TSRANGE",
    "TSTZRANGE",
    "INT4MULTIRANGE",
    "INT8MULTIRANGE",
    "NUMMULTIRANGE",
    "DATEMULTIRANGE",
    "TSMULTIRANGE",
    "TSTZMULTIRANGE",
    "JSONPATH",
    "HSTORE",
    "BLOB",
    "CLOB",
    "DATETIME",
];

/// The type that a value says.
///
/// # Errors
/// When it is unknown, or has no DDL name.
pub fn resolve(value: &Value) -> Result<Type, Cause> {
    let none = Arguments::default();
    match value {
        Value::Class(class) => of_class(class, &none),
        Value::Symbol(_) => {
            if let Some(path) = value.as_path() {
                return named(path, &none);
            }
            let Some(call) = value.as_call() else {
                return Err(Cause::new("a type is written in a way that is not followed"));
            };
            match &call.callee {
                Value::Class(class) => of_class(class, &call.arguments),
                callee => match callee.as_path() {
                    Some(path) => named(path, &call.arguments),
                    None => variant(callee, &call.arguments),
                },
            }
        }
        other => Err(Cause::of(other, "a type is written in a way that is not followed")),
    }
}

/// `type.with_variant(other, "postgresql")`.
fn variant(callee: &Value, arguments: &Arguments) -> Result<Type, Cause> {
    if let Value::Symbol(symbol) = callee
        && let super::super::value::Symbol::Attribute(base, method) = symbol.as_ref()
        && &**method == "with_variant"
    {
        let ours = arguments.positional[1.min(arguments.positional.len())..]
            .iter()
            .any(|dialect| dialect.value.as_str() == Some("postgresql"));
        return match arguments.positional.first() {
            Some(other) if ours => resolve(&other.value),
            _ => resolve(base),
        };
    }
    Err(Cause::new("a type is written in a way that is not followed"))
}

/// The member of a class that is the type that its `load_dialect_impl` gives for PostgreSQL.
pub const CHOSEN: &str = "load_dialect_impl(postgresql)";

/// A `TypeDecorator` of the file: what it decorates.
fn of_class(class: &Rc<Class>, arguments: &Arguments) -> Result<Type, Cause> {
    if let Some(configured) = third_party::of_configured(class, arguments) {
        return configured;
    }
    let members = class.members.borrow();
    let member = |name: &str| members.iter().find(|(known, _)| known == name).map(|(_, value)| value);
    if let Some(chosen) = member(CHOSEN) {
        return resolve(chosen);
    }
    if member("load_dialect_impl").is_some() || member("get_col_spec").is_some() {
        // Many projects carry the recipe of SQLAlchemy's documentation under its own name.
        if let Some(known) = third_party::known(&class.name, arguments) {
            return known;
        }
        return Err(Cause::new(format!("the type `{}` computes its own name", class.name)));
    }
    // Its own `__init__` keeps the arguments from what it decorates.
    let none = Arguments::default();
    let arguments = if member("__init__").is_some() { &none } else { arguments };
    match member("impl") {
        Some(path) if path.as_path().is_some() => named(path.as_path().unwrap_or_default(), arguments),
        Some(other) => resolve(other),
        None => match class.bases.first() {
            Some(Value::Class(base)) => of_class(base, arguments),
            Some(Value::Symbol(_))
                if !class.bases[0].as_path().is_some_and(|path| path.ends_with("Type")) =>
            {
                named(class.bases[0].as_path().unwrap_or_default(), arguments)
            }
            _ => Err(Cause::new(format!("the type `{}` computes its own name", class.name))),
        },
    }
}

fn named(path: &str, arguments: &Arguments) -> Result<Type, Cause> {
    let name = last(path);
    let plain = |sql: &str, family| Ok(Type::plain(sql, family));
    // SQLModel hands on all of SQLAlchemy's.
    let handed_on = path.starts_with("sqlmodel.") && third_party::known(name, arguments).is_none();
    if !path.starts_with("sqlalchemy.") && !handed_on {
        return third_party::named(path, arguments);
    }
    match name {
        "Integer" | "INTEGER" | "INT" => plain("INTEGER", Family::Integer),
        "SmallInteger" | "SMALLINT" => plain("SMALLINT", Family::SmallInteger),
        "BigInteger" | "BIGINT" => plain("BIGINT", Family::BigInteger),
        "String" | "VARCHAR" | "Unicode" => characters("VARCHAR", arguments),
        "Text" | "TEXT" | "UnicodeText" => characters("TEXT", arguments),
        "CHAR" | "NCHAR" | "NVARCHAR" => characters(name, arguments),
        "Boolean" | "BOOLEAN" => {
            let mut boolean = Type::plain("BOOLEAN", Family::Boolean);
            if flag(arguments.named("create_constraint"))? {
                boolean.check = Some((TypeCheck::Native, None));
            }
            Ok(boolean)
        }
        "Date" | "DATE" => plain("DATE", Family::DateTime),
        "DateTime" | "TIMESTAMP" => clock("TIMESTAMP", arguments),
        "Time" | "TIME" => clock("TIME", arguments),
        "Interval" | "INTERVAL" => interval(path, arguments),
        "Numeric" | "NUMERIC" => numeric("NUMERIC", arguments),
        "DECIMAL" => numeric("DECIMAL", arguments),
        "Float" | "FLOAT" => {
            let precision = number(arguments.value(0, "precision"))?.filter(|precision| *precision != 0);
            plain(&with_length("FLOAT", precision), Family::Float)
        }
        "Double" | "DOUBLE_PRECISION" => plain("DOUBLE PRECISION", Family::Float),
        "DOUBLE" => plain("DOUBLE", Family::Float),
        "REAL" => plain("REAL", Family::Float),
        "LargeBinary" | "Binary" | "BYTEA" | "PickleType" => plain("BYTEA", Family::Bytes),
        "BINARY" | "VARBINARY" => {
            plain(&with_length(name, number(arguments.value(0, "length"))?), Family::Bytes)
        }
        "JSON" => plain("JSON", Family::Json),
        "JSONB" => plain("JSONB", Family::Jsonb),
        "UUID" => plain("UUID", Family::Uuid),
        "Uuid" => match arguments.value(1, "native_uuid") {
            Some(Value::Bool(false)) => plain("CHAR(32)", Family::Uuid),
            _ => plain("UUID", Family::Uuid),
        },
        "BIT" => {
            let varying = flag(arguments.value(1, "varying"))?;
            let length = number(arguments.value(0, "length"))?;
            match varying {
                true => plain(&with_length("BIT VARYING", length), Family::Other),
                false => plain(&format!("BIT({})", length.unwrap_or(1)), Family::Other),
            }
        }
        "ARRAY" => array(arguments),
        "Enum" => enumeration(arguments, false),
        "ENUM" => enumeration(arguments, true),
        "DOMAIN" => {
            let name = text(arguments.value(0, "name").unwrap_or(&Value::None))?;
            let schema = given(arguments.named("schema")).map(text).transpose()?;
            plain(&quote::table(schema.as_deref(), &name), Family::Other)
        }
        "as_mutable" => resolve(arguments.value(0, "sqltype").unwrap_or(&Value::None)),
        "NullType" | "NULLTYPE" => Ok(Type::null()),
        "HSTORE" => plain("HSTORE", Family::Other),
        _ if BARE.contains(&name) => plain(name, Family::Other),
        _ => Err(Cause::new(format!("the type `{name}` is not known"))),
    }
}

/// The DDL name alone.
///
/// # Errors
/// As [`resolve`]; also for a column without a type.
pub fn ddl(value: &Value) -> Rendered {
    let resolved = resolve(value)?;
    match resolved.family {
        Family::Null => Err(Cause::new("a column has no type")),
        _ => Ok(resolved.sql),
    }
}
