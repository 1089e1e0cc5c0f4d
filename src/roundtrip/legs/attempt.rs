//! One try of one migration on the trial database as it is: up, down and up again, as far as it comes. Refuses to
//! know whether a failure is the migration's fault or that of the rows that it met.

use std::collections::BTreeSet;

use crate::finding::{Direction, Leg};

use super::super::diff::{Change, compare};
use super::super::engine::{EngineError, Failure};
use super::super::rows::{self, Loss, fallen_behind};
use super::super::snapshot::Snapshot;
use super::Walk;

/// How far a try came.
pub(super) enum Attempt {
    UpFails(Failure),
    /// It upgrades and cannot be undone.
    OneWay {
        after: Snapshot,
        reason: String,
        losses: Losses,
    },
    DownFails {
        after: Snapshot,
        failure: Failure,
        losses: Losses,
    },
    Returned {
        after: Snapshot,
        undone: Snapshot,
        /// How the second upgrade failed.
        again: Option<Failure>,
        /// How the second upgrade differs from the first.
        drift: Vec<Change>,
        losses: Losses,
    },
}

/// What rows lost, by the leg that shows it.
pub(super) type Losses = Vec<(Leg, Vec<Loss>)>;

impl Attempt {
    /// Where it failed, and how.
    pub fn failure(&self) -> Option<(Leg, &Failure)> {
        match self {
            Self::UpFails(failure) => Some((Leg::Up, failure)),
            Self::DownFails { failure, .. } => Some((Leg::Down, failure)),
            Self::Returned { again: Some(failure), .. } => Some((Leg::UpAgain, failure)),
            Self::OneWay { .. } | Self::Returned { again: None, .. } => None,
        }
    }
}

impl Walk<'_> {
    /// Tries a migration. Legs that are not in `shown` yet are announced.
    pub(super) async fn attempt(
        &mut self,
        index: usize,
        before: &Snapshot,
        shown: &mut BTreeSet<Leg>,
    ) -> Result<Attempt, EngineError> {
        let rows_before = self.stage.rows(before).await?;
        self.announce(index, Leg::Up, shown);
        if let Err(failure) = self.stage.run(index, Direction::Up).await? {
            return Ok(Attempt::UpFails(failure));
        }
        let after = self.stage.snapshot().await?;
        let rows_after = self.stage.rows(&after).await?;
        let mut losses = vec![(Leg::Up, fallen_behind(&rows_before, &rows_after))];
        if let Some(reason) = self.cannot_undo(index) {
            return Ok(Attempt::OneWay { after, reason, losses });
        }
        self.announce(index, Leg::Down, shown);
        if let Err(failure) = self.stage.run(index, Direction::Down).await? {
            return Ok(Attempt::DownFails { after, failure, losses });
        }
        let undone = self.stage.snapshot().await?;
        let rows_undone = self.stage.rows(&undone).await?;
        losses.push((Leg::Down, rows::losses(&rows_before, &rows_after, &rows_undone)));
        self.announce(index, Leg::UpAgain, shown);
        let again = self.stage.run(index, Direction::Up).await?.err();
        let drift = match &again {
            Some(_) => Vec::new(),
            None => compare(&after, &self.stage.snapshot().await?),
        };
        Ok(Attempt::Returned { after, undone, again, drift, losses })
    }

    pub(super) fn announce(&self, index: usize, leg: Leg, shown: &mut BTreeSet<Leg>) {
        if shown.insert(leg) {
            self.progress.leg(Some(self.id(index)), leg);
        }
    }
}
