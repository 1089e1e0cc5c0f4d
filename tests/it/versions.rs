//! One round trip on several versions of PostgreSQL: what each of them says is said once, with its versions.

use std::process::Command;

use mig_check::history::Scope;
use mig_check::lint::Settings;

use super::bench::{self, Written};

/// The program on a case that only PostgreSQL 18 runs to its end, on versions that packages offer.
pub fn run(format: &str, versions: &str) -> String {
    let npm = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin");
    let path = std::env::var("PATH").expect("a PATH");
    let output = Command::new(env!("CARGO_BIN_EXE_mig-check"))
        .args(["roundtrip", "fixtures/roundtrip/versions", "--server", "embedded"])
        .args(["--pg", versions, "--format", format])
        .env("PATH", format!("{}:{path}", npm.display()))
        .output()
        .expect("it starts");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(output.status.code(), Some(1), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

#[test]
fn findings_say_on_which_of_several_versions_they_were_met() {
    let text = run("text", "18,17");
    let seen: Vec<&str> =
        text.lines().filter_map(|line| line.split_once("Seen on").map(|(_, rest)| rest)).collect();
    assert_eq!(
        seen,
        [
            " a real server: 1, leg \"down\", on PostgreSQL 17 and 18",
            " a real server: 2, leg \"up\", on PostgreSQL 17 only",
        ],
        "{text}"
    );
    let servers: Vec<&str> = text.lines().filter(|line| line.contains("ran on PostgreSQL")).collect();
    assert!(servers.len() == 2 && servers[0].contains(" 17.") && servers[1].contains(" 18."), "{text}");
}

#[test]
fn each_version_has_test_cases_of_its_own() {
    let text = run("junit", "17,18");
    let document = roxmltree::Document::parse(&text).expect("XML");
    let case = |name: &str| {
        let found = document.descendants().find(|node| node.attribute("name") == Some(name));
        let node = found.unwrap_or_else(|| panic!("no case {name} in {text}"));
        node.children().find(|child| child.is_element()).map(|child| child.tag_name().name().to_owned())
    };
    assert_eq!(case("2 (up) on PostgreSQL 17").as_deref(), Some("failure"));
    assert_eq!(case("2 (up) on PostgreSQL 18"), None);
    assert_eq!(case("1 (down) on PostgreSQL 18").as_deref(), Some("failure"));
}

#[test]
fn what_the_servers_do_not_have_is_said_until_one_does() {
    let before = "CREATE TABLE t (a int, b int, c text); CREATE TABLE p (a int) PARTITION BY LIST (a);
        CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';";
    for (since, statement) in [
        (18, "ALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID"),
        (18, "CREATE TABLE u (a int, CONSTRAINT n NOT NULL a)"),
        (18, "ALTER TABLE t ADD CHECK (a > 0) NOT ENFORCED"),
        (18, "ALTER TABLE t ALTER CONSTRAINT k NOT ENFORCED"),
        (18, "CREATE TABLE u (a int, b int GENERATED ALWAYS AS (a) VIRTUAL)"),
        (18, "ALTER TABLE t ADD COLUMN d int GENERATED ALWAYS AS (a)"),
        (18, "ALTER TABLE t ADD UNIQUE (a, b WITHOUT OVERLAPS)"),
        (18, "ALTER TABLE t ALTER c SET DEFAULT uuidv7()"),
        (17, "ALTER TABLE t ALTER b SET EXPRESSION AS (a + 1)"),
        (15, "MERGE INTO t USING p ON t.a = p.a WHEN NOT MATCHED THEN INSERT VALUES (1)"),
        (15, "ALTER TABLE t ADD UNIQUE NULLS NOT DISTINCT (a)"),
        (15, "CREATE UNIQUE INDEX i ON t (a) NULLS NOT DISTINCT"),
        (15, "ALTER TABLE t SET ACCESS METHOD heap"),
        (15, "CREATE VIEW v WITH (security_invoker) AS SELECT 1"),
        (14, "ALTER TABLE t ALTER c SET COMPRESSION pglz"),
        (14, "CREATE OR REPLACE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()"),
        (14, "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY"),
    ] {
        let says = |newest: u16| {
            let settings = Settings { versions: 13..=newest, ..Settings::default() };
            let judged = bench::judge_with(Written::Sql, Some(before), statement, Scope::all, &settings);
            judged.text().contains("needs-newer-postgresql")
        };
        assert!(says(since - 1) && !says(since), "{statement}");
    }
    let harmless = "INSERT INTO t (c) VALUES ('merge into, set compression, uuidv7()')";
    let settings = Settings { versions: 13..=13, ..Settings::default() };
    let judged = bench::judge_with(Written::Sql, Some(before), harmless, Scope::all, &settings);
    let text = judged.text();
    assert!(!text.contains("needs-newer-postgresql"), "{text}");
}

#[test]
fn since_18_not_null_proves_itself() {
    let before = "CREATE TABLE t (id int PRIMARY KEY, a int);";
    let advised = |versions| {
        let settings = Settings { versions, ..Settings::default() };
        let statement = "ALTER TABLE t ALTER a SET NOT NULL";
        bench::judge_with(Written::Sql, Some(before), statement, Scope::all, &settings).text()
    };
    let (mixed, new) = (advised(17..=18), advised(18..=18));
    assert!(
        mixed.contains("CHECK (a IS NOT NULL) NOT VALID") && mixed.contains("DROP CONSTRAINT"),
        "{mixed}"
    );
    let demand = "ALTER TABLE t ADD CONSTRAINT t_a_not_null NOT NULL a NOT VALID;";
    assert!(new.contains(demand) && new.contains("VALIDATE CONSTRAINT t_a_not_null;"), "{new}");
    assert!(!new.contains("CHECK") && !new.contains("DROP CONSTRAINT"), "{new}");
    // What is advised is not found again.
    let settings = Settings { versions: 18..=18, ..Settings::default() };
    let stepwise = format!("{demand}\n-- next migration\nALTER TABLE t VALIDATE CONSTRAINT t_a_not_null;");
    let judged = bench::judge_with(Written::Sql, Some(before), &stepwise, Scope::all, &settings);
    let found: Vec<&str> = judged.ids().into_iter().filter(|id| *id != "missing-downgrade").collect();
    assert!(found.is_empty(), "{found:?}");
}
