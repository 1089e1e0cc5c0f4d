//! How a file is told apart into what runs upwards and downwards. Each function knows one tool's markers, and finds
//! the whole text where it knows none.

use std::ops::Range;

/// A part of a file that runs in one direction. Parts that follow each other in one direction run in that order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::frontend) struct Section {
    pub up: bool,
    pub range: Range<usize>,
    /// Whether a marker takes it out of the transaction.
    pub opted_out: bool,
    /// Whether all of it goes to the server as one message, whatever the tool does otherwise.
    pub one_message: bool,
}

fn section(up: bool, range: Range<usize>) -> Section {
    Section { up, range, opted_out: false, one_message: false }
}

/// Lines with their places; a line ends after its break.
fn lines(text: &str) -> impl Iterator<Item = (&str, Range<usize>)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let range = start..start + line.len();
        start = range.end;
        (line, range)
    })
}

/// A file that knows one direction.
pub(in crate::frontend) fn whole(text: &str) -> Vec<Section> {
    vec![section(true, 0..text.len())]
}

/// `--> statement-breakpoint` between messages.
pub(in crate::frontend) fn drizzle(text: &str) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut start = 0;
    for (at, marker) in text.match_indices("--> statement-breakpoint") {
        sections.push(section(true, start..at));
        start = at + marker.len();
    }
    sections.push(section(true, start..text.len()));
    sections
}

/// `-- +goose Up`, `Down`, `StatementBegin`, `StatementEnd`, `NO TRANSACTION`. A text without them runs upwards:
/// goose refuses it, but it should still be read.
pub(in crate::frontend) fn goose(text: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut current = section(true, 0..0);
    let mut opted_out = false;
    for (line, range) in lines(text) {
        let Some(annotation) = goose_annotation(line) else { continue };
        let (up, one_message) = match annotation.as_str() {
            "up" => (true, false),
            "down" => (false, false),
            "statementbegin" => (current.up, true),
            "statementend" => (current.up, false),
            "no transaction" => {
                opted_out = true;
                continue;
            }
            _ => continue,
        };
        current.range.end = range.start;
        sections.push(current);
        current = Section { one_message, ..section(up, range.end..range.end) };
    }
    current.range.end = text.len();
    sections.push(current);
    sections.retain(|section| !section.range.is_empty());
    sections.iter_mut().for_each(|section| section.opted_out = opted_out);
    sections
}

fn goose_annotation(line: &str) -> Option<String> {
    let words = line.strip_prefix("--")?.trim().strip_prefix("+goose")?.split_whitespace();
    Some(words.collect::<Vec<_>>().join(" ").to_ascii_lowercase())
}

/// `-- migrate:up transaction:false` and `-- migrate:down`; several pairs may follow each other.
pub(in crate::frontend) fn dbmate(text: &str) -> Vec<Section> {
    let marked = marked(text, |line| {
        let directive = line.strip_prefix("--")?.trim_start();
        let rest = directive.strip_prefix("migrate:")?;
        let up = rest.starts_with("up");
        let options = rest.strip_prefix(if up { "up" } else { "down" })?;
        let bounded = options.is_empty() || options.starts_with(char::is_whitespace);
        bounded.then(|| (up, options.split_whitespace().any(|option| option == "transaction:false")))
    });
    if marked.is_empty() { whole(text) } else { marked }
}

/// `-- Up Migration` and `-- Down Migration`; without the first, all up to the second runs upwards.
pub(in crate::frontend) fn node_pg_migrate(text: &str) -> Vec<Section> {
    let marked = marked(text, |line| {
        let words =
            line.trim_start().strip_prefix("--")?.trim_start_matches(['-', ' ', '\t']).to_ascii_lowercase();
        let mut words = words.split_whitespace();
        let up = match words.next()? {
            "up" => true,
            "down" => false,
            _ => return None,
        };
        words.next()?.starts_with("migration").then_some((up, false))
    });
    match marked.first() {
        None => whole(text),
        Some(first) if !first.up && !marked.iter().any(|section| section.up) => {
            let before = text[..first.range.start].rfind("--").unwrap_or(0);
            std::iter::once(section(true, 0..before)).chain(marked).collect()
        }
        Some(_) => marked,
    }
}

/// Sections that each begin after a line for which `marker` gives direction and opt-out.
fn marked(text: &str, marker: impl Fn(&str) -> Option<(bool, bool)>) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for (line, range) in lines(text) {
        if let Some((up, opted_out)) = marker(line.trim_end()) {
            if let Some(last) = sections.last_mut() {
                last.range.end = range.start;
            }
            sections.push(Section { opted_out, ..section(up, range.end..text.len()) });
        }
    }
    sections
}
