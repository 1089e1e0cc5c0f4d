//! Reads the configuration's keys from TOML, each from one row of [`KEYS`]; whatever has no row is refused with the
//! nearest that has one. Refuses to know where the text comes from.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Commands, Config, Output, Override, Secret, fail_on, native, preset, unknown};
use crate::finding::{RuleInfo, Severity};

/// What is wrong, and where in the text.
pub(super) struct Invalid {
    pub(super) range: Range<usize>,
    pub(super) message: String,
}

pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// What a key's value is judged by.
pub(super) struct Surroundings<'a> {
    folder: &'a Path,
    rules: &'a [&'static RuleInfo],
}

/// Takes the value of one key.
pub(super) type Take = fn(&mut Config, &Value<'_>, &Surroundings<'_>) -> Result<(), Invalid>;

/// Every key. The README documents each.
pub(super) const KEYS: &[(&str, Take)] = &[
    ("paths", |config, value, around| {
        config.paths = paths(value, around)?;
        Ok(())
    }),
    ("exclude", |config, value, around| {
        config.exclude = paths(value, around)?;
        Ok(())
    }),
    ("alembic", |config, value, _| {
        for (key, value) in fields(value, &["types", "naming-convention", "env", "x"])? {
            let migrations = &mut config.migrations;
            match key {
                "types" => texts(value, |name, text| migrations.set_type(name, text))?,
                "naming-convention" => texts(value, |kind, text| migrations.set_naming(kind, text))?,
                "env" => texts(value, |name, text| variable(&mut config.alembic_variables, name, text))?,
                _ => config.alembic_arguments = list(value, |item| string(item).map(str::to_owned))?,
            }
        }
        Ok(())
    }),
    ("base", |config, value, _| {
        config.base = Some(string(value)?.to_owned());
        Ok(())
    }),
    ("fail-on", |config, value, _| {
        config.fail_on = fail_on(string(value)?).map_err(at(value))?;
        Ok(())
    }),
    ("formats", |config, value, around| {
        config.outputs = list(value, |item| output(item, around))?;
        Ok(())
    }),
    ("preset", |config, value, _| {
        config.preset = preset(string(value)?).map_err(at(value))?;
        Ok(())
    }),
    ("rules", |config, value, around| {
        config.severities = rules(value, around)?;
        Ok(())
    }),
    ("override", |config, value, around| {
        config.overrides = list(value, |item| override_(item, around))?;
        Ok(())
    }),
    ("conventions", |config, value, _| {
        config.conventions = super::conventions::read(value)?;
        Ok(())
    }),
    ("table", |config, value, _| {
        config.rows = list(value, rows)?.into_iter().collect();
        Ok(())
    }),
    ("statistics", |config, value, around| {
        let file = path(string(value)?, around);
        let text = std::fs::read_to_string(&file)
            .map_err(|error| at(value)(format!("{} cannot be read: {error}", file.display())))?;
        let wrong = |message: &str| at(value)(format!("{}: {message}", file.display()));
        let document = DeTable::parse(&text).map_err(|error| wrong(error.message()))?;
        for (key, tables) in document.get_ref() {
            if key.get_ref() != "table" {
                return Err(wrong(&unknown("key", key.get_ref(), ["table"].into_iter())));
            }
            for (name, count) in list(tables, rows).map_err(|invalid| wrong(&invalid.message))? {
                // What stands in the configuration itself goes first, wherever it stands.
                config.statistics.insert(name, count);
            }
        }
        Ok(())
    }),
    ("small-table-rows", |config, value, _| {
        config.small_table_rows = Some(number(value)?);
        Ok(())
    }),
    ("pg", |config, value, _| {
        config.postgres = versions(value)?;
        Ok(())
    }),
    ("server", |config, value, _| {
        config.server = string(value)?.parse().map_err(at(value))?;
        Ok(())
    }),
    ("image", |config, value, _| {
        config.image = Some(string(value)?.to_owned());
        Ok(())
    }),
    ("python", |config, value, around| {
        config.python = Some(path(string(value)?, around));
        Ok(())
    }),
    ("engine", |config, value, _| {
        config.native = native(string(value)?).map_err(at(value))?;
        Ok(())
    }),
    ("commands", |config, value, around| {
        config.commands = Some(commands(value, around)?);
        Ok(())
    }),
    ("offline", |config, value, _| {
        config.offline = flag(value)?;
        Ok(())
    }),
    ("data", |config, value, _| {
        config.data = flag(value)?;
        Ok(())
    }),
    ("seed-rows", |config, value, _| {
        let rows = u32::try_from(number(value)?).ok().filter(|rows| *rows > 0);
        config.seed_rows = Some(rows.ok_or_else(|| expected(value, "a number of rows, from 1 on"))?);
        Ok(())
    }),
    ("seed", |config, value, _| {
        config.seed = number(value)?;
        Ok(())
    }),
    ("seed-files", |config, value, around| {
        config.seed_files = Some(path(string(value)?, around));
        Ok(())
    }),
    ("minimum-downgrade", |config, value, _| {
        config.minimum_downgrade = Some(string(value)?.to_owned());
        Ok(())
    }),
    ("jobs", |config, value, _| {
        let jobs = usize::try_from(number(value)?).ok().and_then(NonZeroUsize::new);
        config.jobs = Some(jobs.ok_or_else(|| expected(value, "a number of jobs, from 1 on"))?);
        Ok(())
    }),
    ("prepare", |config, value, around| {
        config.prepare = Some(path(string(value)?, around));
        Ok(())
    }),
    ("time-limit", |config, value, _| {
        let seconds = Some(number(value)?).filter(|seconds| *seconds > 0);
        config.time_limit = seconds.ok_or_else(|| expected(value, "a number of seconds, from 1 on"))?;
        Ok(())
    }),
    ("cache", |config, value, around| {
        config.cache = Some(path(string(value)?, around));
        Ok(())
    }),
];

/// Reads a whole file; `None` if it is a `pyproject.toml` without our table.
pub(super) fn config(
    text: &str,
    pyproject: bool,
    folder: &Path,
    rules: &[&'static RuleInfo],
) -> Result<Option<Config>, Invalid> {
    let document = DeTable::parse(text).map_err(|error| Invalid {
        range: error.span().unwrap_or(0..0),
        message: error.message().to_owned(),
    })?;
    let mut table = document.get_ref();
    if pyproject {
        let ours = table.get("tool").and_then(|tool| tool.get_ref().get("mig-check"));
        let Some(ours) = ours else { return Ok(None) };
        table = ours.get_ref().as_table().ok_or_else(|| expected(ours, "a table"))?;
    }
    let around = Surroundings { folder, rules };
    let mut config = Config::default();
    for (key, value) in table {
        let take = KEYS.iter().find(|(name, _)| name == key.get_ref()).map(|(_, take)| take);
        let take = take.ok_or_else(|| Invalid {
            range: key.span(),
            message: unknown("key", key.get_ref(), KEYS.iter().map(|(name, _)| *name)),
        })?;
        take(&mut config, value, &around)?;
    }
    Ok(Some(config))
}

/// Severities by rule.
fn rules(value: &Value<'_>, around: &Surroundings<'_>) -> Result<BTreeMap<String, Severity>, Invalid> {
    let table = value.get_ref().as_table().ok_or_else(|| expected(value, "a table of rules"))?;
    let mut severities = BTreeMap::new();
    for (id, severity) in table {
        if !around.rules.iter().any(|rule| rule.id == id.get_ref()) {
            let known = around.rules.iter().map(|rule| rule.id);
            return Err(Invalid { range: id.span(), message: unknown("rule", id.get_ref(), known) });
        }
        let levels = [Severity::Off, Severity::Info, Severity::Warning, Severity::Error];
        let name = string(severity)?;
        let known = levels.into_iter().find(|level| level.name() == name);
        let level = known.ok_or_else(|| expected(severity, "\"off\", \"info\", \"warning\" or \"error\""))?;
        severities.insert(id.get_ref().clone().into_owned(), level);
    }
    Ok(severities)
}

/// A table of texts by name, each of which is judged.
pub(super) fn texts(
    value: &Value<'_>,
    mut say: impl FnMut(&str, &str) -> Result<(), String>,
) -> Result<(), Invalid> {
    let table = value.get_ref().as_table().ok_or_else(|| expected(value, "a table"))?;
    for (name, text) in table {
        say(name.get_ref(), string(text)?).map_err(at(text))?;
    }
    Ok(())
}

/// Takes an environment variable, if the system can hold it.
fn variable(variables: &mut BTreeMap<String, Secret>, name: &str, value: &str) -> Result<(), String> {
    if name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
        return Err(format!("`{name}` can be no environment variable, or not with this value"));
    }
    variables.insert(name.to_owned(), Secret(value.to_owned()));
    Ok(())
}

/// `[commands]`: the user's own tool.
fn commands(value: &Value<'_>, around: &Surroundings<'_>) -> Result<Commands, Invalid> {
    let directory = if around.folder == Path::new("") { Path::new(".") } else { around.folder }.to_owned();
    let mut read =
        Commands { up: String::new(), down: None, url_variables: Vec::new(), host: None, directory };
    for (key, value) in fields(value, &["up", "down", "url-variables", "host"])? {
        match key {
            "up" => string(value)?.clone_into(&mut read.up),
            "down" => read.down = Some(string(value)?.to_owned()),
            "url-variables" => read.url_variables = list(value, |item| string(item).map(str::to_owned))?,
            _ => read.host = Some(host(value)?),
        }
    }
    if read.up.trim().is_empty() {
        return Err(expected(value, "`up`, the command that upgrades by one migration"));
    }
    Ok(read)
}

/// A name or an address, without anything around it.
fn host(value: &Value<'_>) -> Result<String, Invalid> {
    let host = string(value)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    if host.is_empty() || !host.chars().all(plain) {
        return Err(expected(value, "the name or address by which a container reaches this machine"));
    }
    Ok(host.to_owned())
}

/// `[[override]]`: which migrations, and what differs for them.
fn override_(value: &Value<'_>, around: &Surroundings<'_>) -> Result<Override, Invalid> {
    let mut read = Override::default();
    for (key, value) in fields(value, &["paths", "migrations", "rules"])? {
        match key {
            "paths" => read.paths = paths(value, around)?,
            "migrations" => read.migrations = list(value, |item| string(item).map(str::to_owned))?,
            _ => read.severities = rules(value, around)?,
        }
    }
    if read.paths.is_empty() && read.migrations.is_empty() {
        return Err(expected(value, "`paths` or `migrations` in an override"));
    }
    Ok(read)
}

/// `[[table]]`: a table and its rows.
fn rows(value: &Value<'_>) -> Result<(String, u64), Invalid> {
    let (mut name, mut rows) = (None, None);
    for (key, value) in fields(value, &["name", "rows"])? {
        match key {
            "name" => name = Some(string(value)?.to_owned()),
            _ => rows = Some(number(value)?),
        }
    }
    name.zip(rows).ok_or_else(|| expected(value, "`name` and `rows` of a table"))
}

/// The fields of a table, all of which must be known.
pub(super) fn fields<'v, 't>(
    value: &'v Value<'t>,
    known: &[&str],
) -> Result<Vec<(&'v str, &'v Value<'t>)>, Invalid> {
    let table = value.get_ref().as_table().ok_or_else(|| expected(value, "a table"))?;
    let mut found = Vec::new();
    for (key, value) in table {
        let name: &str = key.get_ref();
        if !known.contains(&name) {
            let message = unknown("key", name, known.iter().copied());
            return Err(Invalid { range: key.span(), message });
        }
        found.push((name, value));
    }
    Ok(found)
}

fn number(value: &Value<'_>) -> Result<u64, Invalid> {
    let DeValue::Integer(number) = value.get_ref() else { return Err(expected(value, "a number")) };
    let digits = number.as_str().replace('_', "");
    digits.parse().map_err(|_| expected(value, "a number, not below zero"))
}

fn output(value: &Value<'_>, around: &Surroundings<'_>) -> Result<Output, Invalid> {
    let mut output: Output = string(value)?.parse().map_err(at(value))?;
    output.file = output.file.map(|file| around.folder.join(file));
    Ok(output)
}

fn at<'v>(value: &'v Value<'_>) -> impl Fn(String) -> Invalid + 'v {
    |message| Invalid { range: value.span(), message }
}

pub(super) fn expected(value: &Value<'_>, what: &str) -> Invalid {
    at(value)(format!("expected {what}"))
}

pub(super) fn flag(value: &Value<'_>) -> Result<bool, Invalid> {
    value.get_ref().as_bool().ok_or_else(|| expected(value, "true or false"))
}

pub(super) fn string<'v>(value: &'v Value<'_>) -> Result<&'v str, Invalid> {
    value.get_ref().as_str().ok_or_else(|| expected(value, "a string"))
}

/// A list; a single value counts as a list of one.
pub(super) fn list<T>(
    value: &Value<'_>,
    read: impl Fn(&Value<'_>) -> Result<T, Invalid>,
) -> Result<Vec<T>, Invalid> {
    match value.get_ref().as_array() {
        Some(items) => items.iter().map(read).collect(),
        None => Ok(vec![read(value)?]),
    }
}

fn paths(value: &Value<'_>, around: &Surroundings<'_>) -> Result<Vec<PathBuf>, Invalid> {
    list(value, |item| Ok(path(string(item)?, around)))
}

/// Paths count from the folder of the configuration file.
fn path(text: &str, around: &Surroundings<'_>) -> PathBuf {
    around.folder.join(text)
}

/// Major versions: one or a list, each a number or a string, which may hold several as on the command line.
fn versions(value: &Value<'_>) -> Result<Vec<u16>, Invalid> {
    let lists = list(value, |item| {
        let wrong = || expected(item, "major versions of PostgreSQL, as in 17 or [15, 17]");
        let text = match item.get_ref() {
            DeValue::Integer(number) => number.as_str(),
            DeValue::String(text) => text,
            _ => return Err(wrong()),
        };
        text.split(',').map(|major| major.trim().parse().map_err(|_| wrong())).collect::<Result<Vec<_>, _>>()
    })?;
    Ok(lists.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests;
