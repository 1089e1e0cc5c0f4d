//! What is in a database, by name: every object with its facts, comparable between two moments. Refuses to know
//! which migration made it, and whether a difference matters.

mod catalog;
mod clock;
mod marks;
mod object;
mod reader;
mod watch;

use std::cmp::Ordering;

use rpds::RedBlackTreeMapSync;

pub(super) use object::{Fact, Kind, Object, ObjectId};
pub(super) use watch::Watch;

/// Everything in a database. What two moments have in common they share.
#[derive(Clone, Debug, Default)]
pub(super) struct Snapshot {
    /// By kind and name.
    pub objects: RedBlackTreeMapSync<ObjectId, Object>,
    /// The columns of each table in their order.
    pub column_order: RedBlackTreeMapSync<ObjectId, Vec<String>>,
}

impl Snapshot {
    /// The parts of a table that are of a kind.
    pub fn parts(&self, kind: Kind, table: &ObjectId) -> impl Iterator<Item = (&ObjectId, &Object)> {
        let (schema, of) = (table.schema.clone(), table.name.clone());
        let first = ObjectId::part(kind, &schema, &of, "");
        let parts = self.objects.range(first..);
        parts.take_while(move |(part, _)| part.kind == kind && part.schema == schema && part.of == of)
    }

    /// Takes out all objects of a kind.
    pub fn forget(&mut self, kind: Kind) {
        let all: Vec<ObjectId> = self.objects.keys().filter(|id| id.kind == kind).cloned().collect();
        for id in &all {
            self.objects.remove_mut(id);
        }
    }

    /// Takes out what another has.
    fn remove(&mut self, other: &Self) {
        for id in other.objects.keys() {
            self.objects.remove_mut(id);
            self.column_order.remove_mut(id);
        }
    }

    /// Takes over what another has.
    fn add(&mut self, other: &Self) {
        for (id, object) in &other.objects {
            self.objects.insert_mut(id.clone(), object.clone());
        }
        for (id, columns) in &other.column_order {
            self.column_order.insert_mut(id.clone(), columns.clone());
        }
    }
}

impl PartialEq for Snapshot {
    fn eq(&self, other: &Self) -> bool {
        differing(&self.objects, &other.objects).all(|(_, a, b)| a == b)
            && differing(&self.column_order, &other.column_order).all(|(_, a, b)| a == b)
    }
}

/// The entries of two moments, by name, without those that they share.
pub(super) fn differing<'a, T>(
    wanted: &'a RedBlackTreeMapSync<ObjectId, T>,
    found: &'a RedBlackTreeMapSync<ObjectId, T>,
) -> impl Iterator<Item = (&'a ObjectId, Option<&'a T>, Option<&'a T>)> {
    let (mut wanted, mut found) = (wanted.iter().peekable(), found.iter().peekable());
    std::iter::from_fn(move || {
        loop {
            let order = match (wanted.peek(), found.peek()) {
                (Some((a, _)), Some((b, _))) if std::ptr::eq(*a, *b) => Ordering::Equal,
                (Some((a, _)), Some((b, _))) => a.cmp(b),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => return None,
            };
            let a = if order.is_le() { wanted.next() } else { None };
            let b = if order.is_ge() { found.next() } else { None };
            if a.zip(b).is_some_and(|((a, _), (b, _))| std::ptr::eq(a, b)) {
                continue;
            }
            let (id, _) = a.or(b)?;
            return Some((id, a.map(|(_, of)| of), b.map(|(_, of)| of)));
        }
    })
}
