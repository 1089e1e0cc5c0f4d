//! The settings of the session that a script runs in, as far as the script makes them. Refuses to judge them.

use std::collections::BTreeMap;

use crate::history::SessionSetting;
use crate::operation::Operation;

/// Settings that the script has made so far.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// By name, in lower case.
    settings: BTreeMap<String, Setting>,
}

#[derive(Clone, Debug)]
struct Setting {
    value: String,
    /// The transaction that it ends with, for `SET LOCAL`.
    within: Option<Within>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    /// This one.
    Transaction(u32),
    /// Any, each of which begins with it.
    Every,
}

impl Session {
    /// A session as the tool's own configuration begins it.
    pub fn begun_with(settings: &[SessionSetting]) -> Self {
        let setting = |it: &SessionSetting| {
            (it.name.clone(), Setting { value: it.value.clone(), within: it.local.then_some(Within::Every) })
        };
        Self { settings: settings.iter().map(setting).collect() }
    }

    /// What follows from a statement.
    pub fn apply(&mut self, operation: &Operation, sql: &str, transaction: Option<u32>) {
        match operation {
            Operation::Set { name, value: None, .. } if name.eq_ignore_ascii_case("all") => {
                self.settings.clear();
            }
            Operation::Set { name, value, local } => {
                self.set(name, value.as_deref(), local.then_some(transaction));
            }
            Operation::Query { calls, .. } if calls.iter().any(|call| call.ends_with("set_config")) => {
                // set_config('name', 'value', is_local)
                let mut quoted = sql.split('\'').skip(1).step_by(2);
                if let (Some(name), Some(value)) = (quoted.next(), quoted.next()) {
                    let local = sql.to_lowercase().contains("true").then_some(transaction);
                    self.set(name, Some(value), local);
                }
            }
            _ => {}
        }
    }

    /// `within` is the transaction of a local setting, which outside of one does nothing.
    fn set(&mut self, name: &str, value: Option<&str>, within: Option<Option<u32>>) {
        let name = name.to_ascii_lowercase();
        match (value, within) {
            (_, Some(None)) => {}
            (Some(value), within) => {
                let value = value.trim_matches(['\'', '"', ' ']).to_owned();
                self.settings
                    .insert(name, Setting { value, within: within.flatten().map(Within::Transaction) });
            }
            (None, _) => {
                self.settings.remove(&name);
            }
        }
    }

    /// The value of a setting in a transaction, if the script has made it.
    pub fn setting(&self, name: &str, transaction: Option<u32>) -> Option<&str> {
        let setting = self.settings.get(name)?;
        let holds = match setting.within {
            None => true,
            Some(Within::Every) => transaction.is_some(),
            Some(Within::Transaction(own)) => transaction == Some(own),
        };
        holds.then_some(setting.value.as_str())
    }

    /// Whether a setting has a value that only running the tool's configuration would tell.
    pub fn is_untold(&self, name: &str, transaction: Option<u32>) -> bool {
        self.setting(name, transaction) == Some("")
    }

    /// A timeout in milliseconds; `Some(0)` if it is switched off.
    pub fn timeout(&self, name: &str, transaction: Option<u32>) -> Option<u64> {
        milliseconds(self.setting(name, transaction)?)
    }

    /// The schema in which unqualified names are made.
    pub fn schema(&self) -> &str {
        let path = self.settings.get("search_path").map_or("", |setting| setting.value.as_str());
        let first = path.split(',').next().unwrap_or_default().trim().trim_matches(['\'', '"']);
        if first.is_empty() || first.starts_with('$') { "public" } else { first }
    }
}

/// A duration as PostgreSQL reads it: milliseconds unless a unit is written.
fn milliseconds(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.trim_end_matches(|c: char| c.is_alphabetic() || c.is_whitespace());
    let number: f64 = digits.parse().ok()?;
    let factor = match text[digits.len()..].trim() {
        "us" => 0.001,
        "" | "ms" => 1.0,
        "s" => 1_000.0,
        "min" => 60_000.0,
        "h" => 3_600_000.0,
        "d" => 86_400_000.0,
        _ => return None,
    };
    Some((number * factor).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_postgresql_reads_them() {
        let cases =
            [("0", 0), ("1500", 1500), ("2s", 2000), ("1.5 s", 1500), ("3min", 180_000), ("1h", 3_600_000)];
        for (text, expected) in cases {
            assert_eq!(milliseconds(text), Some(expected), "{text}");
        }
        assert_eq!(milliseconds("soon"), None);
    }
}
