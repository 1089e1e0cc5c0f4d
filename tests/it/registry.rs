//! Holds that one rule is one static, one page, one folder of fixtures and one row of the index, under one id; and
//! writes the list of rules and the index, with `UPDATE=1`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use mig_check::finding::{Evidence, RuleInfo, Severity};
use mig_check::lint::rules::RULES;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every rule of the program, in the order of their ids.
pub fn all_rules() -> Vec<&'static RuleInfo> {
    mig_check::command::rules()
}

/// Names of what lies in a folder, without extension.
fn stems(folder: &Path, wanted: impl Fn(&PathBuf) -> bool) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let paths = entries.map(|entry| entry.expect("an entry").path()).filter(wanted);
    paths.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned()).collect()
}

/// Compares a generated file, or writes it.
fn kept(path: &Path, expected: &str) {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, expected).expect("the generated file can be written");
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(found == expected, "{} is out of date: run UPDATE=1 cargo test registry", path.display());
}

#[test]
fn the_list_of_rules_names_every_rule_file() {
    let modules = stems(&root().join("src/lint/rules"), |path| path.extension().is_some_and(|e| e == "rs"));
    let mut text = String::from(
        "//! Every rule that reads, in the order of their ids. Written by `UPDATE=1 cargo test registry`.\n\n",
    );
    for module in &modules {
        text.push_str(&format!("pub mod {module};\n"));
    }
    text.push_str("\nuse super::Rule;\n\n/// Every rule that reads.\npub static RULES: &[&Rule] = &[\n");
    for module in &modules {
        text.push_str(&format!("    &{module}::RULE,\n"));
    }
    text.push_str("];\n");
    kept(&root().join("src/lint/rules.rs"), &text);
}

#[test]
fn the_index_has_a_row_for_every_rule() {
    let mut text = String::from(
        "# Rules\n\nOne page each: what goes wrong, bad and good examples, the locks by version, and how to allow it. Kept by\n`UPDATE=1 cargo test registry`.\n\n| rule | severity | preset | found by | what it finds |\n| --- | --- | --- | --- | --- |\n",
    );
    for rule in all_rules() {
        let evidence = match rule.evidence {
            Evidence::Lint => "reading",
            Evidence::RoundTrip => "running",
        };
        let (id, severity, preset, summary) =
            (rule.id, rule.severity.name(), rule.preset.name(), rule.summary);
        text.push_str(&format!("| [{id}]({id}.md) | {severity} | {preset} | {evidence} | {summary} |\n"));
    }
    kept(&root().join("rules/README.md"), &text);
}

#[test]
fn every_id_has_a_file_a_page_and_nothing_is_left_over() {
    let ids: BTreeSet<String> = all_rules().iter().map(|rule| rule.id.to_owned()).collect();
    assert_eq!(ids.len(), all_rules().len(), "no id is taken twice");
    let mut pages = stems(&root().join("rules"), |path| path.extension().is_some_and(|e| e == "md"));
    pages.remove("README");
    assert_eq!(pages, ids, "pages and ids");
    let lint: BTreeSet<String> = RULES.iter().map(|rule| rule.info.id.replace('-', "_")).collect();
    let files = stems(&root().join("src/lint/rules"), |path| path.extension().is_some_and(|e| e == "rs"));
    assert_eq!(files, lint, "a rule's file has the name of its id");
}

#[test]
fn rules_speak_in_sentences_without_full_stops() {
    for rule in all_rules() {
        let id = rule.id;
        assert!(
            rule.page.starts_with(&format!("# {id}\n\n{}.\n", rule.summary)),
            "{id}: page and summary agree"
        );
        assert!(rule.summary.chars().next().is_some_and(char::is_uppercase), "{id}: sentence case");
        assert!(
            !rule.summary.ends_with('.') && !rule.page.contains('!'),
            "{id}: no full stop, no exclamation mark"
        );
        assert!(rule.severity > Severity::Off, "{id}: the default preset is what is on");
        assert!(id.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{id}: kebab-case");
        for heading in
            ["## What goes wrong", "## When it keeps silent", "## How to allow it", "## References"]
        {
            assert!(rule.page.contains(heading), "{id}: the page has {heading}");
        }
    }
}
