//! Migrations by the user's own tool: real ones, and what may go wrong with any.

use std::path::Path;
use std::time::Duration;

use mig_check::history::Scope;
use mig_check::roundtrip::{Commands, EngineChoice, Options, Outcome, run};
use mig_check::source::Sources;

use crate::roundtrip::{Silent, fixture, python, sql_project, told};

/// A round trip of a case by these commands.
fn run_by(case: &str, up: &str, down: Option<&str>, change: impl Fn(&mut Commands)) -> (Outcome, String) {
    let mut commands = Commands {
        up: up.to_owned(),
        down: down.map(str::to_owned),
        url_variables: Vec::new(),
        host: None,
        directory: fixture(case),
    };
    change(&mut commands);
    run_as(case, &Options { engine: EngineChoice::Commands(commands), ..Options::default() })
}

fn run_as(case: &str, options: &Options) -> (Outcome, String) {
    let mut sources = Sources::new();
    let project = sql_project(case, &mut sources);
    let scope = Scope::all(&project);
    let outcome = run(&[(&project, &scope)], &sources, options, &Silent::default()).expect("it runs");
    let told = told(&outcome, &sources);
    (outcome, told)
}

/// A tool in a few lines: it runs a file on the database that a variable names.
fn tool(variable: &str) -> String {
    format!(
        "{} -c 'import os, sys, psycopg2; connection = psycopg2.connect(os.environ[\"{variable}\"]); \
         connection.cursor().execute(open(sys.argv[1]).read()); connection.commit()' {{file}}",
        python().display()
    )
}

#[cfg(feature = "docker")]
#[test]
fn a_container_that_the_tool_starts_reaches_the_database_by_the_name_it_is_told() {
    let containers = |way: &str| {
        format!(
            "docker run --rm -i {way} -e DATABASE_URL mig-check-test:18 sh -c 'psql -v ON_ERROR_STOP=1 \"$DATABASE_URL\"' <{{file}}"
        )
    };
    let by_name = containers("--add-host database.test:host-gateway");
    let (outcome, said) = run_by("enum-left-behind", &by_name, Some(&by_name), |commands| {
        commands.host = Some("database.test".to_owned());
    });
    assert_eq!(outcome.failures, []);
    assert!(
        said.contains("downgrade-leaves-objects: The downgrade leaves type order_status behind"),
        "{said}"
    );
    let remark =
        |outcome: &Outcome| outcome.remarks.iter().any(|remark| remark.ends_with("nothing holds it there"));
    assert!(remark(&outcome), "{:?}", outcome.remarks);

    // Without a name nobody comes here from there.
    let (outcome, _) = run_by("enum-left-behind", &by_name, Some(&by_name), |_| {});
    assert!(
        outcome.findings.iter().any(|finding| finding.message.contains("Connection refused")),
        "{outcome:?}"
    );
}

#[test]
fn a_tool_of_ones_own_runs_each_migration_with_a_variable_of_its_own() {
    let tool = tool("SHOP_DATABASE");
    let (outcome, told) = run_by("enum-left-behind", &tool, Some(&tool), |commands| {
        commands.url_variables = vec!["SHOP_DATABASE".to_owned()];
    });
    assert_eq!(outcome.failures, []);
    assert!(
        told.contains("downgrade-leaves-objects: The downgrade leaves type order_status behind"),
        "{told}"
    );
    assert!(
        told.contains("psycopg2.errors.DuplicateObject: type \"order_status\" already exists\n"),
        "{told}"
    );
    let ran = outcome.remarks.iter().find(|remark| remark.contains(" ran by `")).expect("it is said");
    assert!(ran.ends_with("{file}`"), "{ran}");
    let skipped = outcome.cases.iter().filter(|case| case.skipped.is_some()).count();
    assert_eq!(skipped, 1, "all but the way down from head were run: {told}");
}

#[test]
fn node_pg_migrate_runs_its_own_migrations() {
    let bin = python().parent().and_then(Path::parent).expect("a folder").to_owned();
    let tool = |verb: &str| {
        let (node, modules) = (bin.join("bin"), bin.join("npm/node_modules/.bin/node-pg-migrate"));
        assert!(modules.exists(), "run tests/prepare.sh: {} is missing", modules.display());
        let (node, modules) = (node.display(), modules.display());
        format!("PATH={node}:$PATH {modules} {verb} 1 --migrations-dir migrations")
    };
    let (outcome, told) = run_by("node-pg-migrate", &tool("up"), Some(&tool("down")), |_| {});
    let messages: Vec<&str> = outcome.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "The downgrade leaves type order_status behind",
            "The downgrade fails: column \"prize\" of relation \"books\" does not exist",
        ],
        "{told}"
    );
    let again = "Upgrading again therefore fails: type \"order_status\" already exists";
    assert!(outcome.findings[0].notes.iter().any(|note| note == again), "{told}");
}

#[test]
fn a_container_is_handed_the_variable_and_the_network() {
    let tool = "docker run --rm -i --network host -e DATABASE_URL mig-check-test:18 \
                psql -qX -v ON_ERROR_STOP=1 \"$DATABASE_URL\" < {file}";
    let (outcome, told) = run_by("enum-left-behind", tool, Some(tool), |_| {});
    assert_eq!(outcome.failures, []);
    assert!(
        told.contains("downgrade-leaves-objects: The downgrade leaves type order_status behind"),
        "{told}"
    );
}

#[test]
fn without_a_command_that_downgrades_nothing_is_undone() {
    let (outcome, told) = run_by("good", &tool("DATABASE_URL"), None, |_| {});
    assert_eq!((outcome.failures.len(), outcome.findings.len()), (0, 0), "{told}");
    assert!(told.contains("skipped 2 down: there is no command that downgrades\n"), "{told}");
}

#[test]
fn what_a_failing_command_printed_is_shown_without_what_is_ours() {
    let tool = "printf 'one\\ntwo\\n\\nError: no such shop at %s\\nthree\\n' $DATABASE_URL >&2; echo {revision} {previous}; exit 3";
    let (outcome, told) = run_by("good", tool, None, |_| {});
    let finding = &outcome.findings[0];
    assert_eq!(finding.rule.id, "upgrade-fails", "{told}");
    assert_eq!(finding.message, "The upgrade fails: no such shop at DATABASE_URL");
    let note =
        "fails (exit status: 3)\n  1 base\n  one\n  two\n  Error: no such shop at DATABASE_URL\n  three";
    assert!(finding.notes[0].ends_with(note), "{told}");
}

#[test]
fn a_command_that_does_not_end_is_ended_with_all_that_it_started() {
    let started = format!("sleep 86{}", std::process::id());
    let up = format!("echo one step; {started} & {started}");
    let directory = fixture("good");
    let commands = Commands { up, down: None, url_variables: Vec::new(), host: None, directory };
    let engine = EngineChoice::Commands(commands);
    let time_limit = Some(Duration::from_secs(1));
    let (outcome, told) = run_as("good", &Options { engine, time_limit, ..Options::default() });
    let finding = &outcome.findings[0];
    assert!(finding.message.ends_with("it did not end within 1 s"), "{told}");
    assert!(finding.notes.contains(&"It printed\n  one step".to_owned()), "{told}");
    assert_eq!(running(&started), 0);
    run_by("good", &format!("{started} & exit 1"), None, |_| {});
    assert_eq!(running(&started), 0);
}

/// How many processes run a command.
fn running(line: &str) -> usize {
    let wanted: Vec<u8> = line.bytes().map(|byte| if byte == b' ' { 0 } else { byte }).chain([0]).collect();
    let entries = std::fs::read_dir("/proc").expect("this test is for Linux");
    let lines = entries.filter_map(|entry| std::fs::read(entry.ok()?.path().join("cmdline")).ok());
    lines.filter(|line| *line == wanted).count()
}

#[test]
fn a_command_that_went_elsewhere_is_no_upgrade() {
    let (outcome, told) = run_by("good", "true", None, |_| {});
    assert_eq!(outcome.findings, []);
    assert!(
        told.contains("failure: `true` ends well, but it never connected to the disposable server\n"),
        "{told}"
    );
}

#[test]
fn every_variable_of_the_users_own_leads_to_the_disposable_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    write("1_shop.up.sql", "CREATE TABLE shop (id integer PRIMARY KEY);\n");
    write("1_shop.down.sql", "DROP TABLE shop;\n");
    write(
        "tool.py",
        "import os, sys, psycopg2\nelse_where = [name for name, value in os.environ.items() if 'database.invalid' in \
         value]\nassert not else_where, else_where\nconnection = psycopg2.connect('')\n\
         connection.cursor().execute(open(sys.argv[1]).read())\nconnection.commit()\n",
    );
    let line = format!("{} tool.py {{file}}", python().display());
    write(
        "mig-check.toml",
        &format!("[commands]\nup = '{line}'\ndown = '{line}'\nurl-variables = 'SHOP_URL'\n"),
    );
    let elsewhere = "postgresql://me:secret@database.invalid/shop";
    assert_cmd::Command::cargo_bin("mig-check")
        .expect("the program")
        .current_dir(folder.path())
        .args(["roundtrip", "."])
        .env("PGHOST", "database.invalid")
        .env("PGSERVICE", "database.invalid")
        .env("POSTGRES_HOST", "database.invalid")
        .env("DATABASE_URL", elsewhere)
        .env("SHOP_URL", elsewhere)
        .assert()
        .code(0)
        .stdout(predicates::str::contains("Nothing found in 1 migration"));
}
