//! Finds the Python that a project runs with.

use std::path::{Path, PathBuf};

/// Names of virtual environments beside or above a project.
const ENVIRONMENTS: &[&str] = &[".venv", "venv", "env"];

/// The interpreter: the chosen one, the active environment's, one beside or above the project, the system's.
pub(super) fn find(chosen: Option<&Path>, directory: &Path) -> PathBuf {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    match chosen {
        // A bare name is looked up in PATH; a path is meant from here, and the process starts elsewhere.
        Some(chosen) if chosen.components().count() > 1 => return absolute(chosen),
        Some(chosen) => return chosen.to_owned(),
        None => {}
    }
    let active = std::env::var_os("VIRTUAL_ENV").map(PathBuf::from);
    let beside =
        directory.ancestors().flat_map(|above| ENVIRONMENTS.iter().map(move |name| above.join(name)));
    active
        .into_iter()
        .chain(beside)
        .map(|environment| absolute(&environment.join("bin/python")))
        .find(|python| python.exists())
        .unwrap_or_else(|| PathBuf::from("python3"))
}
