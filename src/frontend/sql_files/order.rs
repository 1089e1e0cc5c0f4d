//! Which migration runs first.

use std::collections::BTreeMap;

use super::super::layouts::Order;
use super::super::tree::{Tree, join};

/// A place in the order. Versions with equal places are the same version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    /// What runs after everything that has numbers.
    last: bool,
    numbers: Vec<u128>,
    text: String,
}

/// The order of one folder.
pub(super) struct Ranks {
    order: Order,
    /// Places by version, where a file of the tool lists them.
    listed: BTreeMap<String, usize>,
}

impl Ranks {
    pub fn of(order: Order, tree: &Tree, folder: &str) -> Self {
        let text = |name: &str| tree.text(&join(folder, name)).unwrap_or_default();
        let listed = match order {
            Order::Plan => changes(&text("sqitch.plan")),
            Order::Journal => entries(&text("meta/_journal.json")),
            Order::Number | Order::Dotted | Order::Text => Vec::new(),
        };
        Self { order, listed: listed.into_iter().zip(0..).collect() }
    }

    /// The place of a version; nothing if the tool would not run it.
    pub fn rank(&self, version: &str) -> Option<Rank> {
        let ranked = |numbers| Rank { last: false, numbers, text: String::new() };
        let by_text = |last| Rank { last, numbers: Vec::new(), text: version.to_owned() };
        Some(match self.order {
            Order::Number => {
                let end = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
                match version[..end].parse() {
                    Ok(number) => Rank { text: version[end..].to_owned(), ..ranked(vec![number]) },
                    Err(_) => by_text(true),
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
                    Err(_) => by_text(true),
                }
            }
            Order::Text => by_text(false),
            Order::Plan | Order::Journal => ranked(vec![*self.listed.get(version)? as u128]),
        })
    }
}

/// The names of the changes of a `sqitch.plan`: lines that begin neither with `%`, a pragma, nor with `@`, a tag.
fn changes(plan: &str) -> Vec<String> {
    let lines = plan.lines().map(str::trim).filter(|line| !line.starts_with(['%', '@', '#']));
    let names = lines.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| !name.starts_with('-')).map(|name| name.trim_start_matches('+').to_owned()).collect()
}

/// The files that drizzle's journal lists, in its order.
fn entries(journal: &str) -> Vec<String> {
    let journal: serde_json::Value = serde_json::from_str(journal).unwrap_or_default();
    let entries = journal["entries"].as_array().into_iter().flatten();
    entries.filter_map(|entry| entry["tag"].as_str()).map(str::to_owned).collect()
}
