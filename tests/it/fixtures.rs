//! Judges every file of `fixtures/rules/<rule-id>/`: what is found is what its lines expect, no more and no less, and
//! the report reads as the snapshot beside it.
//!
//! `expect: rule-id` in a comment expects a finding on its line, or on the next line if it stands alone;
//! `expect-in-file: rule-id` expects one that points at the migration as a whole.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use mig_check::finding::Evidence;
use mig_check::history::Scope;
use mig_check::lint::Settings;

use super::bench::{self, Judged, Written};
use super::registry::all_rules;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join("rules")
}

fn listed(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|_| panic!("{} is missing", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}

/// Where findings are, and where they are expected: file, line (0: anywhere) and rule.
type Places = BTreeSet<(String, usize, String)>;

fn expected(judged: &Judged) -> Places {
    let mut places = Places::new();
    for (_, file) in judged.sources.iter() {
        for (index, line) in file.text().lines().enumerate() {
            let alone = line.trim_start().starts_with(['-', '#']);
            let at = index + 1 + usize::from(alone);
            for (mark, line_number) in [("expect: ", at), ("expect-in-file: ", 0)] {
                if let Some((_, ids)) = line.split_once(mark) {
                    let ids = ids.split(',').map(|id| id.trim().to_owned());
                    places.extend(ids.map(|id| (file.display_path(), line_number, id)));
                }
            }
        }
    }
    places
}

fn found(judged: &Judged, expected: &Places) -> Places {
    let place = |finding: &mig_check::finding::Finding| {
        let file = judged.sources.file(finding.span.source).display_path();
        let id = finding.rule.id.to_owned();
        let anywhere = (file.clone(), 0, id.clone());
        match expected.contains(&anywhere) {
            true => anywhere,
            false => (file, judged.sources.position(finding.span).line.get(), id),
        }
    };
    judged.findings.iter().map(place).collect()
}

#[test]
fn fixtures_are_judged_as_their_lines_expect() {
    let mut wrong = Vec::new();
    let rules = all_rules();
    for rule in listed(&folder()) {
        let id = name(&rule);
        let severity = rules.iter().find(|info| info.id == id).map(|info| info.severity);
        // The default rules, and the one that is put to the test.
        let severities = severity.map(|severity| (id.clone(), severity)).into_iter().collect();
        let alone = Settings { severities, ..Settings::default() };
        for path in listed(&rule) {
            let written = match path.extension().and_then(|extension| extension.to_str()) {
                Some("sql") => Written::Sql,
                Some("py") => Written::Python,
                _ => continue,
            };
            let text = std::fs::read_to_string(&path).expect("fixtures are UTF-8");
            let judged = match name(&path).contains("together") {
                true => bench::judge_with(written, None, &text, bench::pending, &alone),
                false => bench::judge_with(written, None, &text, Scope::all, &alone),
            };
            let expected = expected(&judged);
            let found = found(&judged, &expected);
            let label = format!("{}/{}", name(&rule), name(&path));
            let good = name(&path).starts_with("good-");
            if good != expected.is_empty() {
                wrong.push(format!("{label}: its name and its expectations disagree"));
            }
            let report = judged.text();
            if found != expected {
                wrong.push(format!("{label}: expected {expected:?}\nfound {found:?}\n{report}"));
            } else if !good {
                insta::with_settings!({
                    snapshot_path => &rule,
                    prepend_module_to_snapshot => false,
                    omit_expression => true,
                }, { insta::assert_snapshot!(name(&path), report) });
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_rule_has_bad_and_good_fixtures() {
    let folders: BTreeSet<String> = listed(&folder()).iter().map(|path| name(path)).collect();
    let rules = all_rules().into_iter().filter(|rule| rule.evidence == Evidence::Lint);
    let ids: BTreeSet<String> = rules.map(|rule| rule.id.to_owned()).collect();
    let ids: BTreeSet<String> =
        ids.into_iter().filter(|id| !super::pages::WITHOUT_EXAMPLES.contains(&id.as_str())).collect();
    assert_eq!(folders, ids, "one folder of fixtures a rule");
    for id in ids {
        let files: Vec<String> = listed(&folder().join(&id)).iter().map(|path| name(path)).collect();
        for kind in ["bad-", "good-"] {
            assert!(files.iter().any(|file| file.starts_with(kind)), "{id} has a {kind} fixture");
        }
    }
}
