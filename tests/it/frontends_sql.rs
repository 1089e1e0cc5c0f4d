//! Every layout of SQL files is found and read as its tool would run it: `fixtures/frontends/<layout>/project` against
//! `expected.txt` beside it. `UPDATE=1` rewrites what is expected, for a reader to judge.

use std::path::{Path, PathBuf};

use mig_check::frontend::{self, LoadError};
use mig_check::history::{Body, ProblemKind, Project, Script};
use mig_check::operation::Operation;
use mig_check::source::Sources;

const FIXTURES: &str = "fixtures/frontends";

fn layouts() -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(FIXTURES).expect("fixtures are there").flatten().map(|entry| entry.path());
    let mut layouts: Vec<PathBuf> = entries.filter(|path| path.join("expected.txt").is_file()).collect();
    layouts.sort();
    layouts
}

#[test]
fn every_layout_is_read_as_its_tool_runs_it() {
    let update = std::env::var_os("UPDATE").is_some();
    let layouts = layouts();
    assert!(layouts.len() >= 24, "{layouts:?}");
    for layout in layouts {
        let mut sources = Sources::new();
        let projects = frontend::load(&layout.join("project"), &mut sources).unwrap();
        let read: String = projects.iter().map(|project| told(project, &sources)).collect();
        let expected = layout.join("expected.txt");
        if update {
            std::fs::write(&expected, &read).unwrap();
        }
        assert_eq!(read, std::fs::read_to_string(&expected).unwrap(), "{}", layout.display());
    }
}

/// A project in words.
fn told(project: &Project, sources: &Sources) -> String {
    let mut out = String::new();
    let framework = &project.framework;
    out += &format!(
        "{} ({}), {:?}, opt-out: {}, downgrades: {}\n",
        project.root,
        framework.name,
        framework.transaction,
        framework.no_transaction.unwrap_or("none"),
        framework.downgrades,
    );
    for migration in &project.migrations {
        let parents: Vec<&str> = migration.parents.iter().map(|parent| parent.id.as_str()).collect();
        let file = sources.file(migration.header.source).display_path();
        let file = file.rsplit("/project/").next().unwrap_or_default();
        out += &format!("  {} \"{}\" after {parents:?} in {file}\n", migration.id, migration.message);
        script(&mut out, "up", Some(&migration.up), sources);
        script(&mut out, "down", migration.down.as_ref(), sources);
        for comment in &migration.comments {
            out += &format!("    comment: {}\n", comment.text);
        }
    }
    for problem in &project.problems {
        let file = sources.file(problem.span.source).display_path();
        let file = file.rsplit("/project/").next().unwrap_or_default();
        out += &format!("  {:?}: {file}: {}\n", problem.kind, problem.message);
    }
    for what in &project.left_out {
        out += &format!("  left out: {what}\n");
    }
    for fault in project.graph().faults {
        out += &format!("  {fault:?}\n");
    }
    out
}

fn script(out: &mut String, direction: &str, script: Option<&Script>, sources: &Sources) {
    let Some(script) = script else {
        *out += &format!("    {direction}: none\n");
        return;
    };
    if script.body == Body::Empty {
        *out += &format!("    {direction}: empty\n");
    }
    for statement in &script.statements {
        assert!(!statement.steps.is_empty(), "{statement:?}");
        let written = sources.text(statement.span);
        assert!(
            statement.sql.is_empty() || written == statement.sql.as_str() || written.contains(['$', ':'])
        );
        let transaction = statement.transaction.map_or("-".to_owned(), |number| number.to_string());
        let text = statement.sql.split_whitespace().collect::<Vec<_>>().join(" ");
        let operation = format!("{:?}", statement.steps[0].operation);
        let operation = operation.split([' ', '(']).next().unwrap_or_default();
        *out += &format!("    {direction} [{transaction}] {operation}: {text}\n");
        for step in &statement.steps {
            if let Operation::Opaque { reason } = &*step.operation {
                *out += &format!("      opaque: {reason}\n");
            }
        }
    }
}

/// A folder with some files.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(folder.path())).expect("folders can be made");
        std::fs::write(path, text).expect("files can be written");
    }
    folder
}

#[test]
fn bad_bytes_cost_nothing_but_themselves() {
    let folder = folder(&[
        (
            "migrations/1_a.up.sql",
            b"\xef\xbb\xbfCREATE TABLE a (id int);\r\n-- \xff\xfe\r\nDROP TABLE b;\r\n",
        ),
        ("migrations/2_b.up.sql", b"ALTER TABLE a ADD COLUMN"),
    ]);
    let mut sources = Sources::new();
    let projects = frontend::load(folder.path(), &mut sources).unwrap();
    assert_eq!(projects[0].migrations[0].up.statements.len(), 2);
    let problem = &projects[0].problems[0];
    assert_eq!(problem.kind, ProblemKind::Unreadable);
    assert_eq!(sources.position(problem.span).line.get(), 2);
    assert!(projects[0].migrations[1].up.statements[0].steps[0].operation.is_unknown());
}

#[test]
fn one_file_is_read_with_the_project_that_it_belongs_to() {
    for path in [
        "pairs/project/migrations/001_create_books.up.sql",
        "diesel/project/migrations/2024-01-02-000000_index/up.sql",
    ] {
        let mut sources = Sources::new();
        let projects = frontend::load(&Path::new(FIXTURES).join(path), &mut sources).unwrap();
        assert!(projects[0].migrations.len() > 2, "{path}");
        assert!(sources.iter().any(|(_, file)| file.display_path().ends_with(path)), "{path}");
    }
}

#[test]
fn a_file_of_no_project_stands_alone() {
    let folder = folder(&[("fix.sql", b"BEGIN; SELECT 1; COMMIT; VACUUM t;"), ("other.sql", b"SELECT 2;")]);
    let path = folder.path().join("fix.sql");
    let mut sources = Sources::new();
    let projects = frontend::load(&path, &mut sources).unwrap();
    let transactions: Vec<Option<u32>> =
        projects[0].migrations[0].up.statements.iter().map(|statement| statement.transaction).collect();
    assert_eq!(transactions, [Some(0), Some(0), Some(0), None]);
    assert_eq!(projects[0].migrations.len(), 1);
    // A folder named on purpose is read, file by file.
    assert_eq!(frontend::load(folder.path(), &mut sources).unwrap()[0].migrations.len(), 2);
}

#[test]
fn texts_tell_their_tool_by_their_markers() {
    let mut sources = Sources::new();
    let project =
        frontend::load_text("stdin", "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;\n", &mut sources);
    assert_eq!((project.framework.name, project.root.as_str()), ("goose", "stdin"));
    assert_eq!(project.migrations[0].down.as_ref().unwrap().statements.len(), 1);
    let project = frontend::load_text("stdin", "SELECT 1", &mut sources);
    assert_eq!((project.framework.name, project.migrations.len()), ("SQL", 1));
}

#[test]
fn paths_are_shown_as_they_were_typed() {
    for typed in ["fixtures/frontends/pairs/project", "./fixtures/frontends/pairs/project/"] {
        let mut sources = Sources::new();
        let projects = frontend::load(Path::new(typed), &mut sources).unwrap();
        assert_eq!(projects[0].root, "fixtures/frontends/pairs/project/migrations");
        let first = sources.iter().next().unwrap().1.display_path();
        assert_eq!(first, "fixtures/frontends/pairs/project/migrations/001_create_books.down.sql");
    }
}

#[test]
fn nothing_found_is_an_error() {
    let folder = folder(&[("README.md", b"# No migrations"), ("src/q.rs", b"")]);
    let error = frontend::load(folder.path(), &mut Sources::new());
    assert!(matches!(error, Err(LoadError::NothingFound { .. })));
}

#[test]
fn folders_for_other_databases_are_named_where_nothing_else_is() {
    let folder = folder(&[
        ("db/mysql/migrations/1_a.up.sql", b"CREATE TABLE a (id int)"),
        ("lite/migrations/1_a.up.sql", b"CREATE TABLE a (id integer PRIMARY KEY AUTOINCREMENT)"),
    ]);
    let error = frontend::load(folder.path(), &mut Sources::new()).unwrap_err().to_string();
    assert!(error.contains("no migrations found under"), "{error}");
    assert!(error.contains("db/mysql/migrations and 1 more folders are for other databases"), "{error}");
}

/// What lies among migrations and is not read, as people are told.
fn left_out(folder: &Path) -> Vec<String> {
    let mut sources = Sources::new();
    let projects = frontend::load(folder, &mut sources).expect("there are migrations");
    let said = projects.iter().flat_map(|project| &project.left_out);
    said.map(|said| said.replace(&*folder.to_string_lossy(), "")).collect()
}

#[test]
#[cfg(unix)]
fn what_is_no_file_is_said_and_does_not_hang_the_run() {
    let folder = folder(&[("migrations/1_a.up.sql", b"SELECT 1;"), ("migrations/2_b.sql/readme", b"")]);
    let pipe = folder.path().join("migrations/3_c.up.sql");
    assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
    assert_eq!(
        left_out(folder.path()),
        [
            "/migrations/2_b.sql is not read: it is a folder",
            "/migrations/3_c.up.sql is not read: it is no regular file"
        ]
    );
}

#[test]
#[cfg(unix)]
fn links_to_folders_are_not_followed_and_that_is_said() {
    use std::os::unix::fs::symlink;
    let other = folder(&[("sql/1_a.up.sql", b"SELECT 1;")]);
    let folder = folder(&[("a/migrations/1_a.up.sql", b"SELECT 1;"), ("docs/readme", b"")]);
    let root = folder.path();
    symlink(other.path().join("sql"), root.join("linked")).unwrap();
    symlink(root, root.join("a/circle")).unwrap();
    symlink(root.join("a/migrations"), root.join("inside")).unwrap();
    let said = "/linked is not read: it is a link to a folder, which is not followed; name the folder itself to read it";
    assert_eq!(left_out(root), [said]);
    std::fs::remove_dir_all(root.join("a")).unwrap();
    let error = frontend::load(root, &mut Sources::new()).unwrap_err().to_string();
    assert!(error.replace(&*root.to_string_lossy(), "").ends_with(said), "{error}");
    let mut sources = Sources::new();
    assert_eq!(frontend::load(&root.join("linked"), &mut sources).unwrap()[0].migrations.len(), 1);
}
