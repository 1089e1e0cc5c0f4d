//! The commands: the only place where all layers meet. Prints only to the streams that it is given.

mod agreement;
mod base;
mod check;
mod explain;
mod fix;
mod graph;
mod load;
mod merge;
mod output;
mod range;
#[cfg(feature = "roundtrip")]
mod roundtrip;
mod sql;
#[cfg(feature = "roundtrip")]
mod stats;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::{Cli, Command};
use crate::config::{Config, ConfigError};
use crate::exit::Exit;
use crate::finding::{Direction, Evidence, RuleInfo};
use crate::lint;
#[cfg(feature = "roundtrip")]
use crate::roundtrip::{ProjectFailure, RoundTripError};

pub use base::BaseError;
pub use load::PathError;
pub use range::RangeError;

/// The streams of a run, and what is at their other end.
pub struct Console<'a> {
    /// Where results go.
    pub out: &'a mut dyn Write,
    /// Where errors go.
    pub err: &'a mut (dyn Write + Send),
    /// Whether somebody sees results as they come, in colours.
    pub out_is_terminal: bool,
    /// Whether somebody waits, and can be shown how far the work is.
    pub err_is_terminal: bool,
}

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The paths, or what is there.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The git revision to compare with.
    #[error(transparent)]
    Base(#[from] BaseError),
    /// The migrations that were asked for.
    #[error(transparent)]
    Range(#[from] RangeError),
    /// The round trip as a whole.
    #[cfg(feature = "roundtrip")]
    #[error("{0}{remedy}", remedy = remedy(.0))]
    RoundTrip(#[from] RoundTripError),
    /// The round trip of some projects.
    #[cfg(feature = "roundtrip")]
    #[error("{}", list_failures(.0))]
    Projects(Vec<ProjectFailure>),
    /// A rule that there is none of.
    #[error("{0}\nmig-check rules lists them all")]
    UnknownRule(String),
    /// Two reports for one place.
    #[error(
        "{first} and {second} cannot both go to {place}; give one a file of its own, as in {second}=FILE"
    )]
    SamePlace {
        /// One format.
        first: &'static str,
        /// The other.
        second: &'static str,
        /// Where both would go.
        place: String,
    },
    /// Nobody has said which migrations may still be edited.
    #[error(
        "which migrations? Name files or folders, or give --base main: a migration that has run anywhere must not be edited\n\
         mig-check fix --diff shows the rewrites of all of them"
    )]
    FixWhat,
    /// A migration that could not be read again.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file that is no report.
    #[error("{} cannot be merged: {source}", path.display())]
    NoReport {
        /// The file.
        path: PathBuf,
        /// Why.
        source: crate::report::json::Unreadable,
    },
    /// Reports of some parts are not there.
    #[error("{0}\nmerge the reports of all parts; a part that fails writes one, too")]
    PartsMissing(String),
    /// A part could not do all its work.
    #[error(
        "a part of the round trip could not do all its work; the report says what, the output of that part says more"
    )]
    PartFailed,
    /// A report that could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Standard output could not be written.
    #[error("cannot write to standard output: {0}")]
    Output(#[from] io::Error),
}

impl Failure {
    fn exit(&self) -> Exit {
        match self {
            // Whoever read our output has seen enough.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Clean,
            #[cfg(feature = "roundtrip")]
            Self::RoundTrip(RoundTripError::NoServer(_)) => Exit::NoServer,
            #[cfg(feature = "roundtrip")]
            Self::RoundTrip(RoundTripError::Interrupted { .. }) => Exit::Interrupted,
            _ => Exit::Failed,
        }
    }
}

/// The line that says what to do about it, if anything can be done.
#[cfg(feature = "roundtrip")]
fn remedy(error: &RoundTripError) -> String {
    match error {
        RoundTripError::NoServer(none) if !none.remedy.is_empty() => format!("\n{}", none.remedy),
        _ => String::new(),
    }
}

#[cfg(feature = "roundtrip")]
fn list_failures(failures: &[ProjectFailure]) -> String {
    let told = failures.iter().map(|failure| {
        let text = format!("the round trip of {} could not run: {}", failure.project, failure.what);
        if failure.remedy.is_empty() { text } else { format!("{text}\n{}", failure.remedy) }
    });
    told.collect::<Vec<_>>().join("\nerror: ")
}

/// Runs the command that was asked for, and says on the error stream why it could not.
pub fn run(cli: Cli, console: &mut Console<'_>) -> Exit {
    let done = dispatch(cli, console).and_then(|exit| {
        console.out.flush()?;
        Ok(exit)
    });
    match done {
        Ok(exit) => exit,
        Err(failure) => {
            let exit = failure.exit();
            if exit != Exit::Clean {
                // Nobody is left to tell if this fails.
                let _ = writeln!(console.err, "error: {failure}");
            }
            exit
        }
    }
}

/// Every command, for those who misspell one.
const COMMANDS: &[&str] =
    &["check", "lint", "roundtrip", "sql", "graph", "fix", "merge", "stats", "explain", "rules"];

fn dispatch(cli: Cli, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let rules = rules();
    let color = cli.common.color;
    let config = || Config::load(cli.common.config.as_deref(), Path::new("."), &rules);
    match cli.command.unwrap_or(Command::Check(cli.check)) {
        Command::Check(arguments) => {
            let mut config = config()?;
            arguments.lay_over(&mut config);
            check::run(&config, &[Evidence::Lint, Evidence::RoundTrip], &rules, color, console)
        }
        Command::Lint(arguments) => {
            let mut config = config()?;
            arguments.lay_over(&mut config);
            check::run(&config, &[Evidence::Lint], &rules, color, console)
        }
        Command::Merge(arguments) => {
            let mut config = config()?;
            arguments.lay_over(&mut config);
            merge::run(&arguments.reports, &config, &rules, color, console)
        }
        #[cfg(feature = "roundtrip")]
        Command::Roundtrip(arguments) => {
            let mut config = config()?;
            arguments.lay_over(&mut config);
            check::run(&config, &[Evidence::RoundTrip], &rules, color, console)
        }
        Command::Sql(arguments) => {
            let mut config = config()?;
            arguments.lay_over(&mut config);
            let direction = if arguments.down { Direction::Down } else { Direction::Up };
            let form = sql::Form { direction, alembic: arguments.alembic_compatible };
            sql::run(&load::load(&config)?, arguments.range.as_deref(), form, console.out)
        }
        Command::Graph(paths) => {
            let mut config = config()?;
            paths.lay_over(&mut config);
            config.migrations = config.migrations.only_order();
            graph::run(&load::load(&config)?, console.out)
        }
        Command::Fix(arguments) => {
            let mut config = config()?;
            let only_diff = arguments.diff;
            arguments.lay_over(&mut config);
            fix::run(&config, only_diff, &rules, console)
        }
        #[cfg(feature = "roundtrip")]
        Command::Stats(arguments) => stats::run(arguments.database_url, arguments.output.as_deref(), console),
        Command::Explain { rule } => explain::explain(&rule, &rules, console.out),
        Command::Rules => explain::list(&rules, console.out),
    }
}

/// Every rule, of lint and of the round trip, by id.
pub fn rules() -> Vec<&'static RuleInfo> {
    let mut rules: Vec<&RuleInfo> = lint::rules::RULES.iter().map(|rule| &rule.info).collect();
    #[cfg(feature = "roundtrip")]
    rules.extend(crate::roundtrip::RULES);
    rules.sort_by_key(|rule| rule.id);
    rules
}
