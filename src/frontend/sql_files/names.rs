//! What the names of migration files say. Each function reads the path of a file below the migrations' folder, with
//! forward slashes, and knows one tool's rule.

use super::{Part, signs};

/// What a file name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::frontend) struct FileName {
    /// What the tool calls the migration.
    pub version: String,
    /// The author's words, with blanks for underscores.
    pub message: String,
    pub part: Part,
}

fn file(version: &str, message: &str, part: Part) -> Option<FileName> {
    let message = message.trim_start_matches(['_', '-', '.']).replace(['_', '-'], " ").trim().to_owned();
    (!version.is_empty()).then(|| FileName { version: version.to_owned(), message, part })
}

/// The digits in front, and what follows them.
fn leading_number(stem: &str) -> Option<(&str, &str)> {
    let end = stem.find(|c: char| !c.is_ascii_digit()).unwrap_or(stem.len());
    (end > 0).then(|| stem.split_at(end))
}

/// A path of one file in one folder.
fn in_folder(path: &str) -> Option<(&str, &str)> {
    path.split_once('/').filter(|(_, file)| !file.contains('/'))
}

fn directly(path: &str) -> Option<&str> {
    (!path.contains('/')).then_some(path)
}

/// Any file, by its own name.
pub(in crate::frontend) fn any(path: &str) -> Option<FileName> {
    let name = path.rsplit('/').next().unwrap_or(path);
    file(name.strip_suffix(".sql").unwrap_or(name), "", Part::Both)
}

/// `0001_name.sql` or `0001-name.sql`, known by its whole name.
pub(in crate::frontend) fn plain(path: &str) -> Option<FileName> {
    let stem = directly(path)?.strip_suffix(".sql")?;
    let (_, rest) = leading_number(stem)?;
    (rest.is_empty() || rest.starts_with(['_', '-', '.'])).then(|| file(stem, rest, Part::Both))?
}

/// `0001_name.sql` or `0001-name.sql`.
pub(in crate::frontend) fn numbered(path: &str) -> Option<FileName> {
    let (version, rest) = leading_number(directly(path)?.strip_suffix(".sql")?)?;
    (rest.is_empty() || rest.starts_with(['_', '-', '.'])).then(|| file(version, rest, Part::Both))?
}

/// `20240101000000_name.sql`.
pub(in crate::frontend) fn supabase(path: &str) -> Option<FileName> {
    numbered(path).filter(|_| path.contains('_'))
}

/// `1700000000000_name.sql`, known by its whole name; or a program.
pub(in crate::frontend) fn node_pg_migrate(path: &str) -> Option<FileName> {
    let (stem, extension) = directly(path)?.rsplit_once('.')?;
    let (_, rest) = leading_number(stem)?;
    let (stem, rest, part) = match extension {
        "sql" => direction(stem).map_or((stem, rest, Part::Both), |(stem, part)| (stem, rest, part)),
        "js" | "cjs" | "mjs" | "ts" | "cts" | "mts" if !stem.ends_with(".d") => (stem, rest, Part::Code),
        _ => return None,
    };
    rest.starts_with(['_', '-']).then(|| file(stem, direction(rest).map_or(rest, |(rest, _)| rest), part))?
}

/// `structure.sql`, where Rails writes it.
pub(in crate::frontend) fn structure(path: &str) -> Option<FileName> {
    (path == "structure.sql").then(|| file("structure", "", Part::Both))?
}

/// [`numbered`], or a migration written in Go.
pub(in crate::frontend) fn numbered_or_go(path: &str) -> Option<FileName> {
    match path.strip_suffix(".go") {
        Some(stem) if !stem.ends_with("_test") => {
            let (version, rest) = leading_number(directly(stem)?)?;
            rest.starts_with('_').then(|| file(version, rest, Part::Code))?
        }
        _ => numbered(path),
    }
}

/// dbmate's `^(\d+).*\.sql$`.
pub(in crate::frontend) fn dbmate(path: &str) -> Option<FileName> {
    let (version, rest) = leading_number(directly(path)?.strip_suffix(".sql")?)?;
    file(version, rest, Part::Both)
}

/// `1_name.sql`, or `1_name.up.sql` with `1_name.down.sql`.
pub(in crate::frontend) fn sqlx(path: &str) -> Option<FileName> {
    let (version, rest) = directly(path)?.strip_suffix(".sql")?.split_once('_')?;
    if version.is_empty() || !version.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let (rest, part) = direction(rest).unwrap_or((rest, Part::Both));
    file(version, rest, part)
}

fn direction(stem: &str) -> Option<(&str, Part)> {
    let up = stem.strip_suffix(".up").map(|rest| (rest, Part::Up));
    up.or_else(|| stem.strip_suffix(".down").map(|rest| (rest, Part::Down)))
}

/// `1_name.up.sql` and `1_name.down.sql`; also written in Go.
pub(in crate::frontend) fn golang_migrate(path: &str) -> Option<FileName> {
    let name = pairs(path)?;
    name.version.chars().all(|c| c.is_ascii_digit()).then_some(name)
}

/// `name.up.sql` and `name.down.sql`, numbered or not; also written in Go.
pub(in crate::frontend) fn pairs(path: &str) -> Option<FileName> {
    let name = directly(path)?;
    let stem = name.strip_suffix(".sql").or_else(|| name.strip_suffix(".go"))?;
    let (stem, part) = direction(stem)?;
    // `name.mysql.up.sql` stands beside `name.postgres.up.sql`.
    if stem.rsplit_once('.').is_some_and(|(_, dialect)| signs::OTHERS.contains(&dialect)) {
        return None;
    }
    let part = match part {
        Part::Up if name.ends_with(".go") => Part::Code,
        Part::Down if name.ends_with(".go") => Part::DownCode,
        part => part,
    };
    let (version, rest) = leading_number(stem).unwrap_or((stem, ""));
    file(version, rest, part)
}

/// `<version>_name[.dialect][.autocommit].up.sql`; files of other databases are none of ours.
pub(in crate::frontend) fn popx(path: &str) -> Option<FileName> {
    let (stem, part) = direction(directly(path)?.strip_suffix(".sql")?)?;
    let (version, rest) = leading_number(stem)?;
    let mut pieces = rest.strip_prefix('_')?.split('.');
    let message = pieces.next()?;
    let mut part = part;
    for piece in pieces {
        part = match (piece, part) {
            ("autocommit", part) => part,
            ("postgres" | "postgresql" | "pg", Part::Up) => Part::OwnUp,
            ("postgres" | "postgresql" | "pg", Part::Down) => Part::OwnDown,
            _ => return None,
        };
    }
    file(version, message, part)
}

/// [`popx`] without `.autocommit`; or `<version>_name.up.fizz`, which is no SQL.
pub(in crate::frontend) fn soda(path: &str) -> Option<FileName> {
    let Some(stem) = path.strip_suffix(".fizz") else { return popx(path) };
    let (stem, part) = direction(directly(stem)?)?;
    let (version, rest) = leading_number(stem)?;
    let part = if part == Part::Up { Part::Code } else { Part::DownCode };
    rest.starts_with('_').then(|| file(version, rest, part))?
}

/// `<version>_name/up.sql` and `down.sql`; dashes in the version do not count.
pub(in crate::frontend) fn diesel(path: &str) -> Option<FileName> {
    let (folder, part) = up_or_down(path)?;
    leading_number(folder)?;
    let (version, rest) = folder.split_once('_').unwrap_or((folder, ""));
    file(&version.replace('-', ""), rest, part)
}

fn up_or_down(path: &str) -> Option<(&str, Part)> {
    match in_folder(path)? {
        (folder, "up.sql") => Some((folder, Part::Up)),
        (folder, "down.sql") => Some((folder, Part::Down)),
        _ => None,
    }
}

/// `<milliseconds>_name/up.sql` and `down.sql`.
pub(in crate::frontend) fn hasura(path: &str) -> Option<FileName> {
    let (folder, part) = up_or_down(path)?;
    let (version, rest) = leading_number(folder)?;
    (version.len() == 13).then(|| file(version, rest, part))?
}

/// `<timestamp>_name/migration.sql`.
pub(in crate::frontend) fn prisma(path: &str) -> Option<FileName> {
    let (folder, name) = in_folder(path)?;
    let (_, rest) = leading_number(folder)?;
    (name == "migration.sql").then(|| file(folder, rest, Part::Both))?
}

/// `committed/000001-name.sql`.
pub(in crate::frontend) fn graphile(path: &str) -> Option<FileName> {
    let (folder, name) = in_folder(path)?;
    let (version, rest) = leading_number(name.strip_suffix(".sql")?)?;
    (folder == "committed").then(|| file(version, rest, Part::Both))?
}

/// `deploy/name.sql` and `revert/name.sql`.
pub(in crate::frontend) fn sqitch(path: &str) -> Option<FileName> {
    let (folder, name) = path.split_once('/')?;
    let change = name.strip_suffix(".sql")?;
    match folder {
        "deploy" => file(change, change, Part::Up),
        "revert" => file(change, change, Part::Down),
        _ => None,
    }
}

/// `V1__name.sql`.
pub(in crate::frontend) fn refinery(path: &str) -> Option<FileName> {
    let name = directly(path)?;
    let rust = name.ends_with(".rs");
    let stem = name.strip_suffix(".sql").or_else(|| name.strip_suffix(".rs"))?;
    let (version, rest) = stem.strip_prefix(['V', 'U'])?.split_once("__")?;
    let numeric = version.chars().all(|c| c.is_ascii_digit() || c == '.');
    numeric.then(|| file(version, rest, if rust { Part::Code } else { Part::Both }))?
}

/// `V1_2__name.sql`, `U1_2__name.sql` for the way back, `B1_2__name.sql` in place of all up to it, `R__name.sql` after
/// all others.
pub(in crate::frontend) fn flyway(path: &str) -> Option<FileName> {
    let (version, rest) = directly(path)?.strip_suffix(".sql")?.split_once("__")?;
    if version == "R" {
        return file(&format!("R {rest}"), rest, Part::Repeated);
    }
    let (part, version) = match version.split_at_checked(1)? {
        ("V", version) => (Part::Up, version),
        ("B", version) => (Part::Baseline, version),
        ("U", version) => (Part::Down, version),
        _ => return None,
    };
    let version = version.replace('_', ".");
    let numeric =
        version.split('.').all(|piece| !piece.is_empty() && piece.chars().all(|c| c.is_ascii_digit()));
    numeric.then(|| file(&version, rest, part))?
}
