//! Finds and reads the projects of a run, and says which of their migrations are judged.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::base::{Base, folder_of};
use super::{COMMANDS, Failure};
use crate::config::{Config, Override, nearest};
use crate::frontend::{self, LoadError};
use crate::history::{Migration, Project, Scope};
use crate::source::{SourceId, Sources};

/// Everything that a run reads.
pub(super) struct Loaded {
    pub(super) sources: Sources,
    /// Each with the migrations that are judged. Never empty.
    pub(super) projects: Vec<(Project, Scope)>,
}

const LOOKS_FOR: &str = "mig-check looks for Alembic (alembic.ini, or [tool.alembic] in pyproject.toml) and for SQL files as \
sqlx, golang-migrate, dbmate, goose, diesel, flyway, prisma and refinery name them, such as 0001_books.up.sql";

/// The path that stands for standard input, and what it is called in reports.
const STDIN: (&str, &str) = ("-", "<stdin>");

/// Why nothing can be read at a path.
#[derive(Debug, thiserror::Error)]
pub enum PathError {
    /// Nothing is there.
    #[error("{} does not exist{hint}", path.display())]
    Missing {
        /// The path.
        path: PathBuf,
        /// What may have been meant; may be empty.
        hint: String,
    },
    /// No migrations are there.
    #[error("{0}\n{LOOKS_FOR}")]
    Load(#[from] LoadError),
    /// Standard input cannot be read.
    #[error("cannot read standard input: {0}")]
    Stdin(std::io::Error),
    /// A tool is set up there, but has nothing to run.
    #[error("no migrations found: {root} is set up for {framework}, but has none yet")]
    Empty {
        /// Where.
        root: String,
        /// The tool.
        framework: &'static str,
    },
    /// The configuration leaves nothing of what is there.
    #[error("`exclude` in the configuration leaves none of the {found} migrations found")]
    AllExcluded {
        /// How many there are.
        found: usize,
    },
}

/// Reads the configured paths, or the current folder.
pub(super) fn load(config: &Config) -> Result<Loaded, Failure> {
    load_unsaved(config, BTreeMap::new())
}

/// Reads as [`load`] does, with other texts for some files.
pub(super) fn load_unsaved(config: &Config, unsaved: BTreeMap<PathBuf, String>) -> Result<Loaded, Failure> {
    let mut sources = Sources::with_unsaved(unsaved);
    let projects = projects(config, &mut sources)?;
    let found = projects.iter().map(|project| project.migrations.len()).sum();
    let excluded: Vec<PathBuf> = config.exclude.iter().map(|path| resolve(path)).collect();
    let (named, folders): (Vec<PathBuf>, Vec<PathBuf>) =
        config.paths.iter().map(|path| resolve(path)).partition(|path| path.is_file());
    let (mut scoped, mut bases) = (Vec::new(), Vec::new());
    for project in projects {
        let file = |index: usize| file(&project, index, &sources);
        let is_named = |index: usize| {
            let migration = &project.migrations[index];
            migration.scripts().any(|script| named.contains(&on_disk(&sources, script.source())))
        };
        let all = 0..project.migrations.len();
        let is_below = |index: usize| folders.iter().any(|path| file(index).starts_with(path));
        // Who names a migration's file asks about that one; its project is read as context.
        let some_named = !named.is_empty() && all.clone().any(is_named) && !all.clone().any(is_below);
        let wanted: BTreeSet<usize> = all
            .filter(|index| !some_named || is_named(*index))
            .filter(|index| !excluded.iter().any(|path| file(*index).starts_with(path)))
            .collect();
        // A project that is excluded as a whole is no part of this run.
        if wanted.is_empty() && !project.migrations.is_empty() {
            continue;
        }
        let mut scope = Scope { checked: wanted, pending: false, base: None };
        if let Some(reference) = &config.base
            && let Some(first) = scope.checked.first()
        {
            let file = file(*first);
            let known = bases.iter().position(|base: &Base| base.holds(&file));
            let base = match known.and_then(|known| bases.get(known)) {
                Some(base) => base,
                None => {
                    bases.push(Base::of(reference, file.parent().unwrap_or(Path::new(".")))?);
                    &bases[bases.len() - 1]
                }
            };
            scope.checked.retain(|index| !base.contains(&self::file(&project, *index, &sources)));
            let folder = resolve(&folder_of(&project));
            scope.base = Some(base.compare(&project, &folder, &config.migrations, &mut sources)?);
            scope.pending = true;
        }
        scoped.push((project, scope));
    }
    if scoped.is_empty() {
        return Err(PathError::AllExcluded { found }.into());
    }
    Ok(Loaded { sources, projects: scoped })
}

/// The file of a migration, without links.
fn file(project: &Project, index: usize, sources: &Sources) -> PathBuf {
    on_disk(sources, project.migrations[index].up.source())
}

/// The projects at all paths, each once however many paths lead to it.
fn projects(config: &Config, sources: &mut Sources) -> Result<Vec<Project>, PathError> {
    let here = [PathBuf::from(".")];
    let paths = if config.paths.is_empty() { &here } else { config.paths.as_slice() };
    let mut projects: Vec<Project> = Vec::new();
    for path in paths {
        if path == Path::new(STDIN.0) {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes).map_err(PathError::Stdin)?;
            projects.push(frontend::load_text(STDIN.1, String::from_utf8_lossy(&bytes), sources));
            continue;
        }
        if !path.exists() {
            return Err(PathError::Missing { path: path.clone(), hint: hint(path) });
        }
        let loaded = frontend::load_with(path, &config.migrations, sources)?;
        let holds = |project: &Project| !project.migrations.is_empty() || !project.problems.is_empty();
        if let Some(project) = loaded.first().filter(|_| !loaded.iter().any(holds)) {
            return Err(PathError::Empty { root: project.root.clone(), framework: project.framework.name });
        }
        for project in loaded {
            if !projects
                .iter()
                .any(|known| known.root == project.root && known.framework == project.framework)
            {
                projects.push(project);
            }
        }
    }
    Ok(projects)
}

/// A word that is no path may be a misspelt command.
fn hint(path: &Path) -> String {
    path.to_str()
        .and_then(|word| nearest(word, COMMANDS.iter().copied()))
        .map(|command| format!("; did you mean the command `{command}`?"))
        .unwrap_or_default()
}

/// The migrations of a project that an override of the configuration speaks of.
pub(super) fn concerned(project: &Project, sources: &Sources, wish: &Override) -> BTreeSet<usize> {
    let paths: Vec<PathBuf> = wish.paths.iter().map(|path| resolve(path)).collect();
    let below = |source: SourceId| {
        let file = resolve(sources.file(source).path());
        paths.iter().any(|path| file.starts_with(path))
    };
    let speaks_of = |migration: &Migration| {
        let mut scripts = std::iter::once(&migration.up).chain(&migration.down);
        (paths.is_empty() || scripts.any(|script| below(script.source())))
            && (wish.migrations.is_empty() || wish.migrations.contains(&migration.id))
    };
    let all = project.migrations.iter().enumerate();
    all.filter(|(_, migration)| speaks_of(migration)).map(|(index, _)| index).collect()
}

/// Where a file is, without links.
fn on_disk(sources: &Sources, source: SourceId) -> PathBuf {
    let file = sources.file(source);
    resolve(file.on_disk().unwrap_or(file.path()))
}

/// The path without links and dots, as far as it exists.
fn resolve(path: &Path) -> PathBuf {
    path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
}
