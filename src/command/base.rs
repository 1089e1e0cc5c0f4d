//! Asks git which files the base of a pull request has. Refuses to know what the files hold.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Why git could not tell.
#[derive(Debug, thiserror::Error)]
pub enum BaseError {
    /// There is no git.
    #[error("cannot run git, which --base needs: {0}")]
    NoGit(io::Error),
    /// The migrations are in no repository.
    #[error("{} is in no git repository, which --base needs: {said}", folder.display())]
    NoRepository {
        /// The folder.
        folder: PathBuf,
        /// What git says.
        said: String,
    },
    /// There is no such revision here.
    #[error(
        "git does not know the revision `{reference}` of --base: {said}\n\
         fetch it first; on GitHub, actions/checkout brings it with `fetch-depth: 0`"
    )]
    UnknownRevision {
        /// The revision.
        reference: String,
        /// What git says.
        said: String,
    },
    /// The revision and HEAD have nothing in common here.
    #[error(
        "`{reference}` and HEAD have no common history here\n\
         a shallow clone lacks it; on GitHub, actions/checkout brings it with `fetch-depth: 0`"
    )]
    NoMergeBase {
        /// The revision.
        reference: String,
    },
    /// Git failed at something that cannot fail.
    #[error("git failed: {0}")]
    Git(String),
}

/// The files of the merge base of a revision and HEAD.
pub(super) struct KnownFiles {
    top: PathBuf,
    files: BTreeSet<PathBuf>,
}

impl KnownFiles {
    /// Asks the repository that a folder is in.
    pub(super) fn of(reference: &str, folder: &Path) -> Result<Self, BaseError> {
        let top = said(git(folder, ["rev-parse", "--show-toplevel"])?)
            .map_err(|said| BaseError::NoRepository { folder: folder.to_owned(), said })?;
        let commit = format!("{reference}^{{commit}}");
        let known = git(folder, ["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?;
        let known = said(known).map_err(|said| BaseError::UnknownRevision {
            reference: reference.to_owned(),
            said: if said.is_empty() { "no such commit".to_owned() } else { said },
        })?;
        let base = said(git(folder, ["merge-base", "--", &known, "HEAD"])?)
            .map_err(|_| BaseError::NoMergeBase { reference: reference.to_owned() })?;
        let listing = git(folder, ["ls-tree", "-r", "-z", "--name-only", "--full-tree", &base])?;
        if !listing.status.success() {
            return Err(BaseError::Git(String::from_utf8_lossy(&listing.stderr).trim().to_owned()));
        }
        let names = listing.stdout.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        let files = names.map(|name| PathBuf::from(String::from_utf8_lossy(name).into_owned())).collect();
        let top = PathBuf::from(top);
        Ok(Self { top: top.canonicalize().unwrap_or(top), files })
    }

    /// Whether the merge base has a file, named by its full path without links.
    pub(super) fn contains(&self, file: &Path) -> bool {
        file.strip_prefix(&self.top).is_ok_and(|name| self.files.contains(name))
    }
}

fn git<const N: usize>(folder: &Path, arguments: [&str; N]) -> Result<Output, BaseError> {
    Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments.map(OsStr::new))
        .output()
        .map_err(BaseError::NoGit)
}

/// What git printed without its line break; what it complained of if it failed.
fn said(output: Output) -> Result<String, String> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}
