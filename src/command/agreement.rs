//! Says where reading and running agree. Refuses to know how either found out.

use crate::finding::{Evidence, Finding};

/// What lint foretells, and what the round trip then sees.
const SEEN_AS: &[(&str, &[&str])] = &[
    ("concurrently-in-transaction", &["upgrade-fails", "downgrade-fails"]),
    ("drop-column-without-backup", &["values-lost"]),
    ("drop-table-without-backup", &["rows-lost"]),
    ("empty-downgrade", &["downgrade-does-nothing"]),
    ("enum-left-behind", &["downgrade-leaves-objects"]),
    ("enum-value-in-same-transaction", &["upgrade-fails"]),
    ("not-null-without-default", &["upgrade-fails-on-rows"]),
    ("refused-in-transaction", &["upgrade-fails", "downgrade-fails"]),
    ("syntax-error", &["upgrade-fails", "downgrade-fails"]),
    (
        "unmirrored-downgrade",
        &["downgrade-leaves-objects", "downgrade-loses-objects", "downgrade-changes-schema"],
    ),
    ("unsupported-on-partitioned", &["upgrade-fails", "downgrade-fails"]),
];

/// How the note begins.
const AGREES: &str = "The round trip agrees: ";

/// Adds to each finding of lint what the round trip of the same migration saw of it, unless it says so already.
pub(super) fn note(findings: &mut [Finding]) {
    let seen: Vec<Finding> =
        findings.iter().filter(|finding| finding.rule.evidence == Evidence::RoundTrip).cloned().collect();
    for finding in findings.iter_mut().filter(|finding| finding.rule.evidence == Evidence::Lint) {
        let Some((_, rules)) = SEEN_AS.iter().find(|(rule, _)| *rule == finding.rule.id) else { continue };
        if finding.notes.iter().any(|note| note.starts_with(AGREES)) {
            continue;
        }
        let agrees = |other: &&Finding| {
            rules.contains(&other.rule.id)
                && other.migration.is_some()
                && other.migration == finding.migration
        };
        if let Some(other) = seen.iter().find(agrees) {
            finding.notes.push(format!("{AGREES}{}", other.message));
        }
    }
}

#[cfg(all(test, feature = "roundtrip"))]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_a_rule_of_its_half() {
        let is = |id: &str, evidence| {
            crate::command::rules().iter().any(|rule| rule.id == id && rule.evidence == evidence)
        };
        for (foretold, seen) in SEEN_AS {
            assert!(is(foretold, Evidence::Lint), "{foretold}");
            assert!(seen.iter().all(|id| is(id, Evidence::RoundTrip)), "{seen:?}");
        }
    }
}
