//! What concerns the whole history: all of it up under the project's own transactions, and down to nothing; and whether
//! it makes what the project's models say.

use crate::finding::{Direction, Leg};

use super::super::diff::compare;
use super::super::engine::{EngineError, Failure};
use super::super::snapshot::Snapshot;
use super::super::verdict;
use super::Walk;

/// What many migrations make of the database, or which of them fails.
type Made = Result<Snapshot, (usize, Failure)>;

/// Both legs, run before it was known whether they count: while others were still on their way.
pub(super) struct Rehearsal {
    up: Made,
    down: Option<Made>,
}

impl Walk<'_> {
    /// Runs both, unless this walk knows already that they do not count.
    pub(super) async fn rehearse(&mut self) -> Result<Option<Rehearsal>, EngineError> {
        let order = self.graph.order.clone();
        let is_left_out = |index: &usize| self.stage.cannot_run(*index).is_some();
        if !self.checks_all() || !self.blocked.is_empty() || order.iter().any(is_left_out) {
            return Ok(None);
        }
        let up = self.run_all(&order).await?;
        let down = match &up {
            Ok(_) if self.obstacle_downwards().is_none() => Some(self.undo_all(&order).await?),
            _ => None,
        };
        Ok(Some(Rehearsal { up, down }))
    }

    /// Both, if every migration came to its end; `head` is what they make one by one.
    pub(super) async fn whole_history(
        &mut self,
        head: Option<Snapshot>,
        rehearsal: Option<Rehearsal>,
    ) -> Result<(), EngineError> {
        let obstacle = if self.checks_all() {
            let left_out = self.left_out.first().map(|&index| format!("{} was left out", self.id(index)));
            left_out.or_else(|| self.blocked.values().next().cloned())
        } else {
            Some("only some migrations are checked".to_owned())
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
        for order in self.other_orders() {
            let up = self.run_all(&order).await?;
            self.judge_all_up(&order, &head, up);
        }
        self.progress.leg(None, Leg::AllUp);
        self.case(None, Leg::AllUp, None);
        let order = self.applied.clone();
        let (up, mut down) = match rehearsal {
            Some(Rehearsal { up, down }) => (up, down),
            None => (self.run_all(&order).await?, None),
        };
        if !self.judge_all_up(&order, &head, up) {
            self.restore().await?;
            down = None;
        }
        self.all_down(&order, down).await
    }

    /// Whether the models that the project declares are what its migrations make.
    pub(super) async fn models(&mut self) -> Result<(), EngineError> {
        let Some(&last) = self.graph.order.last() else { return Ok(()) };
        if self.applied.len() < self.graph.order.len() || !self.task.tried.contains(&last) {
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

    fn checks_all(&self) -> bool {
        self.scope.checked.len() == self.place.project.migrations.len()
    }

    /// In which other orders branches can be run: one after the other, either way round.
    fn other_orders(&self) -> Vec<Vec<usize>> {
        let mut orders = vec![self.graph.depth_first(false), self.graph.depth_first(true)];
        orders.dedup();
        orders.retain(|order| *order != self.applied && order.len() == self.applied.len());
        orders
    }

    /// Upgrades in an order, from nothing.
    async fn run_all(&mut self, order: &[usize]) -> Result<Made, EngineError> {
        // Rows of ours are no part of the history.
        self.stage.restart().await?;
        Ok(match self.stage.run_all(order, Direction::Up).await? {
            Ok(()) => Ok(self.stage.snapshot().await?),
            Err(failed) => Err(failed),
        })
    }

    /// Says what an order comes to; whether it is the same head.
    fn judge_all_up(&mut self, order: &[usize], head: &Snapshot, made: Made) -> bool {
        let (finding, is_same) = match made {
            Err((index, failure)) => (Some(verdict::full_upgrade_fails(self.place, index, &failure)), false),
            Ok(made) => {
                let changes = compare(head, &made);
                (verdict::full_upgrade_differs(self.place, &changes), changes.is_empty())
            }
        };
        let parting = order.iter().zip(&self.applied).find(|(here, there)| here != there);
        let note = parting
            .map(|(here, there)| format!("Met when {} runs before {}", self.id(*here), self.id(*there)));
        self.outcome.findings.extend(finding.map(|mut finding| {
            finding.notes.extend(note);
            finding
        }));
        is_same
    }

    /// Why nobody can go down to nothing, as far as it is known.
    fn obstacle_downwards(&self) -> Option<String> {
        match (&self.one_way, self.faulty) {
            (Some((index, reason)), _) => Some(format!("{}: {reason}", self.id(*index))),
            (None, Some(index)) => Some(format!("{} does not come back clean", self.id(index))),
            (None, None) => None,
        }
    }

    /// Undoes migrations that were applied in this order, one by one.
    async fn undo_all(&mut self, order: &[usize]) -> Result<Made, EngineError> {
        for &index in order.iter().rev() {
            if let Err(failure) = self.stage.run(index, Direction::Down).await? {
                return Ok(Err((index, failure)));
            }
        }
        Ok(Ok(self.stage.snapshot().await?))
    }

    async fn all_down(&mut self, order: &[usize], rehearsed: Option<Made>) -> Result<(), EngineError> {
        self.progress.leg(None, Leg::AllDown);
        if let Some(reason) = self.obstacle_downwards() {
            self.case(None, Leg::AllDown, Some(reason));
            return Ok(());
        }
        let made = match rehearsed {
            Some(made) => made,
            None => self.undo_all(order).await?,
        };
        match made {
            Ok(made) => {
                self.case(None, Leg::AllDown, None);
                let changes = compare(&self.base, &made);
                self.outcome.findings.extend(verdict::full_downgrade_leaves(self.place, &changes));
            }
            Err((index, _)) if self.elsewhere.contains(&index) => {
                let reason = format!("{} is another shard's, and has no way back", self.id(index));
                self.case(None, Leg::AllDown, Some(reason));
            }
            Err((index, failure)) => {
                self.case(None, Leg::AllDown, None);
                self.outcome.findings.push(verdict::full_downgrade_fails(self.place, index, &failure));
            }
        }
        Ok(())
    }
}
