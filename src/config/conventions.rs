//! `[conventions]`: what a project asks of its own schema. Refuses to know which rule minds it.

use super::read::{Invalid, Value, expected, fields, flag, list, string, texts};
use super::unknown;
use crate::lint::conventions::{Conventions, KINDS, OF_COLUMNS, Pattern};

const FIELDS: &[&str] = &[
    "names",
    "required-columns",
    "every-column",
    "table-comments",
    "require-schema",
    "forbidden-schemas",
    "discouraged-types",
    "required-settings",
];

pub(super) fn read(value: &Value<'_>) -> Result<Conventions, Invalid> {
    let mut read = Conventions::default();
    let names = |value| list(value, |item| string(item).map(str::to_owned));
    for (field, value) in fields(value, FIELDS)? {
        match field {
            "names" => texts(value, |kind, text| {
                if !KINDS.contains(&kind) {
                    return Err(unknown("kind of name", kind, KINDS.iter().copied()));
                }
                read.names.insert(kind.to_owned(), Pattern::new(text)?);
                Ok(())
            })?,
            "required-columns" => read.required_columns = names(value)?,
            "every-column" => {
                let demands = list(value, |item| {
                    let demand = string(item)?;
                    let known = OF_COLUMNS.contains(&demand).then(|| demand.to_owned());
                    known.ok_or_else(|| expected(item, &format!("one of {}", OF_COLUMNS.join(", "))))
                })?;
                read.every_column = demands.into_iter().collect();
            }
            "table-comments" => read.table_comments = flag(value)?,
            "require-schema" => read.require_schema = flag(value)?,
            "forbidden-schemas" => read.forbidden_schemas = names(value)?,
            "discouraged-types" => read.discouraged_types = Some(names(value)?),
            "required-settings" => {
                read.required_settings = names(value)?.iter().map(|name| name.to_lowercase()).collect();
            }
            other => return Err(expected(value, other)),
        }
    }
    Ok(read)
}
