//! Fills in what a tool fills in before it sends a text, and keeps the way back to the text as it is written. A name
//! without a value is read as an identifier, so that what stands around it can be read.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use super::super::layouts::Placeholders;
use super::super::tree::Tree;

/// Values by name; `None` where the project names a placeholder whose value only the environment knows.
pub(super) type Values = BTreeMap<String, Option<String>>;

/// The values that a project's configuration gives.
pub(super) fn values(placeholders: Placeholders, tree: &Tree, folder: &str) -> Values {
    match placeholders {
        Placeholders::Flyway => flyway_values(tree, folder),
        Placeholders::Graphile => graphile_values(tree, folder),
        Placeholders::None | Placeholders::GooseEnvironment | Placeholders::GoTemplate => Values::new(),
    }
}

fn flyway_values(tree: &Tree, folder: &str) -> Values {
    let fixed = [("flyway:defaultSchema", "public"), ("flyway:table", "flyway_schema_history")];
    let mut values: Values =
        fixed.into_iter().map(|(name, value)| (name.to_owned(), Some(value.to_owned()))).collect();
    for text in tree.near(folder, "flyway.conf").iter().chain(&tree.near(folder, "conf/flyway.conf")) {
        let settings = text.lines().filter_map(|line| line.trim().strip_prefix("flyway.placeholders."));
        for (name, value) in settings.filter_map(|setting| setting.split_once('=')) {
            values.entry(name.trim().to_owned()).or_insert_with(|| Some(value.trim().to_owned()));
        }
    }
    for text in tree.near(folder, "flyway.toml") {
        let table = text.parse::<toml::Table>().unwrap_or_default();
        let given = table.get("flyway").and_then(|flyway| flyway.get("placeholders")?.as_table());
        for (name, value) in given.into_iter().flatten() {
            if let Some(value) = value.as_str() {
                values.entry(name.clone()).or_insert_with(|| Some(value.to_owned()));
            }
        }
    }
    values
}

/// graphile-migrate src/settings.ts, src/migration.ts `slowGeneratePlaceholderReplacement`: `":NAME": "value"` in
/// `.gmrc`, where `!ENV` is the environment's, and two that are always there.
fn graphile_values(tree: &Tree, folder: &str) -> Values {
    let always = [":DATABASE_NAME", ":DATABASE_OWNER"];
    let mut values: Values = always.into_iter().map(|name| (name.to_owned(), None)).collect();
    for text in tree.near(folder, ".gmrc").iter().chain(&tree.near(folder, ".gmrc.js")) {
        let strings = strings(text);
        for (at, (range, name)) in strings.iter().enumerate() {
            let Some(after) = text[range.end..].trim_start().strip_prefix(':') else { continue };
            let start = text.len() - after.trim_start().len();
            let next = strings.get(at + 1).filter(|(next, _)| next.start == start);
            let value = next.map(|(_, value)| (*value).to_owned()).filter(|value| value != "!ENV");
            if *name == "databaseOwner" {
                values.insert(":DATABASE_OWNER".to_owned(), value);
            } else if name.starts_with(':') {
                values.entry((*name).to_owned()).or_insert(value);
            }
        }
    }
    values
}

/// The texts in quotes of a JSON5 or JavaScript file that no comment holds, each with its place.
fn strings(text: &str) -> Vec<(Range<usize>, &str)> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(start) = text[at..].find(['"', '\'', '/']).map(|next| at + next) {
        let rest = &text[start..];
        let past =
            |end: &str| rest[1..].find(end).map_or(text.len(), |length| start + 1 + length + end.len());
        at = match rest.as_bytes() {
            [b'/', b'/', ..] => past("\n"),
            [b'/', b'*', ..] => past("*/"),
            [b'/', ..] => start + 1,
            _ => {
                let end = past(&rest[..1]);
                found.push((start..end, text[start + 1..end].trim_end_matches(['"', '\''])));
                end
            }
        };
    }
    found
}

/// A text after its placeholders were filled in.
pub(super) struct Filled<'a> {
    pub text: Cow<'a, str>,
    places: Vec<Place<'a>>,
}

/// Where a placeholder stood.
struct Place<'a> {
    /// In the filled text.
    filled: Range<usize>,
    /// In the text as it is written.
    written: Range<usize>,
    /// The placeholder as it is written, if its value is not sure.
    doubt: Option<Doubt<'a>>,
}

/// What is not sure of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt<'a> {
    /// There is none in the project's files.
    Unknown(&'a str),
    /// The environment may have another than the one that is written.
    Default(&'a str),
}

/// What stands for a placeholder.
enum Value {
    Known(String),
    Default(String),
    Unknown,
}

/// Fills in the parts of a file.
pub(super) struct Filler<'a> {
    file: &'a str,
    placeholders: Placeholders,
    values: &'a Values,
    /// Where goose fills in.
    asked: Vec<Range<usize>>,
}

impl<'a> Filler<'a> {
    pub fn of(placeholders: Placeholders, file: &'a str, values: &'a Values) -> Self {
        let asked = match placeholders {
            Placeholders::GooseEnvironment => goose_asks(file),
            _ => Vec::new(),
        };
        Self { file, placeholders, values, asked }
    }

    /// A part of the file as the tool sends it.
    pub fn fill(&self, part: Range<usize>) -> Filled<'a> {
        let written = &self.file[part.clone()];
        let found = match self.placeholders {
            Placeholders::None | Placeholders::GoTemplate => Vec::new(),
            Placeholders::Flyway => flyway(written, self.values),
            Placeholders::Graphile => graphile(written, self.values),
            Placeholders::GooseEnvironment => {
                let inside = |asked: &&Range<usize>| part.start < asked.end && asked.start < part.end;
                let asked = self.asked.iter().filter(inside);
                let lines = asked.map(|asked| asked.start.max(part.start)..asked.end.min(part.end));
                lines.flat_map(|lines| goose(&self.file[lines.clone()], lines.start - part.start)).collect()
            }
        };
        filled(written, found)
    }
}

fn filled(written: &str, found: Vec<(Range<usize>, Value)>) -> Filled<'_> {
    if found.is_empty() {
        return Filled { text: Cow::Borrowed(written), places: Vec::new() };
    }
    let (mut text, mut places) = (String::with_capacity(written.len()), Vec::with_capacity(found.len()));
    let mut from = 0;
    for (range, value) in found {
        text.push_str(&written[from..range.start]);
        from = range.end;
        let (begins, name) = (text.len(), &written[range.clone()]);
        let doubt = match value {
            Value::Known(value) => {
                text.push_str(&value);
                None
            }
            Value::Default(value) => {
                text.push_str(&value);
                Some(Doubt::Default(name))
            }
            Value::Unknown => {
                let letters = name.chars().filter(|c| !matches!(c, '$' | '{' | '}' | ':'));
                text.push_str("p_");
                text.extend(letters.map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }));
                Some(Doubt::Unknown(name))
            }
        };
        places.push(Place { filled: begins..text.len(), written: range, doubt });
    }
    text.push_str(&written[from..]);
    Filled { text: Cow::Owned(text), places }
}

/// `${name}`.
fn flyway(text: &str, values: &Values) -> Vec<(Range<usize>, Value)> {
    let braced = text.match_indices("${").filter_map(|(start, _)| {
        let name = &text[start + 2..start + text[start..].find('}')?];
        let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.:".contains(c));
        let value = values.get(name).cloned().flatten();
        plain.then(|| (start..start + name.len() + 3, value.map_or(Value::Unknown, Value::Known)))
    });
    braced.collect()
}

/// `:NAME`, where that is one of the names.
fn graphile(text: &str, values: &Values) -> Vec<(Range<usize>, Value)> {
    let named = text.match_indices(':').filter_map(|(start, _)| {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let length = text[start + 1..].find(|c: char| !word(c)).unwrap_or(text.len() - start - 1);
        let end = start + 1 + length;
        let value = values.get(&text[start..end])?.clone();
        Some((start..end, value.map_or(Value::Unknown, Value::Known)))
    });
    named.collect()
}

/// goose internal/sqlparser/parser.go: the lines between `-- +goose ENVSUB ON` and `OFF`, in whatever section those
/// stand.
fn goose_asks(file: &str) -> Vec<Range<usize>> {
    let (mut asked, mut on, mut start) = (Vec::new(), None, 0);
    for line in file.split_inclusive('\n') {
        match super::sections::goose_annotation(line).as_deref() {
            Some("envsub on") => on = on.or(Some(start + line.len())),
            Some("envsub off") => asked.extend(on.take().map(|from| from..start)),
            _ => {}
        }
        start += line.len();
    }
    asked.extend(on.map(|from| from..file.len()));
    asked
}

/// mfridman/interpolate parser.go: `$NAME`, `${NAME}`, `${NAME:-default}`, and `$$` for a dollar.
fn goose(text: &str, shift: usize) -> Vec<(Range<usize>, Value)> {
    let (mut found, mut at) = (Vec::new(), 0);
    let identifier = |text: &str| {
        let length = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        text.starts_with(char::is_alphabetic).then_some(length)
    };
    while let Some(start) = text[at..].find(['$', '\\']).map(|next| at + next) {
        let rest = &text[start..];
        let (length, value) = if rest.starts_with("\\\\") || rest.starts_with("$(") {
            (2, None)
        } else if rest.starts_with("\\$") || rest.starts_with("$$") {
            (2, Some(Value::Known("$".to_owned())))
        } else if let Some(inner) = rest.strip_prefix("${") {
            match (identifier(inner), inner.find('}')) {
                (Some(name), Some(end)) => (end + 3, Some(braced(inner.get(name..end).unwrap_or_default()))),
                _ => (1, None),
            }
        } else {
            match rest.strip_prefix('$').and_then(identifier) {
                Some(name) => (name + 1, Some(Value::Unknown)),
                None => (1, None),
            }
        };
        at = start + length;
        found.extend(value.map(|value| (shift + start..shift + at, value)));
    }
    found
}

/// What follows the name in `${NAME:-default}`.
fn braced(operation: &str) -> Value {
    let default = operation.strip_prefix(":-").or_else(|| operation.strip_prefix('-'));
    match default.filter(|default| !default.contains(['$', '\\'])) {
        Some(default) => Value::Default(default.to_owned()),
        None => Value::Unknown,
    }
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
            .partition_point(|place| place.filled.start < at || (place.filled.start == at && !begins));
        match before.checked_sub(1).and_then(|last| self.places.get(last)) {
            None => at,
            Some(place) if at >= place.filled.end => place.written.end + (at - place.filled.end),
            Some(place) if begins => place.written.start,
            Some(place) => place.written.end,
        }
    }

    /// What is least sure of the values in a range of the filled text.
    pub fn doubt(&self, range: &Range<usize>) -> Option<Doubt<'_>> {
        let from = self.places.partition_point(|place| place.filled.start < range.start);
        let inside = self.places[from..].iter().take_while(|place| place.filled.end <= range.end);
        let doubts: Vec<Doubt<'_>> = inside.filter_map(|place| place.doubt).collect();
        let unknown = doubts.iter().find(|doubt| matches!(doubt, Doubt::Unknown(_)));
        unknown.or(doubts.first()).copied()
    }
}
