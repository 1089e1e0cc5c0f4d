//! Fills in what a tool fills in before it sends a text, and keeps the way back to the text as it is written. A name
//! without a value is read as an identifier, so that what stands around it can be read.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use super::super::layouts::Placeholders;
use super::super::tree::Tree;

/// Values by name.
pub(super) type Values = BTreeMap<String, String>;

/// The values that a project's configuration gives.
pub(super) fn values(placeholders: Placeholders, tree: &Tree, folder: &str) -> Values {
    let mut values = Values::new();
    if placeholders != Placeholders::Flyway {
        return values;
    }
    values.insert("flyway:defaultSchema".to_owned(), "public".to_owned());
    values.insert("flyway:table".to_owned(), "flyway_schema_history".to_owned());
    for text in tree.near(folder, "flyway.conf").iter().chain(&tree.near(folder, "conf/flyway.conf")) {
        let settings = text.lines().filter_map(|line| line.trim().strip_prefix("flyway.placeholders."));
        for (name, value) in settings.filter_map(|setting| setting.split_once('=')) {
            values.entry(name.trim().to_owned()).or_insert_with(|| value.trim().to_owned());
        }
    }
    for text in tree.near(folder, "flyway.toml") {
        let table = text.parse::<toml::Table>().unwrap_or_default();
        let given = table.get("flyway").and_then(|flyway| flyway.get("placeholders")?.as_table());
        for (name, value) in given.into_iter().flatten() {
            if let Some(value) = value.as_str() {
                values.entry(name.clone()).or_insert_with(|| value.to_owned());
            }
        }
    }
    values
}

/// A text after its placeholders were filled in.
pub(super) struct Filled<'a> {
    pub text: Cow<'a, str>,
    /// Where placeholders stood: in the filled text, and in the text as it is written; with the name of one that has no
    /// value.
    places: Vec<(Range<usize>, Range<usize>, Option<String>)>,
}

/// Fills in a text.
pub(super) fn fill<'a>(placeholders: Placeholders, written: &'a str, values: &Values) -> Filled<'a> {
    let asked = match placeholders {
        Placeholders::None | Placeholders::GoTemplate => false,
        Placeholders::Flyway => true,
        Placeholders::GooseEnvironment => written.contains("+goose ENVSUB ON"),
    };
    if !asked {
        return Filled { text: Cow::Borrowed(written), places: Vec::new() };
    }
    let (mut text, mut places) = (String::with_capacity(written.len()), Vec::new());
    let mut from = 0;
    while let Some(start) = written[from..].find("${").map(|at| from + at) {
        text.push_str(&written[from..start]);
        let end = written[start..].find('}').map_or(written.len(), |at| start + at + 1);
        let name = written[start + 2..end].trim_end_matches('}');
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.:".contains(c)) {
            text.push_str("${");
            from = start + 2;
            continue;
        }
        let value = values.get(name);
        let begins = text.len();
        match value {
            Some(value) => text.push_str(value),
            None => {
                text.push_str("p_");
                text.extend(name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }));
            }
        }
        let unknown = value.is_none().then(|| name.to_owned());
        places.push((begins..text.len(), start..end, unknown));
        from = end;
    }
    text.push_str(&written[from..]);
    Filled { text: Cow::Owned(text), places }
}

impl Filled<'_> {
    /// The range as it is written of a range of the filled text.
    pub fn written(&self, range: &Range<usize>) -> Range<usize> {
        let (start, end) = (self.back(range.start, true), self.back(range.end, false));
        start..end.max(start)
    }

    /// A place inside of a value is where its placeholder begins or ends.
    fn back(&self, at: usize, begins: bool) -> usize {
        let before = self
            .places
            .iter()
            .take_while(|(filled, ..)| filled.start < at || (filled.start == at && !begins));
        match before.last() {
            None => at,
            Some((filled, written, _)) if at >= filled.end => written.end + (at - filled.end),
            Some((_, written, _)) if begins => written.start,
            Some((_, written, _)) => written.end,
        }
    }

    /// The first placeholder without a value in a range of the filled text.
    pub fn unknown(&self, range: &Range<usize>) -> Option<&str> {
        let inside =
            self.places.iter().filter(|(filled, ..)| range.start <= filled.start && filled.end <= range.end);
        inside.filter_map(|(.., name)| name.as_deref()).next()
    }
}
