//! The data directory that initdb made once: kept in the cache, copied for each run, which is ten times faster.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::super::printed::last_lines;
use super::binaries::Binaries;
use super::directory::{RunDirectory, cache_directory, copy_tree, make_for};
use super::{NoServer, Progress};

/// Fills the data directory of a run.
pub(super) async fn lay_out(
    binaries: &Binaries,
    directory: &RunDirectory,
    progress: &dyn Progress,
) -> Result<(), NoServer> {
    let template = path_of(binaries);
    if template.join("PG_VERSION").exists()
        && copy_tree(&template, &directory.data(), directory.owner()).is_ok()
    {
        return Ok(());
    }
    // Half a copy, or a cache that cannot be read: start afresh.
    let _ = std::fs::remove_dir_all(directory.data());
    initdb(binaries, directory).await?;
    if let Err(error) = keep(&directory.data(), &template) {
        progress.remark(&format!(
            "{} cannot be written ({error}), so every run starts half a second later; set MIG_CHECK_CACHE to a directory that can",
            cache_directory().display()
        ));
    }
    Ok(())
}

async fn initdb(binaries: &Binaries, directory: &RunDirectory) -> Result<(), NoServer> {
    let data = directory.data();
    make_for(&data, directory.owner())
        .map_err(|error| NoServer::new(format!("{} cannot be made: {error}", data.display()), ""))?;
    let mut command = binaries.command("initdb", directory.owner());
    command.arg("-D").arg(&data).args(["-U", "postgres", "-A", "trust", "-E", "UTF8"]);
    command.args(["-N", "--locale=C", "--wal-segsize=1"]);
    let output = command
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| NoServer::new(format!("{} does not start: {error}", binaries.initdb()), ""))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = last_lines(&said, 6);
    Err(NoServer::new(
        format!("{} fails ({}){last}", binaries.initdb(), output.status),
        "choose another installation with PG_BINDIR, or use --server embedded",
    ))
}

/// Keeps a fresh data directory for later runs. Two runs at once are no harm: one of the renames wins.
fn keep(data: &Path, template: &Path) -> std::io::Result<()> {
    let cache = cache_directory();
    std::fs::create_dir_all(&cache)?;
    let nascent = tempfile::Builder::new().prefix("template-new-").tempdir_in(&cache)?;
    copy_tree(data, &nascent.path().join("data"), None)?;
    if template.exists() {
        std::fs::remove_dir_all(template)?;
    }
    std::fs::rename(nascent.path().join("data"), template)
}

/// One for each build: a server refuses a directory that another build has made with other options.
fn path_of(binaries: &Binaries) -> PathBuf {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    binaries.directory.hash(&mut hasher);
    let modified = std::fs::metadata(binaries.directory.join("postgres")).and_then(|file| file.modified());
    modified.ok().hash(&mut hasher);
    cache_directory().join(format!("template-{}-{:016x}", binaries.version, hasher.finish()))
}
