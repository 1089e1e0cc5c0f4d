//! Cuts a history in pieces, and deals them out to workers and shards. The cuts depend on nothing but the history: however
//! many there are to do the work, each migration meets the same rows.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use crate::finding::Shard;

/// How many migrations share rows: a piece begins on the tables that upgrades alone make.
const PIECE: usize = 25;

/// What it costs to try a migration, where to upgrade it once costs 1: three legs, and a look at the database after each.
/// Measured with Alembic, on a history of tables and columns.
const TRY: usize = 6;

/// The same where there are rows to be made and read.
const TRY_ON_ROWS: usize = 16;

/// What one worker does.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Task {
    /// The migrations that it runs, in order: those that it tries, and what they stand on.
    pub order: Vec<usize>,
    /// Those that it tries.
    pub tried: BTreeSet<usize>,
    /// The first one that it tries of each of its pieces.
    pub first: BTreeSet<usize>,
    /// Whether it comes to the end of the history.
    pub ends: bool,
    /// Whether it goes on with the whole history.
    pub whole: bool,
}

impl Task {
    /// How many legs it has.
    pub fn legs(&self) -> usize {
        3 * self.tried.len() + (self.order.len() - self.tried.len()) + if self.whole { 2 } else { 0 }
    }
}

/// Migrations that are tried on common rows.
struct Piece {
    /// How many migrations come before it.
    start: usize,
    tried: Vec<usize>,
}

/// The tasks of a shard, or of all of it, for at most so many workers.
pub(super) fn tasks(
    order: &[usize],
    checked: &BTreeSet<usize>,
    shard: Option<Shard>,
    workers: NonZeroUsize,
    on_rows: bool,
) -> Vec<Task> {
    let piece = |(number, piece): (usize, &[usize])| {
        let tried: Vec<usize> = piece.iter().copied().filter(|index| checked.contains(index)).collect();
        (!tried.is_empty()).then_some(Piece { start: number * PIECE, tried })
    };
    let pieces: Vec<Piece> = order.chunks(PIECE).enumerate().filter_map(piece).collect();
    let Shard { number, of } = shard.unwrap_or(Shard { number: 1, of: 1 });
    let mine = &pieces[(number - 1) * pieces.len() / of..number * pieces.len() / of];
    let is_last = number == of;
    let whole = if is_last && checked.len() == order.len() { 2 * order.len() } else { 0 };
    let price = if on_rows { TRY_ON_ROWS } else { TRY };
    let shares = shares(mine, price, whole, workers.get());
    let last = shares.len().saturating_sub(1);
    let task = |(at, pieces): (usize, &[Piece])| {
        let tried: BTreeSet<usize> = pieces.iter().flat_map(|piece| &piece.tried).copied().collect();
        let end = order.iter().rposition(|index| tried.contains(index)).map_or(0, |at| at + 1);
        Task {
            order: order[..end].to_vec(),
            first: pieces.iter().filter_map(|piece| piece.tried.first().copied()).collect(),
            tried,
            ends: is_last && at == last,
            whole: is_last && at == 0,
        }
    };
    shares.into_iter().enumerate().map(task).collect()
}

/// Shares pieces out so that all workers are ready as early as possible. The first one does the whole history, too; the
/// others run what comes before their pieces.
fn shares(pieces: &[Piece], price: usize, whole: usize, workers: usize) -> Vec<&[Piece]> {
    let tried: usize = pieces.iter().map(|piece| piece.tried.len()).sum();
    let start = pieces.first().map_or(0, |piece| piece.start);
    let (mut least, mut most) = (0, start + price * tried + whole);
    while least < most {
        let middle = usize::midpoint(least, most);
        match shares_within(pieces, price, whole, middle) {
            Some(shares) if shares.len() <= workers => most = middle,
            _ => least = middle + 1,
        }
    }
    shares_within(pieces, price, whole, most).unwrap_or_default()
}

/// As few shares as can be where none may cost more; `None` if one piece does.
fn shares_within(mut rest: &[Piece], price: usize, whole: usize, limit: usize) -> Option<Vec<&[Piece]>> {
    let mut shares = Vec::new();
    while let Some(first) = rest.first() {
        let mut cost = first.start + if shares.is_empty() { whole } else { 0 };
        let fits = |piece: &&Piece| {
            cost += price * piece.tried.len();
            cost <= limit
        };
        let (share, others) = rest.split_at(rest.iter().take_while(fits).count());
        if share.is_empty() {
            return None;
        }
        shares.push(share);
        rest = others;
    }
    Some(shares)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dealt(order: &[usize], checked: &BTreeSet<usize>, of: usize, workers: usize) -> Vec<Task> {
        let workers = NonZeroUsize::new(workers).expect("some");
        let shards = (1..=of).map(|number| Shard { number, of });
        shards.flat_map(|shard| tasks(order, checked, Some(shard), workers, false)).collect()
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
            assert!(tasks.last().is_some_and(|task| task.ends));
            assert!(tasks.iter().all(|task| order.starts_with(&task.order)));
            assert!(tasks.iter().all(|task| task.tried.iter().all(|index| task.order.contains(index))));
            let first: BTreeSet<usize> = tasks.iter().flat_map(|task| &task.first).copied().collect();
            assert_eq!(first.len(), 10, "the cuts are the same");
        }
    }

    #[test]
    fn who_does_the_whole_history_tries_less() {
        let order: Vec<usize> = (0..200).collect();
        let checked: BTreeSet<usize> = order.iter().copied().collect();
        let tried =
            |workers| dealt(&order, &checked, 1, workers).iter().map(|task| task.tried.len()).collect();
        let [one, two, four]: [Vec<usize>; 3] = [1, 2, 4].map(tried);
        assert_eq!(one, [200]);
        assert_eq!(two, [75, 125]);
        assert_eq!(four, [25, 75, 75, 25]);
    }

    #[test]
    fn nothing_to_try_is_no_task() {
        assert_eq!(dealt(&[0, 1], &BTreeSet::new(), 2, 2), []);
    }
}
