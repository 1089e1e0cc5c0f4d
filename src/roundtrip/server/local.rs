//! A server of this machine's own programs: started in the directory of its run, stopped when dropped.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::process::{Child, Command};

use super::binaries::Binaries;
use super::directory::{RunDirectory, copy_tree};
use super::{COMMON_SETTINGS, NoServer, Progress, ask_version, end_with_parent, template};

/// How long a server may take from its start to its first answer.
const START_LIMIT: Duration = Duration::from_secs(60);

/// How long a server may take to stop before it is killed.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// Name of the data in a folder that [`keep`] wrote.
const KEPT: &str = "data";

/// Nobody but us reaches it.
const OWN_SETTINGS: &[&str] =
    &["listen_addresses=", "unix_socket_permissions=0700", "dynamic_shared_memory_type=mmap"];

/// A running server.
#[derive(Debug)]
pub(super) struct Local {
    child: Child,
    pid: Pid,
}

impl Local {
    /// Starts it; it ends with the thread that called this (Linux), at the latest when it is dropped.
    pub async fn start(
        binaries: &Binaries,
        directory: &RunDirectory,
        kept: Option<&Path>,
        progress: &dyn Progress,
    ) -> Result<Self, NoServer> {
        match kept {
            Some(kept) => {
                copy_tree(&kept.join(KEPT), &directory.data(), directory.owner()).map_err(|error| {
                    NoServer::new(format!("{} cannot be copied: {error}", kept.display()), "")
                })?
            }
            None => template::lay_out(binaries, directory, progress).await?,
        }
        let child = server_command(binaries, directory)?
            .spawn()
            .map_err(|error| NoServer::new(format!("{} does not start: {error}", binaries.postgres()), ""))?;
        let Some(pid) = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)) else {
            return Err(NoServer::new("the server ended at once", directory.log_tail()));
        };
        let mut server = Self { child, pid };
        server.wait_until_ready(&binaries.version, directory).await?;
        Ok(server)
    }

    async fn wait_until_ready(&mut self, version: &str, directory: &RunDirectory) -> Result<(), NoServer> {
        let started = Instant::now();
        loop {
            let ended = self.child.try_wait().map_err(|e| NoServer::new(e.to_string(), ""))?;
            if let Some(status) = ended {
                let what = format!("PostgreSQL {version} does not start ({status})");
                return Err(NoServer::new(what + &directory.log_tail(), ""));
            }
            if directory.socket().exists() && ask_version(directory).await.is_ok() {
                return Ok(());
            }
            if started.elapsed() > START_LIMIT {
                let what =
                    format!("PostgreSQL {version} did not answer within {} seconds", START_LIMIT.as_secs());
                return Err(NoServer::new(what + &directory.log_tail(), ""));
            }
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        // Failures here mean that it is gone already. The directory goes after the server.
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

/// Copies the data of an idle server, right after a checkpoint, into a folder.
pub(super) fn keep(directory: &RunDirectory, folder: &Path) -> io::Result<()> {
    let kept = folder.join(KEPT);
    copy_tree(&directory.data(), &kept, None)?;
    // It is no running server's.
    fs::remove_file(kept.join("postmaster.pid"))
}

fn server_command(binaries: &Binaries, directory: &RunDirectory) -> Result<Command, NoServer> {
    let log = fs::File::create(directory.log())
        .map_err(|error| NoServer::new(format!("the server's log cannot be written: {error}"), ""))?;
    let mut command = binaries.command("postgres", directory.owner());
    command.arg("-D").arg(directory.data()).arg("-k").arg(directory.socket_directory());
    for setting in OWN_SETTINGS.iter().chain(COMMON_SETTINGS) {
        command.args(["-c", setting]);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    command.process_group(0);
    end_with_parent(&mut command, Signal::QUIT);
    Ok(command)
}
