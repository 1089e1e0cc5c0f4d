//! `mig-check merge`: makes one report of those that the parts of a round trip wrote, and judges it as one run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::{Console, Failure, agreement, output};
use crate::cli::Color;
use crate::config::Config;
use crate::exit::Exit;
use crate::finding::{Report, RuleInfo, Shard};
use crate::report::json;
use crate::source::{SourceId, Sources};

/// Reads the reports, writes what they say together, and says whether anything fails.
pub(super) fn run(
    files: &[PathBuf],
    config: &Config,
    rules: &[&'static RuleInfo],
    color: Color,
    console: &mut Console<'_>,
) -> Result<Exit, Failure> {
    let outputs = output::wished(config)?;
    let mut report = Report::new(Sources::new(), Vec::new(), Vec::new());
    let mut known: BTreeMap<String, SourceId> = BTreeMap::new();
    let mut find = |sources: &mut Sources, path: &str| match known.get(path) {
        Some(id) => Ok(*id),
        None => {
            let (id, _) = sources.read(path.as_ref(), path)?;
            known.insert(path.to_owned(), id);
            Ok(id)
        }
    };
    let mut shards = BTreeSet::new();
    for path in files {
        let text = std::fs::read_to_string(path)
            .map_err(|source| Failure::Unreadable { path: path.clone(), source })?;
        json::read(&text, rules, &mut report, &mut find)
            .map_err(|source| Failure::NoReport { path: path.clone(), source })?;
        shards.extend(report.shard.take());
    }
    agreement::note(&mut report.findings);
    let missing = missing(&shards);
    if !missing.is_empty() {
        report.remarks.push(missing.clone());
    }
    let whole = Report {
        allowed: report.allowed,
        remarks: report.remarks,
        totals: report.totals,
        fails_at: config.fail_on,
        incomplete: report.incomplete || !missing.is_empty(),
        ..Report::new(report.sources, report.findings, report.cases)
    };
    output::write(&whole, &outputs, color, console)?;
    if !missing.is_empty() {
        return Err(Failure::PartsMissing(missing));
    }
    match whole.incomplete {
        true => Err(Failure::PartFailed),
        false if whole.findings.iter().any(|finding| whole.fails(finding)) => Ok(Exit::Findings),
        false => Ok(Exit::Clean),
    }
}

/// Which parts are not there, as a sentence; empty if all are.
fn missing(shards: &BTreeSet<Shard>) -> String {
    let Some(of) = shards.iter().map(|shard| shard.of).max() else { return String::new() };
    if shards.iter().any(|shard| shard.of != of) {
        return "The reports are of round trips that were shared out differently".to_owned();
    }
    let there: BTreeSet<usize> = shards.iter().map(|shard| shard.number).collect();
    let absent: Vec<String> =
        (1..=of).filter(|number| !there.contains(number)).map(|number| number.to_string()).collect();
    match absent.as_slice() {
        [] => String::new(),
        [one] => format!("Part {one} of {of} of the round trip is missing"),
        many => format!("Parts {} of {of} of the round trip are missing", many.join(", ")),
    }
}
