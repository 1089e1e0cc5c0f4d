//! Reads migrations kept as SQL files, by the rows of [`super::layouts`]. Refuses to know any tool by name.

mod chain;
mod discover;
mod expected;
mod lists;
pub(super) mod names;
mod order;
mod placeholders;
mod script;
pub(super) mod sections;
mod signs;
mod transactions;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::PathBuf;

use rayon::prelude::*;

use super::layouts::{Downgrades, LAYOUTS, LOOSE, Layout};
use super::tree::{Tree, join};
use crate::history::{Body, Framework, Migration, Problem, ProblemKind, Project, Reference, Runner, Script};
use crate::operation::Name;
use crate::source::{SourceId, Sources, Span};
pub(super) use discover::{Found, find, loose};
use names::FileName;
use script::Scripts;
pub(super) use signs::names_other_database;

/// What a file is to its migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Up,
    Down,
    /// Both directions, or the only one.
    Both,
    /// Up and down as PostgreSQL needs it: they take the place of those for all databases.
    OwnUp,
    OwnDown,
    /// Stands for all up to its version on a new database.
    Baseline,
    /// Runs again whenever its text was changed.
    Repeated,
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

/// A text that is no file's.
pub(super) fn from_text(name: PathBuf, text: String, sources: &mut Sources) -> Project {
    let id = name.to_string_lossy().into_owned();
    let source = sources.add(name, text);
    // Markers tell the tool even where there is no folder.
    let marked = LAYOUTS.iter().find(|layout| signs::text_holds(layout, sources.file(source).text()));
    let layout = marked.unwrap_or(&LOOSE);
    let mut reader = Reader::of(layout, sources);
    let file = FileName { version: id.clone(), message: String::new(), part: Part::Both };
    let files = [(source, String::new(), file)];
    let opted_out = BTreeSet::new();
    let read =
        script::Read { layout, sources: reader.sources, values: &reader.values, opted_out: &opted_out };
    let scripts = read.scripts(&files);
    let migration = reader.migration(&files, scripts, None);
    reader.project(id, migration.into_iter().collect())
}

/// Reads folders of migrations. What they say is read for all of them at once: one may have a single large file.
pub(super) fn load(found: &[Found], tree: &Tree, sources: &mut Sources) -> Vec<Project> {
    tree.forget_texts();
    let paths = found.iter().flat_map(|found| found.files.iter().map(|(path, _)| join(&found.folder, path)));
    let paths: Vec<PathBuf> = paths.map(|path| tree.on_disk(&path)).collect();
    let bytes: Vec<io::Result<Vec<u8>>> = paths.par_iter().map(std::fs::read).collect();
    let mut ahead: Ahead = paths.into_iter().zip(bytes).collect();
    let gather = |found| gather(found, tree, sources, &mut ahead);
    let gathered: Vec<Gathered<'_>> = found.iter().map(gather).collect();
    let all = gathered.iter().flat_map(|folder| folder.migrations().map(move |files| (folder, files)));
    let all: Vec<(&Gathered<'_>, &Vec<File>)> = all.collect();
    let read = |(folder, files): &(&Gathered<'_>, &Vec<File>)| folder.scripts(sources).scripts(files);
    let scripts: Vec<Option<Scripts>> = all.par_iter().with_max_len(AT_ONCE).map(read).collect();
    let mut scripts = scripts.into_iter();
    gathered.into_iter().map(|folder| folder.project(tree, sources, &mut scripts)).collect()
}

/// Files that a thread takes before it looks for others again: some are a thousand times as large as most.
const AT_ONCE: usize = 8;

/// Bytes of files that were read before they are asked for.
type Ahead = HashMap<PathBuf, io::Result<Vec<u8>>>;

/// The files of a folder, in their order, before what they say is read.
struct Gathered<'a> {
    found: &'a Found,
    values: placeholders::Values,
    problems: Vec<Problem>,
    left_out: Vec<String>,
    opted_out: BTreeSet<SourceId>,
    ranks: order::Ranks,
    /// The files of each migration, by version.
    versions: Vec<(order::Rank, Vec<Vec<File>>)>,
}

fn gather<'a>(found: &'a Found, tree: &Tree, sources: &mut Sources, ahead: &mut Ahead) -> Gathered<'a> {
    let layout = found.layout;
    let values = placeholders::values(layout.placeholders, tree, &found.folder);
    let mut reader = Reader { values, ..Reader::of(layout, sources) };
    // A version that is written in two ways is one version: the first file names it.
    let mut versions: BTreeMap<order::Rank, Vec<&(String, FileName)>> = BTreeMap::new();
    let ranks = order::Ranks::of(layout.order, tree, &found.folder);
    for file in &found.files {
        match ranks.rank(&file.0, &file.1) {
            Some(rank) => versions.entry(rank).or_default().push(file),
            None => reader.unlisted(tree, &found.folder, file, &ranks),
        }
    }
    reader.left_out.extend(without_baselines(&mut versions));
    reader.left_out.extend(found.left_out());
    let mut opted_out = BTreeSet::new();
    let mut groups: Vec<(order::Rank, Vec<Vec<File>>)> = Vec::new();
    for (rank, files) in versions {
        let read: Vec<File> = files
            .iter()
            .map(|(path, name)| {
                let path = join(&found.folder, path);
                let bytes = ahead.remove(&tree.on_disk(&path));
                (reader.read(tree, &path, bytes), path, name.clone())
            })
            .collect();
        opted_out.extend(script::opted_out(layout, tree, &read, reader.sources));
        groups.push((rank, one_each(read)));
    }
    let Reader { values, problems, left_out, .. } = reader;
    Gathered { found, values, problems, left_out, opted_out, ranks, versions: groups }
}

impl Gathered<'_> {
    fn migrations(&self) -> impl Iterator<Item = &Vec<File>> {
        self.versions.iter().flat_map(|(_, migrations)| migrations)
    }

    /// What reads scripts, as far as all is known that they need.
    fn scripts<'a>(&'a self, sources: &'a Sources) -> script::Read<'a> {
        script::Read { layout: self.found.layout, sources, values: &self.values, opted_out: &self.opted_out }
    }

    /// The project of what its files say, which comes in the order of [`Self::migrations`].
    fn project(
        self,
        tree: &Tree,
        sources: &mut Sources,
        scripts: &mut impl Iterator<Item = Option<Scripts>>,
    ) -> Project {
        let Self { found, values, problems, left_out, ranks, versions, .. } = self;
        let mut reader = Reader { layout: found.layout, sources, values, problems, left_out };
        let mut migrations: Vec<Migration> = Vec::new();
        let mut previous: Option<(String, order::Rank)> = None;
        for (rank, groups) in versions {
            for (files, scripts) in groups.iter().zip(&mut *scripts) {
                let parent = previous.as_ref().map(|(id, _)| id.as_str());
                if let Some(migration) = reader.migration(files, scripts, parent) {
                    reader.gap(&migration, previous.as_ref().map(|(_, rank)| rank), &rank);
                    migrations.push(migration);
                }
            }
            previous = migrations.last().map(|migration| (migration.id.clone(), rank));
        }
        reader.listed(tree, found, &ranks);
        reader.hashes(&migrations);
        let root = tree.shown(&found.folder).to_string_lossy().replace('\\', "/");
        reader.project(root, migrations)
    }
}

/// On a new database a baseline stands for all up to it. Where those are there they are read instead; else the newest
/// baseline is the first migration. What is left out is said.
fn without_baselines(versions: &mut BTreeMap<order::Rank, Vec<&(String, FileName)>>) -> Vec<String> {
    let is_baseline = |file: &&(String, FileName)| file.1.part == Part::Baseline;
    let newest = versions.iter().rev().find(|(_, files)| files.iter().any(is_baseline));
    let Some(newest) = newest.map(|(rank, _)| rank.clone()) else { return Vec::new() };
    let replaced =
        versions.range(..=&newest).any(|(_, files)| files.iter().any(|file| file.1.part == Part::Up));
    let mut left_out = Vec::new();
    for (rank, files) in versions.iter_mut() {
        files.retain(|file| {
            let stays = !is_baseline(file) || (*rank == newest && !replaced);
            if !stays {
                left_out.push(format!(
                    "{} is not read: it only stands for all up to it on a new database",
                    file.0
                ));
            }
            stays
        });
    }
    versions.retain(|_, files| !files.is_empty());
    left_out
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
    values: placeholders::Values,
    problems: Vec<Problem>,
    left_out: Vec<String>,
}

impl<'a> Reader<'a> {
    fn of(layout: &'static Layout, sources: &'a mut Sources) -> Self {
        let (values, problems, left_out) = Default::default();
        Self { layout, sources, values, problems, left_out }
    }

    fn problem(&mut self, kind: ProblemKind, span: Span, message: impl Into<String>) {
        self.problems.push(Problem { kind, span, message: message.into() });
    }

    fn read(&mut self, tree: &Tree, path: &str, bytes: Option<io::Result<Vec<u8>>>) -> SourceId {
        let (shown, path) = (tree.shown(path), tree.on_disk(path));
        match self.sources.read_by(&path, &shown, || bytes.unwrap_or_else(|| std::fs::read(&path))) {
            Ok((source, bad)) => {
                if let Some(bad) = bad {
                    let message = match bad.utf_16 {
                        true => "The file is UTF-16, which migration tools do not read; save it as UTF-8",
                        false => "This is not UTF-8; the rest of the file is read",
                    };
                    self.problem(ProblemKind::Unreadable, bad.span, message);
                }
                source
            }
            Err(error) => {
                let source = self.sources.add(shown, "");
                let message = format!("The file cannot be read: {error}");
                let span = Span::new(source, 0..0);
                self.problems.push(Problem { kind: ProblemKind::Unreadable, span, message });
                source
            }
        }
    }

    /// One migration of its files, the upward one first, and of what they hold.
    fn migration(
        &mut self,
        files: &[File],
        scripts: Option<Scripts>,
        previous: Option<&str>,
    ) -> Option<Migration> {
        let (source, _, name) = files.first()?;
        let header = script::first_line(self.sources, *source);
        let Some(Scripts { up, down, comments }) = scripts else {
            let message = "There is no upward file for this downward one, so it never runs".to_owned();
            self.problems.push(Problem { kind: ProblemKind::Orphan, span: header, message });
            return None;
        };
        // A popx migration may well have nothing to do on PostgreSQL alone.
        if self.sources.file(*source).text().trim().is_empty() && name.part != Part::OwnUp {
            let message = "the file is empty, so the migration does nothing".to_owned();
            self.problems.push(Problem { kind: ProblemKind::Empty, span: header, message });
        }
        Some(Migration {
            id: name.version.clone(),
            message: name.message.clone(),
            header,
            parents: previous.map(|id| Reference { id: id.to_owned(), span: header }).into_iter().collect(),
            depends_on: Vec::new(),
            branch_labels: Vec::new(),
            imports: Vec::new(),
            repeats: name.part == Part::Repeated,
            comments,
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
            told: Vec::new(),
            left_out: self.left_out,
            session: Vec::new(),
            runner: Runner::Sql,
        }
    }
}

fn has_work(script: &Script) -> bool {
    script.body != Body::Empty
}
