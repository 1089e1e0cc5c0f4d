//! Directories of a run: made where memory is fast, locked while it lives, removed with it; those that a killed run
//! left are swept. Refuses to know what lies in them.
//!
//! A run holds a lock on a file of its directory. The kernel drops it when the process ends, however it ends, so a
//! directory whose lock is free belongs to nobody; no process id has to be trusted.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::process::{Pid, Signal, kill_process};

use super::super::printed::last_lines;

/// Name of the directory of a run, before a random end.
const PREFIX: &str = "mig-check-run-";

/// Name of one that is being made and has no lock yet.
const NASCENT: &str = "mig-check-new-";

/// Free space that /dev/shm must have: a container's default of 64 MB is too small for a server.
const WANTED_MEMORY: u64 = 512 << 20;

/// The user whom the server runs as when we are root, which it refuses to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::roundtrip) struct Owner {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
}

impl Owner {
    /// `postgres` or `nobody` if we are root, otherwise nobody else.
    pub fn current() -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            return None;
        }
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let find = |name: &str| {
            users.lines().find_map(|line| {
                let mut fields = line.split(':');
                let found = fields.next()? == name;
                let (uid, gid) = (fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?);
                found.then(|| Self { name: name.to_owned(), uid, gid })
            })
        };
        Some(find("postgres").or_else(|| find("nobody")).unwrap_or(Self {
            name: "nobody".to_owned(),
            uid: 65534,
            gid: 65534,
        }))
    }

    fn take(owner: Option<&Self>, path: &Path) -> io::Result<()> {
        owner.map_or(Ok(()), |owner| std::os::unix::fs::chown(path, Some(owner.uid), Some(owner.gid)))
    }
}

/// The directory of one server. Dropping it removes it.
#[derive(Debug)]
pub(super) struct RunDirectory {
    path: PathBuf,
    sockets: PathBuf,
    owner: Option<Owner>,
    _lock: File,
}

impl RunDirectory {
    /// Makes one: `data`, `sockets` and `log` may be written by the owner only.
    pub fn create(owner: Option<Owner>) -> io::Result<Self> {
        let mut result = Err(io::Error::from(io::ErrorKind::NotFound));
        for base in bases() {
            if !super::fits_socket(&base.join(PREFIX).join("123456/s"))
                || (base == Path::new("/dev/shm") && !has_room(&base))
            {
                continue;
            }
            result = Self::create_in(&base, owner.clone());
            if result.is_ok() {
                break;
            }
        }
        result
    }

    fn create_in(base: &Path, owner: Option<Owner>) -> io::Result<Self> {
        let nascent = tempfile::Builder::new()
            .prefix(NASCENT)
            .permissions(fs::Permissions::from_mode(0o711))
            .tempdir_in(base)?;
        let lock = File::create_new(nascent.path().join("lock"))?;
        lock.try_lock().map_err(io::Error::from)?;
        let name = nascent.path().file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let path = base.join(name.replacen(NASCENT, PREFIX, 1));
        fs::rename(nascent.path(), &path)?;
        // It lives under its new name, where this guard removes it.
        drop(nascent);
        let directory = Self { sockets: path.join("s"), path, owner, _lock: lock };
        fs::DirBuilder::new().mode(0o700).create(&directory.sockets)?;
        Owner::take(directory.owner(), &directory.sockets)?;
        Ok(directory)
    }

    /// The directory itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The server's data directory; made by whoever fills it.
    pub fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    /// Where the server's sockets are.
    pub fn socket_directory(&self) -> &Path {
        &self.sockets
    }

    /// The socket that the server is reached by.
    pub fn socket(&self) -> PathBuf {
        self.sockets.join(".s.PGSQL.5432")
    }

    /// The server's log.
    pub fn log(&self) -> PathBuf {
        self.path.join("log")
    }

    /// The user of the server, if it is not ours.
    pub fn owner(&self) -> Option<&Owner> {
        self.owner.as_ref()
    }

    /// The last lines of the log, each on a line of its own after a line break; empty if there are none.
    pub fn log_tail(&self) -> String {
        let log = fs::read(self.log()).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        last_lines(&log, 6)
    }
}

impl Drop for RunDirectory {
    fn drop(&mut self) {
        // What cannot be removed now is swept by the next run: its lock is free from here on.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Copies a directory; what is new belongs to the owner alone.
pub(super) fn copy_tree(from: &Path, to: &Path, owner: Option<&Owner>) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(to)?;
    Owner::take(owner, to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target, owner)?;
        } else {
            fs::copy(entry.path(), &target)?;
            Owner::take(owner, &target)?;
        }
    }
    Ok(())
}

/// Makes a directory that the owner may write.
pub(super) fn make_for(path: &Path, owner: Option<&Owner>) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(path)?;
    Owner::take(owner, path)
}

/// Removes what runs that were killed have left. What cannot be removed is another user's.
pub(super) fn sweep() {
    for base in bases() {
        let Ok(entries) = fs::read_dir(&base) else { continue };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(PREFIX) {
                sweep_run(&entry.path());
            } else if name.starts_with(NASCENT) && is_old(&entry) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

fn sweep_run(path: &Path) {
    match File::open(path.join("lock")).map(|lock| (lock.try_lock(), lock)) {
        Ok((Ok(()), _lock)) => {
            stop_orphan(&path.join("data"));
            let _ = fs::remove_dir_all(path);
        }
        Ok((Err(TryLockError::WouldBlock | TryLockError::Error(_)), _)) | Err(_) => {}
    }
}

/// Whether a directory is that of a run that goes on.
#[cfg(feature = "docker")]
pub(super) fn is_alive(path: &Path) -> bool {
    let lock = File::open(path.join("lock"));
    lock.is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Stops a server whose run was killed where the kernel did not do it, if it surely is the server of this directory.
fn stop_orphan(data: &Path) {
    let Ok(text) = fs::read_to_string(data.join("postmaster.pid")) else { return };
    let pid = text.lines().next().and_then(|line| line.trim().parse().ok()).and_then(Pid::from_raw);
    let Some(pid) = pid else { return };
    let shown = std::process::Command::new("ps")
        .args(["-o", "args=", "-p", &pid.as_raw_nonzero().to_string()])
        .output();
    let is_ours =
        shown.is_ok_and(|shown| String::from_utf8_lossy(&shown.stdout).contains(&*data.to_string_lossy()));
    if is_ours {
        let _ = kill_process(pid, Signal::QUIT);
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn is_old(entry: &fs::DirEntry) -> bool {
    let age = entry
        .metadata()
        .and_then(|metadata| metadata.modified())
        .map(|modified| SystemTime::now().duration_since(modified).unwrap_or_default());
    age.is_ok_and(|age| age > Duration::from_secs(3600))
}

/// Where runs keep their directories, best first.
fn bases() -> Vec<PathBuf> {
    let mut bases = vec![PathBuf::from("/dev/shm"), std::env::temp_dir()];
    if !bases.iter().any(|base| base == Path::new("/tmp")) {
        // A path below TMPDIR may be too long for a socket.
        bases.push(PathBuf::from("/tmp"));
    }
    bases
}

fn has_room(base: &Path) -> bool {
    rustix::fs::statvfs(base).is_ok_and(|stat| stat.f_bavail.saturating_mul(stat.f_frsize) >= WANTED_MEMORY)
}

/// Where things are kept between runs: `$MIG_CHECK_CACHE`, or the system's place for caches. For root it is one that
/// the server's user can read too.
pub fn cache_directory() -> PathBuf {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(chosen) = variable("MIG_CHECK_CACHE") {
        return chosen;
    }
    if rustix::process::geteuid().is_root() {
        return PathBuf::from("/var/cache/mig-check");
    }
    let home = variable("HOME");
    let system = if cfg!(target_os = "macos") {
        home.map(|home| home.join("Library/Caches"))
    } else {
        variable("XDG_CACHE_HOME").or_else(|| home.map(|home| home.join(".cache")))
    };
    system.map_or_else(
        || std::env::temp_dir().join(format!("mig-check-cache-{}", rustix::process::geteuid().as_raw())),
        |system| system.join("mig-check"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_directory_is_swept_only_when_its_run_is_over() {
        let base = tempfile::tempdir().expect("a directory");
        let run = RunDirectory::create_in(base.path(), None).expect("a run");
        fs::write(run.path.join("log"), "x").expect("a file");
        sweep_run(&run.path);
        assert!(run.log().exists(), "it lives");

        let left = base.path().join("mig-check-run-left");
        fs::create_dir(&left).expect("a directory");
        fs::write(left.join("lock"), "").expect("a file");
        sweep_run(&left);
        assert!(!left.exists(), "nobody holds its lock");

        let path = run.path.clone();
        drop(run);
        assert!(!path.exists());
    }

    #[test]
    fn a_directory_without_a_lock_is_left_alone() {
        let base = tempfile::tempdir().expect("a directory");
        let other = base.path().join("mig-check-run-other");
        fs::create_dir(&other).expect("a directory");
        sweep_run(&other);
        assert!(other.exists());
    }
}
