//! Cuts a history in pieces, and deals them out to workers and shards. The cuts depend on nothing but the history: however
//! many there are to do the work, each migration meets the same rows.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use crate::finding::Shard;

/// How many migrations share rows: a piece begins on the tables that upgrades alone make.
const PIECE: usize = 25;

/// What one worker does.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Task {
    /// The migrations that it runs, in order: those that it tries, and what they stand on.
    pub order: Vec<usize>,
    /// Those that it tries.
    pub tried: BTreeSet<usize>,
    /// The first one that it tries of each of its pieces.
    pub first: BTreeSet<usize>,
    /// Whether it goes on with the whole history when all others are done.
    pub whole: bool,
}

impl Task {
    /// How many legs it has.
    pub fn legs(&self) -> usize {
        3 * self.tried.len() + (self.order.len() - self.tried.len()) + if self.whole { 2 } else { 0 }
    }
}

/// The tasks of a shard, or of all of it, for at most so many workers.
pub(super) fn tasks(
    order: &[usize],
    checked: &BTreeSet<usize>,
    shard: Option<Shard>,
    workers: NonZeroUsize,
) -> Vec<Task> {
    let pieces: Vec<Vec<usize>> = order
        .chunks(PIECE)
        .map(|piece| piece.iter().copied().filter(|index| checked.contains(index)).collect::<Vec<_>>())
        .filter(|piece| !piece.is_empty())
        .collect();
    let Shard { number, of } = shard.unwrap_or(Shard { number: 1, of: 1 });
    let mine = &pieces[(number - 1) * pieces.len() / of..number * pieces.len() / of];
    let share = mine.len().div_ceil(workers.get()).max(1);
    let last = mine.len().div_ceil(share).saturating_sub(1);
    let task = |(at, pieces): (usize, &[Vec<usize>])| {
        let tried: BTreeSet<usize> = pieces.iter().flatten().copied().collect();
        let whole = number == of && at == last;
        let all = whole && checked.len() == order.len();
        let end = order.iter().rposition(|index| tried.contains(index)).map_or(0, |at| at + 1);
        Task {
            order: if all { order.to_vec() } else { order[..end].to_vec() },
            first: pieces.iter().filter_map(|piece| piece.first().copied()).collect(),
            tried,
            whole,
        }
    };
    mine.chunks(share).enumerate().map(task).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dealt(order: &[usize], checked: &BTreeSet<usize>, of: usize, workers: usize) -> Vec<Task> {
        let workers = NonZeroUsize::new(workers).expect("some");
        let shards = (1..=of).map(|number| Shard { number, of });
        shards.flat_map(|shard| tasks(order, checked, Some(shard), workers)).collect()
    }

    #[test]
    fn each_migration_is_tried_once_and_stands_on_all_before_it() {
        let order: Vec<usize> = (0..230).rev().collect();
        let checked: BTreeSet<usize> = order.iter().copied().filter(|index| index % 60 != 7).collect();
        for (of, workers) in [(1, 1), (1, 4), (3, 1), (4, 2), (40, 3)] {
            let tasks = dealt(&order, &checked, of, workers);
            let tried: Vec<usize> = tasks.iter().flat_map(|task| task.tried.iter().rev().copied()).collect();
            let expected: Vec<usize> =
                order.iter().copied().filter(|index| checked.contains(index)).collect();
            assert_eq!(tried, expected, "{of} shards of {workers} workers");
            assert_eq!(tasks.iter().filter(|task| task.whole).count(), 1);
            assert!(tasks.last().is_some_and(|task| task.whole));
            assert!(tasks.iter().all(|task| order.starts_with(&task.order)));
            assert!(tasks.iter().all(|task| task.tried.iter().all(|index| task.order.contains(index))));
            let first: BTreeSet<usize> = tasks.iter().flat_map(|task| &task.first).copied().collect();
            assert_eq!(first.len(), 10, "the cuts are the same");
        }
    }

    #[test]
    fn nothing_to_try_is_no_task() {
        assert_eq!(dealt(&[0, 1], &BTreeSet::new(), 2, 2), []);
    }
}
