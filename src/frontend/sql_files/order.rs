//! Which migration runs first.

use std::collections::BTreeMap;

use super::super::layouts::Order;
use super::super::tree::{Tree, join};
use super::FileName;
use super::lists::{self, Entry};

/// A place in the order. Versions with equal places are the same version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    /// What runs after everything that has numbers.
    last: bool,
    numbers: Vec<u128>,
    text: String,
}

impl Rank {
    /// The number, where it is only one.
    pub fn number(&self) -> Option<u128> {
        self.numbers.first().copied().filter(|_| self.numbers.len() == 1)
    }
}

/// The order of one folder.
pub(super) struct Ranks {
    order: Order,
    /// Places by version, where a file of the tool lists them.
    places: BTreeMap<String, usize>,
    /// That file, and what it lists.
    pub list: Option<(String, Vec<Entry>)>,
}

impl Ranks {
    pub fn of(order: Order, tree: &Tree, folder: &str) -> Self {
        let list = match order {
            Order::Plan => Some(("sqitch.plan", lists::plan as fn(&str) -> Vec<Entry>)),
            Order::Journal => Some(("meta/_journal.json", lists::journal as fn(&str) -> Vec<Entry>)),
            Order::Number | Order::Dotted | Order::Text | Order::File => None,
        };
        let list = list.map(|(name, entries)| {
            let path = join(folder, name);
            let text = tree.text(&path).unwrap_or_default();
            (path, entries(&text))
        });
        let entries = list.iter().flat_map(|(_, entries)| entries).zip(0..);
        let places =
            entries.flat_map(|(entry, place)| entry.names.iter().map(move |name| (name.clone(), place)));
        Self { order, places: places.collect(), list }
    }

    /// The place of a file; nothing if the tool would not run it.
    pub fn rank(&self, path: &str, name: &FileName) -> Option<Rank> {
        let version = name.version.as_str();
        let ranked = |numbers| Rank { last: false, numbers, text: String::new() };
        let by_text = |last, text: &str| Rank { last, numbers: Vec::new(), text: text.to_owned() };
        Some(match self.order {
            Order::Number => {
                let end = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
                match version[..end].parse() {
                    Ok(number) => Rank { text: version[end..].to_owned(), ..ranked(vec![number]) },
                    Err(_) => by_text(true, version),
                }
            }
            Order::Dotted => {
                let numbers: Result<Vec<u128>, _> = version.split('.').map(str::parse).collect();
                match numbers {
                    Ok(mut numbers) => {
                        while numbers.last() == Some(&0) {
                            numbers.pop();
                        }
                        ranked(numbers)
                    }
                    Err(_) => by_text(true, version),
                }
            }
            Order::Text => by_text(false, version),
            Order::File => by_text(false, path.rsplit('/').next().unwrap_or(path)),
            Order::Plan | Order::Journal => ranked(vec![*self.places.get(version)? as u128]),
        })
    }
}
