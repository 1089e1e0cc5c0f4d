//! The two tellings of the bookshop in `migrations/` are one history, and Alembic agrees about its telling.

use std::path::Path;
use std::process::Command;

use mig_check::frontend;
use mig_check::history::{Project, Script};
use mig_check::operation::Operation;
use mig_check::source::Sources;

fn load(path: &str) -> Project {
    let mut projects = frontend::load(Path::new(path), &mut Sources::new()).expect("the bookshop");
    assert_eq!(projects.len(), 1, "{path} is one project");
    let project = projects.remove(0);
    assert_eq!(project.problems, [], "{path} reads without a problem");
    project
}

fn operations(script: &Script) -> Vec<&Operation> {
    script.steps().map(|(_, step)| &*step.operation).collect()
}

#[test]
fn both_tellings_lower_to_equal_operations() {
    let (alembic, sql) = (load("migrations/alembic"), load("migrations/sql"));
    let ids = |project: &Project| project.migrations.iter().map(|m| m.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&alembic), ids(&sql));
    assert!(alembic.migrations.len() >= 7);
    for (alembic, sql) in alembic.migrations.iter().zip(&sql.migrations) {
        assert_eq!(operations(&alembic.up), operations(&sql.up), "upgrade of {}", alembic.id);
        assert!(operations(&alembic.up).iter().all(|operation| !operation.is_unknown()));
        let down =
            |script: &Option<Script>| script.as_ref().map(operations).map(|steps| format!("{steps:#?}"));
        assert_eq!(down(&alembic.down), down(&sql.down), "downgrade of {}", alembic.id);
    }
}

#[test]
fn what_we_print_is_what_alembic_prints() {
    let project = load("migrations/alembic");
    let printed = Command::new(std::fs::canonicalize(".venv/bin/alembic").expect("run tests/prepare.sh"))
        .args(["upgrade", "head", "--sql"])
        .current_dir("migrations/alembic")
        .output()
        .expect("Alembic runs");
    let printed = String::from_utf8(printed.stdout).expect("UTF-8");
    let theirs: Vec<String> = statements(&printed)
        .into_iter()
        .filter(|statement| !statement.contains("alembic_version") && !is_transaction(statement))
        .collect();
    let ours: Vec<String> = project
        .graph()
        .order
        .iter()
        .flat_map(|index| &project.migrations[*index].up.statements)
        .map(|statement| folded(&statement.sql))
        .collect();
    assert!(theirs.len() > 10, "Alembic printed:\n{printed}");
    assert_eq!(ours, theirs);
}

fn statements(text: &str) -> Vec<String> {
    let without_comments: Vec<&str> = text.lines().filter(|line| !line.starts_with("--")).collect();
    let text = without_comments.join("\n");
    text.split(";\n").map(folded).filter(|statement| !statement.is_empty()).collect()
}

fn is_transaction(statement: &str) -> bool {
    matches!(statement, "BEGIN" | "COMMIT")
}

fn folded(statement: &str) -> String {
    statement.trim().trim_end_matches(';').split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn reading_and_running_agree_on_the_type_that_is_left_behind() {
    let run = Command::new(env!("CARGO_BIN_EXE_mig-check"))
        .args(["check", "migrations/sql", "--color", "never"])
        .output()
        .expect("mig-check runs");
    let text = String::from_utf8(run.stdout).expect("UTF-8");
    assert_eq!(run.status.code(), Some(1), "{text}\n{}", String::from_utf8_lossy(&run.stderr));
    assert!(text.contains("[downgrade-leaves-objects]"), "{text}");
    assert!(text.contains("The round trip agrees: The downgrade leaves type order_status behind"), "{text}");
}
