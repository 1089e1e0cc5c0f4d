//! What is known by name, copied at no cost: the engine keeps the schema before and after every migration of a history,
//! and those differ in little. Refuses to know what the names stand for.

use rpds::RedBlackTreeMap;

use crate::operation::Name;

/// A map in the order of its names. Copies share what none of them has changed.
#[derive(Clone, Debug)]
pub struct Known<T>(RedBlackTreeMap<Name, T>);

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self(RedBlackTreeMap::new())
    }
}

impl<T> Known<T> {
    pub fn get(&self, name: &Name) -> Option<&T> {
        self.0.get(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Name, &T)> {
        self.0.iter()
    }

    fn names(&self, wanted: impl Fn(&Name, &T) -> bool) -> Vec<Name> {
        self.iter().filter(|(name, value)| wanted(name, value)).map(|(name, _)| name.clone()).collect()
    }
}

impl<T: Clone> Known<T> {
    pub fn insert(&mut self, name: Name, value: T) {
        self.0.insert_mut(name, value);
    }

    pub fn remove(&mut self, name: &Name) -> Option<T> {
        let known = self.0.get(name).cloned()?;
        self.0.remove_mut(name);
        Some(known)
    }

    pub fn forget(&mut self, gone: impl Fn(&Name, &T) -> bool) {
        for name in self.names(gone) {
            self.0.remove_mut(&name);
        }
    }

    /// To be changed; made up if it is not known.
    pub fn get_or_insert_with(&mut self, name: &Name, unknown: impl FnOnce() -> T) -> &mut T {
        if !self.0.contains_key(name) {
            self.0.insert_mut(name.clone(), unknown());
        }
        match self.0.get_mut(name) {
            Some(known) => known,
            None => unreachable!("it was put there"),
        }
    }
}
