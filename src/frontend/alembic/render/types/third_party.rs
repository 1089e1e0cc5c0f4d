//! Types of other packages, by a table of their DDL that the configuration extends.

use std::cell::RefCell;
use std::rc::Rc;

use super::super::super::value::{Arguments, Class, Value};
use super::super::{Cause, Rendered, flag, given, last, text};
use super::shapes::{number, with_length};
use super::{Family, SpatialIndex, Type, resolve};

/// Types of other packages by the last part of their name, with their DDL.
const KNOWN: &[(&str, &str)] = &[
    ("AutoString", "VARCHAR({length})"),
    ("BIT", "BIT({length})"),
    ("Vector", "VECTOR({dim})"),
    ("VECTOR", "VECTOR({dim})"),
    ("HALFVEC", "HALFVEC({dim})"),
    ("SPARSEVEC", "SPARSEVEC({dim})"),
    ("CIText", "CITEXT"),
    ("GUID", "UUID"),
    ("UUIDType", "UUID"),
    ("TIMESTAMPAware", "TIMESTAMP WITH TIME ZONE"),
    ("DateTimeUTC", "TIMESTAMP WITH TIME ZONE"),
    ("UtcDateTime", "TIMESTAMP WITH TIME ZONE"),
    ("TZDateTime", "TIMESTAMP WITH TIME ZONE"),
    ("JsonB", "JSONB"),
    ("JSONType", "JSON"),
    ("URLType", "TEXT"),
    ("ScalarListType", "TEXT"),
    ("TSVectorType", "TSVECTOR"),
    ("LtreeType", "LTREE"),
    ("DateRangeType", "DATERANGE"),
    ("DateTimeRangeType", "TSRANGE"),
    ("IntRangeType", "INT4RANGE"),
    ("Int8RangeType", "INT8RANGE"),
    ("NumericRangeType", "NUMRANGE"),
    ("EmailType", "VARCHAR(255)"),
    ("IPAddressType", "VARCHAR(50)"),
    ("CountryType", "VARCHAR(2)"),
    ("PhoneNumberType", "VARCHAR(20)"),
    ("TimezoneType", "VARCHAR(50)"),
    ("PasswordType", "BYTEA"),
    ("LocaleType", "VARCHAR(10)"),
    ("CurrencyType", "VARCHAR(3)"),
    ("ColorType", "VARCHAR(20)"),
    ("WeekDaysType", "BIT(7)"),
    ("ArrowType", "TIMESTAMP WITHOUT TIME ZONE"),
];

/// The member of a class that holds the DDL which the configuration gives it.
const CONFIGURED: &str = "ddl(configured)";

/// A type whose DDL the configuration says.
pub fn configured(name: &str, ddl: &str) -> Value {
    let members = vec![(CONFIGURED.to_owned(), Value::text(ddl))];
    Value::Class(Rc::new(Class {
        name: name.to_owned(),
        bases: vec![Value::path("sqlalchemy.types.UserDefinedType")],
        members: RefCell::new(members),
        fields: Vec::new(),
        enumeration: false,
    }))
}

/// The type of a class that [`configured`] made.
pub(super) fn of_configured(class: &Class, arguments: &Arguments) -> Option<Result<Type, Cause>> {
    let members = class.members.borrow();
    let (_, ddl) = members.iter().find(|(name, _)| name == CONFIGURED)?;
    Some(of_ddl(ddl.as_str()?, &class.name, arguments))
}

/// The type of a package other than SQLAlchemy.
pub(super) fn named(path: &str, arguments: &Arguments) -> Result<Type, Cause> {
    let name = last(path);
    match name {
        "Geometry" | "Geography" => {
            let base = name.to_lowercase();
            let kind = match arguments.value(0, "geometry_type") {
                None => Some("GEOMETRY".to_owned()),
                Some(Value::None) => None,
                Some(other) => Some(text(other)?),
            };
            let srid = number(arguments.value(1, "srid"))?.unwrap_or(-1);
            let sql = kind.map_or_else(|| base.clone(), |kind| format!("{base}({kind},{srid})"));
            let index = match flag(arguments.named("use_N_D_index"))? {
                true => SpatialIndex::EveryDimension,
                false => SpatialIndex::Plain,
            };
            let indexed = !matches!(arguments.value(3, "spatial_index"), Some(Value::Bool(false)));
            Ok(Type { spatial: indexed.then_some(index), ..Type::plain(sql, Family::Other) })
        }
        "Raster" => {
            let indexed = !matches!(arguments.value(0, "spatial_index"), Some(Value::Bool(false)));
            let spatial = indexed.then_some(SpatialIndex::Hull);
            Ok(Type { spatial, ..Type::plain("raster", Family::Other) })
        }
        "ChoiceType" | "EncryptedType" | "StringEncryptedType" => wrapper(name, arguments),
        _ => known(name, arguments)
            .unwrap_or_else(|| Err(Cause::new(format!("the type `{path}` is not known")))),
    }
}

/// Types of SQLAlchemy-Utils that keep something else in a plain column.
fn wrapper(name: &str, arguments: &Arguments) -> Result<Type, Cause> {
    match (name, given(arguments.value(1, "impl"))) {
        ("ChoiceType", Some(stored)) => resolve(stored),
        ("ChoiceType", None) => Ok(Type::plain("VARCHAR(255)", Family::Text)),
        ("EncryptedType", _) => Ok(Type::plain("BYTEA", Family::Bytes)),
        _ => Ok(Type::plain(with_length("VARCHAR", number(arguments.named("length"))?), Family::Text)),
    }
}

/// The type of a name in the table.
pub(super) fn known(name: &str, arguments: &Arguments) -> Option<Result<Type, Cause>> {
    let (_, ddl) = KNOWN.iter().find(|(known, _)| *known == name)?;
    Some(of_ddl(ddl, name, arguments))
}

fn of_ddl(ddl: &str, name: &str, arguments: &Arguments) -> Result<Type, Cause> {
    let sql = filled(ddl, name, arguments)?;
    let family = family(&sql);
    Ok(Type::plain(sql, family))
}

/// DDL with `{parameter}` replaced by the argument of that name, or by the one in its place; parentheses around those
/// that are not given go with them.
fn filled(ddl: &str, name: &str, arguments: &Arguments) -> Rendered {
    let mut sql = String::new();
    let mut rest = ddl;
    let mut position = 0;
    while let Some((before, after)) = rest.split_once('{') {
        let (parameter, after) = after.split_once('}').unwrap_or((after, ""));
        let argument = given(arguments.value(position, parameter));
        position += 1;
        sql.push_str(before);
        rest = after;
        match argument {
            Some(Value::Int(number)) => sql.push_str(&number.to_string()),
            Some(other) => sql.push_str(&text(other)?),
            None if sql.ends_with('(') && rest.starts_with(')') => {
                sql.pop();
                rest = &rest[1..];
            }
            None => {
                return Err(Cause::new(format!(
                    "the type `{name}` is given no `{parameter}`, which its DDL needs"
                )));
            }
        }
    }
    Ok(sql + rest)
}

/// What kind of values a type holds that is written as DDL.
fn family(sql: &str) -> Family {
    if sql.ends_with(']') {
        return Family::Other;
    }
    let word: String = sql.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    match word.to_uppercase().as_str() {
        "INTEGER" | "INT" | "INT4" => Family::Integer,
        "SMALLINT" | "INT2" => Family::SmallInteger,
        "BIGINT" | "INT8" => Family::BigInteger,
        "NUMERIC" | "DECIMAL" => Family::Numeric,
        "REAL" | "FLOAT" | "DOUBLE" | "FLOAT4" | "FLOAT8" => Family::Float,
        "VARCHAR" | "CHAR" | "CHARACTER" | "TEXT" | "CITEXT" => Family::Text,
        "BOOLEAN" | "BOOL" => Family::Boolean,
        "DATE" | "TIME" | "TIMESTAMP" | "TIMESTAMPTZ" | "INTERVAL" => Family::DateTime,
        "JSON" => Family::Json,
        "JSONB" => Family::Jsonb,
        "UUID" => Family::Uuid,
        "BYTEA" => Family::Bytes,
        _ => Family::Other,
    }
}
