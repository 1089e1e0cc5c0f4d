//! Runs migrations up, down and up again on a disposable PostgreSQL, compares the catalog between the legs and says
//! what differs. Refuses to know how migrations are read, and whether lint has anything against them.
//!
//! No database but its own is ever reached: every connection of a migration goes through `proxy`, and the server
//! behind it lives in a directory that goes with it.

mod agreement;
mod answers;
mod databases;
mod diff;
mod engine;
mod legs;
mod printed;
mod proxy;
mod rows;
mod rules;
mod script;
mod seed;
mod server;
mod snapshot;
mod verdict;
mod versions;
mod wire;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use crate::finding::{Case, Finding, Leg, Shard};
use crate::history::{Project, Scope};
use crate::source::Sources;

pub use agreement::Agreement;
pub use engine::{Commands, EngineChoice, Environment};
pub use rules::RULES;
pub use seed::Data;
pub use server::{Estimates, NoServer, Secret, ServerChoice, cache_directory};

/// What the user chose.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where the server comes from.
    pub server: ServerChoice,
    /// The image of a container, where `{pg}` stands for the major version; the official one's if absent.
    pub image: Option<String>,
    /// The wanted major versions of PostgreSQL, each with a round trip of its own; any one if there are none.
    pub postgres: Vec<u16>,
    /// The Python that runs Alembic, and pip; found by itself if absent.
    pub python: Option<PathBuf>,
    /// What runs the migrations.
    pub engine: EngineChoice,
    /// What Alembic's `env.py` is given.
    pub environment: Environment,
    /// Whether nothing may be fetched.
    pub offline: bool,
    /// The rows that migrations meet; empty tables if there are none.
    pub data: Option<Data>,
    /// How many pieces of a history may be tried at the same time, each on a server of its own; one if absent.
    pub jobs: Option<NonZeroUsize>,
    /// The part of each history that is tried; all of it if absent.
    pub shard: Option<Shard>,
    /// A folder that keeps the state before the first checked migration between runs; not kept if absent.
    pub cache: Option<PathBuf>,
    /// SQL that makes what is there before the first migration; nothing is if absent.
    pub prepare: Option<PathBuf>,
    /// How long one migration may run; as long as it wants if absent.
    pub time_limit: Option<Duration>,
    /// The id of a migration: it and what is before it is never undone.
    pub minimum_downgrade: Option<String>,
}

/// Told how far the round trip is.
pub trait Progress: Sync {
    /// A project with so many legs begins.
    fn begin(&self, project: &str, legs: usize);
    /// A leg begins; no migration for those over the whole history.
    fn leg(&self, migration: Option<&str>, leg: Leg);
    /// A project ends.
    fn end(&self);
    /// Something that must be said at once: what is being fetched.
    fn remark(&self, text: &str);
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Every leg of every migration, also those that could not be run.
    pub cases: Vec<Case>,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// Sentences for the reader: which server ran, what was not tested.
    pub remarks: Vec<String>,
    /// Projects that could not be run, or not to their end.
    pub failures: Vec<ProjectFailure>,
}

impl Outcome {
    /// Adds what came of something else. What concerns both is said once.
    fn add(&mut self, other: Self) {
        self.cases.extend(other.cases);
        self.findings.extend(other.findings);
        self.remark(other.remarks);
        self.failures.extend(other.failures);
    }

    /// Adds remarks that are not there yet.
    fn remark(&mut self, remarks: Vec<String>) {
        for remark in remarks {
            if !self.remarks.contains(&remark) {
                self.remarks.push(remark);
            }
        }
    }
}

/// Why a project could not be run; others are not touched by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectFailure {
    /// [`Project::root`].
    pub project: String,
    /// What happened; may have several lines.
    pub what: String,
    /// What to do about it; may be empty.
    pub remedy: String,
}

impl ProjectFailure {
    /// The same, met in one of several places: the first line, which is said alone in the report, names it.
    fn met(mut self, place: &str) -> Self {
        let end = self.what.find('\n').unwrap_or(self.what.len());
        self.what.insert_str(end, &format!(" ({place})"));
        self
    }
}

/// Why there is no round trip.
#[derive(Debug, thiserror::Error)]
pub enum RoundTripError {
    /// There is no server to run it on.
    #[error(transparent)]
    NoServer(#[from] NoServer),
    /// A signal came; everything is cleaned up.
    #[error("interrupted")]
    Interrupted {
        /// Its number: 2 for SIGINT, 15 for SIGTERM.
        signal: i32,
    },
    /// The system refused something that we need.
    #[error("the round trip cannot work: {0}")]
    System(#[from] std::io::Error),
}

/// Makes the round trip of some projects.
///
/// Call it from the thread that lives as long as the program: on Linux the server ends with that thread.
///
/// # Errors
/// When there is no server, or a signal came. What is wrong with a project is in the outcome.
pub fn run(
    projects: &[(&Project, &Scope)],
    sources: &Sources,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Outcome, RoundTripError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let mut signals = Signals::listen()?;
        tokio::select! {
            biased;
            signal = signals.next() => Err(RoundTripError::Interrupted { signal }),
            outcome = run_all(projects, sources, options, progress) => outcome,
        }
    })
}

/// Runs the migrations of a project by the engines of two sets of options, on the server of the first, and says where the
/// catalogs that they leave part.
///
/// # Errors
/// When there is no server, or one of the engines cannot work.
pub fn compare_engines(
    project: &Project,
    sources: &Sources,
    options: [&Options; 2],
    progress: &dyn Progress,
) -> Result<Agreement, RoundTripError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let server = server::Server::start(&wish(options[0], None), progress).await?;
        let proxy = proxy::Proxy::start(server.socket(), "postgres", None).await?;
        let place = verdict::Place { project, sources, database: None };
        let said = agreement::of(&server, &proxy, place, options).await;
        said.map_err(|error| std::io::Error::other(error.what).into())
    })
}

/// How many rows the tables of somebody's database have, by the planner's estimate. Only reads.
///
/// # Errors
/// When the URL is none, or the server cannot be entered or read.
pub fn estimates(url: &Secret) -> Result<Estimates, RoundTripError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    Ok(runtime.block_on(server::estimates(url))?)
}

async fn run_all(
    projects: &[(&Project, &Scope)],
    sources: &Sources,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Outcome, RoundTripError> {
    // All of them before the first migration: one that is missing costs nobody's time.
    let mut servers = Vec::new();
    for major in versions::wished(&options.postgres) {
        let wish = wish(options, major);
        let server = server::Server::start(&wish, progress).await?;
        servers.push((wish, server));
    }
    let mut outcomes = Vec::new();
    for (wish, server) in servers {
        let major = server.major();
        let wish = server::Wish { major: Some(major), ..wish };
        outcomes.push((major, run_on(server, &wish, projects, sources, options, progress).await?));
    }
    Ok(versions::merged(outcomes))
}

fn wish(options: &Options, major: Option<u16>) -> server::Wish {
    server::Wish {
        choice: options.server.clone(),
        image: options.image.clone(),
        major,
        offline: options.offline,
        python: options.python.clone(),
        from: None,
        host: match &options.engine {
            EngineChoice::Commands(commands) => commands.host.clone(),
            EngineChoice::Usual | EngineChoice::Native => None,
        },
    }
}

/// Makes the round trip of all projects on one version: on this server, and on more of its kind for whoever helps.
async fn run_on(
    server: server::Server,
    wish: &server::Wish,
    projects: &[(&Project, &Scope)],
    sources: &Sources,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Outcome, RoundTripError> {
    let mut outcome = Outcome::default();
    outcome.remarks.push(format!("The round trip ran on PostgreSQL {}", server.version()));
    let mut workers = vec![legs::Worker::with(server, wish).await?];
    for (project, scope) in projects {
        let place = verdict::Place { project, sources, database: None };
        match databases::run(&mut workers, place, scope, options, progress).await {
            Ok(found) => outcome.add(found),
            Err(error) => outcome.failures.push(ProjectFailure {
                project: project.root.clone(),
                what: error.what,
                remedy: error.remedy,
            }),
        }
        progress.end();
    }
    Ok(outcome)
}

/// The signals that end the program, caught so that everything is cleaned up before.
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.interrupt.recv() => 2,
            _ = self.terminate.recv() => 15,
        }
    }
}
