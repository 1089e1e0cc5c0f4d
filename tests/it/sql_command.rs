//! `mig-check sql`: which migrations a range names, in every form, and that Alembic's own script is printed as Alembic
//! prints it.

use std::path::{Path, PathBuf};
use std::process::Command as Process;

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::contains;
use tempfile::TempDir;

const ENV: &str = "from alembic import context\ncontext.configure(dialect_name='postgresql'OPTIONS)\n\
                   with context.begin_transaction():\n    context.run_migrations()\n";

/// An Alembic project: revisions as (id, rest of the header, statement), and keywords for `context.configure`.
fn project(options: &str, revisions: &[(&str, &str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    let put = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    put("alembic.ini", "[alembic]\nscript_location = %(here)s/scripts\n");
    put("scripts/env.py", &ENV.replace("OPTIONS", options));
    for (id, header, statement) in revisions {
        let text = format!(
            "'''About {id}.'''\nfrom alembic import op\nrevision = '{id}'\n{header}\n\n\ndef upgrade():\n    {statement}\n\n\n\
             def downgrade():\n    op.execute('DOWN {id}')\n"
        );
        put(&format!("scripts/versions/{id}_x.py"), &text);
    }
    folder
}

/// `a1 - b2 - c3` with a branch `x - y` from `b2`, merged in `m`.
fn branched(options: &str) -> TempDir {
    project(
        options,
        &[
            ("a1", "down_revision = None", "op.execute('UP a1')"),
            ("b2", "down_revision = 'a1'", "op.execute('UP b2')"),
            ("c3", "down_revision = 'b2'", "op.execute('UP c3')"),
            ("m", "down_revision = ('c3', 'y')", "pass"),
            ("n", "down_revision = 'm'", "op.execute('UP n')"),
            ("x", "down_revision = 'b2'", "op.execute('UP x')"),
            ("y", "down_revision = 'x'", "op.execute('UP y')"),
        ],
    )
}

/// Two branches with a base each, one of which needs the other.
fn dependent() -> TempDir {
    project(
        "",
        &[
            ("a1", "down_revision = None\nbranch_labels = ('left',)", "op.execute('UP a1')"),
            ("a2", "down_revision = 'a1'\ndepends_on = 'k1'", "op.execute('UP a2')"),
            ("a3", "down_revision = 'a2'\ndepends_on = ('k1', 'k2')", "op.execute('UP a3')"),
            ("k1", "down_revision = None\nbranch_labels = ('right',)", "op.execute('UP k1')"),
            ("k2", "down_revision = 'k1'", "op.execute('UP k2')"),
        ],
    )
}

fn mig_check(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("mig-check").expect("the program");
    command.current_dir(folder).arg("sql").args(arguments);
    command
}

fn printed(folder: &Path, arguments: &[&str]) -> String {
    let output = mig_check(folder, arguments).assert().code(0).stderr("").get_output().clone();
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn python() -> PathBuf {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/python");
    assert!(python.is_file(), "run tests/prepare.sh: {} is missing", python.display());
    python
}

/// Alembic's scripts for some ranges, in one process.
const ALEMBIC: &str = "
import io, sys
from alembic import command
from alembic.config import Config
for asked in sys.argv[1:]:
    verb, _, range = asked.partition(' ')
    script = io.StringIO()
    getattr(command, verb)(Config('alembic.ini', output_buffer=script), range, sql=True)
    sys.stdout.write(script.getvalue() + '\\0')
";

/// Each range, printed by both, is the same to the byte.
fn same(folder: &TempDir, ranges: &[&str]) {
    let output = Process::new(python())
        .args(["-c", ALEMBIC])
        .args(ranges)
        .current_dir(folder.path())
        .output()
        .expect("python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let theirs = String::from_utf8(output.stdout).expect("UTF-8");
    let theirs: Vec<&str> = theirs.split_terminator('\0').collect();
    assert_eq!(theirs.len(), ranges.len());
    for (asked, theirs) in ranges.iter().zip(theirs) {
        let (verb, range) = asked.split_once(' ').expect("a verb and a range");
        let down = if verb == "downgrade" { &["--down"][..] } else { &[] };
        let ours = printed(folder.path(), &[&[range, "--alembic-compatible"], down].concat());
        assert_eq!(ours, theirs, "{asked}: ours first");
    }
}

#[test]
fn ranges_over_branches_and_merges_are_those_of_alembic() {
    let up = ["base:head", "a1:n", "b2:m", "c3:m", "b2:y", "base:c3", "a1:+1", "m:head", "x:y"];
    // Undoing a merge, Alembic takes the parents in the order of a set, which is another in each run.
    let down = ["n:m", "c3:base", "y:b2", "y:a1", "c3:-2", "n:n-1"];
    let up = up.iter().map(|range| format!("upgrade {range}"));
    let ranges: Vec<String> = up.chain(down.iter().map(|range| format!("downgrade {range}"))).collect();
    same(&branched(""), &ranges.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn dependencies_run_first_and_leave_the_version_table() {
    same(
        &dependent(),
        &[
            "upgrade base:a3",
            "upgrade base:heads",
            "upgrade a1:a2",
            "upgrade base:right@head",
            "downgrade k2:k1",
        ],
    );
}

#[test]
fn the_version_table_and_the_transactions_are_those_of_env_py() {
    for options in [
        ", version_table='v'",
        ", version_table='Versions', version_table_schema='Own'",
        ", transaction_per_migration=True, version_table_schema='own'",
    ] {
        same(&branched(options), &["upgrade base:head", "upgrade a1:c3", "downgrade c3:base"]);
    }
}

#[test]
fn what_runs_outside_the_transaction_parts_the_script() {
    let block =
        "with op.get_context().autocommit_block():\n        op.execute('ALONE')\n    op.execute('AFTER')";
    for options in ["", ", transaction_per_migration=True"] {
        let revisions = [
            ("a1", "down_revision = None", "op.execute('UP a1')"),
            ("a2", "down_revision = 'a1'", block),
            ("a3", "down_revision = 'a2'", "op.execute('UP a3')"),
        ];
        same(&project(options, &revisions), &["upgrade base:head", "upgrade a1:a2", "downgrade a2:base"]);
    }
}

#[test]
fn migrations_are_named_in_every_form() {
    let folder = branched("");
    let names = |arguments: &[&str]| -> String {
        let text = printed(folder.path(), arguments);
        let of = |line: &str| {
            let line = line.strip_prefix("-- ")?;
            let (id, rest) = line.split_once(' ')?;
            (rest.starts_with("up: ") || rest.starts_with("down: ")).then(|| id.to_owned())
        };
        text.lines().filter_map(of).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(&["a1"]), "a1");
    assert_eq!(names(&["c"]), "c3");
    assert_eq!(names(&["head"]), "n");
    assert_eq!(names(&["head-1"]), "m");
    assert_eq!(names(&["base+2"]), "b2");
    assert_eq!(names(&["+1"]), "a1");
    assert_eq!(names(&["a1..c3"]), "b2 c3");
    assert_eq!(names(&["a1:c3"]), "b2 c3");
    assert_eq!(names(&["..b2"]), "a1 b2");
    assert_eq!(names(&["m.."]), "n");
    assert_eq!(names(&["a1..+1"]), "b2");
    assert_eq!(names(&["a1..c3", "--down"]), "c3 b2");
    assert_eq!(names(&["c3:a1", "--down"]), "c3 b2");
    assert_eq!(names(&["n..n"]), "");
    let branches = dependent();
    let head = printed(branches.path(), &["right@head"]);
    assert!(head.contains("UP k2") && !head.contains("UP k1"), "{head}");
}

#[test]
fn what_is_not_there_is_said_with_what_is() {
    let folder = branched("");
    let error = |arguments: &[&str], text: &str| {
        mig_check(folder.path(), arguments).assert().code(2).stdout("").stderr(contains(text));
    };
    error(&["q9"], "no migration is called `q9`; there are 7 from a1 to n");
    error(&["c3-9"], "`c3-9` leads beyond the base");
    error(&["head-9"], "`head-9` leads to several migrations from m");
    error(&["b2+1"], "`b2+1` leads to several migrations from b2");
    error(&["c3..a1"], "a1 runs before c3; write a1..c3");
    error(&["a1:c3", "--down"], "write c3:a1");
    error(&["base"], "`base`");
    let left = dependent();
    mig_check(left.path(), &["head"])
        .assert()
        .code(2)
        .stderr(contains("`head` may be a3").and(contains("k2")));
}

#[test]
fn every_statement_says_where_it_comes_from() {
    let folder = project(
        "",
        &[("a1", "down_revision = None", "op.execute('SELECT 1 -- one')\n    op.execute(open('x').read())")],
    );
    assert_eq!(
        printed(folder.path(), &["a1"]),
        "-- a1 up: About a1.\nBEGIN;\n-- scripts/versions/a1_x.py:8\nSELECT 1 -- one\n;\n\
         -- scripts/versions/a1_x.py:9: cannot be read because the file `x` is not in this project\nCOMMIT;\n"
    );
    let sql = TempDir::new().expect("a temporary folder");
    std::fs::write(sql.path().join("0001_a.up.sql"), "-- first\nCREATE TABLE a (\n  b int\n);\n")
        .expect("a file");
    std::fs::write(sql.path().join("0001_a.down.sql"), "DROP TABLE a;\n").expect("a file");
    let text = printed(sql.path(), &["0001"]);
    assert!(text.contains("-- 0001_a.up.sql:2\nCREATE TABLE a (\n  b int\n);"), "{text}");
    mig_check(sql.path(), &["--alembic-compatible"])
        .assert()
        .code(2)
        .stderr(contains("needs an Alembic project"));
}
