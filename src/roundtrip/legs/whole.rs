//! The legs over the whole history: all of it up under the project's own transactions, and down to nothing.

use crate::finding::{Direction, Leg};

use super::super::diff::{Change, compare};
use super::super::engine::EngineError;
use super::super::snapshot::Snapshot;
use super::super::verdict;
use super::Walk;

impl Walk<'_> {
    /// Both, if every migration came to its end; `head` is what they make one by one.
    pub(super) async fn whole_history(&mut self, head: Option<Snapshot>) -> Result<(), EngineError> {
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
        for order in self.other_orders() {
            self.all_up(&order, &head).await?;
        }
        self.progress.leg(None, Leg::AllUp);
        self.case(None, Leg::AllUp, None);
        if !self.all_up(&self.applied.clone(), &head).await? {
            self.restore().await?;
        }
        self.all_down().await
    }

    /// In which other orders branches can be run: one after the other, either way round.
    fn other_orders(&self) -> Vec<Vec<usize>> {
        let mut orders = vec![self.graph.depth_first(false), self.graph.depth_first(true)];
        orders.dedup();
        orders.retain(|order| *order != self.applied && order.len() == self.applied.len());
        orders
    }

    /// Whether an order, from nothing, comes to the same head.
    async fn all_up(&mut self, order: &[usize], head: &Snapshot) -> Result<bool, EngineError> {
        // Rows of ours are no part of the history.
        self.stage.restart().await?;
        let (finding, is_same) = match self.stage.run_all(order, Direction::Up).await? {
            Err((index, failure)) => (Some(verdict::full_upgrade_fails(self.place, index, &failure)), false),
            Ok(()) => {
                let changes = compare(head, &self.stage.snapshot().await?);
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
        Ok(is_same)
    }

    async fn all_down(&mut self) -> Result<(), EngineError> {
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
        let order: Vec<usize> = self.applied.iter().rev().copied().collect();
        for index in order {
            if let Err(failure) = self.stage.run(index, Direction::Down).await? {
                let elsewhere = self.elsewhere.contains(&index);
                let reason =
                    elsewhere.then(|| format!("{} is another shard's, and has no way back", self.id(index)));
                self.case(None, Leg::AllDown, reason);
                if !elsewhere {
                    self.outcome.findings.push(verdict::full_downgrade_fails(self.place, index, &failure));
                }
                return Ok(());
            }
        }
        self.case(None, Leg::AllDown, None);
        let changes: Vec<Change> = compare(&self.base, &self.stage.snapshot().await?);
        self.outcome.findings.extend(verdict::full_downgrade_leaves(self.place, &changes));
        Ok(())
    }
}
