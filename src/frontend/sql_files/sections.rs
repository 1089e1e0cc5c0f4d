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

pub(super) fn goose_annotation(line: &str) -> Option<String> {
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

/// From the first `-- Up Migration` to the first `-- Down Migration`, or the other way round. Without the first, all of
/// the text runs upwards, and what is marked as downwards with it.
pub(in crate::frontend) fn node_pg_migrate(text: &str) -> Vec<Section> {
    let first = |direction: &str| {
        let marker = |line: &str| {
            let words = line
                .trim_start()
                .strip_prefix("--")?
                .trim_start_matches(|c: char| c == '-' || c.is_whitespace());
            let words = words.to_ascii_lowercase();
            let mut words = words.split_whitespace();
            (words.next()? == direction && words.next()?.starts_with("migration")).then_some(())
        };
        lines(text).find(|(line, _)| marker(line).is_some()).map(|(_, range)| range.start)
    };
    let (up, down) = (first("up"), first("down"));
    let up_to = |start: usize, other: Option<usize>| {
        start..other.filter(|other| *other > start).unwrap_or(text.len())
    };
    let mut sections = vec![section(true, up.map_or(0..text.len(), |start| up_to(start, down)))];
    sections.extend(down.map(|start| section(false, up_to(start, up))));
    sections
}

/// `--! no-transaction` on the first line after the header of a committed migration.
pub(in crate::frontend) fn graphile(text: &str) -> Vec<Section> {
    let is_header = |line: &str| {
        line.strip_prefix("--! ").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
    };
    let mut body = text.lines().skip_while(|line| is_header(line)).skip_while(|line| line.trim().is_empty());
    let opted_out = body.next().and_then(|line| line.strip_prefix("--!")).is_some_and(|rest| {
        let rest = rest.trim_start().strip_prefix("no-transaction");
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    });
    vec![Section { opted_out, ..section(true, 0..text.len()) }]
}

/// `---- create above / drop below ----`, and in each part `---- tern: disable-tx ----`.
pub(in crate::frontend) fn tern(text: &str) -> Vec<Section> {
    let marker = "---- create above / drop below ----";
    let parts = match text.find(marker) {
        Some(at) => vec![section(true, 0..at), section(false, at + marker.len()..text.len())],
        None => whole(text),
    };
    let opts_out =
        |part: &Section| text[part.range.clone()].lines().any(|line| line == "---- tern: disable-tx ----");
    parts.into_iter().map(|part| Section { opted_out: opts_out(&part), ..part }).collect()
}

/// `-- atlas:txmode none` before the first statement.
pub(in crate::frontend) fn atlas(text: &str) -> Vec<Section> {
    let mut head = text.lines().take_while(|line| line.trim().is_empty() || line.starts_with("--"));
    let opted_out = head.any(|line| line.trim_end() == "-- atlas:txmode none");
    vec![Section { opted_out, ..section(true, 0..text.len()) }]
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
