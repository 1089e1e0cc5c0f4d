//! Finds the migrations on disk and reads them into [`Project`]s, whatever the tool. Refuses to know what is dangerous.

mod alembic;

use std::path::{Path, PathBuf};

use crate::history::Project;
use crate::source::Sources;

/// Why no project could be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Nothing at the path looks like migrations.
    #[error("no migrations found under {}", path.display())]
    NothingFound {
        /// Where we looked.
        path: PathBuf,
    },
}

/// Reads all projects at or below a path (a folder, a configuration file, or one migration file).
///
/// # Errors
/// When there is nothing to read at all. What is wrong inside the files is in [`Project::problems`].
pub fn load(path: &Path, sources: &mut Sources) -> Result<Vec<Project>, LoadError> {
    let projects: Vec<Project> =
        alembic::find(path).iter().map(|found| alembic::load(found, sources)).collect();
    if projects.is_empty() {
        return Err(LoadError::NothingFound { path: path.to_owned() });
    }
    Ok(projects)
}
