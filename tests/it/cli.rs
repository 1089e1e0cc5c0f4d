//! The program as a user meets it: exit codes, streams, and every kind of bad input.

use std::path::Path;
use std::process::{Command as Process, Stdio};

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::contains;
use tempfile::TempDir;

const GOOD: &str = "CREATE TABLE books (id bigint PRIMARY KEY);\n";
const BAD: &str = "CREATE INDEX ix_books_title ON books (title);\n";

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    for (name, bytes) in files {
        put(folder.path(), name, bytes);
    }
    folder
}

fn put(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    std::fs::write(path, bytes).expect("a file");
}

/// Two good tables and a bad index, as pairs of SQL files.
fn bookshop() -> TempDir {
    folder(&[
        ("m/0001_books.up.sql", GOOD.as_bytes()),
        ("m/0001_books.down.sql", b"DROP TABLE books;\n"),
        ("m/0002_index.up.sql", BAD.as_bytes()),
        ("m/0002_index.down.sql", b"DROP INDEX CONCURRENTLY ix_books_title;\n"),
    ])
}

fn mig_check(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("mig-check").expect("the program");
    command.current_dir(folder).args(arguments).env_remove("GITHUB_ACTIONS").env_remove("NO_COLOR");
    command
}

fn alembic(files: &[(&str, &str)]) -> TempDir {
    let folder =
        folder(&[("alembic.ini", b"[alembic]\nscript_location = scripts\n"), ("scripts/env.py", b"")]);
    for (name, text) in files {
        put(folder.path(), &format!("scripts/versions/{name}"), text.as_bytes());
    }
    folder
}

fn revision(id: &str, parent: &str, upgrade: &str) -> String {
    format!(
        "\"\"\"A step.\"\"\"\nimport sqlalchemy as sa\nfrom alembic import op\n\nrevision = \"{id}\"\ndown_revision = {parent}\n\n\ndef upgrade():\n    {upgrade}\n\n\ndef downgrade():\n    op.execute(\"SELECT 1\")\n"
    )
}

#[test]
fn findings_fail_the_run_and_their_absence_does_not() {
    let shop = bookshop();
    mig_check(shop.path(), &["lint", "m"])
        .assert()
        .code(1)
        .stdout(contains("[blocking-index-build]").and(contains("m/0002_index.up.sql:1:")))
        .stderr("");
    mig_check(shop.path(), &["lint", "m", "--fail-on", "never"]).assert().code(0);
    let good = folder(&[("0001_a.up.sql", GOOD.as_bytes()), ("0001_a.down.sql", b"DROP TABLE books;\n")]);
    mig_check(good.path(), &["lint"]).assert().code(0).stdout(contains("Nothing found in 1 migration"));
}

#[test]
fn nothing_to_check_is_an_error() {
    let empty = folder(&[("README.md", b"nothing here")]);
    mig_check(empty.path(), &["lint"])
        .assert()
        .code(2)
        .stdout("")
        .stderr(contains("no migrations found").and(contains("Alembic")));
    mig_check(empty.path(), &["lint", "nowhere"]).assert().code(2).stderr(contains("nowhere does not exist"));
    mig_check(empty.path(), &["lnit"])
        .assert()
        .code(2)
        .stderr(contains("lnit does not exist; did you mean the command `lint`?"));
}

#[test]
fn a_broken_file_is_named_and_costs_nothing_else() {
    let half = b"CREATE TABLE reviews (id bigint;\nDROP TABLE books;\n";
    let cases: &[(&str, &[u8])] = &[
        ("not UTF-8", b"ALTER TABLE books ADD COLUMN x text; -- caf\xe9\n"),
        ("half a statement", half),
        ("an open string", b"SELECT 'abc"),
        ("an open comment", b"/* SELECT 1"),
        ("an open dollar quote", b"DO $$ BEGIN"),
        ("only a byte order mark", b"\xef\xbb\xbf"),
        ("nothing", b""),
        ("zeros", b"\0\0\0\0"),
        ("UTF-16", b"\xff\xfeS\0E\0L\0E\0C\0T\0 \0\x31\0"),
        ("UTF-16 without its mark", b"\0S\0E\0L\0E\0C\0T\0 \0\x31"),
    ];
    for (what, bytes) in cases {
        let shop = bookshop();
        put(shop.path(), "m/0003_broken.up.sql", bytes);
        let output = mig_check(shop.path(), &["lint", "m"]).assert().code(1).stderr("").get_output().clone();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains("[blocking-index-build]"), "{what} costs the other file's finding: {text}");
        assert!(text.contains("0003_broken.up.sql"), "{what} is not named: {text}");
    }
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_are_named_and_circles_are_not_walked() {
    use std::os::unix::fs::symlink;
    let shop = bookshop();
    let link = |target: &str, name: &str| symlink(target, shop.path().join("m").join(name)).expect("a link");
    link("0004_round.up.sql", "0003_round.up.sql");
    link("0003_round.up.sql", "0004_round.up.sql");
    link("gone.sql", "0005_gone.up.sql");
    link("0005_gone.up.sql", ".#0002_index.up.sql");
    link(".", "below");
    link("..", "above");
    let unreadable = |name: &str| contains(format!("m/{name}.up.sql:1:1"));
    mig_check(shop.path(), &["lint", "m"])
        .assert()
        .code(1)
        .stderr("")
        .stdout(
            contains("[blocking-index-build]")
                .and(contains("[unreadable-file]: The file cannot be read").count(3)),
        )
        .stdout(unreadable("0003_round").and(unreadable("0004_round")).and(unreadable("0005_gone")));
}

#[test]
fn line_breaks_and_byte_order_marks_move_no_place() {
    let place = |bytes: &[u8]| {
        let shop = bookshop();
        put(shop.path(), "m/0002_index.up.sql", bytes);
        let output =
            mig_check(shop.path(), &["lint", "m", "--format", "json"]).assert().code(1).get_output().clone();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        report["findings"][0]["place"].clone()
    };
    let unix = place(format!("SELECT 1;\n{BAD}").as_bytes());
    assert_eq!(unix["line"], 2);
    assert_eq!(unix, place(format!("SELECT 1;\r\n{}", BAD.replace('\n', "\r\n")).as_bytes()));
    assert_eq!(unix, place(format!("\u{feff}SELECT 1;\n{BAD}").as_bytes()));
}

#[test]
fn broken_python_is_named_and_costs_nothing_else() {
    let index = "op.create_index(\"ix\", \"books\", [\"title\"])";
    let project =
        alembic(&[("1_a.py", &revision("aaaa", "None", index)), ("2_b.py", "def upgrade(:\n    pass\n")]);
    mig_check(project.path(), &["lint"])
        .assert()
        .code(1)
        .stdout(contains("[blocking-index-build]").and(contains("2_b.py:1:")))
        .stderr("");
}

#[test]
fn a_cycle_is_a_finding_at_the_revision_that_closes_it() {
    let project = alembic(&[
        ("1_a.py", &revision("aaaa", "\"bbbb\"", "pass")),
        ("2_b.py", &revision("bbbb", "\"aaaa\"", "pass")),
    ]);
    mig_check(project.path(), &["lint"]).assert().code(1).stdout(contains("cycle").and(contains("aaaa")));
}

#[test]
fn deep_nesting_overflows_nothing() {
    let sql = format!("SELECT {}1{};\n", "(".repeat(20_000), ")".repeat(20_000));
    let python = revision("aaaa", "None", &format!("x = {}1{}", "(".repeat(5_000), ")".repeat(5_000)));
    let shop = bookshop();
    put(shop.path(), "m/0003_deep.up.sql", sql.as_bytes());
    let output = mig_check(shop.path(), &["lint", "m"]).assert().get_output().clone();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let output = mig_check(alembic(&[("1_a.py", &python)]).path(), &["lint"]).assert().get_output().clone();
    assert!(output.status.code().is_some_and(|code| code < 2), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn only_migrations_that_the_base_lacks_are_judged() {
    let shop = bookshop();
    let git = |arguments: &[&str]| {
        let done = Process::new("git")
            .current_dir(shop.path())
            .args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .output()
            .expect("git runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    mig_check(shop.path(), &["lint", "m", "--base", "main"])
        .assert()
        .code(2)
        .stderr(contains("is in no git repository"));
    git(&["init", "--quiet", "--initial-branch=main"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "base"]);
    git(&["checkout", "--quiet", "-b", "topic"]);
    mig_check(shop.path(), &["lint", "m", "--base", "main"])
        .assert()
        .code(0)
        .stdout(contains("main has every migration").and(contains("No migration checked (2 read)")));
    put(shop.path(), "m/0003_again.up.sql", b"CREATE INDEX ix_again ON books (id);\n");
    put(shop.path(), "m/0003_again.down.sql", b"DROP INDEX CONCURRENTLY ix_again;\n");
    mig_check(shop.path(), &["lint", "m", "--base", "main"])
        .assert()
        .code(1)
        .stdout(contains("ix_again").and(contains("ix_books_title").not()));
    mig_check(shop.path(), &["lint", "m", "--base", "nope"])
        .assert()
        .code(2)
        .stderr(contains("does not know the revision `nope`").and(contains("fetch-depth: 0")));
}

#[test]
fn who_names_a_file_asks_about_that_migration() {
    let shop = bookshop();
    put(shop.path(), "m/0003_more.up.sql", b"CREATE INDEX ix_books_id ON books (id);\n");
    put(shop.path(), "m/0003_more.down.sql", b"DROP INDEX CONCURRENTLY ix_books_id;\n");
    mig_check(shop.path(), &["lint", "m/0002_index.up.sql"])
        .assert()
        .code(1)
        .stdout(contains("ix_books_title").and(contains("ix_books_id").not()))
        .stdout(contains("1 error in 1 migration (3 read)"));
    mig_check(shop.path(), &["lint", "m/0001_books.down.sql"]).assert().code(0);
    mig_check(shop.path(), &["lint", "m/0001_books.up.sql", "m"])
        .assert()
        .code(1)
        .stdout(contains("2 errors"));
}

#[test]
fn the_configuration_is_obeyed_and_its_mistakes_are_placed() {
    let shop = bookshop();
    put(shop.path(), "mig-check.toml", b"paths = [\"m\"]\n[rules]\nblocking-index-build = \"warning\"\n");
    mig_check(shop.path(), &["lint"]).assert().code(0).stdout(contains("warning[blocking-index-build]"));
    mig_check(&shop.path().join("m"), &["lint"])
        .assert()
        .code(0)
        .stdout(contains("warning[blocking-index-build]"));
    put(shop.path(), "mig-check.toml", b"paths = [\"m\"]\nexclude = [\"m/0002_index.up.sql\"]\n");
    mig_check(shop.path(), &["lint"]).assert().code(0).stdout(contains("in 1 migration (2 read)"));
    put(shop.path(), "mig-check.toml", b"exclude = [\"m\"]\n");
    mig_check(shop.path(), &["lint"]).assert().code(2).stderr(contains("leaves none of the 2 migrations"));
    put(shop.path(), "mig-check.toml", b"paths = [\"m\"]\nfail_on = \"error\"\n");
    mig_check(shop.path(), &["lint"])
        .assert()
        .code(2)
        .stderr(contains("mig-check.toml:2:1: unknown key `fail_on`; did you mean `fail-on`?"));
    mig_check(shop.path(), &["lint", "--config", "none.toml"]).assert().code(2).stderr(contains("none.toml"));
}

#[test]
fn severities_follow_paths_migrations_and_the_size_of_tables() {
    let folder = bookshop();
    let (path, wish) = (folder.path(), |text: &str| text.as_bytes().to_vec());
    let run = |config: &str| {
        put(path, "mig-check.toml", &wish(config));
        mig_check(path, &["lint", "m"]).assert()
    };
    run("[[override]]\npaths = 'm/0002_index.up.sql'\nrules = { blocking-index-build = 'off' }\n").code(0);
    run("[[override]]\npaths = 'm/0001_books.up.sql'\nrules = { blocking-index-build = 'off' }\n").code(1);
    run("[[override]]\nmigrations = ['0002']\nrules = { blocking-index-build = 'warning' }\n")
        .code(0)
        .stdout(contains("warning[blocking-index-build]"));
    run("[[table]]\nname = 'books'\nrows = 9_999\n").code(0).stdout(contains("info[blocking-index-build]"));
    run("[[table]]\nname = 'books'\nrows = 10_000\n").code(1);
    run("small-table-rows = 20_000\n[[table]]\nname = 'public.books'\nrows = 10_000\n").code(1);
    run("small-table-rows = 20_000\n[[table]]\nname = 'books'\nrows = 10_000\n").code(0);
    run("[[table]]\nname = 'books'\nrows = 10_000_000\n[rules]\nblocking-index-build = 'warning'\n")
        .code(0)
        .stdout(contains("there are 10000000 rows\n"));
    run("").code(1);
    mig_check(path, &["lint", "m", "--preset", "stern"])
        .assert()
        .code(2)
        .stderr(contains("presets: default, strict, pedantic"));
}

#[test]
fn one_run_writes_several_reports() {
    let shop = bookshop();
    mig_check(shop.path(), &["lint", "m", "--format", "text", "--format", "junit=out/report.xml"])
        .assert()
        .code(1)
        .stdout(contains("[blocking-index-build]"));
    let xml = std::fs::read_to_string(shop.path().join("out/report.xml")).expect("the report");
    roxmltree::Document::parse(&xml).expect("well-formed XML");
    let left: Vec<_> = std::fs::read_dir(shop.path().join("out")).expect("the folder").collect();
    assert_eq!(left.len(), 1, "no temporary file is left");
    mig_check(shop.path(), &["lint", "m", "--format", "text", "--format", "json"])
        .assert()
        .code(2)
        .stderr(contains("text and json cannot both go to standard output"));
    mig_check(shop.path(), &["lint", "m", "--format", "junti"])
        .assert()
        .code(2)
        .stderr(contains("did you mean `junit`?"));
    mig_check(shop.path(), &["lint", "m", "--format", "junit=m/0001_books.up.sql/report.xml"])
        .assert()
        .code(2)
        .stderr(contains("cannot write m/0001_books.up.sql/report.xml"));
}

#[test]
fn same_input_same_bytes_from_wherever() {
    let shop = bookshop();
    let run = |folder: &Path, path: &str| {
        mig_check(folder, &["lint", path, "--format", "json"]).assert().code(1).get_output().stdout.clone()
    };
    assert_eq!(run(shop.path(), "m"), run(shop.path(), "m"));
    let text = String::from_utf8(run(shop.path(), "m")).expect("UTF-8");
    assert!(!text.contains(shop.path().to_str().expect("UTF-8")), "no absolute path: {text}");
}

#[test]
fn standard_input_is_one_migration() {
    let here = folder(&[]);
    mig_check(here.path(), &["lint", "-"])
        .write_stdin(BAD)
        .assert()
        .code(1)
        .stdout(contains("[blocking-index-build]").and(contains("--> <stdin>:1:1")));
}

#[test]
fn colour_only_if_asked_for() {
    let shop = bookshop();
    mig_check(shop.path(), &["lint", "m"]).assert().stdout(contains("\u{1b}[").not());
    mig_check(shop.path(), &["lint", "m", "--color", "always"]).assert().stdout(contains("\u{1b}["));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let shop = bookshop();
    for arguments in [["lint", "m"], ["sql", "--path=m"]] {
        let mut child = Process::new(assert_cmd::cargo::cargo_bin("mig-check"))
            .current_dir(shop.path())
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        assert!(output.status.code().is_some_and(|code| code < 2), "{:?}", output.status);
    }
}

#[test]
fn rules_explain_themselves() {
    let here = folder(&[]);
    let listed = mig_check(here.path(), &["rules"]).assert().code(0).get_output().stdout.clone();
    let listed = String::from_utf8(listed).expect("UTF-8");
    let ids: Vec<&str> = listed.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(ids.contains(&"blocking-index-build") && ids.is_sorted(), "{listed}");
    for id in ids {
        mig_check(here.path(), &["explain", id]).assert().code(0).stdout(contains(id));
    }
    mig_check(here.path(), &["explain", "blocking-index-biuld"])
        .assert()
        .code(2)
        .stderr(contains("did you mean `blocking-index-build`?"));
}

#[test]
fn sql_is_printed_for_a_range_and_either_way() {
    let shop = bookshop();
    let sql =
        |arguments: &[&str]| mig_check(shop.path(), &[&["sql", "--path", "m"], arguments].concat()).assert();
    sql(&[]).code(0).stdout(contains("CREATE TABLE books").and(contains("CREATE INDEX ix_books_title")));
    sql(&["0002"]).code(0).stdout(contains("CREATE INDEX").and(contains("CREATE TABLE").not()));
    sql(&["..0001"]).code(0).stdout(contains("CREATE TABLE").and(contains("CREATE INDEX").not()));
    sql(&["0001.."]).code(0).stdout(contains("CREATE INDEX").and(contains("CREATE TABLE").not()));
    let down = sql(&["--down"]).code(0).get_output().stdout.clone();
    let down = String::from_utf8(down).expect("UTF-8");
    let at = |text: &str| down.find(text).unwrap_or_else(|| panic!("{text} in {down}"));
    assert!(at("DROP INDEX") < at("DROP TABLE"), "latest first: {down}");
    sql(&["0009"]).code(2).stderr(contains("no migration is called `0009`"));
    sql(&["000"]).code(2).stderr(contains("may be 0001"));
}

#[test]
fn the_history_is_printed_with_its_faults() {
    let project = alembic(&[
        ("1_a.py", &revision("aaaa", "None", "pass")),
        ("2_b.py", &revision("bbbb", "\"aaaa\"", "pass")),
        ("3_c.py", &revision("cccc", "\"aaaa\"", "pass")),
        ("4_d.py", &revision("dddd", "\"gone\"", "pass")),
    ]);
    mig_check(project.path(), &["graph"]).assert().code(0).stdout(
        contains("aaaa")
            .and(contains("cccc  A step. (follows aaaa; head)"))
            .and(contains("several heads: bbbb, cccc, dddd"))
            .and(contains("dddd follows gone, which no file has")),
    );
}

#[test]
fn the_history_says_what_env_py_sets() {
    let revision = revision("aaaa", "None", "pass");
    let configured =
        b"from alembic import context\ncontext.configure(include_schemas=True, version_table='done')\n";
    let project = folder(&[("db/env.py", configured), ("db/versions/a.py", revision.as_bytes())]);
    mig_check(project.path(), &["graph"])
        .assert()
        .stdout(contains("(Alembic, 1 migration; version table done; autogenerate compares all schemas)"));
}

#[test]
fn help_fits_and_names_the_exit_codes() {
    let here = folder(&[]);
    for arguments in [["--help"].as_slice(), &["lint", "--help"], &["sql", "--help"], &["-h"]] {
        mig_check(here.path(), arguments).assert().code(0).stderr("");
    }
    mig_check(here.path(), &["--help"]).assert().stdout(contains("130  interrupted"));
    mig_check(here.path(), &["--no-such"]).assert().code(2);
}

#[cfg(feature = "roundtrip")]
#[test]
fn without_a_server_there_is_no_round_trip_but_lint_is_reported() {
    let shop = bookshop();
    mig_check(shop.path(), &["check", "m", "--server", "local", "--pg", "9", "--offline"])
        .assert()
        .code(3)
        .stdout(contains("[blocking-index-build]").and(contains("note: The round trip did not run: ")))
        .stderr(contains("error: "));
    mig_check(shop.path(), &["roundtrip", "m", "--server", "local", "--pg", "9", "--offline"])
        .assert()
        .code(3)
        .stdout(contains("No migration checked (2 read)"));
}

#[cfg(feature = "roundtrip")]
#[test]
fn without_python_only_alembic_is_missing() {
    let project = alembic(&[("1_a.py", &revision("aaaa", "None", "op.execute(\"CREATE TABLE a ()\")"))]);
    put(project.path(), "sql/0001_a.up.sql", b"CREATE TYPE mood AS ENUM ('a');\n");
    put(project.path(), "sql/0001_a.down.sql", b"SELECT 1;\n");
    mig_check(project.path(), &["roundtrip", "--python", "/nowhere/python"])
        .assert()
        .code(2)
        .stdout(contains("mood").and(contains("in 1 migration of 2 projects (2 read)")))
        .stderr(contains("/nowhere/python"));
}
