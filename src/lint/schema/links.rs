//! Which names point at a name: the views that read a table, the tables whose foreign keys lead to it. Refuses to know
//! whether they still do: whoever asks looks at them.

use std::collections::BTreeSet;

use super::known::Known;
use crate::operation::Name;

/// Names, with their schema, by the name that they point at.
#[derive(Clone, Debug, Default)]
pub struct Links(Known<BTreeSet<Name>>);

impl Links {
    pub fn add(&mut self, to: &Name, from: &Name) {
        if !self.0.get(to).is_some_and(|known| known.contains(from)) {
            self.0.get_or_insert_with(to, BTreeSet::new).insert(from.clone());
        }
    }

    /// Those that point at a name, or once did, in their order.
    pub fn to(&self, name: &Name) -> impl Iterator<Item = &Name> {
        self.0.get(name).into_iter().flatten()
    }
}
