//! What tells a folder to be a tool's, and a file to be for another database.

use std::sync::Arc;

use super::super::layouts::{Layout, Sign};
use super::super::tree::{Tree, join};
use super::FileName;
use crate::sql;

/// Migrations that are looked into; markers stand in every one.
const LOOKED_INTO: usize = 5;

type Files = [(String, FileName)];

/// Whether a sign is found.
pub(super) fn holds(sign: Sign, tree: &Tree, folder: &str, files: &Files) -> bool {
    match sign {
        Sign::Names => true,
        Sign::File(name) => tree.on_disk(&join(folder, name)).is_file(),
        Sign::Name(part) => files.iter().any(|(path, _)| path.contains(part)),
        Sign::Folder(part) => {
            let path = tree.on_disk(folder);
            let path = path.canonicalize().unwrap_or(path);
            path.components().rev().take(3).any(|name| contains(&name.as_os_str().to_string_lossy(), part))
        }
        Sign::Ends(end) => {
            let path = tree.on_disk(folder);
            path.canonicalize().unwrap_or(path).ends_with(end)
        }
        Sign::Text(marker) => texts(tree, folder, files).any(|text| contains(&text, marker)),
        Sign::Near(name, text) => tree.near(folder, name).iter().any(|found| found.contains(text)),
        Sign::SqlxMigrate => sqlx(&tree.near(folder, "Cargo.toml"), migrates) == Some(true),
    }
}

/// Whether a text alone shows whose it is.
pub(super) fn text_holds(layout: &Layout, text: &str) -> bool {
    layout.signs.iter().any(|sign| matches!(sign, Sign::Text(marker) if contains(text, marker)))
}

/// Whether a text contains a lower-case one, in any letter case.
fn contains(text: &str, part: &str) -> bool {
    text.to_ascii_lowercase().contains(part)
}

fn texts<'a>(tree: &'a Tree, folder: &'a str, files: &'a Files) -> impl Iterator<Item = Arc<str>> + 'a {
    let sql = files.iter().filter(|(path, _)| path.ends_with(".sql"));
    sql.take(LOOKED_INTO).filter_map(move |(path, _)| tree.text(&join(folder, path)))
}

/// What manifests say of sqlx: the nearest one that says anything counts.
fn sqlx<T>(manifests: &[Arc<str>], says: impl Fn(&toml::Value) -> Option<T>) -> Option<T> {
    let parsed = manifests.iter().filter_map(|manifest| manifest.parse::<toml::Table>().ok());
    parsed
        .filter_map(|manifest| {
            let shared = manifest.get("workspace").and_then(|workspace| workspace.get("dependencies"));
            let sections =
                ["dependencies", "dev-dependencies", "build-dependencies"].map(|key| manifest.get(key));
            let found =
                sections.into_iter().chain([shared]).flatten().filter_map(|section| section.get("sqlx"));
            found.filter_map(&says).next()
        })
        .next()
}

fn features(sqlx: &toml::Value) -> impl Iterator<Item = &str> {
    let list = sqlx.get("features").and_then(toml::Value::as_array);
    list.into_iter().flatten().filter_map(toml::Value::as_str)
}

/// Whether sqlx is there to migrate, and not only as a driver.
fn migrates(sqlx: &toml::Value) -> Option<bool> {
    let asked = features(sqlx).any(|feature| feature == "migrate");
    // What a workspace provides is said in the workspace's own manifest, above this one.
    let elsewhere = sqlx.get("workspace").is_some();
    let bare = sqlx.get("default-features").and_then(toml::Value::as_bool) == Some(false);
    (asked || !elsewhere).then_some(asked || !bare)
}

/// Whether sqlx drives another database only.
fn drives_another(sqlx: &toml::Value) -> Option<bool> {
    let has = |drivers: &[&str]| features(sqlx).any(|feature| drivers.contains(&feature));
    let others = has(&["sqlite", "mysql", "mssql"]);
    (others || has(&["postgres"])).then(|| others && !has(&["postgres"]))
}

/// Other databases by the names that folders give them.
pub(super) const OTHERS: &[&str] = &[
    "bigquery",
    "clickhouse",
    "cockroach",
    "crdb",
    "duckdb",
    "mariadb",
    "mssql",
    "mysql",
    "oracle",
    "snowflake",
    "spanner",
    "sqlite",
    "sqlserver",
];

/// Whether a folder below the root is named after another database.
pub(in crate::frontend) fn names_other_database(folder: &str) -> bool {
    let folder = folder.to_ascii_lowercase();
    OTHERS.iter().any(|name| folder.contains(name))
}

/// Words that no PostgreSQL migration needs, as other databases write them.
const FOREIGN_WORDS: &[&str] = &[
    "auto_increment",
    "autoincrement",
    "engine=innodb",
    "engine = innodb",
    "mergetree",
    "pragma foreign_keys",
];

/// Whether migrations are written for another database.
pub(super) fn written_for_other_database(tree: &Tree, folder: &str, files: &Files) -> bool {
    let provider = tree.text(&join(folder, "migration_lock.toml"));
    let other_provider = provider.is_some_and(|lock| {
        lock.lines().any(|line| line.trim_start().starts_with("provider") && !line.contains("postgres"))
    });
    other_provider
        || sqlx(&tree.near(folder, "Cargo.toml"), drives_another) == Some(true)
        || texts(tree, folder, files).any(|text| speaks_another(&text))
}

/// Whether a foreign word stands outside of the comments.
fn speaks_another(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let foreign = |text: &str| FOREIGN_WORDS.iter().any(|word| text.contains(word));
    if !foreign(&text) {
        return false;
    }
    let (mut said, mut from) = (String::new(), 0);
    for comment in sql::comments(&text) {
        said.push_str(&text[from..comment.start]);
        from = comment.end;
    }
    said.push_str(&text[from..]);
    foreign(&said)
}
