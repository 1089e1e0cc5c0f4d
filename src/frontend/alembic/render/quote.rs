//! Identifiers as SQLAlchemy quotes them, which is not as PostgreSQL must have them.

use md5::{Digest, Md5};

use super::super::hole;
use super::super::value::Value;
use super::{Cause, Rendered};

/// Words that SQLAlchemy's PostgreSQL dialect quotes (SQLAlchemy 2.0, `RESERVED_WORDS`).
const RESERVED: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "binary",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "natural",
    "new",
    "not",
    "notnull",
    "null",
    "of",
    "off",
    "offset",
    "old",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "over",
    "overlaps",
    "placing",
    "primary",
    "references",
    "returning",
    "right",
    "select",
    "session_user",
    "similar",
    "some",
    "symmetric",
    "table",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
];

/// PostgreSQL's longest identifier, in characters as SQLAlchemy counts them.
const LONGEST: usize = 63;

/// One identifier.
pub fn name(name: &str) -> String {
    if hole::is_holed(name) {
        let (text, reasons) = hole::unset(name);
        return match reasons.first() {
            Some(reason) if !hole::is_holed(&text) => hole::settable(reason, &quoted(&text)),
            _ => name.to_owned(),
        };
    }
    quoted(name)
}

fn quoted(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '$')
        && !name.starts_with(|c: char| c.is_ascii_digit() || c == '$')
        && !name.is_empty()
        && !RESERVED.contains(&name);
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// A name that may carry its own rule: `quoted_name("x", quote)`.
pub fn value(given: &Value) -> Rendered {
    if let Some(call) = given.as_call()
        && call.callee.as_path().is_some_and(|path| super::last(path) == "quoted_name")
    {
        let text = call.arguments.value(0, "value").ok_or_else(|| Cause::new("a name is missing"))?;
        let text = super::text(text)?;
        return Ok(match call.arguments.value(1, "quote") {
            Some(Value::Bool(true)) => format!("\"{}\"", text.replace('"', "\"\"")),
            Some(Value::Bool(false)) => text,
            _ => name(&text),
        });
    }
    super::text(given).map(|text| name(&text))
}

/// A table with its schema.
pub fn table(schema: Option<&str>, table: &str) -> String {
    match schema.filter(|schema| !schema.is_empty()) {
        Some(schema) => format!("{}.{}", name(schema), name(table)),
        None => name(table),
    }
}

/// A table as Alembic's own `ALTER TABLE` writes it: a schema with dots is several names.
pub fn altered_table(schema: Option<&str>, table: &str) -> String {
    match schema.filter(|schema| !schema.is_empty()) {
        Some(schema) => {
            let parts: Vec<String> = schema.split('.').map(name).collect();
            format!("{}.{}", parts.join("."), name(table))
        }
        None => name(table),
    }
}

/// The name of a constraint or index; one that SQLAlchemy made or was told is final is cut to what PostgreSQL keeps.
///
/// # Errors
/// A name that is too long and not final is refused, as SQLAlchemy does.
pub fn constraint(text: &str, settled: bool) -> Rendered {
    // How long a name is that is not wholly known, nobody knows.
    if text.chars().count() <= LONGEST || hole::is_holed(text) {
        return Ok(name(text));
    }
    if !settled {
        return Err(Cause::new(format!(
            "SQLAlchemy refuses the name `{text}`: it is longer than {LONGEST} characters"
        )));
    }
    let digest: String = Md5::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let kept: String = text.chars().take(LONGEST - 8).collect();
    Ok(name(&format!("{kept}_{}", &digest[digest.len() - 4..])))
}
