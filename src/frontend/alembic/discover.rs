//! Finds Alembic projects on disk: by their configuration, as Flask-Migrate lays them out, or by `env.py` and
//! `versions` alone. Refuses to read revisions.

mod links;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::super::DEEPEST;
use super::super::sql_files::names_other_database;
use super::config::{Sections, ini, interpolated, pyproject};

/// A project before it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Working directory that the project expects.
    pub directory: PathBuf,
    /// Its configuration file; where there is none, the folder of the scripts.
    pub config: PathBuf,
    /// The section of that file.
    pub section: String,
    /// The folder with `env.py`.
    pub scripts: PathBuf,
    /// Its revision files, in the order of their paths.
    pub files: Vec<PathBuf>,
    /// Folders that imports are looked for in.
    pub roots: Vec<PathBuf>,
    /// The keys of the section, which `env.py` may ask for.
    pub options: BTreeMap<String, String>,
}

/// Folders that hold other people's code or nothing to read.
const SKIPPED: &[&str] =
    &["node_modules", "site-packages", "__pycache__", "target", "dist", "build", "venv", "env", "testdata"];

/// All projects at or below a path: a folder, a configuration file, or a file inside a project.
pub(crate) fn find(path: &Path) -> Vec<Found> {
    let Ok(path) = path.canonicalize() else { return Vec::new() };
    let mut found = Vec::new();
    if path.is_file() {
        if is_config(&path) {
            configured(&path, &mut found);
        } else {
            // A file or folder inside a project: the nearest folder above that has one.
            found = path
                .ancestors()
                .skip(1)
                .take(4)
                .map(at_or_below)
                .find(|found| found.iter().any(|project| project.files.contains(&path)))
                .unwrap_or_default();
            found.retain(|project| project.files.contains(&path));
        }
        return found;
    }
    found = at_or_below(&path);
    if found.is_empty() && (path.join("env.py").is_file() || path.ends_with("versions")) {
        let scripts = if path.ends_with("versions") { path.parent().unwrap_or(&path) } else { &path };
        found = scripts.parent().map(at_or_below).unwrap_or_default();
        found.retain(|project| project.scripts == scripts);
    }
    if found.is_empty() {
        found.extend(loose(&path));
    }
    found
}

fn at_or_below(path: &Path) -> Vec<Found> {
    let mut configs = Vec::new();
    let mut bare = Vec::new();
    walk(path, 0, &mut configs, &mut bare);
    let mut found = Vec::new();
    for config in configs {
        configured(&config, &mut found);
    }
    for scripts in bare {
        if !found.iter().any(|project| project.scripts == scripts) {
            let directory = scripts.parent().unwrap_or(&scripts).to_owned();
            found.extend(project(&scripts, &scripts, "alembic", &directory, &Vec::new()));
        }
    }
    found.sort_by(|a, b| (&a.scripts, &a.section).cmp(&(&b.scripts, &b.section)));
    // Several sections or files over the same revisions are one history; `alembic.ini` speaks for it.
    let mut seen = BTreeSet::new();
    found.sort_by_key(|project| project.section != "alembic");
    found.retain(|project| seen.insert(project.files.clone()));
    found.sort_by(|a, b| (&a.scripts, &a.section).cmp(&(&b.scripts, &b.section)));
    found
}

/// A folder of revisions that nothing else says is one, as where a program sets its version locations by itself.
fn loose(folder: &Path) -> Option<Found> {
    let mut files = Vec::new();
    revisions(folder, false, &mut files);
    files.retain(|file| links::read(file).is_some());
    let directory = folder.parent().unwrap_or(folder).to_owned();
    (!files.is_empty()).then(|| Found {
        roots: vec![directory.clone(), folder.to_owned()],
        directory,
        config: folder.to_owned(),
        section: "alembic".to_owned(),
        scripts: folder.to_owned(),
        files,
        options: BTreeMap::new(),
    })
}

fn walk(directory: &Path, depth: usize, configs: &mut Vec<PathBuf>, bare: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(directory) else { return };
    // A folder is told from a file without asking for either: there may be very many.
    let listed = entries.flatten().filter_map(|entry| Some((entry.file_name(), entry.file_type().ok()?)));
    let mut entries: Vec<_> = listed.collect();
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    for (name, kind) in &entries {
        let (entry, name) = (directory.join(name), name.to_string_lossy());
        if kind.is_dir() {
            let skipped = name.starts_with('.') || SKIPPED.contains(&&*name);
            let environment = entry.join("pyvenv.cfg").is_file();
            if depth < DEEPEST && !skipped && !environment {
                walk(&entry, depth + 1, configs, bare);
            }
        } else if is_config(&entry) {
            configs.push(entry);
        } else if name == "env.py" && directory.join("versions").is_dir() {
            bare.push(directory.to_owned());
        }
    }
}

fn is_config(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "ini") || path.ends_with("pyproject.toml")
}

/// The projects that a configuration file describes, one a section.
fn configured(config: &Path, found: &mut Vec<Found>) {
    let Ok(bytes) = std::fs::read(config) else { return };
    let text = String::from_utf8_lossy(&bytes);
    let Some(here) = config.parent() else { return };
    let toml = config.ends_with("pyproject.toml");
    let sections =
        if toml { pyproject(&text).unwrap_or_default() } else { ini(text.trim_start_matches('\u{feff}')) };
    for (section, _) in &sections {
        if let Some(location) = interpolated(&sections, section, "script_location", here) {
            if section != "DEFAULT"
                && let Some((scripts, directory)) = script_folder(&location, here)
            {
                found.extend(project(&scripts, config, section, &directory, &sections));
            }
        } else if section == "alembic" && !toml && here.join("env.py").is_file() {
            // Flask-Migrate: the configuration lies beside env.py, the application one folder up.
            let directory = here.parent().unwrap_or(here);
            found.extend(project(here, config, section, directory, &sections));
        }
    }
}

/// The folder that `script_location` names, and the working directory that makes it so.
fn script_folder(location: &str, here: &Path) -> Option<(PathBuf, PathBuf)> {
    let location = location.trim();
    let relative = match location.split_once(':') {
        // `package:folder`
        Some((package, folder)) if !location.contains('/') || !package.contains('/') => {
            package.split('.').collect::<PathBuf>().join(folder)
        }
        _ => PathBuf::from(location),
    };
    for base in here.ancestors().take(4) {
        for folder in [base.join(&relative), base.join("src").join(&relative)] {
            if let Ok(scripts) = folder.canonicalize()
                && scripts.is_dir()
            {
                return Some((scripts, base.to_owned()));
            }
        }
    }
    None
}

fn project(
    scripts: &Path,
    config: &Path,
    section: &str,
    directory: &Path,
    sections: &Sections,
) -> Option<Found> {
    let here = config.parent().unwrap_or(scripts);
    let value = |key: &str| interpolated(sections, section, key, here);
    let separator = value("path_separator").or_else(|| value("version_path_separator"));
    let locations = match value("version_locations").filter(|value| !value.trim().is_empty()) {
        Some(locations) => split(&locations, separator.as_deref())
            .into_iter()
            .filter_map(|location| script_folder(&location, directory).map(|(folder, _)| folder))
            .collect(),
        None => vec![scripts.join("versions")],
    };
    let recursive =
        value("recursive_version_locations").is_some_and(|value| value.trim().eq_ignore_ascii_case("true"));
    let mut files = Vec::new();
    for location in &locations {
        revisions(location, recursive, &mut files);
        if !recursive {
            let mut below = Vec::new();
            revisions(location, true, &mut below);
            let known: BTreeSet<&PathBuf> = files.iter().collect();
            below.retain(|file| !known.contains(file));
            // Some programs name the folders below to Alembic by themselves; an archive is not linked to the rest.
            if links::any(&files, &below) {
                files.append(&mut below);
            }
        }
    }
    if files.is_empty() && !scripts.join("env.py").is_file() {
        return None;
    }
    let mut seen = BTreeSet::new();
    files.retain(|file| seen.insert(file.clone()));
    let mut roots: Vec<PathBuf> = Vec::new();
    let prepended = value("prepend_sys_path").unwrap_or_default();
    let prepended = split(&prepended.replace(':', " "), separator.as_deref());
    let prepended = prepended.iter().map(|path| directory.join(path));
    let above = scripts.ancestors().skip(1).take_while(|folder| folder.parent().is_some());
    for root in prepended
        .chain([directory.to_owned(), directory.join("src")])
        .chain(above.take(5).map(Path::to_owned))
    {
        if root.is_dir() && !roots.contains(&root) {
            roots.push(root);
        }
    }
    roots.push(scripts.to_owned());
    let keys = sections.iter().filter(|(name, _)| name == section).flat_map(|(_, values)| values.keys());
    let options = keys.filter_map(|key| Some((key.clone(), value(key)?))).collect();
    Some(Found {
        directory: directory.to_owned(),
        config: config.to_owned(),
        section: section.to_owned(),
        scripts: scripts.to_owned(),
        files,
        roots,
        options,
    })
}

fn split(locations: &str, separator: Option<&str>) -> Vec<String> {
    // Older templates of Alembic have a comment behind the word.
    let separators: &[char] = match separator.and_then(|separator| separator.split_whitespace().next()) {
        Some("space") => &[' ', '\n'],
        Some("newline") => &['\n'],
        Some(";") => &[';'],
        Some("os" | ":") => &[':', '\n'],
        _ => &[' ', ',', '\n'],
    };
    locations
        .split(separators)
        .map(str::trim)
        .filter(|location| !location.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Files that Alembic takes for revisions, those of a folder before those below it.
fn revisions(folder: &Path, recursive: bool, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut entries: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.sort();
    let (folders, plain): (Vec<PathBuf>, Vec<PathBuf>) =
        entries.into_iter().partition(|entry| entry.is_dir());
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    files.extend(plain.into_iter().filter(|file| {
        let name = name(file);
        name.ends_with(".py") && !name.starts_with("__init__") && !name.starts_with(".#")
    }));
    // Links to folders are not followed: they may lead in a circle.
    let by_database = folders.iter().any(|folder| name(folder).to_ascii_lowercase().contains("postgres"));
    for folder in folders.iter().filter(|folder| recursive && !folder.is_symlink()) {
        let other = by_database && names_other_database(&name(folder));
        if name(folder) != "__pycache__" && !other {
            revisions(folder, true, files);
        }
    }
}
