//! What the user wishes: `mig-check.toml`, or `[tool.mig-check]` in `pyproject.toml`. The only module that knows it;
//! refuses to know the command line, which is laid over it afterwards.

mod conventions;
mod read;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use crate::finding::{Preset, RuleInfo, Severity, Shard};
use crate::frontend::Settings;
use crate::lint::conventions::Conventions;
use crate::report::{FORMATS, Format, format};
use crate::source::{Position, Sources, Span};

/// Everything that can be wished, with its defaults.
#[derive(Debug)]
pub struct Config {
    /// Folders or files to check when the command line names none.
    pub paths: Vec<PathBuf>,
    /// Files and folders whose migrations are read as context only.
    pub exclude: Vec<PathBuf>,
    /// What the migrations' own files do not say.
    pub migrations: Settings,
    /// Git revision whose migrations are read as context only.
    pub base: Option<String>,
    /// The least severity that fails the run; `None` for never.
    pub fail_on: Option<Severity>,
    /// What is written where.
    pub outputs: Vec<Output>,
    /// How much is looked for.
    pub preset: Preset,
    /// Severities that differ from the rules' own, by rule id.
    pub severities: BTreeMap<String, Severity>,
    /// Severities for some migrations, in the order in which they are written.
    pub overrides: Vec<Override>,
    /// What the project asks of its own schema.
    pub conventions: Conventions,
    /// How many rows tables have, by name.
    pub rows: BTreeMap<String, u64>,
    /// How many rows tables have by a file of `mig-check stats`; `rows` goes before it.
    pub statistics: BTreeMap<String, u64>,
    /// Below how many rows a table is small; `None` for lint's own measure.
    pub small_table_rows: Option<u64>,
    /// The major versions of PostgreSQL; without any, lint thinks of all that are alive, and the round trip takes one.
    pub postgres: Vec<u16>,
    /// Where the round trip gets its server.
    pub server: Server,
    /// The image that a container is made of.
    pub image: Option<String>,
    /// The Python that runs Alembic.
    pub python: Option<PathBuf>,
    /// Whether Alembic's revisions run without Python.
    pub native: bool,
    /// How the user's own tool runs a migration.
    pub commands: Option<Commands>,
    /// Environment variables for Alembic's `env.py`.
    pub alembic_variables: BTreeMap<String, Secret>,
    /// Arguments for Alembic's `env.py`: `-x`.
    pub alembic_arguments: Vec<String>,
    /// Whether nothing may be fetched.
    pub offline: bool,
    /// Whether the round trip fills tables with rows.
    pub data: bool,
    /// How many rows the round trip gives a table; without it few.
    pub seed_rows: Option<u32>,
    /// Which rows the round trip makes up.
    pub seed: u64,
    /// A folder with the user's own rows for the round trip, as `REVISION.sql`.
    pub seed_files: Option<PathBuf>,
    /// The migration below which nobody ever downgrades.
    pub minimum_downgrade: Option<String>,
    /// How many pieces of a history the round trip may try at the same time; without it as many as there are processors.
    pub jobs: Option<NonZeroUsize>,
    /// A folder that keeps the state before the first checked migration between runs; without it nothing is kept.
    pub cache: Option<PathBuf>,
    /// SQL that makes, in each database of the round trip, what is there before the first migration.
    pub prepare: Option<PathBuf>,
    /// How long the round trip lets one migration run, seconds.
    pub time_limit: u64,
    /// The part of the round trip that is made; without it all of it.
    pub shard: Option<Shard>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            paths: Vec::new(),
            exclude: Vec::new(),
            migrations: Settings::default(),
            base: None,
            fail_on: Some(Severity::Error),
            outputs: Vec::new(),
            preset: Preset::Default,
            severities: BTreeMap::new(),
            overrides: Vec::new(),
            conventions: Conventions::default(),
            rows: BTreeMap::new(),
            statistics: BTreeMap::new(),
            small_table_rows: None,
            postgres: Vec::new(),
            server: Server::Auto,
            image: None,
            python: None,
            native: false,
            commands: None,
            alembic_variables: BTreeMap::new(),
            alembic_arguments: Vec::new(),
            offline: false,
            data: true,
            seed_rows: None,
            seed: 0,
            seed_files: None,
            minimum_downgrade: None,
            jobs: None,
            cache: None,
            prepare: None,
            time_limit: 120,
            shard: None,
        }
    }
}

/// Severities for some migrations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Override {
    /// Files and folders; empty for all.
    pub paths: Vec<PathBuf>,
    /// Ids; empty for all.
    pub migrations: Vec<String>,
    /// Severities by rule id.
    pub severities: BTreeMap<String, Severity>,
}

/// How the user's own tool runs one migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commands {
    /// What upgrades, a line for `sh`.
    pub up: String,
    /// What downgrades; nothing is downgraded without it.
    pub down: Option<String>,
    /// Further variables that get the URL of the disposable database.
    pub url_variables: Vec<String>,
    /// By what name or address the containers that they start reach this machine.
    pub host: Option<String>,
    /// Where it runs: the folder of the configuration.
    pub directory: PathBuf,
}

/// Whether an engine, by its name, is the native one.
///
/// # Errors
/// When there is no such engine, with those that there are.
pub fn native(name: &str) -> Result<bool, String> {
    match name {
        "python" => Ok(false),
        "native" => Ok(true),
        _ => Err(format!("unknown engine `{name}` (engines: python, native)")),
    }
}

/// Where the round trip gets its server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Server {
    /// An installation of this machine, a container, or what a package registry offers.
    Auto,
    /// An installation of this machine.
    Local,
    /// What a package registry offers.
    Embedded,
    /// A container.
    Docker,
    /// Somebody else's server.
    Url(Secret),
}

/// A URL, which holds a password, or the value of a variable: nobody may see it printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

impl std::str::FromStr for Server {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "auto" => Ok(Self::Auto),
            "local" => Ok(Self::Local),
            "embedded" => Ok(Self::Embedded),
            "docker" => Ok(Self::Docker),
            // Also what is no good URL: the refusal must not show it.
            url if url.contains([':', '/', '@']) => Ok(Self::Url(Secret(url.to_owned()))),
            _ => Err(format!("unknown server `{name}` (servers: auto, local, embedded, docker, or a URL)")),
        }
    }
}

/// A report and where it goes.
#[derive(Clone, Debug)]
pub struct Output {
    /// The format.
    pub format: &'static Format,
    /// The file; standard output if there is none.
    pub file: Option<PathBuf>,
}

impl std::str::FromStr for Output {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, file) = match text.split_once('=') {
            Some((name, file)) => (name, Some(file)),
            None => (text, None),
        };
        let known = || FORMATS.iter().map(|format| format.name);
        let format = format(name).ok_or_else(|| {
            unknown("format", name, known())
                + &format!(" (formats: {})", known().collect::<Vec<_>>().join(", "))
        })?;
        match file {
            Some("") => Err(format!("`{name}=` lacks the name of a file")),
            _ => Ok(Self { format, file: file.map(PathBuf::from) }),
        }
    }
}

/// The failing level of a name; `Ok(None)` is `never`.
///
/// # Errors
/// When there is no such level, with the levels that there are.
pub fn fail_on(name: &str) -> Result<Option<Severity>, String> {
    match name {
        "error" => Ok(Some(Severity::Error)),
        "warning" => Ok(Some(Severity::Warning)),
        "info" => Ok(Some(Severity::Info)),
        "never" => Ok(None),
        _ => Err(format!("unknown level `{name}` (levels: error, warning, info, never)")),
    }
}

/// The preset of a name.
///
/// # Errors
/// When there is no such preset, with those that there are.
pub fn preset(name: &str) -> Result<Preset, String> {
    let known = Preset::ALL.into_iter().find(|preset| preset.name() == name);
    known.ok_or_else(|| format!("unknown preset `{name}` (presets: default, strict, pedantic)"))
}

/// `unknown rule `blokcing`; did you mean `blocking`?`
pub fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
    match nearest(name, known) {
        Some(near) => format!("unknown {what} `{name}`; did you mean `{near}`?"),
        None => format!("unknown {what} `{name}`"),
    }
}

/// The known name that a misspelt one most likely stands for.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|candidate| (strsim::jaro_winkler(&name.to_lowercase(), candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is not there, or the system would not let us read it.
    #[error("cannot read the configuration {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// What stands in it.
    #[error("{}:{}:{}: {message}", path.display(), position.line, position.column)]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Where.
        position: Position,
        /// What is wrong and what would be right.
        message: String,
    },
}

const OWN_FILE: &str = "mig-check.toml";
const PYPROJECT: &str = "pyproject.toml";

impl Config {
    /// The name of every key that a configuration may have.
    pub fn keys() -> impl Iterator<Item = &'static str> {
        read::KEYS.iter().map(|(name, _)| *name)
    }

    /// Reads the named file, or the first one found in a folder or above it; the defaults if there is none.
    ///
    /// # Errors
    /// When the file cannot be read, or holds what nobody knows.
    pub fn load(
        named: Option<&Path>,
        folder: &Path,
        rules: &[&'static RuleInfo],
    ) -> Result<Self, ConfigError> {
        if let Some(path) = named {
            let text = read_text(path)?;
            return Self::parse(path, &text, is_pyproject(path), rules).map(Option::unwrap_or_default);
        }
        let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        for (level, ancestor) in absolute.ancestors().enumerate() {
            // Shown, and relative to where the user stands: `mig-check.toml`, `../mig-check.toml`.
            let base = std::iter::repeat_n("..", level).fold(folder.to_owned(), |path, up| path.join(up));
            for name in [OWN_FILE, PYPROJECT] {
                if !ancestor.join(name).is_file() {
                    continue;
                }
                let path = if base == Path::new(".") { PathBuf::from(name) } else { base.join(name) };
                if let Some(config) = Self::parse(&path, &read_text(&path)?, name == PYPROJECT, rules)? {
                    return Ok(config);
                }
            }
            if ancestor.join(".git").exists() {
                break;
            }
        }
        Ok(Self::default())
    }

    /// `None` if a `pyproject.toml` has no table of ours.
    fn parse(
        path: &Path,
        text: &str,
        pyproject: bool,
        rules: &[&'static RuleInfo],
    ) -> Result<Option<Self>, ConfigError> {
        let folder = path.parent().unwrap_or(Path::new(""));
        read::config(text, pyproject, folder, rules).map_err(|invalid| {
            let mut sources = Sources::new();
            let source = sources.add(path, text);
            let position = sources.position(Span::new(source, invalid.range));
            ConfigError::Invalid { path: path.to_owned(), position, message: invalid.message }
        })
    }
}

fn is_pyproject(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == PYPROJECT)
}

fn read_text(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })
}
/// A text as TOML writes it.
pub fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
