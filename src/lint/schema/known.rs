//! What is known by name, cheap to copy: the engine keeps the schema before and after every migration of a history, and
//! those differ in little. Refuses to know what the names stand for.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::operation::Name;

/// A map in the order of its names. Copies share what none of them has changed.
#[derive(Clone, Debug)]
pub struct Known<T>(BTreeMap<Rc<Name>, Rc<T>>);

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> Known<T> {
    pub fn get(&self, name: &Name) -> Option<&T> {
        self.0.get(name).map(Rc::as_ref)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Name, &T)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }

    pub fn insert(&mut self, name: Name, value: T) {
        self.0.insert(Rc::new(name), Rc::new(value));
    }

    pub fn retain(&mut self, keep: impl Fn(&Name, &T) -> bool) {
        self.0.retain(|name, value| keep(name, value));
    }
}

impl<T: Clone> Known<T> {
    pub fn remove(&mut self, name: &Name) -> Option<T> {
        self.0.remove(name).map(Rc::unwrap_or_clone)
    }

    /// To be changed; made up if it is not known.
    pub fn get_or_insert_with(&mut self, name: Name, unknown: impl FnOnce() -> T) -> &mut T {
        Rc::make_mut(self.0.entry(Rc::new(name)).or_insert_with(|| Rc::new(unknown())))
    }

    /// Those that are wanted, to be changed.
    pub fn wanted_mut(&mut self, wanted: impl Fn(&T) -> bool) -> impl Iterator<Item = &mut T> {
        self.0.values_mut().filter(move |value| wanted(value)).map(Rc::make_mut)
    }
}
