//! Finds folders of migrations in a tree, and tells whose they are. Refuses to read what stands in the migrations, but
//! for the signs of their tool.

use std::collections::BTreeSet;

use super::super::layouts::{LAYOUTS, LOOSE, Layout};
use super::super::tree::{Tree, join};
use super::names::{self, FileName};
use super::{Part, signs};

/// A folder of migrations.
pub(in crate::frontend) struct Found {
    pub(super) layout: &'static Layout,
    /// Below the root of the tree.
    pub(super) folder: String,
    /// The migrations' files, relative to the folder.
    pub(super) files: Vec<(String, FileName)>,
    /// SQL files beside them that are no migrations of the tool.
    others: Vec<String>,
    /// Folders of migrations for other databases that lie nearest to this one.
    foreign: Vec<String>,
    /// Folders of numbered files in this one that the tool does not run.
    inside: Vec<String>,
    /// What lies nearest to it and is not read, in a sentence each.
    unread: Vec<String>,
}

impl Found {
    /// The folder below the root of the tree.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// Whether a file, relative to the root of the tree, is part of it.
    pub fn holds(&self, path: &str) -> bool {
        self.files.iter().any(|(file, _)| join(&self.folder, file) == path)
    }

    /// What is not read beside the migrations, in a sentence each.
    pub fn left_out(&self) -> impl Iterator<Item = String> {
        let (foreign, strange): (Vec<&str>, Vec<&str>) =
            self.others.iter().map(String::as_str).partition(|file| signs::names_other_database(file));
        let why = [(foreign, "named after another database"), (strange, "not named as a migration")];
        let files = why.into_iter().filter(|(files, _)| !files.is_empty()).map(|(files, why)| {
            let shown = match files.as_slice() {
                [only] => format!("{only} is"),
                [first, rest @ ..] => format!("{first} and {} more SQL files are", rest.len()),
                [] => String::new(),
            };
            format!("{shown} not read: {why}")
        });
        let foreign = self
            .foreign
            .iter()
            .map(|folder| format!("{folder} is not read: its migrations are for another database"));
        let tool = self.layout.framework.name;
        let inside = self.inside.iter().map(move |folder| {
            format!("{folder} is not read: it lies in a folder of {tool}, which does not run it")
        });
        files.chain(foreign).chain(inside).chain(self.unread.iter().cloned())
    }
}

/// What lies in a tree.
pub(in crate::frontend) struct Search {
    /// Folders of migrations for PostgreSQL.
    pub found: Vec<Found>,
    /// Folders of migrations for other databases, as people are shown them, where there are no others.
    pub foreign: Vec<String>,
    /// What might hold migrations and is not read, in a sentence each, where there are no others.
    pub unread: Vec<String>,
}

/// All folders of migrations in a tree. Those for other databases are named by the project that lies nearest.
pub(in crate::frontend) fn find(tree: &Tree) -> Search {
    let mut claimed: BTreeSet<String> = BTreeSet::new();
    let (mut found, mut foreign): (Vec<Found>, Vec<String>) = Default::default();
    let shown = |folder: &str| tree.shown(folder).to_string_lossy().replace('\\', "/");
    for folder in tree.folders() {
        let files: Vec<String> = tree.files_below(folder);
        let files: Vec<String> =
            files.into_iter().filter(|file| !claimed.contains(&join(folder, file))).collect();
        if !files.iter().any(|file| file.ends_with(".sql")) {
            continue;
        }
        let project = LAYOUTS.iter().find_map(|layout| {
            let named = named(layout, folder, &files);
            let is_here = named.iter().any(|(_, name)| !name.part.is_code())
                && layout.signs.iter().any(|sign| signs::holds(*sign, tree, folder, &named));
            is_here.then(|| {
                let is_other = |file: &&String| {
                    let is_named = named.iter().any(|(path, _)| path == *file);
                    file.ends_with(".sql") && !file.contains('/') && !is_named
                };
                let others = files.iter().filter(is_other).cloned().collect();
                Found {
                    layout,
                    folder: folder.to_owned(),
                    files: named,
                    others,
                    foreign: Vec::new(),
                    inside: Vec::new(),
                    unread: Vec::new(),
                }
            })
        });
        if let Some(project) = project {
            claimed.extend(project.files.iter().map(|(file, _)| join(folder, file)));
            let is_foreign = signs::names_other_database(folder)
                || signs::written_for_other_database(tree, folder, &project.files);
            // Numbered files of no known tool may be anything, and a tool that keeps folders of its own has more in them than
            // migrations: Sqitch's verify scripts, what Graphile Migrate has not committed yet.
            let owner = found.iter_mut().rev().find(|outer| {
                let inside = outer.folder.is_empty() || folder.starts_with(&join(&outer.folder, ""));
                let has_folders = outer.files.iter().any(|(file, _)| file.contains('/'));
                inside && has_folders && outer.layout.is_known() && !project.layout.is_known()
            });
            match owner {
                _ if is_foreign => foreign.push(folder.to_owned()),
                Some(owner) => owner.inside.push(shown(folder)),
                None => found.push(project),
            }
        }
    }
    foreign.retain(|folder| match nearest(&mut found, folder) {
        Some(nearest) => {
            nearest.foreign.push(shown(folder));
            false
        }
        None => true,
    });
    let mut unread = Vec::new();
    for (path, why) in tree.unread() {
        let sentences = nearest(&mut found, path).map_or(&mut unread, |nearest| &mut nearest.unread);
        sentences.push(format!("{} is not read: {why}", shown(path)));
    }
    Search { found, foreign: foreign.iter().map(|folder| shown(folder)).collect(), unread }
}

/// The folder of migrations that lies nearest to a path.
fn nearest<'a>(found: &'a mut [Found], path: &str) -> Option<&'a mut Found> {
    let shared = |other: &str| other.split('/').zip(path.split('/')).take_while(|(a, b)| a == b).count();
    found.iter_mut().rev().max_by_key(|found| shared(&found.folder))
}

/// The files that a tool would read in a folder. Where it looks into the folders below as well, they belong to it unless
/// a version would stand twice then, or they are for another database.
fn named(layout: &Layout, folder: &str, files: &[String]) -> Vec<(String, FileName)> {
    let read = |path: &String| {
        let name = if layout.nested { path.rsplit('/').next().unwrap_or(path) } else { path };
        (layout.name)(name).map(|name| (path.clone(), name))
    };
    let found: Vec<(String, FileName)> = files.iter().filter_map(read).collect();
    if !layout.nested {
        return found;
    }
    let is_below = |path: &str| path.contains('/');
    let direct = found.iter().filter(|(path, _)| !is_below(path)).cloned().collect::<Vec<_>>();
    let ours = found.into_iter().filter(|(path, _)| {
        let above = path.rsplit_once('/').map_or("", |(above, _)| above);
        !signs::names_other_database(above)
    });
    let ours: Vec<(String, FileName)> = ours.collect();
    let called = folder.rsplit('/').next().is_some_and(|name| name.to_ascii_lowercase().contains("migrat"));
    let versions: BTreeSet<(&str, Part)> =
        ours.iter().map(|(_, name)| (name.version.as_str(), name.part)).collect();
    if (called || !direct.is_empty()) && versions.len() == ours.len() { ours } else { direct }
}

/// The SQL files of one folder, for which no tool is known.
pub(in crate::frontend) fn loose(files: Vec<String>) -> Option<Found> {
    let named: Vec<(String, FileName)> =
        files.into_iter().filter_map(|file| names::any(&file).map(|name| (file, name))).collect();
    (!named.is_empty()).then(|| Found {
        layout: &LOOSE,
        folder: String::new(),
        files: named,
        others: Vec::new(),
        foreign: Vec::new(),
        inside: Vec::new(),
        unread: Vec::new(),
    })
}
