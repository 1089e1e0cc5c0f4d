//! One outcome of round trips on several versions of PostgreSQL: what each of them said is said once, with its versions.
//! Refuses to know what a finding means.

use super::Outcome;
use crate::finding::Finding;

/// Each wished version once, the oldest first; one wish for any if there are none.
pub(super) fn wished(versions: &[u16]) -> Vec<Option<u16>> {
    let mut versions: Vec<Option<u16>> = versions.iter().copied().map(Some).collect();
    versions.sort_unstable();
    versions.dedup();
    if versions.is_empty() { vec![None] } else { versions }
}

/// All outcomes as one. A single one is left as it is.
pub(super) fn merged(mut outcomes: Vec<(u16, Outcome)>) -> Outcome {
    if outcomes.len() == 1 {
        return outcomes.remove(0).1;
    }
    let mut whole = Outcome::default();
    for (major, outcome) in outcomes {
        whole.cases.extend(outcome.cases.into_iter().map(|mut case| {
            case.postgres = Some(major);
            case
        }));
        outcome.findings.into_iter().for_each(|finding| add(&mut whole.findings, finding, major));
        whole.remark(outcome.remarks);
        let place = format!("on PostgreSQL {major}");
        whole.failures.extend(outcome.failures.into_iter().map(|failure| failure.met(&place)));
    }
    whole
}

fn add(findings: &mut Vec<Finding>, mut finding: Finding, major: u16) {
    let same = findings.iter_mut().find(|known| {
        finding.postgres.clone_from(&known.postgres);
        **known == finding
    });
    match same {
        Some(known) => known.postgres.push(major),
        None => {
            finding.postgres = vec![major];
            findings.push(finding);
        }
    }
}
