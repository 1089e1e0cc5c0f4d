//! One try of one migration on the trial database as it is: up, down and up again, as far as it comes. Refuses to
//! know whether a failure is the migration's fault or that of the rows that it met.

use std::collections::BTreeSet;

use crate::finding::{Direction, Leg};

use super::super::diff::{Change, compare};
use super::super::engine::{EngineError, Failure};
use super::super::snapshot::Snapshot;
use super::{Walk, cannot_undo};

/// How far a try came.
pub(super) enum Attempt {
    UpFails(Failure),
    /// It upgrades and cannot be undone.
    OneWay {
        after: Snapshot,
        reason: String,
    },
    DownFails {
        after: Snapshot,
        failure: Failure,
    },
    Returned {
        after: Snapshot,
        undone: Snapshot,
        /// How the second upgrade failed.
        again: Option<Failure>,
        /// How the second upgrade differs from the first.
        drift: Vec<Change>,
    },
}

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
        shown: &mut BTreeSet<Leg>,
    ) -> Result<Attempt, EngineError> {
        self.announce(index, Leg::Up, shown);
        if let Err(failure) = self.stage.run(index, Direction::Up).await? {
            return Ok(Attempt::UpFails(failure));
        }
        let after = self.stage.snapshot().await?;
        if let Some(reason) = cannot_undo(self.place.project, &self.place.project.migrations[index]) {
            return Ok(Attempt::OneWay { after, reason });
        }
        self.announce(index, Leg::Down, shown);
        if let Err(failure) = self.stage.run(index, Direction::Down).await? {
            return Ok(Attempt::DownFails { after, failure });
        }
        let undone = self.stage.snapshot().await?;
        self.announce(index, Leg::UpAgain, shown);
        let again = self.stage.run(index, Direction::Up).await?.err();
        let drift = match &again {
            Some(_) => Vec::new(),
            None => compare(&after, &self.stage.snapshot().await?),
        };
        Ok(Attempt::Returned { after, undone, again, drift })
    }

    pub(super) fn announce(&self, index: usize, leg: Leg, shown: &mut BTreeSet<Leg>) {
        if shown.insert(leg) {
            self.progress.leg(Some(self.id(index)), leg);
        }
    }
}
