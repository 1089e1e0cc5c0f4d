//! However many do the work, the report is the same: workers at the same time, or parts on several machines.

use std::path::Path;

use assert_cmd::Command;

/// Migrations enough for three pieces, some of them with more to say.
fn long_history(folder: &Path, more: &[(usize, &str, &str)]) {
    std::fs::create_dir_all(folder).expect("a folder");
    for number in 1..=60 {
        let before = (number - 1).max(1);
        let mut up =
            format!("CREATE TABLE t{number} (id int PRIMARY KEY, before int REFERENCES t{before});\n");
        let mut down = format!("DROP TABLE t{number};\n");
        for (_, more_up, more_down) in more.iter().filter(|(at, ..)| *at == number) {
            up += more_up;
            down.insert_str(0, more_down);
        }
        std::fs::write(folder.join(format!("{number:03}_step.up.sql")), up).expect("a file");
        std::fs::write(folder.join(format!("{number:03}_step.down.sql")), down).expect("a file");
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
    let faults = [
        (7, "CREATE TYPE left_7 AS ENUM ('a');\n", ""),
        (15, "ALTER TABLE t14 ADD COLUMN note text;\n", ""),
        (27, "CREATE TYPE left_27 AS ENUM ('a');\n", ""),
        (35, "ALTER TABLE t34 ADD COLUMN note text;\n", ""),
        (47, "CREATE TYPE left_47 AS ENUM ('a');\n", ""),
        (55, "ALTER TABLE t54 ADD COLUMN note text;\n", ""),
    ];
    long_history(&folder.path().join("migrations"), &faults);
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
fn workers_agree_on_the_whole_history_too() {
    let schema = ("CREATE SCHEMA shop;\nSET search_path = shop, public;\n", "DROP SCHEMA shop;\n");
    let empty = "DO $$ BEGIN IF EXISTS (SELECT FROM t1) THEN RAISE 'there are rows'; END IF; END $$;\n";
    for (more, expected) in [
        (&[][..], None),
        (&[(30, schema.0, schema.1)], Some("full-upgrade-differs")),
        (
            &[(1, "", empty), (40, "INSERT INTO t1 VALUES (1) ON CONFLICT DO NOTHING;\n", "")],
            Some("full-downgrade-fails"),
        ),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        long_history(&folder.path().join("migrations"), more);
        let run = |jobs: &str| {
            mig_check(
                folder.path(),
                &["roundtrip", "migrations", "--no-data", "--jobs", jobs, "--format", "json"],
            )
        };
        let (code, alone) = run("1");
        for rule in ["full-upgrade-differs", "full-downgrade-fails"] {
            assert_eq!(alone.contains(rule), expected == Some(rule), "{alone}");
        }
        assert_eq!(run("3"), (code, alone));
    }
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
