//! What is said of SQL, held to PostgreSQL's own grammar by the referee in `tests/referee`.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs the referee over files below the root; gives what it prints, and whether all agreed.
fn referee(paths: &[&str]) -> (String, bool) {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(root.join(".venv/bin/python"))
        .arg("tests/referee/postgres_grammar.py")
        .args(paths)
        .env("SQL_OPERATIONS", example())
        .current_dir(&root)
        .output()
        .expect("run tests/prepare.sh: there is no Python at .venv");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let failed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!failed.contains("ModuleNotFoundError"), "run tests/prepare.sh: {failed}");
    assert!(failed.is_empty(), "{failed}");
    (said, output.status.success())
}

/// The program that the referee asks: it lies beside the tests.
fn example() -> PathBuf {
    let tests = std::env::current_exe().expect("a path");
    let example = tests.ancestors().nth(2).expect("a folder").join("examples/sql_operations");
    assert!(example.is_file(), "run cargo build --example sql_operations");
    example
}

#[test]
fn statements_of_every_kind_are_read_as_postgresql_reads_them() {
    let (said, agreed) = referee(&["--every-kind", "fixtures/sql", "migrations/sql", "fixtures/frontends"]);
    assert!(agreed, "{said}");
    let statements = ["alter_table", "statements"].map(|name| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/sql/{name}.sql"));
        std::fs::read_to_string(path).expect("read").matches(";\n").count()
    });
    let agree: usize = said
        .split("'agree': ")
        .nth(1)
        .and_then(|rest| rest.split([',', '}']).next()?.parse().ok())
        .expect("a count");
    assert!(agree > statements.iter().sum(), "{said}");
}
