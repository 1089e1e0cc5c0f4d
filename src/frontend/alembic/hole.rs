//! Text with parts that only running would tell. Such a part is harmless inside a quoted SQL literal, where it is data
//! whatever it says; anywhere else it makes the statement unreadable.

use super::value::{Symbol, Value};

/// Opens a part that is not known; its reason follows. Neither character has a meaning in SQL or Python.
const OPEN: char = '\u{fff9}';
/// Stands between the reason and what the part is where nobody has set it otherwise.
const OTHERWISE: char = '\u{fffa}';
/// Closes it.
const CLOSE: char = '\u{fffb}';

/// A part of a text that cannot be known; the reason completes "cannot be read because …".
pub fn hole(reason: &str) -> String {
    format!("{OPEN}{reason}{CLOSE}")
}

/// A part that whoever runs the migration may set, with what it says otherwise.
pub fn settable(reason: &str, otherwise: &str) -> String {
    format!("{OPEN}{reason}{OTHERWISE}{otherwise}{CLOSE}")
}

/// The text as it is where nobody has set a part of it, with the reasons of the parts that were settable.
pub fn unset(text: &str) -> (String, Vec<String>) {
    let mut plain = String::with_capacity(text.len());
    let mut reasons = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let (part, after) = after.split_once(CLOSE).unwrap_or((after, ""));
        plain.push_str(before);
        match part.split_once(OTHERWISE) {
            Some((reason, otherwise)) => {
                plain.push_str(otherwise);
                reasons.push(reason.to_owned());
            }
            None => plain.push_str(&hole(part)),
        }
        rest = after;
    }
    plain.push_str(rest);
    (plain, reasons)
}

/// Whether a text has such a part.
pub fn is_holed(text: &str) -> bool {
    text.contains(OPEN)
}

/// Words of the reasons of parts that hold no quote, or that whoever runs the migration sets.
const HARMLESS: &[&str] = &["`uuid.", "`datetime.", "`time.", "`secrets.", "config", "settings", "environ"];

/// Whether a text has a part that may hold a quote, and that nobody sets for the whole run.
pub fn may_end_a_literal(text: &str) -> bool {
    let parts = text.split(OPEN).skip(1).filter_map(|part| part.split_once(CLOSE)).map(|(part, _)| part);
    let mut unset = parts.filter(|part| !part.contains(OTHERWISE));
    unset.any(|part| !HARMLESS.iter().any(|harmless| part.contains(harmless)))
}

/// What a value that cannot be shown leaves in a text.
pub fn hole_of(value: &Value) -> Option<String> {
    match value {
        Value::Unknown(unknown) => Some(match unknown.likely.as_ref().and_then(shown) {
            Some(likely) => settable(&unknown.reason, &likely),
            None => hole(&unknown.reason),
        }),
        Value::Symbol(_) => {
            let words = words(value)
                .filter(|words| !words.starts_with("sqlalchemy") && !words.starts_with("alembic"))?;
            Some(hole(&format!("`{words}` is only known when the migration runs")))
        }
        _ => None,
    }
}

/// A plain value as text shows it.
fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Int(int) => Some(int.to_string()),
        Value::Str(text) => Some(text.text.to_string()),
        _ => None,
    }
}

/// A tree of a library as it was written, with full names.
pub fn words(value: &Value) -> Option<String> {
    let Value::Symbol(symbol) = value else { return value.as_str().map(|text| format!("'{text}'")) };
    Some(match symbol.as_ref() {
        Symbol::Path(path) => path.to_string(),
        Symbol::Attribute(of, name) => format!("{}.{name}", words(of)?),
        Symbol::Item(of, key) => format!("{}[{}]", words(of)?, words(key)?),
        Symbol::Call(call) => format!("{}()", words(&call.callee)?),
        Symbol::Operator(..) => return None,
    })
}

/// The SQL with its unknown data written as `<words>`.
///
/// # Errors
/// The reason of the first part that stands outside a quoted literal.
pub fn settle(sql: &str) -> Result<String, String> {
    let mut settled = String::with_capacity(sql.len());
    let mut quoted = false;
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        if c == OPEN {
            let end = rest.find(CLOSE).unwrap_or(rest.len());
            let reason = &rest[c.len_utf8()..end];
            if !quoted {
                return Err(reason.to_owned());
            }
            // A name in the reason says what stands here; it must not end the literal.
            let words = reason.split('`').nth(1).unwrap_or("…").replace('\'', "");
            settled.push_str(&format!("<{words}>"));
            rest = rest.get(end + CLOSE.len_utf8()..).unwrap_or_default();
            continue;
        }
        let comment = !quoted && (rest.starts_with("--") || rest.starts_with("/*"));
        let length = match comment {
            true if c == '-' => rest.find('\n').unwrap_or(rest.len()),
            true => rest.find("*/").map_or(rest.len(), |end| end + 2),
            false => c.len_utf8(),
        };
        if !comment && (c == '$' && !quoted && is_dollar_quote(rest)) {
            // What a quoted body holds is code again.
            return rest.split(OPEN).nth(1).map_or_else(
                || Ok(format!("{settled}{rest}")),
                |part| Err(part.split(CLOSE).next().unwrap_or_default().to_owned()),
            );
        }
        quoted ^= !comment && c == '\'';
        let (done, after) = rest.split_at(length);
        settled.extend(done.split([OPEN, CLOSE]));
        rest = after;
    }
    Ok(settled)
}

fn is_dollar_quote(text: &str) -> bool {
    let tag = text[1..].trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
    tag.starts_with('$') && !text[1..].starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_data_may_be_unknown() {
        let part = hole("what `now` gives is not known");
        assert_eq!(settle(&format!("SELECT 'it''s {part}'")), Ok("SELECT 'it''s <now>'".to_owned()));
        for sql in ["DROP TABLE {}", "SELECT \"{}\"", "SELECT 'a' || {}", "DO $$ SELECT '{}' $$"] {
            assert!(settle(&sql.replace("{}", &part)).is_err(), "{sql}");
        }
        assert_eq!(settle("SELECT $1, '$$'"), Ok("SELECT $1, '$$'".to_owned()));
    }

    #[test]
    fn what_may_be_set_has_a_text_otherwise() {
        let text = format!("DROP TABLE {}.{}", settable("a", "s"), hole("b"));
        assert_eq!(unset(&text), (format!("DROP TABLE s.{}", hole("b")), vec!["a".to_owned()]));
        assert_eq!(unset("SELECT 1"), ("SELECT 1".to_owned(), Vec::new()));
    }
}
