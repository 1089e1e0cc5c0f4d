//! What is compared with the base of a pull request: repositories are made, branches are cut, and both sides go on.

use std::path::Path;
use std::process::Command as Process;

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::contains;
use tempfile::TempDir;

/// A repository with some files on `main`, on a branch `topic`.
pub struct Repository {
    folder: TempDir,
}

impl Repository {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let repository = Self { folder };
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        files.iter().for_each(|(path, text)| repository.put(path, text));
        repository.commit();
        repository.git(&["checkout", "--quiet", "-b", "topic"]);
        repository
    }

    /// Somebody else's work, merged into `main` meanwhile.
    fn meanwhile(&self, files: &[(&str, &str)]) {
        self.git(&["stash", "--quiet", "--include-untracked"]);
        self.git(&["checkout", "--quiet", "main"]);
        files.iter().for_each(|(path, text)| self.put(path, text));
        self.commit();
        self.git(&["checkout", "--quiet", "topic"]);
        self.git(&["stash", "pop", "--quiet"]);
    }

    pub fn put(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    pub fn remove(&self, path: &str) {
        std::fs::remove_file(self.folder.path().join(path)).expect("a file");
    }

    pub fn commit(&self) {
        self.git(&["add", "."]);
        self.git(&["commit", "--quiet", "-m", "a step"]);
    }

    pub fn git(&self, arguments: &[&str]) {
        let settings = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"];
        let done =
            Process::new("git").current_dir(self.folder.path()).args(settings).args(arguments).output();
        let done = done.expect("git runs");
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    }

    fn lint(&self) -> String {
        self.lint_in(self.folder.path(), &[])
    }

    fn lint_in(&self, folder: &Path, arguments: &[&str]) -> String {
        let mut command = Command::cargo_bin("mig-check").expect("the program");
        command.current_dir(folder).args(["lint", "--base", "main"]).args(arguments);
        let output = command.env_remove("GITHUB_ACTIONS").output().expect("it runs");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// The rules that find something.
    pub fn rules(&self) -> Vec<String> {
        let text = self.lint();
        let ids = text
            .lines()
            .filter_map(|line| line.split_once('[')?.1.split_once("]:").map(|(id, _)| id.to_owned()));
        ids.collect()
    }
}

fn pairs() -> Repository {
    Repository::new(&[
        ("migrations/0001_a.up.sql", "CREATE TABLE a (id bigint PRIMARY KEY);\n"),
        ("migrations/0001_a.down.sql", "DROP TABLE a;\n"),
        (
            "migrations/0003_c.up.sql",
            "CREATE TABLE c (id bigint PRIMARY KEY);\nCREATE TABLE d (id bigint PRIMARY KEY);\n",
        ),
        ("migrations/0003_c.down.sql", "DROP TABLE d;\nDROP TABLE c;\n"),
    ])
}

fn revision(id: &str, parent: &str, table: &str) -> String {
    let parent = if parent.is_empty() { "None".to_owned() } else { format!("'{parent}'") };
    format!(
        "'''Make {table}.'''\nfrom alembic import op\nimport sqlalchemy as sa\nfrom helpers import key\nrevision = '{id}'\n\
         down_revision = {parent}\n\n\ndef upgrade():\n    op.create_table('{table}', key())\n\n\ndef downgrade():\n    \
         op.drop_table('{table}')\n"
    )
}

/// `r1 - r2`, with a helper and the configuration outside of the scripts.
fn alembic() -> Repository {
    Repository::new(&[
        ("backend/alembic.ini", "[alembic]\nscript_location = db/scripts\nprepend_sys_path = .\n"),
        (
            "backend/helpers.py",
            "import sqlalchemy as sa\n\n\ndef key():\n    return sa.Column('id', sa.BigInteger(), primary_key=True)\n",
        ),
        ("backend/db/scripts/env.py", ""),
        ("backend/db/scripts/versions/r1.py", &revision("r1", "", "a")),
        ("backend/db/scripts/versions/r2.py", &revision("r2", "r1", "b")),
    ])
}

#[test]
fn an_edit_is_told_by_what_the_migration_does() {
    let repository = pairs();
    repository.put(
        "migrations/0003_c.up.sql",
        "-- a word\nCREATE TABLE c (\n    id bigint PRIMARY KEY -- the key\n);\n\nCREATE TABLE d (id bigint PRIMARY KEY);",
    );
    repository.put("migrations/0003_c.down.sql", "DROP TABLE IF EXISTS d;\nDROP TABLE c;\n");
    assert_eq!(repository.rules(), Vec::<String>::new(), "comments, white space and downgrades");
    repository.put(
        "migrations/0003_c.up.sql",
        "CREATE TABLE c (id bigint PRIMARY KEY);\nCREATE TABLE d (id uuid PRIMARY KEY);\n",
    );
    let text = repository.lint();
    assert!(
        contains(
            "error[edited-migration]: Migration 0003 is not what main has\n --> migrations/0003_c.up.sql:2:1"
        )
        .and(contains("On main it is: CREATE TABLE d (id bigint PRIMARY KEY)"))
        .eval(&text),
        "{text}"
    );
    repository.put("migrations/0003_c.up.sql", "CREATE TABLE c (id bigint PRIMARY KEY);\n");
    let text = repository.lint();
    assert!(text.contains("Gone is: CREATE TABLE d (id bigint PRIMARY KEY)"), "{text}");
    repository.put(
        "migrations/0003_c.up.sql",
        "-- mig-check: allow(edited-migration) never deployed\nCREATE TABLE c (id bigint PRIMARY KEY);\n",
    );
    assert_eq!(repository.rules(), Vec::<String>::new(), "it can be allowed");
}

#[test]
fn an_edit_of_python_is_told_by_the_sql_that_it_sends() {
    let repository = alembic();
    let path = "backend/db/scripts/versions/r2.py";
    let same = revision("r2", "r1", "b")
        .replace("'b'", "TABLE")
        .replace("def upgrade", "TABLE = 'b'  # a name\n\n\ndef upgrade");
    repository.put(path, &same);
    assert_eq!(repository.rules(), Vec::<String>::new(), "another way to say the same");
    repository.put(path, &revision("r2", "r1", "bb"));
    let text = repository.lint();
    assert!(text.contains("edited-migration") && text.contains("On main it is: CREATE TABLE b ("), "{text}");
    repository.put(path, &revision("r2", "", "b"));
    let text = repository.lint();
    assert!(text.contains("On main it follows r1"), "{text}");
    repository.git(&["checkout", "--quiet", "--", "."]);
    repository.git(&["mv", path, "backend/db/scripts/versions/other_name.py"]);
    assert_eq!(repository.rules(), Vec::<String>::new(), "a revision is its id, not its file");
}

#[test]
fn a_second_file_of_a_version_is_no_edit_of_the_first() {
    let repository = pairs();
    repository.put("migrations/0001_other.up.sql", "CREATE TABLE o (id bigint PRIMARY KEY);\n");
    repository.put("migrations/0001_other.down.sql", "DROP TABLE o;\n");
    let rules = repository.rules();
    assert!(rules.contains(&"duplicate-revision".to_owned()), "{rules:?}");
    assert!(!rules.contains(&"edited-migration".to_owned()), "{rules:?}");
}

#[test]
fn what_is_gone_is_shown_where_it_was() {
    let repository = pairs();
    repository.remove("migrations/0003_c.up.sql");
    repository.remove("migrations/0003_c.down.sql");
    let text = repository.lint();
    assert!(
        contains(
            "error[deleted-migration]: Migration 0003 of main is gone\n --> migrations/0003_c.up.sql:1:1"
        )
        .eval(&text),
        "{text}"
    );
    repository.put(
        "migrations/0004_c.up.sql",
        "CREATE TABLE c (id bigint PRIMARY KEY);\nCREATE TABLE d (id bigint PRIMARY KEY);\n",
    );
    repository.put("migrations/0004_c.down.sql", "DROP TABLE d;\nDROP TABLE c;\n");
    let text = repository.lint();
    assert!(
        text.contains("0004 does the same as 0003: a database that has run 0003 will run it again"),
        "{text}"
    );
}

#[test]
fn a_version_before_the_newest_of_the_base_comes_too_late() {
    let repository = pairs();
    repository.put("migrations/0002_b.up.sql", "CREATE TABLE b (id bigint PRIMARY KEY);\n");
    repository.put("migrations/0002_b.down.sql", "DROP TABLE b;\n");
    let text = repository.lint();
    assert!(
        text.contains("error[late-migration]: New migration 0002 runs before 0003, which main has already"),
        "{text}"
    );
    repository.git(&["checkout", "--quiet", "topic"]);
    repository.remove("migrations/0002_b.up.sql");
    repository.remove("migrations/0002_b.down.sql");
    repository.put("migrations/0004_e.up.sql", "CREATE TABLE e (id bigint PRIMARY KEY);\n");
    repository.put("migrations/0004_e.down.sql", "DROP TABLE e;\n");
    assert_eq!(repository.rules(), Vec::<String>::new());
    repository.meanwhile(&[
        ("migrations/0005_f.up.sql", "CREATE TABLE f (id bigint PRIMARY KEY);\n"),
        ("migrations/0005_f.down.sql", "DROP TABLE f;\n"),
    ]);
    let text = repository.lint();
    assert!(
        text.contains("New migration 0004 runs before 0005, which main has already"),
        "the tip counts: {text}"
    );
}

#[test]
fn a_version_that_was_taken_meanwhile_is_said() {
    let repository = pairs();
    repository.put("migrations/0004_e.up.sql", "CREATE TABLE e (id bigint PRIMARY KEY);\n");
    repository.put("migrations/0004_e.down.sql", "DROP TABLE e;\n");
    repository.meanwhile(&[
        ("migrations/0004_f.up.sql", "CREATE TABLE f (id bigint PRIMARY KEY);\n"),
        ("migrations/0004_f.down.sql", "DROP TABLE f;\n"),
    ]);
    let text = repository.lint();
    assert!(text.contains("error[version-taken-on-base]: main has another migration 0004: f"), "{text}");
}

#[test]
fn a_revision_beside_the_new_head_of_the_base_makes_two_heads() {
    let repository = alembic();
    repository.put("backend/db/scripts/versions/r3.py", &revision("r3", "r2", "c"));
    assert_eq!(repository.rules(), Vec::<String>::new(), "alone it is the head");
    repository.meanwhile(&[("backend/db/scripts/versions/r9.py", &revision("r9", "r2", "z"))]);
    let text = repository.lint();
    assert!(
        contains(
            "error[second-head-after-merge]: Once merged with main the history has two heads: r3 and r9"
        )
        .and(contains("Both come after r2"))
        .and(contains("down_revision = \"r9\""))
        .eval(&text),
        "{text}"
    );
    assert!(
        repository
            .lint_in(&repository.folder.path().join("backend"), &[])
            .contains("second-head-after-merge")
    );
    let elsewhere = TempDir::new().expect("a temporary folder");
    let path = repository.folder.path().to_str().expect("UTF-8");
    assert!(
        repository.lint_in(elsewhere.path(), &[path]).contains("second-head-after-merge"),
        "from anywhere"
    );
    repository.put("backend/db/scripts/versions/r9.py", &revision("r9", "r2", "z"));
    repository.put("backend/db/scripts/versions/r3.py", &revision("r3", "r9", "c"));
    repository.commit();
    repository.git(&["merge", "--quiet", "-m", "up to date", "main"]);
    assert_eq!(repository.rules(), Vec::<String>::new(), "brought up to date");
}
