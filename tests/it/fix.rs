//! `mig-check fix` on the projects of `fixtures/fix/<case>/project`: what it would change is `expected.diff` beside
//! it, what it says is `expected.txt`, and what it leaves runs up, down and up again. `UPDATE=1` rewrites what is
//! expected, for a reader to judge.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use predicates::str::contains;
use tempfile::TempDir;

use super::roundtrip::python;

const FIXTURES: &str = "fixtures/fix";

fn cases() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(FIXTURES).expect("fixtures are there").flatten();
    let mut cases: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    cases.sort();
    cases
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), target).expect("a file")),
        }
    }
}

fn mig_check(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("mig-check").expect("the program");
    command.current_dir(folder).args(arguments).env_remove("GITHUB_ACTIONS");
    command
}

fn output(command: &mut Command, code: i32) -> String {
    let assert = command.assert().code(code);
    String::from_utf8(assert.get_output().stdout.clone()).expect("UTF-8")
}

fn project(case: &Path) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    copy(&case.join("project"), folder.path());
    folder
}

/// Whether nothing has changed.
fn is_as_before(case: &Path, folder: &Path) -> bool {
    let fresh = project(case);
    let mut diff = std::process::Command::new("diff");
    diff.arg("-r").arg(fresh.path()).arg(folder).status().expect("diff runs").success()
}

#[test]
fn each_rewrite_is_as_expected_and_the_diff_changes_nothing() {
    let update = std::env::var_os("UPDATE").is_some();
    assert!(cases().len() >= 5);
    for case in cases() {
        let folder = project(&case);
        let diff = output(&mut mig_check(folder.path(), &["fix", "--diff"]), 1);
        assert!(is_as_before(&case, folder.path()), "--diff changes nothing in {}", case.display());
        let said = output(&mut mig_check(folder.path(), &["fix", "."]), 0);
        for (name, text) in [("expected.diff", diff), ("expected.txt", said)] {
            let expected = case.join(name);
            if update {
                std::fs::write(&expected, &text).expect("a file");
            }
            let expected = std::fs::read_to_string(&expected).unwrap_or_default();
            assert_eq!(text, expected, "{name} of {}", case.display());
        }
    }
}

#[test]
fn what_is_fixed_stays_as_it_is_and_runs() {
    for case in cases() {
        let folder = project(&case);
        output(&mut mig_check(folder.path(), &["fix", "."]), 0);
        mig_check(folder.path(), &["fix", "."])
            .assert()
            .code(0)
            .stdout(contains("Nothing here can be fixed mechanically"));
        output(&mut mig_check(folder.path(), &["fix", "--diff"]), 0);
        let python = python();
        let run = ["roundtrip", ".", "--python", python.to_str().expect("UTF-8")];
        mig_check(folder.path(), &run).assert().code(0);
    }
}

#[test]
fn nothing_is_edited_that_nobody_named() {
    let case = Path::new(FIXTURES).join("goose");
    let folder = project(&case);
    mig_check(folder.path(), &["fix"]).assert().code(2).stderr(contains("which migrations?"));
    assert!(is_as_before(&case, folder.path()));
    output(&mut mig_check(folder.path(), &["fix", "00003_genre.sql"]), 0);
    let read = |name: &str, folder: &Path| std::fs::read_to_string(folder.join(name)).expect("a file");
    let index = "00002_title_index.sql";
    assert_eq!(read(index, folder.path()), read(index, &case.join("project")));
    assert!(read("00003_genre.sql", folder.path()).contains("DROP TYPE genre;"));
}

#[test]
fn an_allowed_hazard_is_left_alone_and_marks_and_rights_are_kept() {
    let folder = project(&Path::new(FIXTURES).join("sqlx"));
    let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    put(
        "migrations/0002_title_index.up.sql",
        "-- mig-check: allow(blocking-index-build) the table is empty\nCREATE INDEX books_title_idx ON books (title);\n",
    );
    put("migrations/0004_pages.down.sql", "\u{feff}");
    let said = output(&mut mig_check(folder.path(), &["fix", "migrations"]), 0);
    assert!(!said.contains("0002_title_index"), "{said}");
    let down = std::fs::read_to_string(folder.path().join("migrations/0004_pages.down.sql")).expect("a file");
    assert_eq!(down, "\u{feff}ALTER TABLE books DROP COLUMN pages;\n");
}
