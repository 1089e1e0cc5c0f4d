//! One round trip on several versions of PostgreSQL: what each of them says is said once, with its versions.

use std::process::Command;

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
