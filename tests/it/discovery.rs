//! Alembic projects are found and read in full however they are laid out.

use std::collections::BTreeSet;
use std::path::Path;

use mig_check::frontend::load;
use mig_check::history::Project;
use mig_check::source::Sources;
use tempfile::TempDir;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    folder
}

fn projects(path: &Path) -> Vec<Project> {
    load(path, &mut Sources::new()).expect("projects")
}

/// The revisions of each project, in the order of the projects' roots.
fn revisions(path: &Path) -> Vec<String> {
    let ids = |project: &Project| {
        let ids: BTreeSet<&str> = project.migrations.iter().map(|migration| migration.id.as_str()).collect();
        ids.into_iter().collect::<Vec<_>>().join(" ")
    };
    projects(path).iter().map(ids).collect()
}

const A: &str = "revision = 'aaaa'\ndown_revision = None\ndef upgrade(): pass\n";
const B: &str = "revision = 'bbbb'\ndown_revision = 'aaaa'\ndef upgrade(): pass\n";
const C: &str =
    "revision: str = 'cccc'\ndown_revision: str | None = (\n    'bbbb',\n)\ndef upgrade(): pass\n";

#[test]
fn version_locations_are_split_in_every_form() {
    for (form, locations) in [
        ("", "%(here)s/s/versions %(here)s/more"),
        ("", "%(here)s/s/versions, %(here)s/more"),
        ("version_path_separator = os\n", "%(here)s/s/versions:%(here)s/more"),
        ("version_path_separator = os  # Use os.pathsep.\n", "%(here)s/s/versions:%(here)s/more"),
        ("version_path_separator = space\n", "%(here)s/s/versions  %(here)s/more"),
        ("path_separator = ;\n", "%(here)s/s/versions;%(here)s/more"),
        ("path_separator = :\n", "%(here)s/s/versions:%(here)s/more"),
        ("path_separator = newline\n", "\n  %(here)s/s/versions\n  %(here)s/more"),
    ] {
        let ini = format!("[alembic]\nscript_location = s\n{form}version_locations = {locations}\n");
        let found =
            folder(&[("alembic.ini", &ini), ("s/env.py", ""), ("s/versions/a.py", A), ("more/b.py", B)]);
        assert_eq!(revisions(found.path()), ["aaaa bbbb"], "{ini}");
    }
}

#[test]
fn pyproject_names_folders_with_blanks() {
    let toml = "[tool.alembic]\nscript_location = '%(here)s/my scripts'\nprepend_sys_path = ['.']\n\
                version_locations = ['%(here)s/my scripts/versions', '%(here)s/one more']\n";
    let found = folder(&[
        ("pyproject.toml", toml),
        ("my scripts/env.py", ""),
        ("my scripts/versions/a.py", A),
        ("one more/b.py", B),
    ]);
    assert_eq!(revisions(found.path()), ["aaaa bbbb"]);
}

#[test]
fn folders_below_are_read_when_they_belong_to_the_history() {
    let ini = "[alembic]\nscript_location = s\n";
    let linked = folder(&[
        ("alembic.ini", ini),
        ("s/env.py", ""),
        ("s/versions/a.py", A),
        ("s/versions/one/expand/b.py", B),
        ("s/versions/two/contract/c.py", C),
    ]);
    assert_eq!(revisions(linked.path()), ["aaaa bbbb cccc"], "a program names them to Alembic");
    let below = folder(&[("alembic.ini", ini), ("s/env.py", ""), ("s/versions/2024/a.py", A)]);
    assert_eq!(revisions(below.path()), ["aaaa"]);
    let archive = "revision = 'old1'\ndown_revision = None\ndef upgrade(): pass\n";
    let archived = folder(&[
        ("alembic.ini", ini),
        ("s/env.py", ""),
        ("s/versions/a.py", A),
        ("s/versions/archive/old.py", archive),
    ]);
    assert_eq!(revisions(archived.path()), ["aaaa"], "an archive stands for itself");
    let databases = folder(&[
        ("alembic.ini", ini),
        ("s/env.py", ""),
        ("s/versions/postgresql/a.py", A),
        ("s/versions/sqlite/a.py", A),
    ]);
    assert_eq!(revisions(databases.path()), ["aaaa"], "what another database runs is left out");
    let asked = format!("{ini}recursive_version_locations = True\n");
    let asked = folder(&[
        ("alembic.ini", &asked),
        ("s/env.py", ""),
        ("s/versions/a.py", A),
        ("s/versions/more/old.py", archive),
    ]);
    assert_eq!(revisions(asked.path()), ["aaaa old1"]);
}

#[test]
fn several_sections_are_several_projects_unless_they_share_their_revisions() {
    let ini = "[DEFAULT]\nbase = %(here)s\n[one]\nscript_location = %(base)s/one\n[two]\nscript_location = %(base)s/two\n\
               [two_again]\nscript_location = %(base)s/two\n[loggers]\nkeys = root\n";
    let found = folder(&[
        ("alembic.ini", ini),
        ("one/env.py", ""),
        ("one/versions/a.py", A),
        ("two/env.py", ""),
        ("two/versions/a.py", A),
        ("two/versions/b.py", B),
    ]);
    assert_eq!(revisions(found.path()), ["aaaa", "aaaa bbbb"]);
}

#[test]
fn a_package_may_hold_the_scripts() {
    for (location, path) in
        [("app.db:migrations", "app/db/migrations"), ("app:db/migrations", "src/app/db/migrations")]
    {
        let ini = format!("[alembic]\nscript_location = {location}\n");
        let (env, a) = (format!("{path}/env.py"), format!("{path}/versions/a.py"));
        let found = folder(&[("alembic.ini", &ini), (&env, ""), (&a, A)]);
        assert_eq!(revisions(found.path()), ["aaaa"], "{location}");
    }
}

#[test]
fn a_folder_of_revisions_needs_nothing_beside_it() {
    let found =
        folder(&[("plugin/revisions/a.py", A), ("plugin/revisions/b.py", B), ("plugin/tool.py", "x = 1\n")]);
    assert_eq!(revisions(&found.path().join("plugin/revisions")), ["aaaa bbbb"]);
    assert!(load(&found.path().join("plugin/nothing"), &mut Sources::new()).is_err());
    let deep = folder(&[
        ("a/b/c/d/e/f/g/h/i/j/alembic.ini", "[alembic]\nscript_location = s\n"),
        ("a/b/c/d/e/f/g/h/i/j/s/env.py", ""),
        ("a/b/c/d/e/f/g/h/i/j/s/versions/a.py", A),
    ]);
    assert_eq!(revisions(deep.path()), ["aaaa"], "however deep");
}
