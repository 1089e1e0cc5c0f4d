//! Finds the migrations on disk and reads them into [`Project`]s, whatever the tool. Refuses to know what is dangerous.

mod alembic;
mod layouts;
mod settings;
mod sql_files;
mod tree;

pub use alembic::alembic_script;
pub use settings::Settings;

use std::path::{Path, PathBuf};

use crate::history::Project;
use crate::source::Sources;
use tree::Tree;

/// Why no project could be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Nothing at the path looks like migrations for PostgreSQL.
    #[error("no migrations found under {}{}{}", path.display(), for_others(foreign), not_read(unread))]
    NothingFound {
        /// Where we looked.
        path: PathBuf,
        /// Folders of migrations for other databases that are there.
        foreign: Vec<String>,
        /// What is there, might hold migrations, and is not read, in a sentence each.
        unread: Vec<String>,
    },
}

fn for_others(foreign: &[String]) -> String {
    match foreign {
        [] => String::new(),
        [only] => format!(": those in {only} are for another database"),
        [first, rest @ ..] => {
            format!(": those in {first} and {} more folders are for other databases", rest.len())
        }
    }
}

fn not_read(unread: &[String]) -> String {
    unread.iter().map(|sentence| format!("\n{sentence}")).collect()
}

/// Deeper folders are not searched for migrations.
const DEEPEST: usize = 16;

/// Reads all projects at or below a path (a folder, a configuration file, or one migration file, which is read with
/// the project that it belongs to). Paths are shown as they are reached from this one.
///
/// # Errors
/// When there is nothing to read at all. What is wrong inside the files is in [`Project::problems`].
pub fn load(path: &Path, sources: &mut Sources) -> Result<Vec<Project>, LoadError> {
    load_with(path, &Settings::default(), sources)
}

/// [`load`], with what the user says of the migrations.
///
/// # Errors
/// As [`load`].
pub fn load_with(path: &Path, settings: &Settings, sources: &mut Sources) -> Result<Vec<Project>, LoadError> {
    let (alembic, below) = rayon::join(
        || if is_sql(path) { Vec::new() } else { alembic::find(path) },
        || {
            path.is_dir().then(|| {
                let tree = Tree::read(path, DEEPEST);
                let search = sql_files::find(&tree);
                (tree, search)
            })
        },
    );
    let mut projects: Vec<Project> =
        alembic.iter().map(|found| alembic::load(found, settings, sources)).collect();
    let scripts: Vec<PathBuf> = alembic.into_iter().map(|found| found.scripts).collect();
    let (mut foreign, mut unread) = (Vec::new(), Vec::new());
    if let Some((tree, search)) = below {
        projects.extend(sql_below(&tree, search.found, &scripts, sources));
        // A folder that is named on purpose is read whatever its files are called.
        if projects.is_empty() && search.foreign.is_empty() && scripts.is_empty() && path != Path::new(".") {
            let is_own = |file: &String| is_sql(Path::new(file)) && !file.contains('/');
            let own = tree.files_below("").into_iter().filter(is_own).collect();
            let loose = sql_files::loose(own);
            projects.extend(sql_files::load(loose.as_slice(), &tree, sources));
        }
        (foreign, unread) = (search.foreign, search.unread);
    } else {
        projects.extend(sql_at(path, sources));
    }
    projects.sort_by(|a, b| a.root.cmp(&b.root));
    if projects.is_empty() {
        return Err(LoadError::NothingFound { path: path.to_owned(), foreign, unread });
    }
    Ok(projects)
}

/// Whether the name of a file that is no migration is one by which a migration tool is told: `config.yaml`, `.gmrc`.
pub fn tells_a_tool(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(layouts::is_sign)
}

/// Reads a text that is no file's, such as standard input, as one migration.
pub fn load_text(name: impl Into<PathBuf>, text: impl Into<String>, sources: &mut Sources) -> Project {
    sql_files::from_text(name.into(), text.into(), sources)
}

/// Projects of SQL files in a folder. Files below Alembic's scripts are read by those, if by anyone.
fn sql_below(
    tree: &Tree,
    mut found: Vec<sql_files::Found>,
    scripts: &[PathBuf],
    sources: &mut Sources,
) -> Vec<Project> {
    found.retain(|found| {
        let folder = tree.on_disk(found.folder());
        let folder = folder.canonicalize().unwrap_or(folder);
        !scripts.iter().any(|scripts| folder.starts_with(scripts))
    });
    sql_files::load(&found, tree, sources)
}

/// The project that a file belongs to: its folder's, or that of the folder above; else it stands alone.
fn sql_at(path: &Path, sources: &mut Sources) -> Vec<Project> {
    let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else {
        return Vec::new();
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !is_sql(path) {
        return Vec::new();
    }
    let above = folder.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let in_above = folder.file_name().map(|folder| format!("{}/{name}", folder.to_string_lossy()));
    let places = [Some((folder, name.clone())), in_above.map(|path| (above, path))];
    for (root, file) in places.into_iter().flatten() {
        let tree = Tree::read(root, 1);
        if let Some(found) = sql_files::find(&tree).found.iter().find(|found| found.holds(&file)) {
            return sql_files::load(std::slice::from_ref(found), &tree, sources);
        }
    }
    let tree = Tree::read(folder, 0);
    sql_files::load(sql_files::loose(vec![name]).as_slice(), &tree, sources)
}

fn is_sql(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql"))
}
