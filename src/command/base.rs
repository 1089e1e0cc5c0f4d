//! Asks git what the base of a pull request has, and compares it with what is here. Refuses to judge the difference.

mod laid;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::frontend::Settings;
use crate::history::{Deleted, Divergence, Project, Runner, Side};
use crate::source::{Sources, Span};
use laid::{Commit, Content, Laid};

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
    /// The base's files cannot be laid out.
    #[error("cannot lay out the files of --base in a temporary folder: {0}")]
    Temporary(io::Error),
    /// Git failed at something that cannot fail.
    #[error("git failed: {0}")]
    Git(String),
}

/// The base of a pull request in one repository: what git knows of it.
pub(super) struct Base {
    /// What the user calls it.
    reference: String,
    top: PathBuf,
    /// The merge base of the revision and HEAD.
    fork: Commit,
    /// The revision itself.
    tip: Commit,
    /// Files that are not as the merge base has them: whether they are there at all.
    touched: BTreeMap<PathBuf, bool>,
    /// Files that the tip does not have as the merge base has them.
    touched_by_tip: BTreeSet<PathBuf>,
}

impl Base {
    /// Asks the repository that a folder is in.
    pub(super) fn of(reference: &str, folder: &Path) -> Result<Self, BaseError> {
        let top = said(git(folder, ["rev-parse", "--show-toplevel"])?)
            .map_err(|said| BaseError::NoRepository { folder: folder.to_owned(), said })?;
        let top = PathBuf::from(top);
        let top = top.canonicalize().unwrap_or(top);
        let commit = format!("{reference}^{{commit}}");
        let tip = git(folder, ["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?;
        let tip = said(tip).map_err(|said| BaseError::UnknownRevision {
            reference: reference.to_owned(),
            said: if said.is_empty() { "no such commit".to_owned() } else { said },
        })?;
        let fork = said(git(folder, ["merge-base", "--", &tip, "HEAD"])?)
            .map_err(|_| BaseError::NoMergeBase { reference: reference.to_owned() })?;
        let mut touched = BTreeMap::new();
        let changes = list(&top, ["diff", "--name-status", "--no-renames", "-z", &fork, "--"])?;
        for pair in changes.chunks(2) {
            if let [status, path] = pair {
                touched.insert(PathBuf::from(path), status != "D");
            }
        }
        let untracked = list(&top, ["ls-files", "--others", "--exclude-standard", "-z", "--full-name"])?;
        touched.extend(untracked.into_iter().map(|path| (PathBuf::from(path), true)));
        let by_tip = list(&top, ["diff", "--name-only", "--no-renames", "-z", &fork, &tip, "--"])?;
        Ok(Self {
            reference: reference.to_owned(),
            fork: Commit::read(&top, &fork)?,
            tip: Commit::read(&top, &tip)?,
            touched,
            touched_by_tip: by_tip.into_iter().map(PathBuf::from).collect(),
            top,
        })
    }

    /// Whether a path, full and without links, is in this repository.
    pub(super) fn holds(&self, path: &Path) -> bool {
        path.starts_with(&self.top)
    }

    /// Whether the merge base has a file, named by its full path without links.
    pub(super) fn contains(&self, file: &Path) -> bool {
        file.strip_prefix(&self.top).is_ok_and(|name| self.fork.files.contains_key(name))
    }

    /// Compares a project in a folder with what the base has there.
    pub(super) fn compare(
        &self,
        project: &Project,
        folder: &Path,
        settings: &Settings,
        sources: &mut Sources,
    ) -> Result<Divergence, BaseError> {
        let mut divergence = Divergence { base: self.reference.clone(), ..Divergence::default() };
        let Ok(below) = folder.strip_prefix(&self.top) else { return Ok(divergence) };
        let is_new = |path: &PathBuf| !self.fork.files.contains_key(path);
        let own = |path: &&PathBuf| path.starts_with(below);
        if self.touched.keys().filter(own).any(|path| !is_new(path)) {
            let laid = Laid::out(
                &self.top,
                self.fork.files.iter().map(|(path, id)| (path, Content::Git(id))),
                below,
            )?;
            if let Some((was, files)) = laid.project(project, below, settings) {
                let here = Side { project, sources };
                let (edited, deleted) = Divergence::since(Side { project: &was, sources: &files }, here);
                divergence.edited = edited;
                for (index, renamed) in deleted {
                    let gone = &was.migrations[index];
                    divergence.deleted.push(Deleted {
                        id: gone.id.clone(),
                        span: self.show(gone.header, &files, &laid, sources),
                        renamed,
                    });
                }
            }
        }
        if self.touched_by_tip.iter().any(|path| own(&path)) {
            let tip = Laid::out(
                &self.top,
                self.tip.files.iter().map(|(path, id)| (path, Content::Git(id))),
                below,
            )?;
            let merged = Laid::out(&self.top, self.merged(), below)?;
            if let (Some((tip, _)), Some((merged, _))) =
                (tip.project(project, below, settings), merged.project(project, below, settings))
            {
                divergence.once_merged(project, &tip, &merged);
            }
        } else if let Some((tip, _)) = self.tip_of(project, below, settings)? {
            divergence.once_merged(project, &tip, project);
        }
        Ok(divergence)
    }

    /// The base's project where it has not moved since the merge base.
    fn tip_of(
        &self,
        project: &Project,
        below: &Path,
        settings: &Settings,
    ) -> Result<Option<(Project, Sources)>, BaseError> {
        let added = |(path, is_there): (&PathBuf, &bool)| {
            *is_there && path.starts_with(below) && !self.tip.files.contains_key(path)
        };
        if !self.touched.iter().any(added) {
            return Ok(None);
        }
        let tip =
            Laid::out(&self.top, self.tip.files.iter().map(|(path, id)| (path, Content::Git(id))), below)?;
        Ok(tip.project(project, below, settings))
    }

    /// The files once what is here is merged into the tip.
    fn merged(&self) -> impl Iterator<Item = (&PathBuf, Content<'_>)> {
        let kept = self.tip.files.iter().filter(|(path, _)| !self.touched.contains_key(*path));
        let kept = kept.map(|(path, id)| (path, Content::Git(id)));
        let own = self.touched.iter().filter(|(_, is_there)| **is_there);
        kept.chain(own.map(|(path, _)| (path, Content::Here)))
    }

    /// The place of something that is gone, in its text on the base, under the path where it was.
    fn show(&self, span: Span, files: &Sources, laid: &Laid, sources: &mut Sources) -> Span {
        let file = files.file(span.source);
        let below = file.on_disk().and_then(|path| path.strip_prefix(laid.root()).ok()).map(Path::to_owned);
        let below = below.unwrap_or_default();
        let full = self.top.join(&below);
        let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
        let shown = full.strip_prefix(here).map_or(below, Path::to_owned);
        let source = sources.add(shown, file.text());
        Span::new(source, span.range())
    }
}

/// A list that git prints with zero bytes.
fn list<const N: usize>(folder: &Path, arguments: [&str; N]) -> Result<Vec<String>, BaseError> {
    let output = git(folder, arguments)?;
    if !output.status.success() {
        return Err(BaseError::Git(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    let items = output.stdout.split(|byte| *byte == 0).filter(|item| !item.is_empty());
    Ok(items.map(|item| String::from_utf8_lossy(item).into_owned()).collect())
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

/// The folder of a project on disk: its scripts, or its SQL files.
pub(super) fn folder_of(project: &Project) -> PathBuf {
    match &project.runner {
        Runner::Alembic { scripts, .. } => scripts.clone(),
        Runner::Sql => PathBuf::from(&project.root),
    }
}
