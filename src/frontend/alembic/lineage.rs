//! The order in which Alembic runs revisions, and what each replaces in the version table: a port of the walks in
//! `alembic/script/revision.py` and `alembic/runtime/migration.py` (Alembic 1.20). Refuses to print anything.

use std::collections::BTreeSet;

use crate::finding::Direction;
use crate::history::{Graph, GraphFault, Project, Reference};

/// What precedes what.
pub struct Lineage {
    graph: Graph,
    /// The migrations that each follows, and those that it must have besides, without those that follow from the
    /// former (`_normalized_down_revisions`).
    replaced: Vec<Vec<usize>>,
    /// Those of them that it follows.
    parents: Vec<Vec<usize>>,
    /// Those that name each as one that they follow or must have.
    children: Vec<Vec<usize>>,
    /// Where each stands in the order of the graph, in which nothing precedes its ancestors.
    places: Vec<usize>,
}

impl Lineage {
    /// Reads the graph of a project.
    pub fn of(project: &Project) -> Self {
        let graph = project.graph();
        let migrations = &project.migrations;
        let found = |of: usize, reference: &Reference| {
            let named = |index: &&usize| {
                let other = &migrations[**index];
                other.id.starts_with(&reference.id) || other.branch_labels.contains(&reference.id)
            };
            graph.before[of].iter().find(named).copied()
        };
        let resolved = |references: fn(&crate::history::Migration) -> &Vec<Reference>| -> Vec<Vec<usize>> {
            let all = migrations.iter().enumerate();
            all.map(|(of, migration)| references(migration).iter().filter_map(|one| found(of, one)).collect())
                .collect()
        };
        let parents = resolved(|migration| &migration.parents);
        let depends = resolved(|migration| &migration.depends_on);
        let replaced = (0..migrations.len())
            .map(|of| {
                let mut inherited: BTreeSet<usize> = BTreeSet::new();
                if !depends[of].is_empty() {
                    let (mut seen, mut waiting) = (BTreeSet::new(), parents[of].clone());
                    while let Some(next) = waiting.pop() {
                        if seen.insert(next) {
                            inherited.extend(&depends[next]);
                            waiting.extend(&parents[next]);
                        }
                    }
                }
                let mut all = parents[of].clone();
                all.extend(depends[of].iter().filter(|one| !inherited.contains(one)));
                let mut seen = BTreeSet::new();
                all.retain(|one| seen.insert(*one));
                all
            })
            .collect();
        let mut children = vec![Vec::new(); migrations.len()];
        let mut places = vec![0; migrations.len()];
        for (place, &index) in graph.order.iter().enumerate() {
            places[index] = place;
            graph.before[index].iter().for_each(|before| children[*before].push(index));
        }
        Self { graph, replaced, parents, children, places }
    }

    /// Some migrations in the order in which they run.
    pub fn order(&self, chosen: &BTreeSet<usize>, direction: Direction) -> Vec<usize> {
        let faulty =
            |fault: &GraphFault| matches!(fault, GraphFault::Cycle { .. } | GraphFault::Duplicate { .. });
        let mut downwards = if self.graph.faults.iter().any(faulty) {
            self.graph.order.iter().rev().filter(|index| chosen.contains(index)).copied().collect()
        } else {
            self.downwards(chosen)
        };
        if direction == Direction::Up {
            downwards.reverse();
        }
        downwards
    }

    /// `_topological_sort`: latest first.
    fn downwards(&self, chosen: &BTreeSet<usize>) -> Vec<usize> {
        let (mut todo, mut done) = (chosen.clone(), BTreeSet::new());
        let below = self.below(chosen.iter().copied());
        let mut heads: Vec<usize> = chosen.difference(&below).copied().collect();
        let (mut order, mut at) = (Vec::with_capacity(chosen.len()), 0);
        while let Some(&candidate) = heads.get(at) {
            let others = heads.iter().copied().filter(|head| *head != candidate).collect();
            let above = self.above(candidate, &others, |index| done.contains(&index));
            if let Some(other) = heads.iter().position(|head| above.contains(head)) {
                at = other;
                continue;
            }
            if todo.remove(&candidate) {
                order.push(candidate);
                done.insert(candidate);
            }
            let next: Vec<usize> = self.replaced[candidate]
                .iter()
                .filter(|index| todo.contains(index) && !heads.contains(index))
                .copied()
                .collect();
            match next.split_first() {
                None => {
                    heads.remove(at);
                    at = at.saturating_sub(1);
                }
                Some((first, others)) => {
                    heads[at] = *first;
                    heads.extend(others);
                }
            }
        }
        order
    }

    /// What must run before any of some migrations.
    pub fn below(&self, of: impl Iterator<Item = usize>) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut waiting: Vec<usize> = of.collect();
        while let Some(next) = waiting.pop() {
            waiting.extend(self.graph.before[next].iter().filter(|before| found.insert(**before)));
        }
        found
    }

    /// Those of some migrations that must run after another one. What is gone leads to none of them: it is not walked
    /// through, so that a long history is walked but once.
    fn above(&self, of: usize, among: &BTreeSet<usize>, gone: impl Fn(usize) -> bool) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let Some(last) = among.iter().map(|index| self.places[*index]).max() else { return found };
        let mut seen = BTreeSet::new();
        let mut waiting = vec![of];
        while let Some(next) = waiting.pop() {
            for &child in &self.children[next] {
                if self.places[child] <= last && !gone(child) && seen.insert(child) {
                    found.extend(among.get(&child));
                    waiting.push(child);
                }
            }
        }
        found
    }

    /// The migrations that a migration follows.
    pub fn parents(&self, index: usize) -> &[usize] {
        &self.parents[index]
    }

    /// What the rows of the version table become when a migration has run, as changes in their order.
    pub fn step(&self, index: usize, direction: Direction, rows: &mut BTreeSet<usize>) -> Vec<Change> {
        let before = &self.replaced[index];
        // Those of the migrations before this one that nothing among some others implies.
        let left = |others: &dyn Fn(usize) -> BTreeSet<usize>| -> Vec<usize> {
            let free = |one: &usize| {
                let others = others(*one);
                !others.contains(one) && self.above(*one, &others, |child| child == index).is_empty()
            };
            before.iter().copied().filter(free).collect()
        };
        let changes = match direction {
            Direction::Up => {
                let present: Vec<usize> = before.iter().filter(|one| rows.contains(one)).copied().collect();
                match present.as_slice() {
                    [] => vec![Change::Insert(index)],
                    [only] => vec![Change::Update { from: *only, to: index }],
                    _ => {
                        let others = rows.iter().copied().filter(|row| !before.contains(row)).collect();
                        merge(left(&|_| BTreeSet::clone(&others)), index)
                    }
                }
            }
            Direction::Down => {
                let rest: BTreeSet<usize> = rows.iter().copied().filter(|row| *row != index).collect();
                let mut left = left(&|one| match rest.is_empty() {
                    true => before.iter().copied().filter(|other| *other != one).collect(),
                    false => rest.clone(),
                });
                match left.pop() {
                    None => vec![Change::Delete(index)],
                    Some(last) => {
                        let mut changes: Vec<Change> = left.into_iter().map(Change::Insert).collect();
                        changes.push(Change::Update { from: index, to: last });
                        changes
                    }
                }
            }
        };
        for change in &changes {
            let (gone, new) = match *change {
                Change::Insert(index) => (None, Some(index)),
                Change::Delete(index) => (Some(index), None),
                Change::Update { from, to } => (Some(from), Some(to)),
            };
            gone.map(|index| rows.remove(&index));
            rows.extend(new);
        }
        changes
    }
}

/// Several rows become one.
fn merge(mut from: Vec<usize>, to: usize) -> Vec<Change> {
    let Some(last) = from.pop() else { return vec![Change::Insert(to)] };
    let mut changes: Vec<Change> = from.into_iter().map(Change::Delete).collect();
    changes.push(Change::Update { from: last, to });
    changes
}

/// One change of the version table; numbers are migrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new row.
    Insert(usize),
    /// A row that names another migration now.
    Update {
        /// What it named.
        from: usize,
        /// What it names.
        to: usize,
    },
    /// A row that is gone.
    Delete(usize),
}
