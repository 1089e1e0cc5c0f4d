//! What a walk says: findings, cases, and why something was not run.

use std::collections::BTreeSet;

use crate::finding::{Case, Finding, Leg, Suite};

use super::super::engine::Failure;
use super::super::verdict;
use super::super::{ProjectFailure, server};
use super::Walk;
use super::attempt::Losses;

impl Walk<'_> {
    /// Adds findings, each with what its migration had to do without.
    pub(super) fn tell(&mut self, mut findings: Vec<Finding>) {
        if let Some(missing) = self.missing() {
            let note = format!("It ran without {missing}, which only its own tool can run");
            findings.iter_mut().for_each(|finding| finding.notes.push(note.clone()));
        }
        self.outcome.findings.extend(findings);
    }

    pub(super) fn tell_losses(&mut self, index: usize, losses: &Losses) {
        for (leg, losses) in losses {
            self.tell(verdict::lost(self.place, index, *leg, losses));
        }
    }

    /// The migrations that were left out, as a sentence names them.
    pub(super) fn missing(&self) -> Option<String> {
        match self.left_out[..] {
            [] => None,
            [only] => Some(self.id(only).to_owned()),
            [first, ..] => Some(format!("{} and {} more", self.id(first), self.left_out.len() - 1)),
        }
    }

    /// Says what was left out, and why.
    pub(super) fn tell_left_out(&mut self) {
        if let (Some(missing), Some(&first)) = (self.missing(), self.left_out.first()) {
            let reason = self.stage.cannot_run(first).unwrap_or_default();
            self.outcome.remarks.push(match self.left_out.len() {
                1 => format!("{missing} was left out, and what follows ran without it: {reason}"),
                _ => format!(
                    "{missing} were left out, and what follows ran without them; of {}: {reason}",
                    self.id(first)
                ),
            });
        }
    }

    /// Why a failing upgrade is no fault of the migration, if so.
    pub(super) fn excuse(&mut self, index: usize, failure: &Failure) -> Option<String> {
        if let Some(extension) = failure.missing_extension() {
            let reason = format!("its upgrade needs the extension {extension}, which the server lacks");
            self.outcome.failures.push(ProjectFailure {
                project: self.place.project.root.clone(),
                what: format!(
                    "{} needs the extension {extension}, which the disposable server lacks",
                    self.id(index)
                ),
                remedy: server::extension_remedy(extension, self.stage.major()),
            });
            return Some(reason);
        }
        if self.stage.lacks_rights(failure) {
            let reason =
                format!("its upgrade needs rights that it is not given on this server: {}", failure.message);
            self.outcome.failures.push(ProjectFailure {
                project: self.place.project.root.clone(),
                what: format!(
                    "{} needs rights that mig-check gives no migration on somebody else's server: {}",
                    self.id(index),
                    failure.message
                ),
                remedy: "use --server local or --server docker, where migrations may do everything"
                    .to_owned(),
            });
            return Some(reason);
        }
        let reason = format!("it does not upgrade without {}: {}", self.missing()?, failure.message);
        self.outcome.remarks.push(format!("{} and what needs it was not run: {reason}", self.id(index)));
        Some(reason)
    }

    pub(super) fn block(&mut self, index: usize) {
        self.block_for(index, index);
    }

    /// A migration cannot be run, because another one does not upgrade.
    pub(super) fn block_for(&mut self, index: usize, culprit: usize) {
        let reason = format!("{} does not upgrade", self.id(culprit));
        self.blocked.insert(index, reason);
    }

    /// Legs that were not come to, some of which may have been announced.
    pub(super) fn skip_rest(&mut self, index: usize, legs: &[Leg], reason: &str, shown: &mut BTreeSet<Leg>) {
        for &leg in legs {
            self.announce(index, leg, shown);
            self.case(Some(index), leg, Some(reason.to_owned()));
        }
    }

    pub(super) fn skip(&mut self, index: usize, legs: &[Leg], reason: &str) {
        if !self.task.tried.contains(&index) {
            return;
        }
        for &leg in legs {
            self.progress.leg(Some(self.id(index)), leg);
            self.case(Some(index), leg, Some(reason.to_owned()));
        }
    }

    pub(super) fn skip_whole(&mut self, leg: Leg, reason: &str) {
        self.progress.leg(None, leg);
        self.case(None, leg, Some(reason.to_owned()));
    }

    pub(super) fn case(&mut self, index: Option<usize>, leg: Leg, skipped: Option<String>) {
        self.outcome.cases.push(Case {
            suite: Suite::RoundTrip,
            project: self.place.project.root.clone(),
            migration: index.map(|index| self.id(index).to_owned()),
            leg: Some(leg),
            postgres: None,
            skipped,
        });
    }
}
