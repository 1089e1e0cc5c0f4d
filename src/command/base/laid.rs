//! Lays files of a git commit out in a temporary folder, so that they can be read as any project is. Never touches
//! the repository or its work tree, and runs none of git's filters.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::{BaseError, list};
use crate::frontend::{self, Settings};
use crate::history::{Project, Runner};
use crate::source::Sources;

/// Larger files are nothing that migrations import.
const LARGEST: u64 = 8 << 20;

/// Files that migrations may need wherever they lie: what they import, and what says how they are laid out.
const NEEDED: &[&str] = &["cfg", "conf", "ini", "mod", "plan", "py", "sql", "toml"];

/// The files of a commit by their paths in the repository.
pub(super) struct Commit {
    pub files: BTreeMap<PathBuf, Blob>,
}

/// The content of a file.
#[derive(Debug)]
pub(super) struct Blob {
    /// The name that git gives to it.
    id: String,
    /// In bytes.
    size: u64,
}

impl Commit {
    /// Lists the plain files of a commit.
    pub fn read(top: &Path, commit: &str) -> Result<Self, BaseError> {
        let mut files = BTreeMap::new();
        for entry in list(top, ["ls-tree", "-r", "-l", "-z", "--full-tree", commit])? {
            let Some((facts, path)) = entry.split_once('\t') else { continue };
            let facts: Vec<&str> = facts.split_whitespace().collect();
            if let [mode, _, id, size] = facts.as_slice()
                && mode.starts_with("100")
                && let Ok(size) = size.parse()
            {
                files.insert(PathBuf::from(path), Blob { id: (*id).to_owned(), size });
            }
        }
        Ok(Self { files })
    }
}

/// Where the content of a file comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Content<'a> {
    /// Git.
    Git(&'a Blob),
    /// The work tree.
    Here,
}

/// Files in a temporary folder, which goes with this.
pub(super) struct Laid {
    _folder: TempDir,
    root: PathBuf,
    /// The work tree that it stands for.
    top: PathBuf,
}

impl Laid {
    /// Writes the files below a folder of the repository, and what they may need.
    pub fn out<'a>(
        top: &Path,
        files: impl Iterator<Item = (&'a PathBuf, Content<'a>)>,
        below: &Path,
    ) -> Result<Self, BaseError> {
        let folder = TempDir::with_prefix("mig-check-").map_err(BaseError::Temporary)?;
        let root = folder.path().canonicalize().map_err(BaseError::Temporary)?;
        let needed = |path: &Path, content: Content<'_>| {
            let extension = path.extension().and_then(|extension| extension.to_str());
            let is_small = !matches!(content, Content::Git(blob) if blob.size > LARGEST);
            let is_named = extension.is_some_and(|extension| NEEDED.contains(&extension));
            path.starts_with(below) || (is_small && (is_named || frontend::tells_a_tool(path)))
        };
        let mut from_git = Vec::new();
        for (path, content) in files.filter(|(path, content)| needed(path, *content)) {
            let to = root.join(path);
            if let Some(parent) = to.parent() {
                std::fs::create_dir_all(parent).map_err(BaseError::Temporary)?;
            }
            match content {
                Content::Git(blob) => from_git.push((blob.id.as_str(), to)),
                // It may be gone by now, or be no plain file.
                Content::Here => drop(std::fs::copy(top.join(path), to)),
            }
        }
        write(top, &from_git).map_err(BaseError::Temporary)?;
        Ok(Self { _folder: folder, root, top: top.to_owned() })
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The project that stands where another stands in the repository.
    pub fn project(&self, like: &Project, below: &Path, settings: &Settings) -> Option<(Project, Sources)> {
        let at = match &like.runner {
            // Its configuration may lie elsewhere than its scripts.
            Runner::Alembic { config, .. } => config.strip_prefix(&self.top).unwrap_or(below),
            Runner::Sql => below,
        };
        let wanted = self.root.join(below);
        // Some tools are told by what lies around the folder.
        [at, Path::new("")].into_iter().find_map(|at| {
            let mut sources = Sources::new();
            let found = frontend::load_with(&self.root.join(at), settings, &mut sources).ok()?;
            let same = |project: &Project| {
                project.framework.name == like.framework.name && super::folder_of(project) == wanted
            };
            Some((found.into_iter().find(same)?, sources))
        })
    }
}

/// Has git write contents to files.
fn write(top: &Path, files: &[(&str, PathBuf)]) -> std::io::Result<()> {
    let mut git = Command::new("git")
        .arg("-C")
        .arg(top)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let (Some(mut ask), Some(answers)) = (git.stdin.take(), git.stdout.take()) else { return Ok(()) };
    let mut answers = BufReader::new(answers);
    let done = std::thread::scope(|scope| {
        // Git answers while it is asked; whoever only asked first would fill both pipes.
        scope.spawn(move || {
            for (id, _) in files {
                if writeln!(ask, "{id}").is_err() {
                    break;
                }
            }
        });
        for (_, to) in files {
            let mut header = String::new();
            answers.read_line(&mut header)?;
            let size = header.split_whitespace().nth(2).and_then(|size| size.parse().ok());
            // A partial clone may lack it.
            let Some(size) = size else { continue };
            std::io::copy(&mut answers.by_ref().take(size), &mut File::create(to)?)?;
            answers.read_line(&mut String::new())?;
        }
        Ok(())
    });
    git.wait()?;
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_laid_out_however_large_they_are() {
        let repository = TempDir::new().expect("a folder");
        let top = repository.path();
        for path in ["here/large.sql", "elsewhere/large.sql", "elsewhere/small.sql", "elsewhere/picture"] {
            std::fs::create_dir_all(top.join(path).with_file_name("")).expect("a folder");
            let size = if path.ends_with("large.sql") { LARGEST + 1 } else { 1 };
            let file = File::create(top.join(path)).expect("a file");
            file.set_len(size).expect("room");
        }
        let settings = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"];
        for arguments in [&["init", "--quiet"][..], &["add", "."], &["commit", "--quiet", "-m", "a"]] {
            let done = Command::new("git").current_dir(top).args(settings).args(arguments).status();
            assert!(done.expect("git runs").success());
        }
        let commit = Commit::read(top, "HEAD").expect("a commit");
        assert_eq!(commit.files.len(), 4);
        let files = commit.files.iter().map(|(path, blob)| (path, Content::Git(blob)));
        let laid = Laid::out(top, files, Path::new("here")).expect("laid out");
        let size = |path: &str| laid.root().join(path).metadata().map(|file| file.len()).ok();
        assert_eq!(size("here/large.sql"), Some(LARGEST + 1));
        assert_eq!(size("elsewhere/small.sql"), Some(1));
        assert_eq!((size("elsewhere/large.sql"), size("elsewhere/picture")), (None, None));
    }
}
