//! Starts the round trip for the loaded projects, and shows how far it is.

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::check::Found;
use super::load::Loaded;
use super::{Console, Failure, RangeError};
use crate::config::{Config, Server};
use crate::finding::{Finding, Leg};
use crate::history::{Project, Scope};
use crate::roundtrip::{
    self, Data, EngineChoice, Environment, Options, Progress, RoundTripError, ServerChoice,
};

/// Runs all projects on one server. An interruption ends the command; for want of a server only this half is missing.
/// What could not run is said in the report, too, and its migrations count as not judged by this half.
pub(super) fn run(
    loaded: &Loaded,
    config: &Config,
    console: &mut Console<'_>,
    found: &mut Found,
) -> Result<(), Failure> {
    let options = Options {
        server: match &config.server {
            // Who names an image wants it run.
            Server::Auto if config.image.is_some() => ServerChoice::Docker,
            Server::Auto => ServerChoice::Auto,
            Server::Local => ServerChoice::Local,
            Server::Embedded => ServerChoice::Embedded,
            Server::Docker => ServerChoice::Docker,
            Server::Url(url) => ServerChoice::Url(roundtrip::Secret(url.0.clone())),
        },
        image: config.image.clone(),
        postgres: config.postgres.clone(),
        python: config.python.clone(),
        engine: engine(config),
        environment: Environment {
            variables: config
                .alembic_variables
                .iter()
                .map(|(name, value)| (name.clone(), roundtrip::Secret(value.0.clone())))
                .collect(),
            arguments: config.alembic_arguments.clone(),
        },
        offline: config.offline,
        data: config.data.then(|| Data {
            rows: config.seed_rows.unwrap_or(Data::default().rows),
            seed: config.seed,
            files: config.seed_files.clone(),
        }),
        jobs: Some(config.jobs.unwrap_or_else(|| usual_jobs(&config.server))),
        shard: config.shard,
        cache: config.cache.clone(),
        prepare: config.prepare.clone(),
        time_limit: Some(Duration::from_secs(config.time_limit)),
        minimum_downgrade: config.minimum_downgrade.clone(),
    };
    // With --base a project may have nothing to run.
    let projects: Vec<(&Project, &Scope)> = loaded
        .projects
        .iter()
        .filter(|(_, scope)| !scope.checked.is_empty())
        .map(|(project, scope)| (project, scope))
        .collect();
    if projects.is_empty() {
        return Ok(());
    }
    if let Some(name) = &config.minimum_downgrade
        && !loaded.projects.iter().any(|(project, _)| project.migrations.iter().any(|one| one.id == *name))
    {
        let hint = "; the configuration's minimum-downgrade has to be a whole id".to_owned();
        return Err(RangeError::Unknown { name: name.clone(), hint }.into());
    }
    let bar = Bar::new(console);
    let outcome = roundtrip::run(&projects, &loaded.sources, &options, &bar);
    bar.bar.finish_and_clear();
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error @ RoundTripError::Interrupted { .. }) => return Err(error.into()),
        Err(error) => {
            found.remarks.push(format!("The round trip did not run: {error}"));
            found.failure = Some(error.into());
            found.not_run = loaded.projects.iter().map(|(project, _)| project.root.clone()).collect();
            return Ok(());
        }
    };
    found.cases.extend(outcome.cases);
    found.remarks.extend(outcome.remarks);
    for finding in outcome.findings {
        let owner = loaded.projects.iter().position(|(project, _)| owns(project, &finding));
        if let Some(findings) = found.findings.get_mut(owner.unwrap_or_default()) {
            findings.push(finding);
        }
    }
    if !outcome.failures.is_empty() {
        for failure in &outcome.failures {
            let what = failure.what.lines().next().unwrap_or_default();
            found.remarks.push(format!("The round trip of {} did not run: {what}", failure.project));
        }
        found.not_run = outcome.failures.iter().map(|failure| failure.project.clone()).collect();
        found.failure = Some(Failure::Projects(outcome.failures));
    }
    Ok(())
}

fn engine(config: &Config) -> EngineChoice {
    match &config.commands {
        _ if config.native => EngineChoice::Native,
        None => EngineChoice::Usual,
        Some(commands) => EngineChoice::Commands(roundtrip::Commands {
            up: commands.up.clone(),
            down: commands.down.clone(),
            url_variables: commands.url_variables.clone(),
            host: commands.host.clone(),
            directory: commands.directory.clone(),
        }),
    }
}

/// As many as the machine has processors for; somebody else's server is not pressed.
fn usual_jobs(server: &Server) -> NonZeroUsize {
    const MOST: NonZeroUsize = NonZeroUsize::MIN.saturating_add(3);
    match server {
        Server::Url(_) => NonZeroUsize::MIN,
        _ => std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN).min(MOST),
    }
}

/// Whether a finding is about a project: what concerns its whole history names no migration, but stands in its files.
fn owns(project: &Project, finding: &Finding) -> bool {
    match &finding.migration {
        Some(key) => project.root == key.project,
        None => project.migrations.iter().any(|migration| {
            migration.header.source == finding.span.source
                || migration.scripts().any(|script| script.source() == finding.span.source)
        }),
    }
}

/// A progress bar on a terminal; elsewhere only what must be said at once.
struct Bar<'a> {
    bar: ProgressBar,
    err: Mutex<&'a mut (dyn Write + Send)>,
}

impl<'a> Bar<'a> {
    fn new(console: &'a mut Console<'_>) -> Self {
        let target =
            if console.err_is_terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{prefix} [{bar:30}] {pos}/{len} {msg}") {
            bar.set_style(style.progress_chars("=> "));
        }
        Self { bar, err: Mutex::new(&mut *console.err) }
    }
}

impl Progress for Bar<'_> {
    fn begin(&self, project: &str, legs: usize) {
        self.bar.reset();
        self.bar.set_length(u64::try_from(legs).unwrap_or(u64::MAX));
        self.bar.set_prefix(project.to_owned());
    }

    fn leg(&self, migration: Option<&str>, leg: Leg) {
        self.bar.set_message(match migration {
            Some(id) => format!("{id} {}", leg.name()),
            None => leg.name().to_owned(),
        });
        self.bar.inc(1);
    }

    fn end(&self) {
        self.bar.set_message("");
    }

    fn remark(&self, text: &str) {
        self.bar.suspend(|| {
            let mut err = self.err.lock().unwrap_or_else(PoisonError::into_inner);
            // The work goes on, whether or not anybody can be told.
            let _: io::Result<()> = writeln!(err, "{text}");
        });
    }
}
