//! Walks a history: each migration up, down and up again on rows, then all of it up and down. Refuses to know how a
//! migration is run, and how a difference is called.

mod attempt;
mod checkpoint;
mod limit;
mod pieces;
mod roles;
mod stage;
mod telling;
mod whole;
mod worker;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

use futures_util::future::try_join_all;

use crate::finding::{Direction, Leg};
use crate::history::{Graph, Scope};

use super::engine::EngineError;
use super::seed::Level;
use super::snapshot::Snapshot;
use super::verdict::{self, OnRows, Place, Trip};
use super::{Options, Outcome, Progress};
use attempt::Attempt;
use checkpoint::Checkpoint;
use pieces::Task;
use stage::Stage;
use whole::Rehearsal;

pub(super) use worker::Worker;

/// Runs all legs of a project, shared out among the workers; the first one fetches more of its kind if they are needed.
pub(super) async fn run(
    workers: &mut Vec<Worker>,
    place: Place<'_>,
    scope: &Scope,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Outcome, EngineError> {
    let graph = place.project.graph();
    let jobs = options.jobs.unwrap_or(NonZeroUsize::MIN);
    let tasks = pieces::tasks(&graph.order, &scope.checked, options.shard, jobs, options.data.is_some());
    let tried: BTreeSet<usize> = tasks.iter().flat_map(|task| &task.tried).copied().collect();
    let elsewhere: BTreeSet<usize> = scope.checked.difference(&tried).copied().collect();
    let lowest = options.minimum_downgrade.as_ref();
    let lowest = place.project.migrations.iter().position(|migration| Some(&migration.id) == lowest);
    let never_undone = lowest.map(|index| graph.with_ancestors(index)).unwrap_or_default();
    let kept = Checkpoint::of(place, &graph, scope, options, &workers[0]).await?;
    let begun = match &kept {
        Some(kept) => kept.workers(&workers[0].wish, tasks.len(), progress).await,
        None => Vec::new(),
    };
    let begun = match &kept {
        Some(kept) => kept.stages(&begun, place, options).await?,
        None => None,
    };
    let (begun_with, to_keep) = match &kept {
        Some(kept) if begun.is_some() => (&*kept.prefix, None),
        kept => (&[][..], kept.as_ref()),
    };
    let stages = match begun {
        Some(stages) => stages,
        None => {
            worker::fetch(workers, tasks.len(), progress).await?;
            Stage::set_all(&workers[..tasks.len()], place, options, 0).await?
        }
    };
    progress.begin(&place.project.root, tasks.iter().map(|task| task.legs() - begun_with.len()).sum());
    let is_shared = tasks.len() > 1;
    let walks = tasks.into_iter().zip(stages).enumerate().map(|(at, (task, mut stage))| {
        let (graph, elsewhere, never_undone) = (&graph, &elsewhere, &never_undone);
        async move {
            let base = stage.snapshot().await?;
            let walk = Walk {
                place,
                scope,
                elsewhere,
                graph,
                never_undone,
                task,
                stage,
                progress,
                base,
                outcome: Outcome::default(),
                applied: begun_with.to_vec(),
                // One of them is enough.
                to_keep: to_keep.filter(|_| at == 0),
                blocked: BTreeMap::new(),
                left_out: Vec::new(),
                refused: BTreeMap::new(),
                one_way: None,
                faulty: None,
            };
            walk.go(is_shared).await
        }
    });
    let mut walks = try_join_all(walks).await?.into_iter();
    let Some((mut first, mut head, rehearsal)) = walks.next() else { return Ok(Outcome::default()) };
    for (later, its_head, _) in walks {
        first.take_over(later).await?;
        head = its_head;
    }
    first.end(head, rehearsal).await
}

struct Walk<'a> {
    place: Place<'a>,
    scope: &'a Scope,
    /// What is checked, but by other shards.
    elsewhere: &'a BTreeSet<usize>,
    graph: &'a Graph,
    /// What the user says is never undone.
    never_undone: &'a BTreeSet<usize>,
    task: Task,
    stage: Stage<'a>,
    progress: &'a dyn Progress,
    /// The empty database.
    base: Snapshot,
    outcome: Outcome,
    /// What the trial database holds, in order.
    applied: Vec<usize>,
    /// Where to keep the state before the first checked migration.
    to_keep: Option<&'a Checkpoint>,
    /// Migrations that cannot be run, and what stands in their way.
    blocked: BTreeMap<usize, String>,
    /// Migrations that only their own tool can run. What follows them is run without them.
    left_out: Vec<usize>,
    /// Tables that never got a row, each with its reason.
    refused: BTreeMap<String, String>,
    /// The first migration that cannot be undone, and why.
    one_way: Option<(usize, String)>,
    /// The first migration that does not come back clean.
    faulty: Option<usize>,
}

/// A walk that is done with its own, the state of the head if it came there, and what it ran while others went on.
type Done<'a> = (Walk<'a>, Option<Snapshot>, Option<Rehearsal>);

impl<'a> Walk<'a> {
    async fn go(mut self, is_shared: bool) -> Result<Done<'a>, EngineError> {
        let head = self.stairs().await?;
        let rehearsal = if is_shared && self.task.whole { self.rehearse().await? } else { None };
        Ok((self, head, rehearsal))
    }
}

impl Walk<'_> {
    /// Tries each migration of the task; returns the state after the last one, where it is known.
    async fn stairs(&mut self) -> Result<Option<Snapshot>, EngineError> {
        self.outcome.remarks.extend(self.stage.remark.take());
        let mut state = Some(self.base.clone());
        let mut is_first = true;
        for index in self.task.order.clone().into_iter().skip(self.applied.len()) {
            if let Some(kept) = self.to_keep.take_if(|kept| kept.prefix == self.applied) {
                kept.keep(&mut self.stage, self.progress).await?;
            }
            if self.task.first.contains(&index) && !std::mem::take(&mut is_first) && self.stage.has_data() {
                self.restore().await?;
            }
            state = self.migration(index, state).await?;
        }
        self.refused.extend(self.stage.refused());
        if self.task.ends && self.stage.has_data() {
            // Without our rows, and what triggers made of them.
            self.restore().await?;
            state = Some(self.stage.snapshot().await?);
        }
        self.models().await?;
        Ok(state)
    }

    /// Makes what the walk over the pieces after its own found its own.
    async fn take_over(&mut self, later: Self) -> Result<(), EngineError> {
        self.outcome.add(later.outcome);
        self.applied = later.applied;
        self.blocked.extend(later.blocked);
        let known = self.left_out.clone();
        self.left_out.extend(later.left_out.into_iter().filter(|index| !known.contains(index)));
        self.refused.extend(later.refused);
        self.one_way = self.one_way.take().or(later.one_way);
        self.faulty = self.faulty.or(later.faulty);
        later.stage.strike().await
    }

    /// Says what concerns the project, and goes on with the whole history if that is this walk's to do.
    async fn end(
        mut self,
        head: Option<Snapshot>,
        rehearsal: Option<Rehearsal>,
    ) -> Result<Outcome, EngineError> {
        self.tell_left_out();
        let refused = self.refused.iter().map(|(table, reason)| {
            format!("{} was tested without rows in {table}: {reason}", self.place.project.root)
        });
        self.outcome.remarks.extend(refused);
        if self.task.whole {
            self.whole_history(head, rehearsal).await?;
        }
        self.stage.strike().await?;
        Ok(self.outcome)
    }

    /// One migration, on the state that was before it (`None`: not looked at); returns the state after it.
    async fn migration(
        &mut self,
        index: usize,
        state: Option<Snapshot>,
    ) -> Result<Option<Snapshot>, EngineError> {
        let tried = self.task.tried.contains(&index);
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
        if !tried {
            let is_judged = self.scope.checked.contains(&index);
            if is_judged && let Some(reason) = self.cannot_undo(index) {
                self.one_way.get_or_insert((index, reason));
            }
            self.progress.leg(Some(self.id(index)), Leg::Up);
            return match self.stage.run(index, Direction::Up).await? {
                Ok(()) => {
                    self.applied.push(index);
                    Ok(None)
                }
                Err(failure) => {
                    // Whoever tries it says what is to be said.
                    if !is_judged && self.excuse(index, &failure).is_none() {
                        self.outcome.remarks.push(format!(
                            "{} is not checked and does not upgrade, so nothing after it was run: {}",
                            self.id(index),
                            failure.message
                        ));
                    }
                    self.block(index);
                    self.restore().await?;
                    Ok(None)
                }
            };
        }
        self.round_trip(index, state).await
    }

    async fn round_trip(
        &mut self,
        index: usize,
        state: Option<Snapshot>,
    ) -> Result<Option<Snapshot>, EngineError> {
        // Triggers may make more of rows than rows.
        let mut state = state.filter(|_| !self.stage.has_data());
        let mut shown = BTreeSet::new();
        let mut on_rows = Vec::new();
        let mut level = self.stage.has_data().then_some(Level::Full);
        let has_own = self.stage.has_own_rows(self.place.id(index));
        if has_own {
            // Ours would be in their way.
            self.restore().await?;
        }
        let (before, attempt) = loop {
            if let Some(level) = level {
                self.stage.fill(self.place.id(index), level).await?;
            }
            let before = match state.take() {
                Some(state) => state,
                None => self.stage.snapshot().await?,
            };
            let attempt = self.attempt(index, &before, &mut shown).await?;
            let (Some(now), Some((leg, failure))) = (level, attempt.failure()) else {
                break (before, attempt);
            };
            level = (now == Level::Full && failure.is_about_rows()).then_some(if has_own {
                Level::Own
            } else {
                Level::Plain
            });
            on_rows.push(OnRows { leg, level: now, has_own, failure: failure.clone() });
            self.restore().await?;
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
                self.restore().await?;
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
                self.restore().await?;
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
            self.restore().await?;
        }
        Ok(Some(after))
    }

    /// Makes the trial database what upgrades alone make. One that upgrades no more is said, and taken out with what needs
    /// it.
    async fn restore(&mut self) -> Result<(), EngineError> {
        while let Err((index, failure)) = self.stage.restore(&self.applied).await? {
            self.tell(vec![verdict::upgrade_fails_anew(self.place, index, &failure)]);
            let graph = self.graph;
            let needs_it = |one: &mut usize| graph.with_ancestors(*one).contains(&index);
            let lost: Vec<usize> = self.applied.extract_if(.., needs_it).collect();
            lost.into_iter().for_each(|lost| self.block_for(lost, index));
        }
        Ok(())
    }

    /// Why a migration cannot be undone, if so.
    fn cannot_undo(&self, index: usize) -> Option<String> {
        if self.never_undone.contains(&index) {
            return Some("minimum-downgrade says that nobody goes below it".to_owned());
        }
        self.stage.cannot_undo(index)
    }

    fn id(&self, index: usize) -> &str {
        &self.place.project.migrations[index].id
    }
}
