//! Walks a history: each migration up, down and up again on rows, then all of it up and down. Refuses to know how a
//! migration is run, and how a difference is called.

mod attempt;
mod stage;

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Case, Direction, Finding, Leg, Suite};
use crate::history::{Graph, Scope};

use super::diff::{Change, compare};
use super::engine::{EngineError, Failure};
use super::proxy::Proxy;
use super::seed::Level;
use super::server::{self, Server};
use super::snapshot::Snapshot;
use super::verdict::{self, OnRows, Place, Trip};
use super::{Options, Outcome, Progress, ProjectFailure};
use attempt::{Attempt, Losses};
use stage::Stage;

/// Runs all legs of a project.
pub(super) async fn run(
    server: &Server,
    proxy: &Proxy,
    place: Place<'_>,
    scope: &Scope,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Outcome, EngineError> {
    let checked = scope.checked.len();
    let legs = 3 * checked + (place.project.migrations.len() - checked) + 2;
    progress.begin(&place.project.root, legs);
    let stage = Stage::set(server, proxy, place, options).await?;
    let graph = place.project.graph();
    let walk = Walk {
        place,
        scope,
        graph: &graph,
        stage,
        progress,
        outcome: Outcome::default(),
        applied: Vec::new(),
        blocked: BTreeMap::new(),
        left_out: Vec::new(),
        one_way: None,
        faulty: None,
    };
    walk.run().await
}

struct Walk<'a> {
    place: Place<'a>,
    scope: &'a Scope,
    graph: &'a Graph,
    stage: Stage<'a>,
    progress: &'a dyn Progress,
    outcome: Outcome,
    /// What the trial database holds, in order.
    applied: Vec<usize>,
    /// Migrations that cannot be run, and what stands in their way.
    blocked: BTreeMap<usize, String>,
    /// Migrations that only their own tool can run. What follows them is run without them.
    left_out: Vec<usize>,
    /// The first migration that cannot be undone, and why.
    one_way: Option<(usize, String)>,
    /// The first migration that does not come back clean.
    faulty: Option<usize>,
}

impl Walk<'_> {
    async fn run(mut self) -> Result<Outcome, EngineError> {
        self.outcome.remarks.extend(self.stage.remark.take());
        let base = self.stage.snapshot().await?;
        let mut state = Some(base.clone());
        for &index in &self.graph.order {
            state = self.migration(index, state).await?;
        }
        self.models().await?;
        if let Some(missing) = self.missing() {
            self.outcome
                .remarks
                .push(format!("Only its own tool can run {missing}: what follows ran without it"));
        }
        for (table, reason) in self.stage.refused() {
            self.outcome
                .remarks
                .push(format!("{} was tested without rows in {table}: {reason}", self.place.project.root));
        }
        self.whole_history(base, state).await?;
        self.stage.strike().await?;
        Ok(self.outcome)
    }

    /// One migration, on the state that was before it (`None`: not looked at); returns the state after it.
    async fn migration(
        &mut self,
        index: usize,
        state: Option<Snapshot>,
    ) -> Result<Option<Snapshot>, EngineError> {
        let checked = self.scope.checked.contains(&index);
        let obstacle = self.graph.before[index].iter().find_map(|need| self.blocked.get(need)).cloned();
        if let Some(reason) = obstacle {
            self.skip(index, &[Leg::Up, Leg::Down, Leg::UpAgain], &reason);
            self.blocked.insert(index, reason);
            return Ok(state);
        }
        if let Some(reason) = self.stage.cannot_run(index) {
            self.skip(index, &[Leg::Up, Leg::Down, Leg::UpAgain], &reason);
            self.left_out.push(index);
            return Ok(state);
        }
        if !checked {
            self.progress.leg(Some(self.id(index)), Leg::Up);
            return match self.stage.run(index, Direction::Up).await? {
                Ok(()) => {
                    self.applied.push(index);
                    Ok(None)
                }
                Err(failure) => {
                    if self.excuse(index, &failure).is_none() {
                        self.outcome.remarks.push(format!(
                            "{} is not checked and does not upgrade, so nothing after it was run: {}",
                            self.id(index),
                            failure.message
                        ));
                    }
                    self.block(index);
                    self.stage.restore(&self.applied).await?;
                    Ok(None)
                }
            };
        }
        let before = match state {
            Some(state) => state,
            None => self.stage.snapshot().await?,
        };
        self.round_trip(index, before).await
    }

    async fn round_trip(&mut self, index: usize, before: Snapshot) -> Result<Option<Snapshot>, EngineError> {
        let mut shown = BTreeSet::new();
        let mut on_rows = Vec::new();
        let mut level = self.stage.has_data().then_some(Level::Full);
        let attempt = loop {
            if let Some(level) = level {
                self.stage.fill(self.place.id(index), level).await?;
            }
            let attempt = self.attempt(index, &before, &mut shown).await?;
            let (Some(now), Some((leg, failure))) = (level, attempt.failure()) else { break attempt };
            level = (now == Level::Full && failure.is_about_rows()).then_some(Level::Plain);
            on_rows.push(OnRows { leg, level: now, failure: failure.clone() });
            self.stage.restore(&self.applied).await?;
        };
        // What fails without rows as well is not their fault.
        let still = attempt.failure().map(|(leg, _)| leg);
        on_rows.retain(|found| Some(found.leg) != still);
        self.tell(verdict::on_rows(self.place, index, &before, &on_rows));
        self.judge(index, before, attempt, &mut shown).await
    }

    /// Says what came of a migration, and makes the trial database ready for the next.
    async fn judge(
        &mut self,
        index: usize,
        before: Snapshot,
        attempt: Attempt,
        shown: &mut BTreeSet<Leg>,
    ) -> Result<Option<Snapshot>, EngineError> {
        let (after, undone, again, drift) = match attempt {
            Attempt::UpFails(failure) => {
                let excuse = self.excuse(index, &failure);
                self.case(Some(index), Leg::Up, excuse.clone());
                if excuse.is_none() {
                    self.outcome.findings.push(verdict::upgrade_fails(self.place, index, &failure));
                }
                let reason = excuse.unwrap_or_else(|| "the upgrade fails".to_owned());
                self.skip_rest(index, &[Leg::Down, Leg::UpAgain], &reason, shown);
                self.block(index);
                self.stage.restore(&self.applied).await?;
                return Ok(Some(before));
            }
            Attempt::OneWay { after, reason, losses } => {
                self.tell_losses(index, &losses);
                self.applied.push(index);
                self.case(Some(index), Leg::Up, None);
                self.skip_rest(index, &[Leg::Down, Leg::UpAgain], &reason, shown);
                self.one_way.get_or_insert((index, reason));
                return Ok(Some(after));
            }
            Attempt::DownFails { after, failure, losses } => {
                self.tell_losses(index, &losses);
                self.applied.push(index);
                self.case(Some(index), Leg::Up, None);
                self.case(Some(index), Leg::Down, None);
                self.tell(vec![verdict::downgrade_fails(self.place, index, &failure)]);
                self.skip_rest(index, &[Leg::UpAgain], "the downgrade fails", shown);
                self.one_way.get_or_insert((index, "its downgrade fails".to_owned()));
                self.stage.restore(&self.applied).await?;
                return Ok(Some(after));
            }
            Attempt::Returned { after, undone, again, drift, losses } => {
                self.tell_losses(index, &losses);
                (after, undone, again, drift)
            }
        };
        self.applied.push(index);
        for leg in [Leg::Up, Leg::Down, Leg::UpAgain] {
            self.case(Some(index), leg, None);
        }
        let trip =
            Trip { before: &before, after: &after, undone: &undone, again: again.as_ref(), drift: &drift };
        let findings = verdict::round_trip(self.place, index, &trip);
        if findings.iter().any(|finding| finding.rule.id != super::rules::HARMLESS_RESIDUE.id) {
            self.faulty.get_or_insert(index);
        }
        self.tell(findings);
        if again.is_some() || !drift.is_empty() || undone != before {
            // What the next migration meets must be what one upgrade made, not what this trip left.
            self.stage.restore(&self.applied).await?;
        }
        Ok(Some(after))
    }

    /// Whether the models that the project declares are what its migrations make.
    async fn models(&mut self) -> Result<(), EngineError> {
        let Some(&last) = self.graph.order.last() else { return Ok(()) };
        if self.applied.len() < self.graph.order.len() || !self.scope.checked.contains(&last) {
            return Ok(());
        }
        match self.stage.compare_models().await {
            Ok(drift) => {
                let found = verdict::model_drift(self.place, last, &drift);
                self.tell(found.into_iter().collect());
            }
            // The migrations are none the worse for it.
            Err(error) => self.outcome.remarks.push(format!(
                "The models of {} were not compared: {}",
                self.place.project.root,
                error.what.lines().next().unwrap_or_default()
            )),
        }
        Ok(())
    }

    /// All of it up under the project's own transactions, and down to nothing.
    async fn whole_history(&mut self, base: Snapshot, head: Option<Snapshot>) -> Result<(), EngineError> {
        let all_checked = self.scope.checked.len() == self.place.project.migrations.len();
        let obstacle = if !all_checked {
            Some("only some migrations are checked".to_owned())
        } else {
            let left_out = self.left_out.first().map(|&index| format!("{} was left out", self.id(index)));
            left_out.or_else(|| self.blocked.values().next().cloned())
        };
        let head = match head {
            Some(head) if obstacle.is_none() => head,
            _ => {
                let reason = obstacle.unwrap_or_default();
                self.skip_whole(Leg::AllUp, &reason);
                self.skip_whole(Leg::AllDown, &reason);
                return Ok(());
            }
        };
        // Rows of ours are no part of the history.
        self.stage.restart().await?;
        if !self.all_up(&head).await? {
            self.stage.restore(&self.applied).await?;
        }
        self.all_down(&base).await
    }

    /// Whether it came to the head.
    async fn all_up(&mut self, head: &Snapshot) -> Result<bool, EngineError> {
        self.progress.leg(None, Leg::AllUp);
        self.case(None, Leg::AllUp, None);
        let order = self.applied.clone();
        match self.stage.run_all(&order, Direction::Up).await? {
            Err((index, failure)) => {
                self.outcome.findings.push(verdict::full_upgrade_fails(self.place, index, &failure));
                Ok(false)
            }
            Ok(()) => {
                let changes = compare(head, &self.stage.snapshot().await?);
                self.outcome.findings.extend(verdict::full_upgrade_differs(self.place, &changes));
                Ok(changes.is_empty())
            }
        }
    }

    async fn all_down(&mut self, base: &Snapshot) -> Result<(), EngineError> {
        self.progress.leg(None, Leg::AllDown);
        let reason = match (&self.one_way, self.faulty) {
            (Some((index, reason)), _) => Some(format!("{}: {reason}", self.id(*index))),
            (None, Some(index)) => Some(format!("{} does not come back clean", self.id(index))),
            (None, None) => None,
        };
        if let Some(reason) = reason {
            self.case(None, Leg::AllDown, Some(reason));
            return Ok(());
        }
        self.case(None, Leg::AllDown, None);
        let order: Vec<usize> = self.applied.iter().rev().copied().collect();
        for index in order {
            if let Err(failure) = self.stage.run(index, Direction::Down).await? {
                self.outcome.findings.push(verdict::full_downgrade_fails(self.place, index, &failure));
                return Ok(());
            }
        }
        let changes: Vec<Change> = compare(base, &self.stage.snapshot().await?);
        self.outcome.findings.extend(verdict::full_downgrade_leaves(self.place, &changes));
        Ok(())
    }

    fn id(&self, index: usize) -> &str {
        &self.place.project.migrations[index].id
    }

    /// Adds findings, each with what its migration had to do without.
    fn tell(&mut self, mut findings: Vec<Finding>) {
        if let Some(missing) = self.missing() {
            let note = format!("It ran without {missing}, which only its own tool can run");
            findings.iter_mut().for_each(|finding| finding.notes.push(note.clone()));
        }
        self.outcome.findings.extend(findings);
    }

    fn tell_losses(&mut self, index: usize, losses: &Losses) {
        for (leg, losses) in losses {
            self.tell(verdict::lost(self.place, index, *leg, losses));
        }
    }

    /// The migrations that were left out, as a sentence names them.
    fn missing(&self) -> Option<String> {
        match self.left_out[..] {
            [] => None,
            [only] => Some(self.id(only).to_owned()),
            [first, ..] => Some(format!("{} and {} more", self.id(first), self.left_out.len() - 1)),
        }
    }

    /// Why a failing upgrade is no fault of the migration, if so.
    fn excuse(&mut self, index: usize, failure: &Failure) -> Option<String> {
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

    fn block(&mut self, index: usize) {
        let reason = format!("{} does not upgrade", self.id(index));
        self.blocked.insert(index, reason);
    }

    /// Legs that were not come to, some of which may have been announced.
    fn skip_rest(&mut self, index: usize, legs: &[Leg], reason: &str, shown: &mut BTreeSet<Leg>) {
        for &leg in legs {
            self.announce(index, leg, shown);
            self.case(Some(index), leg, Some(reason.to_owned()));
        }
    }

    fn skip(&mut self, index: usize, legs: &[Leg], reason: &str) {
        if !self.scope.checked.contains(&index) {
            return;
        }
        for &leg in legs {
            self.progress.leg(Some(self.id(index)), leg);
            self.case(Some(index), leg, Some(reason.to_owned()));
        }
    }

    fn skip_whole(&mut self, leg: Leg, reason: &str) {
        self.progress.leg(None, leg);
        self.case(None, leg, Some(reason.to_owned()));
    }

    fn case(&mut self, index: Option<usize>, leg: Leg, skipped: Option<String>) {
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
