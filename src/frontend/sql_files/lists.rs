//! What a tool's own list of migrations says: their order, and where the list and the folder disagree.

use std::ops::Range;

/// A migration in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// What its file may be called without its extension; the first that is there is meant.
    pub names: Vec<String>,
    /// Where the list says so.
    pub at: Range<usize>,
    /// Its time, where the list gives one.
    pub when: Option<i64>,
}

/// The changes of a `sqitch.plan`: lines that begin neither with `%`, a pragma, nor with `@`, a tag. The script of a
/// change that comes again later is called after one of the tags between.
pub(super) fn plan(text: &str) -> Vec<Entry> {
    let mut lines: Vec<(&str, Range<usize>)> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if let Some(word) = line.split_whitespace().next() {
            let at = start + line.find(word).unwrap_or_default();
            lines.push((word, at..at + word.len()));
        }
        start += line.len();
    }
    let is_change = |word: &str| !word.starts_with(['%', '@', '#', '-']);
    let name = |word: &str| word.trim_start_matches('+').to_owned();
    let changes = lines.iter().enumerate().filter(|(_, (word, _))| is_change(word));
    changes
        .map(|(index, (word, at))| {
            let later = &lines[index + 1..];
            let again = later.iter().position(|(other, _)| is_change(other) && name(other) == name(word));
            let tags = later[..again.unwrap_or_default()].iter().filter(|(other, _)| other.starts_with('@'));
            let mut names: Vec<String> = tags.map(|(tag, _)| format!("{}{tag}", name(word))).collect();
            if names.is_empty() {
                names.push(name(word));
            }
            Entry { names, at: at.clone(), when: None }
        })
        .collect()
}

/// The entries of drizzle's `meta/_journal.json`.
pub(super) fn journal(text: &str) -> Vec<Entry> {
    let journal: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let mut from = 0;
    let entries = journal["entries"].as_array().into_iter().flatten();
    entries
        .filter_map(|entry| {
            let tag = entry["tag"].as_str()?;
            let quoted = format!("\"{tag}\"");
            let start = text[from..].find(&quoted).map_or(from, |at| from + at);
            from = (start + quoted.len()).min(text.len());
            Some(Entry { names: vec![tag.to_owned()], at: start..from, when: entry["when"].as_i64() })
        })
        .collect()
}
