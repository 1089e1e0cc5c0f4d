//! Which type changes PostgreSQL makes without touching rows, and which functions are volatile. Measured on 12 to 18.
//! Refuses to know tables.

use crate::operation::{DataType, Expression};

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

/// Volatile functions that a default may call: `pg_proc.provolatile = 'v'`, and those of the extensions uuid-ossp and
/// pgcrypto.
const VOLATILE: &[&str] = &[
    "clock_timestamp",
    "currval",
    "gen_random_bytes",
    "gen_random_uuid",
    "gen_salt",
    "lastval",
    "nextval",
    "pg_sleep",
    "random",
    "random_normal",
    "setval",
    "timeofday",
    "uuid_generate_v1",
    "uuid_generate_v1mc",
    "uuid_generate_v4",
    "uuidv4",
    "uuidv7",
];

/// Functions of PostgreSQL that are stable or immutable and stand in defaults: what is neither here nor volatile is
/// the user's own, and may be either.
const SETTLED: &[&str] = &[
    "array",
    "cast",
    "coalesce",
    "concat",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_setting",
    "current_time",
    "current_timestamp",
    "current_user",
    "date",
    "date_part",
    "date_trunc",
    "extract",
    "greatest",
    "json_build_array",
    "json_build_object",
    "jsonb_build_array",
    "jsonb_build_object",
    "least",
    "localtime",
    "localtimestamp",
    "lower",
    "make_date",
    "make_interval",
    "make_timestamp",
    "make_timestamptz",
    "md5",
    "now",
    "nullif",
    "position",
    "session_user",
    "statement_timestamp",
    "timezone",
    "to_char",
    "to_date",
    "to_timestamp",
    "to_tsvector",
    "transaction_timestamp",
    "upper",
    "user",
];

/// A function that is not PostgreSQL's own, as far as this program knows: it may be volatile.
pub fn unknown_call(default: &Expression) -> Option<&str> {
    default.functions.iter().map(String::as_str).find(|function| {
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
    fn function_lists_are_sorted_for_the_search() {
        assert!(VOLATILE.is_sorted() && SETTLED.is_sorted());
    }
}
