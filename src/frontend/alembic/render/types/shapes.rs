//! Types whose DDL name depends on their arguments: lengths, precisions, items, labels.

use super::super::super::value::{Arguments, Value};
use super::super::{Cause, flag, given, text};
use super::{Enumeration, Family, Item, Type, TypeCheck, resolve};

pub(super) fn number(value: Option<&Value>) -> Result<Option<i64>, Cause> {
    match given(value) {
        None => Ok(None),
        Some(Value::Int(int)) => Ok(Some(*int)),
        Some(other) => Err(Cause::of(other, "a length is not a number")),
    }
}

pub(super) fn with_length(name: &str, length: Option<i64>) -> String {
    length.map_or_else(|| name.to_owned(), |length| format!("{name}({length})"))
}

pub(super) fn characters(name: &str, arguments: &Arguments) -> Result<Type, Cause> {
    let mut sql = with_length(name, number(arguments.value(0, "length"))?);
    if let Some(collation) = given(arguments.value(1, "collation")) {
        sql.push_str(&format!(" COLLATE \"{}\"", text(collation)?));
    }
    Ok(Type::plain(sql, Family::Text))
}

pub(super) fn clock(name: &str, arguments: &Arguments) -> Result<Type, Cause> {
    let zone = if flag(arguments.value(0, "timezone"))? { "WITH" } else { "WITHOUT" };
    let precision = number(arguments.value(1, "precision"))?;
    Ok(Type::plain(format!("{} {zone} TIME ZONE", with_length(name, precision)), Family::DateTime))
}

pub(super) fn interval(path: &str, arguments: &Arguments) -> Result<Type, Cause> {
    let ours = path.contains("postgresql");
    let (precision, fields) = if ours {
        (number(arguments.value(0, "precision"))?, given(arguments.value(1, "fields")))
    } else {
        (number(arguments.value(1, "second_precision"))?, None)
    };
    let mut sql = "INTERVAL".to_owned();
    if let Some(fields) = fields {
        sql.push_str(&format!(" {}", text(fields)?));
    }
    if let Some(precision) = precision {
        sql.push_str(&format!(" ({precision})"));
    }
    Ok(Type::plain(sql, Family::DateTime))
}

pub(super) fn numeric(name: &str, arguments: &Arguments) -> Result<Type, Cause> {
    let precision = number(arguments.value(0, "precision"))?;
    let scale = number(arguments.value(1, "scale"))?;
    let sql = match (precision, scale) {
        (None, _) => name.to_owned(),
        (Some(precision), None) => format!("{name}({precision})"),
        (Some(precision), Some(scale)) => format!("{name}({precision}, {scale})"),
    };
    Ok(Type::plain(sql, Family::Numeric))
}

pub(super) fn array(arguments: &Arguments) -> Result<Type, Cause> {
    let item = arguments.value(0, "item_type").ok_or_else(|| Cause::new("an array has no item type"))?;
    let item = resolve(item)?;
    let dimensions = number(arguments.value(2, "dimensions"))?.unwrap_or(1).clamp(0, 16);
    let brackets = "[]".repeat(usize::try_from(dimensions).unwrap_or(1));
    let sql = match item.sql.find(" COLLATE") {
        Some(at) => format!("{}{brackets}{}", &item.sql[..at], &item.sql[at..]),
        None => format!("{}{brackets}", item.sql),
    };
    let family = Family::Array(Box::new(Item { sql: item.sql, family: item.family }));
    Ok(Type { sql, family, enumeration: item.enumeration, spatial: None, check: None })
}

pub(super) fn enumeration(arguments: &Arguments, native_only: bool) -> Result<Type, Cause> {
    let mut labels = Vec::new();
    let mut name = given(arguments.named("name")).map(text).transpose()?;
    let by_value = given(arguments.named("values_callable")).is_some();
    for argument in &arguments.positional {
        match &argument.value {
            Value::Class(class) if class.enumeration => {
                name.get_or_insert_with(|| class.name.to_lowercase());
                for (label, member) in class.members.borrow().iter() {
                    let Value::Instance(member) = member else { continue };
                    let attributes = member.attributes.borrow();
                    match attributes.get("value") {
                        Some(value) if by_value => labels.push(text(value)?),
                        _ => labels.push(label.clone()),
                    }
                }
            }
            other => labels.push(text(other)?),
        }
    }
    let schema = given(arguments.named("schema")).map(text).transpose()?;
    let native = native_only || !matches!(arguments.named("native_enum"), Some(Value::Bool(false)));
    if native {
        let Some(name) = name else { return Err(Cause::new("PostgreSQL needs a name for an enumeration")) };
        let create = !matches!(arguments.named("create_type"), Some(Value::Bool(false))) || !native_only;
        let family = Family::Enumeration(labels.as_slice().into());
        let enumeration = Enumeration { schema, name, labels, create };
        let mut named = Type::plain(enumeration.sql(), family);
        named.enumeration = Some(enumeration);
        return Ok(named);
    }
    let longest = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
    let length = number(arguments.named("length"))?.unwrap_or_else(|| i64::try_from(longest).unwrap_or(0));
    let length = (length > 0).then_some(length);
    let family = Family::Enumeration(labels.as_slice().into());
    let mut limited = Type::plain(with_length("VARCHAR", length), family);
    if flag(arguments.named("create_constraint"))? {
        limited.check = Some((TypeCheck::Labels(labels), name));
    }
    Ok(limited)
}
