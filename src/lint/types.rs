//! Which type changes PostgreSQL makes without touching rows, and which functions are volatile. Measured on 12 to 18.
//! Refuses to know tables.

use std::sync::LazyLock;

use crate::operation::{DataType, Expression, quote};

/// What a type change does to the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The catalog changes, no row is read.
    Brief,
    /// No row is read if the session's time zone is UTC; otherwise the table is rewritten.
    BriefInUtc,
    /// The table is rewritten.
    Rewrite,
}

/// What `ALTER COLUMN … TYPE` does, without a `USING` that computes.
pub fn change(from: &DataType, to: &DataType) -> Change {
    if from.dimensions != to.dimensions {
        return Change::Rewrite;
    }
    let same_but_collation = from.name == to.name && from.modifiers == to.modifiers;
    if same_but_collation {
        return Change::Brief;
    }
    if from.dimensions > 0 {
        return Change::Rewrite;
    }
    let text_like = |name: &str| matches!(name, "text" | "character varying");
    let brief = match (from.name.as_str(), to.name.as_str()) {
        ("character varying" | "bit varying", same) if same == from.name => widens(from, to, 0, None),
        (old, new) if text_like(old) && text_like(new) => to.modifiers.is_empty(),
        ("numeric", "numeric") => match (from.modifiers.as_slice(), to.modifiers.as_slice()) {
            (_, []) => true,
            ([], _) => false,
            (old, new) => {
                let scale = |modifiers: &[i32]| modifiers.get(1).copied().unwrap_or(0);
                new[0] >= old[0] && scale(old) == scale(new)
            }
        },
        (old, new) if old == new && is_time(old) => widens(from, to, 0, Some(6)),
        ("cidr", "inet") | ("xml", "text" | "character varying") => to.modifiers.is_empty(),
        ("timestamp without time zone", "timestamp with time zone")
        | ("timestamp with time zone", "timestamp without time zone") => {
            let keeps = widens(from, to, 0, Some(6)) && (to.modifiers.is_empty() || to.modifiers == [6]);
            return if keeps { Change::BriefInUtc } else { Change::Rewrite };
        }
        _ => false,
    };
    if brief { Change::Brief } else { Change::Rewrite }
}

/// Whether a `USING` says no more than the change itself: the column, or the column cast.
pub fn only_casts(using: &Expression, column: &str) -> bool {
    let text = using.text.trim_matches(['(', ')', ' ']);
    let rest = text.strip_prefix(quote(column).as_str()).or_else(|| text.strip_prefix(column));
    let cast = rest.is_some_and(|rest| {
        rest.is_empty() || (rest.trim_start().starts_with("::") && !rest.contains(['+', '*', '-', '/', '|']))
    });
    cast && using.functions.is_empty() && !rest.unwrap_or_default().to_lowercase().contains(" at ")
}

/// Whether a type change may cut or refuse values that the old type holds. Types that are not known lose nothing.
pub fn loses_values(from: &DataType, to: &DataType) -> bool {
    const NUMBERS: &[&str] = &["smallint", "integer", "bigint", "numeric"];
    let rank = |name: &str| NUMBERS.iter().position(|known| *known == name);
    let text_like = |name: &str| matches!(name, "text" | "character varying");
    if from.name == to.name && from.name == "numeric" {
        return !digits_fit(from, to);
    }
    match (rank(&from.name), rank(&to.name)) {
        (Some(old), Some(new)) => new < old,
        _ if from.name == "bit" && to.name == "bit" => from.modifiers != to.modifiers,
        _ if from.name == to.name || (text_like(&from.name) && text_like(&to.name)) => {
            !widens(from, to, 0, None)
        }
        _ => {
            (from.name.starts_with("timestamp") && to.name == "date")
                || (text_like(&from.name) && (rank(&to.name).is_some() || to.name == "uuid"))
        }
    }
}

/// Whether PostgreSQL takes a foreign key from a column of one type to a column of another; where one of them is not
/// known, it may.
pub fn can_refer(from: &DataType, to: &DataType) -> bool {
    const NUMBERS: &[&str] = &["smallint", "integer", "bigint", "numeric", "real", "double precision"];
    const TEXTS: &[&str] = &["text", "character varying", "character"];
    const DAYS: &[&str] = &["date", "timestamp without time zone", "timestamp with time zone"];
    const OTHERS: &[&str] = &["boolean", "bytea", "jsonb", "money", "oid", "uuid"];
    let families = [NUMBERS, TEXTS, DAYS];
    let family = |name: &str| families.iter().position(|family| family.contains(&name));
    let known = |data_type: &DataType| {
        let name = data_type.name.as_str();
        data_type.dimensions == 0 && (family(name).is_some() || OTHERS.contains(&name))
    };
    let (old, new) = (from.name.as_str(), to.name.as_str());
    let whole = |name: &str| NUMBERS[..3].contains(&name);
    match (family(old), family(new)) {
        _ if !known(from) || !known(to) || old == new => true,
        // A number is taken for a wider one, never the other way round; those of a size are alike.
        (Some(0), Some(0)) => whole(old) || (!whole(new) && new != "numeric"),
        (Some(from), Some(to)) => from == to,
        _ => whole(old) && new == "oid",
    }
}

/// Whether a number keeps all its digits, before the point and behind it.
fn digits_fit(from: &DataType, to: &DataType) -> bool {
    let digits = |of: &DataType| match *of.modifiers.as_slice() {
        [] => (i32::MAX, i32::MAX),
        [precision] => (precision, 0),
        [precision, scale, ..] => (precision - scale, scale),
    };
    let (from, to) = (digits(from), digits(to));
    from.0 <= to.0 && from.1 <= to.1
}

fn is_time(name: &str) -> bool {
    name.starts_with("timestamp") || name.starts_with("time ") || name == "interval"
}

/// Whether a modifier only grows; no modifier is the widest, or `most`.
fn widens(from: &DataType, to: &DataType, place: usize, most: Option<i32>) -> bool {
    let of = |t: &DataType| t.modifiers.get(place).copied().or(most).unwrap_or(i32::MAX);
    of(from) <= of(to)
}

/// The function that makes a default volatile, if one does: every row gets a value of its own, so every row must be
/// written. An expression that was not understood is not called volatile.
pub fn volatile_call(default: &Expression) -> Option<&str> {
    default.functions.iter().map(String::as_str).find(|function| {
        let name = function.rsplit('.').next().unwrap_or(function);
        VOLATILE.binary_search(&name).is_ok()
    })
}

/// The function whose answer changes from call to call, from session to session or with the clock, if an expression
/// calls one.
pub fn changing_call(expression: &Expression) -> Option<&str> {
    /// Stable ones that people write in checks; of the others the answer follows from settings that seldom change.
    const STABLE: &[&str] = &[
        "current_catalog",
        "current_database",
        "current_date",
        "current_role",
        "current_schema",
        "current_setting",
        "current_time",
        "current_timestamp",
        "current_user",
        "localtime",
        "localtimestamp",
        "now",
        "pg_backend_pid",
        "session_user",
        "statement_timestamp",
        "transaction_timestamp",
        "user",
    ];
    let stable = || {
        expression
            .functions
            .iter()
            .map(String::as_str)
            .find(|function| STABLE.contains(&function.rsplit('.').next().unwrap_or(function)))
    };
    volatile_call(expression).or_else(stable)
}

/// Volatile functions that a default may call, sorted: `pg_proc.provolatile = 'v'` of 15 to 18, and those of the
/// extensions uuid-ossp and pgcrypto.
static VOLATILE: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("types/volatile.txt").lines().collect());

/// The other functions of `pg_proc`, and what the grammar writes like a function, sorted: what is neither here nor
/// volatile is the user's own, and may be either.
static SETTLED: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("types/settled.txt").lines().collect());

/// Functions that are not PostgreSQL's own, as far as this program knows: they may be volatile.
pub fn unknown_calls(default: &Expression) -> impl Iterator<Item = &str> {
    default.functions.iter().map(String::as_str).filter(|function| {
        let name = function.strip_prefix("pg_catalog.").unwrap_or(function);
        SETTLED.binary_search(&name).is_err() && VOLATILE.binary_search(&name).is_err()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> DataType {
        let (name, modifiers) = match text.split_once('(') {
            Some((name, rest)) => {
                let list = rest.trim_end_matches(')').split(',');
                (name, list.map(|n| n.parse().expect("a number")).collect())
            }
            None => (text, Vec::new()),
        };
        DataType { modifiers, ..DataType::plain(name) }
    }

    #[test]
    fn type_changes_are_judged_as_measured() {
        let cases = [
            ("character varying(50)", "character varying(100)", Change::Brief),
            ("character varying(50)", "character varying(20)", Change::Rewrite),
            ("character varying(50)", "text", Change::Brief),
            ("character varying(50)", "character varying", Change::Brief),
            ("text", "character varying", Change::Brief),
            ("text", "character varying(100)", Change::Rewrite),
            ("text", "character(10)", Change::Rewrite),
            ("integer", "bigint", Change::Rewrite),
            ("integer", "text", Change::Rewrite),
            ("numeric(10,2)", "numeric(12,2)", Change::Brief),
            ("numeric(10,2)", "numeric(12,4)", Change::Rewrite),
            ("numeric(10,2)", "numeric", Change::Brief),
            ("numeric(10,2)", "numeric(8,2)", Change::Rewrite),
            ("timestamp without time zone(3)", "timestamp without time zone(6)", Change::Brief),
            ("timestamp without time zone(3)", "timestamp without time zone(0)", Change::Rewrite),
            ("timestamp without time zone(3)", "timestamp with time zone(3)", Change::Rewrite),
            ("timestamp without time zone(3)", "timestamp with time zone(6)", Change::BriefInUtc),
            ("timestamp without time zone", "timestamp with time zone", Change::BriefInUtc),
            ("json", "jsonb", Change::Rewrite),
            ("interval(3)", "interval(6)", Change::Brief),
            ("time without time zone(3)", "time without time zone(6)", Change::Brief),
            ("bit varying(10)", "bit varying(20)", Change::Brief),
            ("cidr", "inet", Change::Brief),
            ("inet", "cidr", Change::Rewrite),
            ("character(10)", "character(20)", Change::Rewrite),
            ("character(10)", "text", Change::Rewrite),
            ("xml", "text", Change::Brief),
            ("smallint", "integer", Change::Rewrite),
            ("real", "double precision", Change::Rewrite),
            ("date", "timestamp without time zone", Change::Rewrite),
        ];
        for (from, to, expected) in cases {
            assert_eq!(change(&of(from), &of(to)), expected, "{from} to {to}");
        }
    }

    #[test]
    fn narrower_types_lose_values() {
        let loses = |from, to| loses_values(&of(from), &of(to));
        assert!(
            loses("bigint", "integer")
                && loses("text", "character varying(20)")
                && loses("numeric(10,2)", "numeric(8,2)")
                && loses("numeric(10,2)", "numeric(10,4)")
                && loses("numeric(10,2)", "numeric(10)")
                && loses("numeric", "numeric(10,2)")
                && loses("bit(10)", "bit(20)")
        );
        assert!(loses("timestamp with time zone", "date") && loses("text", "uuid"));
        assert!(
            !loses("integer", "bigint")
                && !loses("numeric(6,2)", "numeric(8,3)")
                && !loses("numeric(6,2)", "numeric")
                && !loses("character varying(20)", "text")
                && !loses("integer", "text")
        );
        assert!(!loses("character varying(20)", "character varying(30)") && !loses("jsonb", "json"));
    }

    #[test]
    fn foreign_keys_join_types_as_measured() {
        let refer = |from, to| can_refer(&of(from), &of(to));
        let refused = [
            ("numeric", "bigint"),
            ("oid", "integer"),
            ("double precision", "numeric"),
            ("uuid", "text"),
            ("text", "uuid"),
            ("integer", "text"),
            ("date", "text"),
            ("boolean", "integer"),
        ];
        let taken = [
            ("bigint", "smallint"),
            ("integer", "numeric"),
            ("numeric", "real"),
            ("real", "double precision"),
            ("double precision", "real"),
            ("bigint", "oid"),
            ("character varying(20)", "text"),
            ("character(3)", "character varying"),
            ("timestamp with time zone", "date"),
            ("citext", "integer"),
        ];
        assert!(refused.iter().all(|(from, to)| !refer(from, to)));
        assert!(taken.iter().all(|(from, to)| refer(from, to)));
    }

    #[test]
    fn function_lists_are_sorted_for_the_search() {
        assert!(VOLATILE.is_sorted() && SETTLED.is_sorted());
        assert!(VOLATILE.iter().all(|name| SETTLED.binary_search(name).is_err()), "no name is in both");
    }
}
