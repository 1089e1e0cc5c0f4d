//! However many do the work, the report is the same: workers at the same time, or parts on several machines.

use std::fmt::Write as _;
use std::path::Path;

use assert_cmd::Command;

/// Migrations enough for three pieces, each with a downgrade that forgets something or loses rows.
fn long_history(folder: &Path) {
    let write = |name: String, text: &str| std::fs::write(folder.join(name), text).expect("a file");
    for number in 1..=60 {
        let (mut up, mut down) = (String::new(), String::new());
        writeln!(
            up,
            "CREATE TABLE t{number} (id int PRIMARY KEY, before int REFERENCES t{});",
            (number - 1).max(1)
        )
        .expect("text");
        writeln!(down, "DROP TABLE t{number};").expect("text");
        if number % 20 == 7 {
            writeln!(up, "CREATE TYPE left_{number} AS ENUM ('a');").expect("text");
        }
        if number % 20 == 15 {
            writeln!(up, "ALTER TABLE t{} ADD COLUMN note text;", number - 1).expect("text");
            writeln!(down, "ALTER TABLE t{} DROP COLUMN IF EXISTS nothing;", number - 1).expect("text");
        }
        write(format!("{number:03}_step.up.sql"), &up);
        write(format!("{number:03}_step.down.sql"), &down);
    }
}

fn mig_check(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::cargo_bin("mig-check").expect("the program");
    let output = command.current_dir(folder).args(arguments).output().expect("it runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    (output.status.code(), text + &String::from_utf8_lossy(&output.stderr))
}

#[test]
fn workers_and_parts_report_what_one_run_reports() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("migrations")).expect("a folder");
    long_history(&folder.path().join("migrations"));
    let run = |arguments: &[&str]| mig_check(folder.path(), &[&["check", "migrations"], arguments].concat());
    let (code, alone) = run(&["--jobs", "1", "--format", "json"]);
    assert_eq!(code, Some(1), "{alone}");
    for expected in ["left_7", "left_47", "note", "base to head"] {
        assert!(alone.contains(expected), "{expected} is not in {alone}");
    }
    assert_eq!(run(&["--jobs", "3", "--format", "json"]), (code, alone.clone()));

    let parts = ["1/3", "2/3", "3/3"];
    let file = |part: &str| format!("part-{}.json", &part[..1]);
    for part in parts {
        let (code, text) = run(&["--shard", part, "--format", &format!("json={}", file(part))]);
        assert_eq!(code, Some(1), "{text}");
    }
    let [first, second, third] = parts.map(file);
    // In whatever order they come.
    let merged = mig_check(folder.path(), &["merge", &first, &third, &second, "--format", "text"]);
    assert_eq!(merged, run(&["--format", "text"]));
    let (_, told) = mig_check(folder.path(), &["merge", &second, "--format", &format!("json={first}")]);
    assert!(told.contains("error: Parts 1, 3 of 3 of the round trip are missing\n"), "{told}");
}

#[test]
fn what_is_no_report_of_ours_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let merge = |text: &str| {
        std::fs::write(folder.path().join("report.json"), text).expect("a file");
        mig_check(folder.path(), &["merge", "report.json"])
    };
    let empty = r#"{"version": 1, "findings": [], "cases": [], "allowed": {}, "remarks": [], "totals":
        {"projects": 1, "migrations": 1, "checked": 1, "opaque": 0}}"#;
    assert_eq!(merge(empty).0, Some(0));
    for (text, said) in [
        ("", "it is no report of mig-check in JSON: EOF"),
        ("[]", "it is no report of mig-check in JSON"),
        ("{\"version\": 2}", "it has version 2 of the format, this mig-check reads version 1"),
        (&empty.replace("\"allowed\": {", "\"allowed\": {\"no-rule\": 1"), "it names the rule no-rule"),
    ] {
        let (code, told) = merge(text);
        assert_eq!(code, Some(2), "{told}");
        assert!(told.starts_with("error: report.json cannot be merged: "), "{told}");
        assert!(told.contains(said), "{told}");
    }
    let (code, told) = mig_check(folder.path(), &["merge", "absent.json"]);
    assert_eq!((code, told.starts_with("error: cannot read absent.json: ")), (Some(2), true), "{told}");
}
