//! What is in a database, by name: every object with its facts, comparable between two moments. Refuses to know
//! which migration made it, and whether a difference matters.

mod catalog;
mod clock;
mod marks;
mod object;
mod reader;
mod watch;

use std::collections::BTreeMap;

pub(super) use object::{Fact, Kind, Object, ObjectId};
pub(super) use watch::Watch;

/// Everything in a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Snapshot {
    /// By kind and name.
    pub objects: BTreeMap<ObjectId, Object>,
    /// The columns of each table in their order.
    pub column_order: BTreeMap<ObjectId, Vec<String>>,
}

impl Snapshot {
    /// The parts of a table that are of a kind.
    pub fn parts(&self, kind: Kind, table: &ObjectId) -> impl Iterator<Item = (&ObjectId, &Object)> {
        let (schema, of) = (table.schema.clone(), table.name.clone());
        let first = ObjectId::part(kind, &schema, &of, "");
        let parts = self.objects.range(first..);
        parts.take_while(move |(part, _)| part.kind == kind && part.schema == schema && part.of == of)
    }

    /// Whether there is an object.
    pub fn has(&self, id: &ObjectId) -> bool {
        self.objects.contains_key(id)
    }
}
