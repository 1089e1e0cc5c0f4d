//! Reads migrations kept as SQL files, by the rows of [`super::layouts`]. Refuses to know any tool by name.

pub(super) mod names;
mod order;
mod script;
pub(super) mod sections;
mod signs;
mod transactions;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::layouts::{Downgrades, LAYOUTS, LOOSE, Layout};
use super::tree::{Tree, join};
use crate::history::{Body, Framework, Migration, Problem, ProblemKind, Project, Reference, Runner, Script};
use crate::operation::Name;
use crate::source::{SourceId, Sources, Span};
use names::FileName;

/// What a file is to its migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Up,
    Down,
    /// Both directions, or the only one.
    Both,
    /// Up and down as PostgreSQL needs it: they take the place of those for all databases.
    OwnUp,
    OwnDown,
    /// A program, not SQL.
    Code,
    /// A program for the way back.
    DownCode,
}

impl Part {
    fn goes_down(self) -> bool {
        matches!(self, Self::Down | Self::OwnDown | Self::DownCode)
    }

    fn is_code(self) -> bool {
        matches!(self, Self::Code | Self::DownCode)
    }
}

/// A folder of migrations.
pub(super) struct Found {
    layout: &'static Layout,
    /// Below the root of the tree.
    folder: String,
    /// The migrations' files, relative to the folder.
    files: Vec<(String, FileName)>,
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
}

/// All folders of migrations in a tree. Those of other databases are left out.
pub(super) fn find(tree: &Tree) -> Vec<Found> {
    let mut claimed: BTreeSet<String> = BTreeSet::new();
    let mut found = Vec::new();
    for folder in tree.folders().filter(|folder| !signs::names_other_database(folder)) {
        let files: Vec<String> = tree.files_below(folder);
        let files: Vec<String> =
            files.into_iter().filter(|file| !claimed.contains(&join(folder, file))).collect();
        if !files.iter().any(|file| file.ends_with(".sql")) {
            continue;
        }
        let project = LAYOUTS.iter().find_map(|layout| {
            let named: Vec<(String, FileName)> = files
                .iter()
                .filter_map(|file| (layout.name)(file).map(|name| (file.clone(), name)))
                .collect();
            let is_here = named.iter().any(|(_, name)| !name.part.is_code())
                && layout.signs.iter().any(|sign| signs::holds(*sign, tree, folder, &named));
            is_here.then(|| Found { layout, folder: folder.to_owned(), files: named })
        });
        if let Some(project) = project {
            claimed.extend(project.files.iter().map(|(file, _)| join(folder, file)));
            if !signs::written_for_other_database(tree, folder, &project.files) {
                found.push(project);
            }
        }
    }
    found
}

/// The SQL files of one folder, for which no tool is known.
pub(super) fn loose(files: Vec<String>) -> Option<Found> {
    let named: Vec<(String, FileName)> =
        files.into_iter().filter_map(|file| names::any(&file).map(|name| (file, name))).collect();
    (!named.is_empty()).then(|| Found { layout: &LOOSE, folder: String::new(), files: named })
}

/// A text that is no file's.
pub(super) fn from_text(name: PathBuf, text: String, sources: &mut Sources) -> Project {
    let id = name.to_string_lossy().into_owned();
    let source = sources.add(name, text);
    // Markers tell the tool even where there is no folder.
    let marked = LAYOUTS.iter().find(|layout| signs::text_holds(layout, sources.file(source).text()));
    let layout = marked.unwrap_or(&LOOSE);
    let mut reader = Reader { layout, sources, problems: Vec::new() };
    let file = FileName { version: id.clone(), message: String::new(), part: Part::Both };
    let migration = reader.migration(&[(source, String::new(), file)], &BTreeSet::new(), None);
    reader.project(id, migration.into_iter().collect())
}

/// Reads a folder of migrations.
pub(super) fn load(found: &Found, tree: &Tree, sources: &mut Sources) -> Project {
    let layout = found.layout;
    let mut reader = Reader { layout, sources, problems: Vec::new() };
    // A version that is written in two ways is one version: the first file names it.
    let mut versions: BTreeMap<order::Rank, Vec<&(String, FileName)>> = BTreeMap::new();
    let ranks = order::Ranks::of(layout.order, tree, &found.folder);
    for file in &found.files {
        if let Some(rank) = ranks.rank(&file.1.version) {
            versions.entry(rank).or_default().push(file);
        }
    }
    let mut migrations: Vec<Migration> = Vec::new();
    let mut previous: Option<String> = None;
    for files in versions.values() {
        let read: Vec<(SourceId, String, FileName)> = files
            .iter()
            .map(|(path, name)| {
                let path = join(&found.folder, path);
                (reader.read(tree, &path), path, name.clone())
            })
            .collect();
        let opted_out = script::opted_out(layout, tree, &read, reader.sources);
        for group in one_each(read) {
            if let Some(migration) = reader.migration(&group, &opted_out, previous.as_deref()) {
                migrations.push(migration);
            }
        }
        previous = migrations.last().map(|migration| migration.id.clone());
    }
    let root = tree.shown(&found.folder).to_string_lossy().replace('\\', "/");
    reader.project(root, migrations)
}

type File = (SourceId, String, FileName);

/// The files of one version, one group a migration: a second upward file is a migration of the same version.
fn one_each(mut files: Vec<File>) -> Vec<Vec<File>> {
    let has = |files: &[File], part| files.iter().any(|(.., name)| name.part == part);
    let (own_up, own_down) = (has(&files, Part::OwnUp), has(&files, Part::OwnDown));
    files.retain(|(.., name)| !(name.part == Part::Up && own_up || name.part == Part::Down && own_down));
    let (downs, ups): (Vec<File>, Vec<File>) =
        files.into_iter().partition(|(.., name)| name.part.goes_down());
    let mut groups: Vec<Vec<File>> = ups.into_iter().map(|up| vec![up]).collect();
    for down in downs {
        let lonely = |group: &Vec<File>| group.len() == 1 && !group[0].2.part.goes_down();
        let same_name = |group: &Vec<File>| lonely(group) && group[0].2.message == down.2.message;
        match groups.iter().position(same_name).or_else(|| groups.iter().position(lonely)) {
            Some(index) => groups[index].push(down),
            None => groups.push(vec![down]),
        }
    }
    let first = groups.first().map(|group| group[0].2.version.clone()).unwrap_or_default();
    groups.iter_mut().flatten().for_each(|(.., name)| name.version.clone_from(&first));
    groups
}

struct Reader<'a> {
    layout: &'static Layout,
    sources: &'a mut Sources,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn read(&mut self, tree: &Tree, path: &str) -> SourceId {
        let shown = tree.shown(path);
        match self.sources.read(&tree.on_disk(path), &shown) {
            Ok((source, bad)) => {
                if let Some(bad) = bad {
                    let message = "this is not UTF-8; the rest of the file is read".to_owned();
                    self.problems.push(Problem { kind: ProblemKind::Unreadable, span: bad.span, message });
                }
                source
            }
            Err(error) => {
                let source = self.sources.add(shown, "");
                let message = format!("the file cannot be read: {error}");
                let span = Span::new(source, 0..0);
                self.problems.push(Problem { kind: ProblemKind::Unreadable, span, message });
                source
            }
        }
    }

    /// One migration of its files: the upward one first, then its downward one, if there is any.
    fn migration(
        &mut self,
        files: &[File],
        opted_out: &BTreeSet<SourceId>,
        previous: Option<&str>,
    ) -> Option<Migration> {
        let (source, _, name) = files.first()?;
        let header = script::first_line(self.sources, *source);
        if name.part.goes_down() {
            let message = "there is no upward file for this downward one; it will never run".to_owned();
            self.problems.push(Problem { kind: ProblemKind::Orphan, span: header, message });
            return None;
        }
        let read = script::Read { layout: self.layout, sources: self.sources, opted_out };
        let (up, mut down) = match name.part {
            Part::Code => (script::code(self.sources, *source), None),
            _ => read.directions(*source),
        };
        let down_file = files.get(1).map(|(source, ..)| *source);
        if let Some((source, _, name)) = files.get(1) {
            let is_code = name.part.is_code();
            down = Some(if is_code { script::code(self.sources, *source) } else { read.only(*source) });
        }
        // A popx migration may well have nothing to do on PostgreSQL alone.
        if self.sources.file(*source).text().trim().is_empty() && name.part != Part::OwnUp {
            let message = "the file is empty, so the migration does nothing".to_owned();
            self.problems.push(Problem { kind: ProblemKind::Empty, span: header, message });
        }
        let comments =
            std::iter::once(*source).chain(down_file).flat_map(|id| script::comments(self.sources, id));
        Some(Migration {
            id: name.version.clone(),
            message: name.message.clone(),
            header,
            parents: previous.map(|id| Reference { id: id.to_owned(), span: header }).into_iter().collect(),
            depends_on: Vec::new(),
            branch_labels: Vec::new(),
            imports: Vec::new(),
            comments: comments.collect(),
            up,
            down,
        })
    }

    fn project(self, root: String, migrations: Vec<Migration>) -> Project {
        let goes_down = |migration: &Migration| migration.down.as_ref().is_some_and(has_work);
        let downgrades = match self.layout.downgrades {
            Downgrades::Never => false,
            Downgrades::Always => true,
            Downgrades::IfAny => migrations.iter().any(goes_down),
        };
        let version_table = match self.layout.framework.version_table.split_once('.') {
            Some((schema, table)) => Some(Name::qualified(schema, table)),
            None => Some(Name::unqualified(self.layout.framework.version_table)),
        };
        Project {
            root,
            version_table: version_table.filter(|table| !table.name.is_empty()),
            framework: Framework { downgrades, ..self.layout.framework.clone() },
            migrations,
            problems: self.problems,
            runner: Runner::Sql,
        }
    }
}

fn has_work(script: &Script) -> bool {
    script.body != Body::Empty
}
