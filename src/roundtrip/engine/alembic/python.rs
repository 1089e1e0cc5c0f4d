//! Finds the Python that a project runs with.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Names of virtual environments beside or above a project.
const ENVIRONMENTS: &[&str] = &[".venv", "venv", "env"];

/// Tools that keep a project's environment in a place of their own: the file that shows that a project uses one, and
/// the command that prints its interpreter.
const TOOLS: &[(&str, &[&str])] =
    &[("poetry.lock", &["poetry", "env", "info", "--executable"]), ("Pipfile", &["pipenv", "--py"])];

/// The interpreter: the chosen one, the active environment's, one beside or above the project, that of the project's
/// tool, conda's, the system's.
pub(super) fn find(chosen: Option<&Path>, directory: &Path) -> PathBuf {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    match chosen {
        // A bare name is looked up in PATH; a path is meant from here, and the process starts elsewhere.
        Some(chosen) if chosen.components().count() > 1 => return absolute(chosen),
        Some(chosen) => return chosen.to_owned(),
        None => {}
    }
    let named = |variable| std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    let interpreter = |environment: PathBuf| {
        Some(absolute(&environment.join("bin/python"))).filter(|python| python.exists())
    };
    let directory = absolute(directory);
    let mut beside =
        directory.ancestors().flat_map(|above| ENVIRONMENTS.iter().map(move |name| above.join(name)));
    named("VIRTUAL_ENV")
        .and_then(interpreter)
        .or_else(|| named("UV_PROJECT_ENVIRONMENT").and_then(interpreter))
        .or_else(|| beside.find_map(interpreter))
        .or_else(|| TOOLS.iter().find_map(|(file, command)| of_tool(file, command, &directory)))
        .or_else(|| named("CONDA_PREFIX").and_then(interpreter))
        .unwrap_or_else(|| PathBuf::from("python3"))
}

/// What a tool says, if the project uses it and it has an environment for it.
fn of_tool(file: &str, command: &[&str], directory: &Path) -> Option<PathBuf> {
    let project = directory.ancestors().find(|above| above.join(file).is_file())?;
    let (program, arguments) = command.split_first()?;
    let output =
        Command::new(program).args(arguments).current_dir(project).stdin(Stdio::null()).output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(said.trim())).filter(|python| python.is_absolute() && python.exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_asked_in_the_folder_of_its_file_and_believed_only_if_the_interpreter_is_there() {
        let project = tempfile::tempdir().expect("a folder");
        let below = project.path().join("app/migrations");
        std::fs::create_dir_all(&below).expect("folders");
        // Stands in for the tool: it prints where it was asked.
        let here = ["sh", "-c", "echo $PWD/python"];
        assert_eq!(of_tool("Pipfile", &here, &below), None, "nothing says that the project uses it");
        std::fs::write(project.path().join("Pipfile"), "").expect("a file");
        assert_eq!(of_tool("Pipfile", &here, &below), None, "there is no such interpreter");
        let python = project.path().canonicalize().expect("a folder").join("python");
        std::fs::write(&python, "").expect("a file");
        assert_eq!(of_tool("Pipfile", &here, &below), Some(python));
        assert_eq!(of_tool("Pipfile", &["no-such-tool"], &below), None);
    }
}
