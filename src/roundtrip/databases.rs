//! The round trip of a project whose tool migrates several databases at once: one for each, told as one. Refuses to know
//! what is run.

use crate::finding::{Case, Finding};
use crate::history::Scope;

use super::engine::{Engine, EngineError};
use super::legs::{self, Worker};
use super::verdict::Place;
use super::{Options, Outcome, Progress};

/// Runs all legs of a project, on each of its databases.
pub(super) async fn run(
    workers: &mut Vec<Worker>,
    place: Place<'_>,
    scope: &Scope,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Outcome, EngineError> {
    let names = match workers.first() {
        Some(Worker { server, proxy, .. }) => Engine::databases(place, server, proxy, options).await?,
        None => Vec::new(),
    };
    if names.is_empty() {
        return legs::run(workers, place, scope, options, progress).await;
    }
    let mut outcomes = Vec::new();
    for name in &names {
        let place = Place { database: Some(name), ..place };
        let outcome = legs::run(workers, place, scope, options, progress).await?;
        // Flask-SQLAlchemy has no name for the one that is not bound to a key.
        outcomes.push((if name.is_empty() { "default" } else { name }, outcome));
    }
    Ok(told_as_one(outcomes))
}

fn told_as_one(outcomes: Vec<(&str, Outcome)>) -> Outcome {
    let mut whole = Outcome::default();
    let all = outcomes.len();
    let mut findings: Vec<(Finding, Vec<&str>)> = Vec::new();
    for (name, outcome) in outcomes {
        outcome.cases.into_iter().for_each(|case| add_case(&mut whole.cases, case));
        for finding in outcome.findings {
            match findings.iter_mut().find(|(known, _)| *known == finding) {
                Some((_, names)) => names.push(name),
                None => findings.push((finding, vec![name])),
            }
        }
        whole.remark(outcome.remarks);
        let place = format!("in the database {name}");
        whole.failures.extend(outcome.failures.into_iter().map(|failure| failure.met(&place)));
    }
    whole.findings.extend(findings.into_iter().map(|(mut finding, names)| {
        if names.len() < all {
            let word = if names.len() == 1 { "database" } else { "databases" };
            finding.notes.push(format!("In the {word} {}", names.join(", ")));
        }
        finding
    }));
    whole
}

/// A leg was run if it was on any of them.
fn add_case(cases: &mut Vec<Case>, case: Case) {
    let same = cases.iter_mut().find(|known| known.migration == case.migration && known.leg == case.leg);
    match same {
        Some(known) if case.skipped.is_none() => known.skipped = None,
        Some(_) => {}
        None => cases.push(case),
    }
}
