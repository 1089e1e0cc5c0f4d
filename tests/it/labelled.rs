//! Small migrations that people know to be safe, though they look dangerous, or to be dangerous: every one of the
//! latter is found where it is dangerous, and nothing is said of the former, under the default preset.
//!
//! All of them follow `fixtures/labelled/before.sql`, which makes tables that are in use. Those in `strict/` and
//! `pedantic/` are judged under the whole of that preset, those in `conventions/` with conventions of the project.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use mig_check::finding::{Preset, Severity};
use mig_check::history::{Project, Scope};
use mig_check::lint::Settings;
use mig_check::lint::conventions::Conventions;

use super::bench::{self, Written};

fn folder(name: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/labelled").join(name);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|_| panic!("{} is missing", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

/// Lines, by their text, and the rules that speak of them.
type Places = BTreeSet<(String, String)>;

/// What is expected, what is found, and the whole report.
fn judged(path: &Path, settings: &Settings) -> (Places, Places, String) {
    let written = match path.extension().and_then(|extension| extension.to_str()) {
        Some("py") => Written::Python,
        _ => Written::Sql,
    };
    let read = |path: &Path| std::fs::read_to_string(path).expect("labelled migrations are UTF-8");
    let labelled = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/labelled");
    let before = read(&labelled.join("before.sql"));
    let text = read(path);
    let expected = text.lines().filter_map(|line| {
        let (_, ids) = line.split_once(" expect: ")?;
        Some(ids.split(',').map(|id| (line.trim().to_owned(), id.trim().to_owned())).collect::<Vec<_>>())
    });
    // Of a migration as a whole: its head may be what the bench has written.
    let in_file = text.lines().filter_map(|line| line.split_once(" expect-in-file: "));
    let in_file = in_file.map(|(_, id)| (String::new(), id.trim().to_owned()));
    let expected: Places = expected.flatten().chain(in_file).collect();
    // All but what makes the tables.
    let after =
        |project: &Project| Scope { checked: (1..project.migrations.len()).collect(), ..Scope::all(project) };
    let judged = bench::judge_with(written, Some(&before), &text, after, settings);
    let found = judged.findings.iter().map(|finding| {
        let file = judged.sources.file(finding.span.source);
        let line = judged.sources.position(finding.span).line.get();
        let whole = (String::new(), finding.rule.id.to_owned());
        if expected.contains(&whole) {
            return whole;
        }
        (file.text().lines().nth(line - 1).unwrap_or_default().trim().to_owned(), finding.rule.id.to_owned())
    });
    let found = found.collect();
    (expected, found, judged.text())
}

/// Judges a set of migrations: at least `least` of both kinds.
fn judge(safe: &str, dangerous: &str, settings: &Settings, least: usize) {
    let mut wrong = Vec::new();
    let (safe, dangerous) = (folder(safe), folder(dangerous));
    for path in safe.iter().chain(&dangerous) {
        let (expected, found, report) = judged(path, settings);
        if expected != found {
            let name = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(path).display();
            wrong.push(format!("{name}: expected {expected:?}\nfound {found:?}\n{report}"));
        }
    }
    assert!(wrong.is_empty(), "{} are judged wrongly\n{}", wrong.len(), wrong.join("\n"));
    assert!(safe.len() >= least && dangerous.len() >= least, "enough of both kinds");
    assert!(dangerous.iter().all(|path| !judged(path, settings).0.is_empty()), "what is dangerous is said");
}

fn with(preset: Preset) -> Settings {
    Settings { preset, ..Settings::default() }
}

#[test]
fn what_is_dangerous_is_found_and_what_is_safe_is_not() {
    judge("safe", "unsafe", &with(Preset::Default), 75);
}

#[test]
fn what_the_guides_advise_against_is_found_and_what_they_advise_is_not() {
    judge("strict/safe", "strict/unsafe", &with(Preset::Strict), 30);
}

#[test]
fn matters_of_taste_are_found_and_what_looks_like_them_is_not() {
    judge("pedantic/safe", "pedantic/unsafe", &with(Preset::Pedantic), 25);
}

#[test]
fn what_the_projects_own_conventions_ask_is_minded() {
    let conventions = Conventions {
        required_columns: vec!["created_at".to_owned()],
        require_schema: true,
        ..Conventions::default()
    };
    // Of the preset that the rule is in, only this one is asked for.
    let severities = [("against-convention".to_owned(), Severity::Info)].into();
    let settings = Settings { conventions, severities, ..Settings::default() };
    judge("conventions/safe", "conventions/unsafe", &settings, 1);
}
