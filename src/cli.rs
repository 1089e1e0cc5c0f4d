//! The command line and its help. The only home of clap; what is given here is laid over the configuration. Refuses
//! to know how a command does its work.

#[cfg(feature = "roundtrip")]
mod run;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::{self, Config, Output};
use crate::finding::{Preset, Severity};
use crate::report::FORMATS;

#[cfg(feature = "roundtrip")]
pub use run::{Engine, RunArgs};

const EXIT_CODES: &str = "\
Exit codes:
  0    nothing at or above the failing level
  1    findings
  2    the command could not do its work; no migrations found counts as that
  3    no server for the round trip
  130  interrupted, after clean-up";

/// Will this PostgreSQL migration hurt us, forwards or backwards?
///
/// mig-check reads migrations (Alembic or SQL files) for hazards, then runs each up, down and up again on a disposable
/// PostgreSQL and compares what is left. It never changes a database that it did not create.
#[derive(Debug, Parser)]
#[command(
    name = "mig-check",
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    after_help = EXIT_CODES
)]
pub struct Cli {
    /// What to do; checks if nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What `check` takes.
    #[command(flatten)]
    pub check: CheckArgs,
    /// What every command takes.
    #[command(flatten)]
    pub common: CommonArgs,
}

impl Cli {
    /// Reads the program's own command line; says what is wrong with it and ends the program if it must.
    pub fn read() -> Self {
        Self::parse()
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Lint, then round-trip; this is what mig-check does when no command is named
    Check(CheckArgs),
    /// Only read: no server, no Python, milliseconds
    Lint(LintArgs),
    /// Only run: up, down and up again on a disposable PostgreSQL
    #[cfg(feature = "roundtrip")]
    Roundtrip(CheckArgs),
    /// Print the SQL that migrations run, without running anything
    Sql(SqlArgs),
    /// Print the history: what follows what, and what is wrong with the order
    Graph(PathArgs),
    /// Rewrite migrations where a program can do it: CONCURRENTLY, NOT VALID, missing downgrades
    Fix(FixArgs),
    /// Join the reports in JSON that the parts of a round trip wrote (`--shard`), and judge them as one
    Merge(MergeArgs),
    /// Write down how many rows the tables of a database have, so that small ones count as small; only reads
    #[cfg(feature = "roundtrip")]
    Stats(StatsArgs),
    /// Print a rule's page: what goes wrong, what to write instead, how to allow it
    Explain {
        /// The name in brackets behind `error` or `warning`
        rule: String,
    },
    /// List all rules
    Rules,
}

/// What every command takes.
#[derive(Args, Debug)]
pub struct CommonArgs {
    /// Read this configuration instead of looking for mig-check.toml or [tool.mig-check] in pyproject.toml
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Colour the report: auto is on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", value_enum)]
    pub color: Color,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    #[value(help = None::<&str>)]
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    #[value(help = None::<&str>)]
    /// Always.
    Always,
    #[value(help = None::<&str>)]
    /// Never.
    Never,
}

/// Where migrations are looked for.
#[derive(Args, Debug)]
pub struct PathArgs {
    /// Folders to search for migrations, or files [default: the configuration's, or the current folder]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}

/// What `lint` takes.
#[derive(Args, Debug)]
pub struct LintArgs {
    /// Folders to search for migrations, or files; `-` reads SQL from standard input [default: the configuration's, or
    /// the current folder]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// What is judged and what is written.
    #[command(flatten)]
    pub report: ReportArgs,
}

/// What `check` and `roundtrip` take.
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// Where.
    #[command(flatten)]
    pub place: PathArgs,
    /// What is judged and what is written.
    #[command(flatten)]
    pub report: ReportArgs,
    /// How the round trip runs.
    #[cfg(feature = "roundtrip")]
    #[command(flatten)]
    pub run: RunArgs,
}

/// What is judged and what is written.
#[derive(Args, Debug)]
pub struct ReportArgs {
    /// Judge only migrations that this git revision does not have; the others are read as context
    #[arg(long, value_name = "REF")]
    pub base: Option<String>,
    /// How much is looked for: default (hazards), strict (and what the guides advise) or pedantic (and matters of
    /// taste) [default: default]
    #[arg(long, value_name = "PRESET", value_parser = preset)]
    pub preset: Option<Preset>,
    /// Major versions of PostgreSQL that the migrations are for, as in 15,17: the round trip runs on each [default: lint
    /// minds 14 to 18, the round trip takes any]
    #[arg(long, value_name = "VERSIONS", value_delimiter = ',')]
    pub pg: Vec<u16>,
    /// Fail from this level on: error, warning, info or never [default: error]
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub fail_on: Option<FailOn>,
    #[arg(long = "format", value_name = "NAME[=FILE]", value_parser = output, help = formats_help())]
    /// What is written where.
    pub formats: Vec<Output>,
}

/// A failing level; wrapped, so that "never" is a value and no absence.
#[derive(Clone, Copy, Debug)]
pub struct FailOn(pub Option<Severity>);

/// What `merge` takes.
#[derive(Args, Debug)]
pub struct MergeArgs {
    /// Reports in JSON, of all parts
    #[arg(value_name = "REPORT", required = true)]
    pub reports: Vec<PathBuf>,
    /// Fail from this level on: error, warning, info or never [default: error]
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub fail_on: Option<FailOn>,
    #[arg(long = "format", value_name = "NAME[=FILE]", value_parser = output, help = formats_help())]
    /// What is written where.
    pub formats: Vec<Output>,
}

/// What `stats` takes.
#[cfg(feature = "roundtrip")]
#[derive(Args, Debug)]
pub struct StatsArgs {
    /// The database, as in postgresql://user@host/database; PGPASSWORD may hold the password
    #[arg(long, value_name = "URL", value_parser = secret)]
    pub database_url: config::Secret,
    /// Write to this file, which the configuration can name as `statistics` [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[cfg(feature = "roundtrip")]
fn secret(url: &str) -> Result<config::Secret, std::convert::Infallible> {
    Ok(config::Secret(url.to_owned()))
}

/// What `fix` takes.
#[derive(Args, Debug)]
pub struct FixArgs {
    /// Where.
    #[command(flatten)]
    pub place: PathArgs,
    /// Rewrite only migrations that this git revision does not have
    #[arg(long, value_name = "REF")]
    pub base: Option<String>,
    /// Major versions of PostgreSQL that the migrations are for [default: 14 to 18]
    #[arg(long, value_name = "VERSIONS", value_delimiter = ',')]
    pub pg: Vec<u16>,
    /// Change nothing, print what would change; exit code 1 if anything would
    #[arg(long)]
    pub diff: bool,
}

/// What `sql` takes.
#[derive(Args, Debug)]
pub struct SqlArgs {
    /// One migration, or those after A up to B as A..B or A:B; either end may be left out [default: all].
    /// A migration is called by its id, the beginning of it, head, heads, base, head-1, ID+2 or branch@head
    #[arg(value_name = "REV[..REV]")]
    pub range: Option<String>,
    /// The downgrades, latest first; with A:B from A down to B, as in Alembic
    #[arg(long)]
    pub down: bool,
    /// Print what alembic upgrade --sql and downgrade --sql print, with the version table and the transactions
    #[arg(long)]
    pub alembic_compatible: bool,
    /// Folder to search for migrations, or a file [default: the configuration's, or the current folder]
    #[arg(long = "path", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}

fn level(text: &str) -> Result<FailOn, String> {
    config::fail_on(text).map(FailOn)
}

fn preset(text: &str) -> Result<Preset, String> {
    config::preset(text)
}

fn output(text: &str) -> Result<Output, String> {
    text.parse()
}

fn formats_help() -> String {
    let rows: Vec<String> =
        FORMATS.iter().map(|format| format!("  {:<7} {}", format.name, format.summary)).collect();
    format!(
        "Write the report in this format, to a file if one is named; may be given several times:\n{}\n[default: text]",
        rows.join("\n")
    )
}

impl PathArgs {
    /// Lays what is given over what is configured.
    pub fn lay_over(self, config: &mut Config) {
        replace(&mut config.paths, self.paths);
    }
}

impl SqlArgs {
    /// Lays what is given over what is configured.
    pub fn lay_over(&self, config: &mut Config) {
        replace(&mut config.paths, self.paths.clone());
    }
}

impl ReportArgs {
    /// Lays what is given over what is configured.
    pub fn lay_over(self, config: &mut Config) {
        replace(&mut config.outputs, self.formats);
        config.base = self.base.or(config.base.take());
        config.preset = self.preset.unwrap_or(config.preset);
        replace(&mut config.postgres, self.pg);
        if let Some(FailOn(least)) = self.fail_on {
            config.fail_on = least;
        }
    }
}

impl MergeArgs {
    /// Lays what is given over what is configured.
    pub fn lay_over(&self, config: &mut Config) {
        replace(&mut config.outputs, self.formats.clone());
        if let Some(FailOn(least)) = self.fail_on {
            config.fail_on = least;
        }
    }
}

impl FixArgs {
    /// Lays what is given over what is configured.
    pub fn lay_over(self, config: &mut Config) {
        self.place.lay_over(config);
        config.base = self.base.or(config.base.take());
        replace(&mut config.postgres, self.pg);
    }
}

impl LintArgs {
    /// Lays what is given over what is configured.
    pub fn lay_over(self, config: &mut Config) {
        replace(&mut config.paths, self.paths);
        self.report.lay_over(config);
    }
}

impl CheckArgs {
    /// Lays what is given over what is configured.
    pub fn lay_over(self, config: &mut Config) {
        self.place.lay_over(config);
        self.report.lay_over(config);
        #[cfg(feature = "roundtrip")]
        self.run.lay_over(config);
    }
}

fn replace<T>(configured: &mut Vec<T>, given: Vec<T>) {
    if !given.is_empty() {
        *configured = given;
    }
}
