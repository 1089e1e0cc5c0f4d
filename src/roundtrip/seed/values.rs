//! Values of every type, as the server reads them: plain ones, and those at the edges that production has sooner or
//! later. Refuses to know which column they are for.

use super::catalog::{Catalog, Oid, Type};

/// What a column of some type may hold, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Values {
    /// What nobody is surprised by.
    pub plain: Vec<String>,
    /// Extremes, emptiness, other scripts.
    pub odd: Vec<String>,
    /// SQL for a text that is another for each number; `{k}` stands for the number.
    pub unique: Option<String>,
}

/// Stands for a text of the greatest length.
const LONG: &str = "long";

/// That length where there is no limit: beyond `varchar(255)`, the width that most columns are narrowed to.
const LONGER: usize = 300;

/// How deep types may hold each other.
const DEEPEST: usize = 4;

/// Values of a type; `None` if we know none.
pub(super) fn values(catalog: &Catalog, kind: Oid, modifier: i32) -> Option<Values> {
    at_depth(catalog, kind, modifier, 0)
}

fn at_depth(catalog: &Catalog, kind: Oid, modifier: i32, depth: usize) -> Option<Values> {
    let known = catalog.types.get(&kind).filter(|_| depth < DEEPEST)?;
    match known.class {
        'e' => Some(Values { plain: known.labels.clone(), ..Values::default() })
            .filter(|values| !values.plain.is_empty()),
        // Which values its conditions let through only the server knows, and it is asked for whole columns.
        'd' if depth > 0 && !known.checks.is_empty() => Some(Values::default()),
        'd' => at_depth(catalog, known.of, known.modifier, depth + 1),
        'r' => range(&at_depth(catalog, known.of, -1, depth + 1)?, "[", ")"),
        'm' => range(&at_depth(catalog, catalog.types.get(&known.of)?.of, -1, depth + 1)?, "{[", ")}"),
        'c' => composite(catalog, known, depth),
        _ if known.of != 0 => Some(array(
            &at_depth(catalog, known.of, modifier, depth + 1)?,
            &catalog.types.get(&known.of)?.name,
        )),
        _ => base(known, modifier),
    }
}

/// A value between double quotes, as arrays and composite values quote it.
fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

fn array(element: &Values, name: &str) -> Values {
    let comma = if name == "box" { ";" } else { "," };
    let several = |values: &[String]| {
        let quoted: Vec<String> = values.iter().take(3).map(|value| quoted(value)).collect();
        format!("{{{}}}", quoted.join(comma))
    };
    if element.plain.is_empty() {
        return of(&["{}"], &["{NULL}"], "");
    }
    let singles = element.plain.iter().take(2).map(|value| format!("{{{}}}", quoted(value)));
    let mut odd = vec!["{}".to_owned(), "{NULL}".to_owned()];
    odd.extend((!element.odd.is_empty()).then(|| several(&element.odd)));
    Values {
        plain: singles.chain([several(&element.plain)]).collect(),
        odd,
        unique: element.unique.as_ref().map(|sql| format!("(ARRAY[{sql}]::text[])::text")),
    }
}

fn composite(catalog: &Catalog, known: &Type, depth: usize) -> Option<Values> {
    let mut columns = Vec::new();
    for (kind, modifier) in &known.attributes {
        columns.push(at_depth(catalog, *kind, *modifier, depth + 1)?);
    }
    let row = |pick: &dyn Fn(&Values) -> Option<String>| {
        let cells: Vec<String> = columns
            .iter()
            .map(|values| pick(values).map(|value| quoted(&value)).unwrap_or_default())
            .collect();
        format!("({})", cells.join(","))
    };
    Some(Values {
        plain: vec![
            row(&|values| values.plain.first().cloned()),
            row(&|values| values.plain.last().cloned()),
        ],
        odd: vec![row(&|values| values.odd.first().or(values.plain.first()).cloned()), row(&|_| None)],
        unique: None,
    })
}

/// Ranges between neighbours of some values, which are taken in the order that they stand in.
fn range(bounds: &Values, open: &str, close: &str) -> Option<Values> {
    let (low, high) = (bounds.plain.first()?, bounds.plain.get(1)?);
    let (whole, nothing) = if open.starts_with('{') { ("{(,)}", "{}") } else { ("(,)", "empty") };
    Some(Values {
        plain: vec![
            format!("{open}{},{}{close}", quoted(low), quoted(high)),
            format!("{open}{},{close}", quoted(high)),
        ],
        odd: vec![nothing.to_owned(), whole.to_owned()],
        unique: None,
    })
}

fn of(plain: &[&str], odd: &[&str], unique: &str) -> Values {
    Values {
        plain: plain.iter().map(|&text| text.to_owned()).collect(),
        odd: odd.iter().map(|&text| text.to_owned()).collect(),
        unique: (!unique.is_empty()).then(|| unique.to_owned()),
    }
}

/// The types that PostgreSQL and its best known extensions bring.
fn base(known: &Type, modifier: i32) -> Option<Values> {
    let number = "({k} + 100)::text";
    let moment = "('2024-01-15 10:30:00'::timestamp + {k} * interval '1 day 7 minutes')::text";
    Some(match known.name.as_str() {
        "bool" => of(&["true", "false"], &[], ""),
        "int2" => of(&["1", "7", "42"], &["0", "32767", "-32768"], "({k} % 30000 + 100)::text"),
        "int4" => of(&["1", "7", "42"], &["0", "2147483647", "-2147483648"], number),
        "int8" => of(&["1", "7", "42"], &["0", "9223372036854775807", "-9223372036854775808"], number),
        "numeric" => numeric(modifier),
        "float4" => of(&["1", "2.5", "42"], &["0", "-0.1", "3.4e+38"], number),
        "float8" => of(&["1", "2.5", "42"], &["0", "-0.1", "1.7976931348623157e+308"], number),
        "money" => of(&["1.00", "19.99", "42.00"], &["0", "-92233720368547758.08"], number),
        "text" | "varchar" | "citext" => text(modifier),
        "bpchar" => bpchar(modifier),
        "name" => of(&["alpha", "beta"], &["", "Ünïcode 表"], "'name ' || {k}"),
        "char" => of(&["a", "b", "c"], &[" "], ""),
        "bytea" => of(&["\\x616263", "\\x0102"], &["\\x", "\\x00ff27"], "'\\x' || md5({k}::text)"),
        "date" => of(
            &["2024-01-15", "2024-02-29", "2024-12-31"],
            &["infinity", "-infinity", "1999-12-31"],
            "('2024-01-15'::date + {k}::integer)::text",
        ),
        "time" | "timetz" => of(&["10:30:00", "18:15:30.5"], &["00:00:00", "24:00:00"], ""),
        "timestamp" => of(
            &["2024-01-15 10:30:00", "2024-02-29 23:59:59.999999"],
            &["infinity", "-infinity", "1970-01-01 00:00:00"],
            moment,
        ),
        "timestamptz" => of(
            &["2024-01-15 10:30:00+00", "2024-03-31 02:30:00+01"],
            &["infinity", "-infinity", "1970-01-01 00:00:00+00"],
            moment,
        ),
        "interval" => {
            of(&["1 day", "1 month 3 days 04:05:06"], &["0", "-178000000 years"], "{k} || ' minutes'")
        }
        "uuid" => of(
            &["6f1c0d7e-8a53-4c35-9d0b-2f6f3f1f7a11", "0b6f3a52-51d5-4f0b-8f9d-7a1c2e3d4b5c"],
            &["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
            "md5({k}::text)",
        ),
        "json" | "jsonb" => of(
            &["{\"name\": \"alpha\", \"size\": 3}", "{\"tags\": [\"a\", \"b\"]}"],
            &["{}", "[]", "null", "\"text\"", "{\"name\": null, \"ü\": \"表 \\\" '\"}"],
            "'{\"number\": ' || {k} || '}'",
        ),
        "jsonpath" => of(&["$.name", "$.tags[*]"], &["$"], ""),
        "xml" => of(&["<a>alpha</a>", "<b/>"], &["plain"], ""),
        "inet" => of(
            &["192.0.2.1", "192.0.2.7/24"],
            &["2001:db8::1", "0.0.0.0/0"],
            "'192.0.' || ({k} / 250 % 250) || '.' || ({k} % 250)",
        ),
        "cidr" => of(&["192.0.2.0/24", "10.0.0.0/8"], &["2001:db8::/32", "0.0.0.0/0"], ""),
        "macaddr" => of(&["08:00:2b:01:02:03", "08:00:2b:01:02:04"], &["00:00:00:00:00:00"], ""),
        "macaddr8" => of(&["08:00:2b:01:02:03:04:05"], &["00:00:00:00:00:00:00:00"], ""),
        "point" => of(&["(1,2)", "(3.5,-4)"], &["(0,0)"], ""),
        "line" => of(&["{1,2,3}", "{1,-1,0}"], &[], ""),
        "lseg" | "box" => of(&["(1,2),(3,4)", "(0,0),(5,5)"], &["(0,0),(0,0)"], ""),
        "path" => of(&["[(1,2),(3,4)]", "((0,0),(1,1),(1,0))"], &["[(0,0)]"], ""),
        "polygon" => of(&["((0,0),(1,1),(1,0))"], &["((0,0))"], ""),
        "circle" => of(&["<(1,2),3>", "<(0,0),1>"], &["<(0,0),0>"], ""),
        "bit" => bits(usize::try_from(modifier).unwrap_or(1)),
        "varbit" => of(&["1", "0"], &[""], ""),
        "tsvector" => of(&["'alpha':1 'beta':2", "'gamma'"], &[""], ""),
        "tsquery" => of(&["'alpha' & 'beta'", "'gamma'"], &[""], ""),
        "oid" | "xid" | "cid" | "xid8" => of(&["1", "42"], &["0", "4294967295"], number),
        "regclass" => of(&["pg_class", "pg_type"], &[], ""),
        "regtype" => of(&["integer", "text"], &[], ""),
        "regproc" => of(&["pg_backend_pid", "pg_postmaster_start_time"], &[], ""),
        "regnamespace" => of(&["public", "pg_catalog"], &[], ""),
        "regrole" => of(&["postgres"], &[], ""),
        "pg_lsn" => of(&["0/1", "16/B374D848"], &["0/0"], ""),
        "tid" => of(&["(0,1)", "(1,1)"], &[], ""),
        "hstore" => of(&["a=>1, b=>2", "name=>alpha"], &["", "a=>NULL"], ""),
        "ltree" => of(&["top.middle.leaf", "top"], &[""], "'top.n' || {k}"),
        "cube" => of(&["(1,2,3)", "(0)"], &[], ""),
        "vector" | "halfvec" => vector(usize::try_from(modifier).unwrap_or(3)),
        "geometry" | "geography" => of(&["SRID=4326;POINT(1 2)", "SRID=4326;POINT(3 4)"], &[], ""),
        _ => return None,
    })
}

fn text(modifier: i32) -> Values {
    let all = of(
        &["alpha", "beta", "gamma"],
        &["", "Ünïcode 表 🦀", LONG, "O'Reilly \"quoted\" \\ 100% %s", " padded "],
        "'value ' || {k}",
    );
    // The long one becomes as long as it may be, or stands for a limit that nobody reaches.
    let sized = |text: &String| match text.as_str() {
        LONG => "long ".chars().cycle().take(limit(modifier).unwrap_or(LONGER).min(10_000)).collect(),
        _ => text.clone(),
    };
    let all = Values { odd: all.odd.iter().map(sized).collect(), ..all };
    let Some(limit) = limit(modifier) else { return all };
    let cut = |texts: Vec<String>| -> Vec<String> {
        let mut cut: Vec<String> = texts.iter().map(|text| text.chars().take(limit).collect()).collect();
        cut.dedup();
        cut
    };
    Values {
        plain: cut(all.plain),
        odd: cut(all.odd),
        unique: Some(format!("right('value ' || {{k}}, {limit})")),
    }
}

fn bpchar(modifier: i32) -> Values {
    let limit = limit(modifier).unwrap_or(1);
    let plain = ["alpha", "beta", "gamma"].map(|text| text.chars().cycle().take(limit.min(10_000)).collect());
    Values {
        plain: plain.into(),
        odd: vec![String::new(), "表".to_owned()],
        unique: Some(format!("right(repeat('x', {}) || {{k}}, {limit})", limit.min(10_000))),
    }
}

/// How many characters a `varchar(n)` takes.
fn limit(modifier: i32) -> Option<usize> {
    usize::try_from(modifier - 4).ok().filter(|limit| *limit > 0)
}

fn numeric(modifier: i32) -> Values {
    if modifier < 4 {
        return of(
            &["1", "9.99", "42"],
            &["0", "-0.000000001", "12345678901234567890.123456789"],
            "({k} + 100)::text",
        );
    }
    let precision = usize::try_from((modifier - 4) >> 16 & 0xffff).unwrap_or_default();
    // Since 15 a scale may be negative, which eleven bits with a sign tell.
    let scale = ((modifier - 4) & 0x7ff ^ 1024) - 1024;
    let scale = usize::try_from(scale).unwrap_or_default().min(precision);
    let nines = "9".repeat(precision);
    let (whole, part) = nines.split_at(precision - scale);
    let most = format!("{}.{part}", if whole.is_empty() { "0" } else { whole });
    let most = most.trim_end_matches('.').to_owned();
    let plain = if precision > scale { ["1", "2", "4.5"] } else { ["0.1", "0.2", "0.45"] };
    let unique = match precision - scale {
        0..=2 => None,
        digits => Some(format!("({{k}} % {})::text", 10_u64.pow(u32::try_from(digits.min(9)).unwrap_or(9)))),
    };
    Values {
        plain: plain.map(str::to_owned).into(),
        odd: vec!["0".to_owned(), most.clone(), format!("-{most}")],
        unique,
    }
}

fn bits(length: usize) -> Values {
    let length = length.clamp(1, 10_000);
    Values { plain: vec!["1".repeat(length), "0".repeat(length)], ..Values::default() }
}

fn vector(dimensions: usize) -> Values {
    let of = |number: &str| format!("[{}]", vec![number; dimensions.clamp(1, 16_000)].join(","));
    Values { plain: vec![of("1"), of("0.5")], odd: vec![of("0")], unique: None }
}
