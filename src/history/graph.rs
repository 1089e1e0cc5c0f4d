//! The revision graph: order, heads, and faults. Works on ids alone; never fails, whatever the files say.

use std::collections::{BTreeMap, BTreeSet};

use super::{Migration, Reference};

/// Order and faults of a set of migrations. Numbers are indexes into [`super::Project::migrations`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    /// Every migration once, parents before children; on equal footing in file order. Members of a cycle come last.
    pub order: Vec<usize>,
    /// Migrations that no other follows.
    pub heads: Vec<usize>,
    /// What is wrong, in file order.
    pub faults: Vec<GraphFault>,
    /// For each migration, those that it names as parents or dependencies.
    pub before: Vec<BTreeSet<usize>>,
}

/// A fault of the graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GraphFault {
    /// More than one migration that no other follows.
    SeveralHeads {
        /// The heads.
        heads: Vec<usize>,
    },
    /// A parent or dependency that no file has.
    Dangling {
        /// Who names it.
        migration: usize,
        /// What it names.
        reference: Reference,
    },
    /// Two migrations of one id.
    Duplicate {
        /// The later one.
        migration: usize,
        /// The one whose id it repeats.
        first: usize,
    },
    /// Migrations that follow each other in a ring, or themselves.
    Cycle {
        /// The ring, from its first file on, each followed by its child.
        migrations: Vec<usize>,
    },
}

impl Graph {
    /// Reads the graph of some migrations.
    pub fn of(migrations: &[Migration]) -> Self {
        let mut faults = Vec::new();
        let mut by_id: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, migration) in migrations.iter().enumerate() {
            if let Some(&first) = by_id.get(migration.id.as_str()) {
                faults.push(GraphFault::Duplicate { migration: index, first });
            } else {
                by_id.insert(&migration.id, index);
            }
        }
        let labels: BTreeMap<&str, usize> = migrations
            .iter()
            .enumerate()
            .flat_map(|(index, m)| m.branch_labels.iter().map(move |label| (label.as_str(), index)))
            .collect();
        let find = |id: &str| {
            by_id.get(id).or_else(|| labels.get(id)).copied().or_else(|| {
                let mut with_prefix = by_id.range(id..).take_while(|(known, _)| known.starts_with(id));
                let found = with_prefix.next().filter(|_| id.len() >= 4).map(|(_, &index)| index);
                found.filter(|_| with_prefix.next().is_none())
            })
        };
        let mut before: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); migrations.len()];
        let mut is_parent = vec![false; migrations.len()];
        for (index, migration) in migrations.iter().enumerate() {
            for (reference, parent) in migration
                .parents
                .iter()
                .map(|reference| (reference, true))
                .chain(migration.depends_on.iter().map(|reference| (reference, false)))
            {
                match find(&reference.id) {
                    Some(found) => {
                        before[index].insert(found);
                        is_parent[found] |= parent;
                    }
                    None => {
                        faults.push(GraphFault::Dangling { migration: index, reference: reference.clone() });
                    }
                }
            }
        }
        let duplicates: BTreeSet<usize> = faults
            .iter()
            .filter_map(|fault| match fault {
                GraphFault::Duplicate { migration, .. } => Some(*migration),
                _ => None,
            })
            .collect();
        let heads: Vec<usize> =
            (0..migrations.len()).filter(|i| !is_parent[*i] && !duplicates.contains(i)).collect();
        if heads.len() > 1 {
            faults.push(GraphFault::SeveralHeads { heads: heads.clone() });
        }
        let (order, rest) = topological(&before);
        faults.extend(rings(&before, &rest).into_iter().map(|migrations| GraphFault::Cycle { migrations }));
        let order = order.into_iter().chain(rest).collect();
        Self { order, heads, faults, before }
    }

    /// A migration and everything that must run before it.
    pub fn with_ancestors(&self, migration: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::from([migration]);
        let mut waiting = vec![migration];
        while let Some(next) = waiting.pop() {
            waiting.extend(self.before[next].iter().filter(|parent| found.insert(**parent)));
        }
        found
    }

    /// Every migration once, parents before children, each branch to its end before the next; the last branch first if
    /// `backwards`. Only for a graph without cycles.
    pub fn depth_first(&self, backwards: bool) -> Vec<usize> {
        let turned = |mut some: Vec<usize>| {
            // The stack gives the last one first.
            if !backwards {
                some.reverse();
            }
            some
        };
        let mut order = Vec::with_capacity(self.before.len());
        let mut seen = BTreeSet::new();
        // Whether all that must run before is on its way already.
        let mut waiting: Vec<(usize, bool)> =
            turned(self.heads.clone()).into_iter().map(|head| (head, false)).collect();
        while let Some((next, ready)) = waiting.pop() {
            if ready {
                order.push(next);
            } else if seen.insert(next) {
                waiting.push((next, true));
                let parents = turned(self.before[next].iter().copied().collect());
                waiting.extend(parents.into_iter().map(|parent| (parent, false)));
            }
        }
        order
    }
}

/// Parents first; the second list holds what a cycle keeps from being placed.
fn topological(before: &[BTreeSet<usize>]) -> (Vec<usize>, Vec<usize>) {
    let mut waits: Vec<usize> = before.iter().map(BTreeSet::len).collect();
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); before.len()];
    for (index, parents) in before.iter().enumerate() {
        for &parent in parents {
            after[parent].push(index);
        }
    }
    let mut ready: BTreeSet<usize> = (0..before.len()).filter(|i| waits[*i] == 0).collect();
    let mut order = Vec::with_capacity(before.len());
    while let Some(next) = ready.pop_first() {
        order.push(next);
        for &child in &after[next] {
            waits[child] -= 1;
            if waits[child] == 0 {
                ready.insert(child);
            }
        }
    }
    let placed: BTreeSet<usize> = order.iter().copied().collect();
    let rest = (0..before.len()).filter(|i| !placed.contains(i)).collect();
    (order, rest)
}

/// One ring for each group of migrations that reach themselves; what only hangs below a ring is in none.
fn rings(before: &[BTreeSet<usize>], rest: &[usize]) -> Vec<Vec<usize>> {
    let mut seen = BTreeSet::new();
    let mut rings = Vec::new();
    for &start in rest {
        let mut path: Vec<usize> = Vec::new();
        let mut at = start;
        while !seen.contains(&at) {
            seen.insert(at);
            path.push(at);
            let Some(&parent) = before[at].iter().find(|parent| rest.contains(parent)) else {
                break;
            };
            at = parent;
        }
        if let Some(from) =
            path.iter().position(|&i| i == at).filter(|_| before[path[path.len() - 1]].contains(&at))
        {
            let mut ring: Vec<usize> = path[from..].iter().rev().copied().collect();
            let least = ring.iter().enumerate().min_by_key(|(_, i)| **i).map_or(0, |(place, _)| place);
            ring.rotate_left(least);
            rings.push(ring);
        }
    }
    rings
}

#[cfg(test)]
mod tests {
    use super::super::{Body, Script};
    use super::*;
    use crate::source::{Sources, Span};

    fn migrations(edges: &[(&str, &[&str])]) -> Vec<Migration> {
        let span = Span::new(Sources::new().add("x", ""), 0..0);
        let reference = |id: &&str| Reference { id: (*id).to_owned(), span };
        edges
            .iter()
            .map(|(id, parents)| Migration {
                id: (*id).to_owned(),
                message: String::new(),
                header: span,
                parents: parents.iter().map(reference).collect(),
                depends_on: Vec::new(),
                branch_labels: Vec::new(),
                imports: Vec::new(),
                repeats: false,
                up: Script { span, body: Body::Empty, wrapped: true, statements: Vec::new(), reliance: None },
                down: None,
                comments: Vec::new(),
            })
            .collect()
    }

    #[test]
    fn parents_come_first_whatever_the_file_order() {
        let graph = Graph::of(&migrations(&[("c", &["a", "b"]), ("b", &["a"]), ("a", &[])]));
        assert_eq!(graph.order, [2, 1, 0]);
        assert_eq!((graph.heads, graph.faults), (vec![0], vec![]));
    }

    #[test]
    fn depth_first_goes_one_branch_after_the_other_both_ways() {
        let graph = Graph::of(&migrations(&[
            ("root", &[]),
            ("a1", &["root"]),
            ("b1", &["root"]),
            ("a2", &["a1"]),
            ("b2", &["b1"]),
            ("merge", &["a2", "b2"]),
        ]));
        assert_eq!(graph.order, [0, 1, 2, 3, 4, 5]);
        assert_eq!(graph.depth_first(false), [0, 1, 3, 2, 4, 5]);
        assert_eq!(graph.depth_first(true), [0, 2, 4, 1, 3, 5]);
    }

    #[test]
    fn every_fault_is_named_and_everything_still_ordered() {
        let graph = Graph::of(&migrations(&[
            ("a", &[]),
            ("a", &[]),
            ("b", &["gone"]),
            ("x", &["z"]),
            ("y", &["x"]),
            ("z", &["y"]),
            ("below", &["z"]),
        ]));
        assert_eq!(graph.order.len(), 7);
        assert!(matches!(graph.faults[0], GraphFault::Duplicate { migration: 1, first: 0 }));
        assert!(
            matches!(&graph.faults[1], GraphFault::Dangling { migration: 2, reference } if reference.id == "gone")
        );
        assert_eq!(graph.faults[2], GraphFault::SeveralHeads { heads: vec![0, 2, 6] });
        assert_eq!(graph.faults[3], GraphFault::Cycle { migrations: vec![3, 4, 5] });
        assert_eq!(graph.faults.len(), 4);
    }

    #[test]
    fn a_revision_may_be_named_by_a_unique_prefix() {
        let graph = Graph::of(&migrations(&[("27c6a30d7c24", &[]), ("b", &["27c6a"])]));
        assert!(graph.faults.is_empty());
    }
}
