//! What lies on disk below a path, and what lies near it. Knows files by their names and texts; refuses to know what
//! they mean to any tool.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// Folders that hold what others wrote, what was built, or what tests feed on.
const PRUNED: &[&str] = &[
    "__pycache__",
    "fixtures",
    "node_modules",
    "site-packages",
    "stub",
    "stubs",
    "target",
    "testdata",
    "vendor",
    "venv",
];

/// Levels above a path that are searched for signs where no repository ends the search.
const LEVELS_ABOVE: usize = 8;

/// The files below a path.
#[derive(Debug, Default)]
pub(super) struct Tree {
    root: PathBuf,
    /// Names of files by folder; folders relative to the root with forward slashes, the root itself empty.
    folders: BTreeMap<String, BTreeSet<String>>,
    /// Why something that is named as SQL, or leads to it, is not read.
    unread: BTreeMap<String, &'static str>,
    texts: RefCell<HashMap<PathBuf, Option<Arc<str>>>>,
}

impl Tree {
    /// Reads the names of all files below a folder, `depth` levels deep. What cannot be listed is left out.
    pub fn read(root: &Path, depth: usize) -> Self {
        let mut tree = Self { root: root.to_owned(), ..Self::default() };
        let real = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let mut waiting = vec![(String::new(), depth)];
        while let Some((folder, depth)) = waiting.pop() {
            let Ok(entries) = std::fs::read_dir(tree.on_disk(&folder)) else { continue };
            let mut files = BTreeSet::new();
            for entry in entries.flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                let path = join(&folder, &name);
                let Ok(kind) = entry.file_type() else { continue };
                let target = if kind.is_symlink() {
                    entry.path().metadata().map(|it| it.file_type())
                } else {
                    Ok(kind)
                };
                match target {
                    Ok(target) if target.is_file() => files.extend([name]),
                    // A link that leads nowhere or in a circle is kept, so that whoever reads it can say so; but not the
                    // hidden ones that editors lock files with.
                    Err(_) => files.extend(Some(name).filter(|name| !name.starts_with('.'))),
                    Ok(target) if target.is_dir() && kind.is_symlink() => {
                        if leads_to_sql(&entry.path(), &real) {
                            tree.unread.insert(path, LINKED);
                        }
                    }
                    Ok(target) if target.is_dir() => {
                        if name.ends_with(".sql") {
                            tree.unread.insert(path.clone(), "it is a folder");
                        }
                        if depth > 0 && !is_pruned(&name) {
                            waiting.push((path, depth - 1));
                        }
                    }
                    Ok(_) if name.ends_with(".sql") => {
                        tree.unread.insert(path, "it is no regular file");
                    }
                    Ok(_) => {}
                }
            }
            tree.folders.insert(folder, files);
        }
        tree
    }

    /// What is named as SQL, or leads to it, and is not read: paths, each with the reason.
    pub fn unread(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.unread.iter().map(|(path, why)| (path.as_str(), *why))
    }

    /// All folders in order, each before those in it.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.folders.keys().map(String::as_str)
    }

    /// Paths of the files of a folder and of those below it, relative to it, in order.
    pub fn files_below(&self, folder: &str) -> Vec<String> {
        let prefix = join(folder, "");
        let below = self.folders.range(prefix.clone()..).take_while(|(path, _)| path.starts_with(&prefix));
        let own =
            self.folders.get(folder).filter(|_| !folder.is_empty()).map(|files| (folder.to_owned(), files));
        let mut paths: Vec<String> = below
            .map(|(path, files)| (path.clone(), files))
            .chain(own)
            .flat_map(|(path, files)| files.iter().map(move |file| join(&path, file)))
            .filter_map(|path| path.strip_prefix(&prefix).map(str::to_owned))
            .collect();
        paths.sort();
        paths
    }

    /// Where a path below the root is.
    pub fn on_disk(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// The path of something below the root as people are shown it: as they typed the root.
    pub fn shown(&self, path: &str) -> PathBuf {
        let parts = self.root.join(path);
        let parts: PathBuf = parts.components().filter(|part| *part != Component::CurDir).collect();
        if parts.as_os_str().is_empty() { PathBuf::from(".") } else { parts }
    }

    /// The text of a file below the root; nothing if it cannot be read as text.
    pub fn text(&self, path: &str) -> Option<Arc<str>> {
        self.text_of(self.on_disk(path))
    }

    fn text_of(&self, path: PathBuf) -> Option<Arc<str>> {
        let mut texts = self.texts.borrow_mut();
        texts.entry(path).or_insert_with_key(|path| Some(std::fs::read_to_string(path).ok()?.into())).clone()
    }

    /// Gives back the room of the texts that were asked for: they may be asked for again.
    pub fn forget_texts(&self) {
        self.texts.borrow_mut().clear();
    }

    /// Texts of the files of a name in a folder and above it, nearest first, up to the root of the repository.
    pub fn near(&self, folder: &str, name: &str) -> Vec<Arc<str>> {
        let start = self.on_disk(folder);
        let start = start.canonicalize().unwrap_or(start);
        let mut found = Vec::new();
        for above in start.ancestors().take(LEVELS_ABOVE) {
            found.extend(self.text_of(above.join(name)));
            if above.join(".git").exists() {
                break;
            }
        }
        found
    }
}

/// A path below a folder; the root is empty.
pub(super) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Links to folders are not followed: they may lead in a circle, or to all that a build has made.
const LINKED: &str = "it is a link to a folder, which is not followed; name the folder itself to read it";

/// Whether a folder outside of the tree holds SQL files, or is called as if it did.
fn leads_to_sql(link: &Path, root: &Path) -> bool {
    let Ok(target) = link.canonicalize() else { return false };
    let is_sql = |name: &OsStr| name.to_string_lossy().ends_with(".sql");
    let called = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().contains("migrat"));
    !target.starts_with(root)
        && (called(link)
            || called(&target)
            || target
                .read_dir()
                .is_ok_and(|entries| entries.flatten().any(|entry| is_sql(&entry.file_name()))))
}

fn is_pruned(name: &str) -> bool {
    name.starts_with('.') || PRUNED.contains(&name)
}
