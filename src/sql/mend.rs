//! Rewrites the few phrases that PostgreSQL accepts and squawk does not, without moving what we point at: what says
//! nothing to us becomes blanks. Found by comparing both on a statement of every kind. Refuses to parse.

use std::ops::Range;

use squawk_lexer::TokenKind;

use super::split::{is_trivia, tokens};

/// Words in a row, which of them give way, and to what; blanks fill the rest of their place. `*` is any word.
type Phrase = (&'static [&'static str], Range<usize>, &'static str);

const PHRASES: &[Phrase] = &[
    // PostgreSQL takes as many actions as of a table.
    (&["alter", "index"], 1..2, "TABLE"),
    (&["alter", "sequence"], 1..2, "TABLE"),
    (&["alter", "statistics", "if", "exists"], 2..4, ""),
    (&["create", "trusted", "language"], 1..2, ""),
    (&["create", "or", "replace", "trusted"], 3..4, ""),
    (&["set", "role", "to", "default"], 0..4, "RESET ROLE"),
    (&["set", "role", "to"], 2..3, ""),
    // The user is a word of the language here, and no object of ours.
    (&["user", "mapping", "for", "user"], 3..4, "me"),
    (&["user", "mapping", "if", "exists", "for", "user"], 5..6, "me"),
    // Of a column that is added.
    (&["storage", "*"], 0..2, ""),
    (&["compression", "*"], 0..2, ""),
];

/// The text that squawk may understand where it does not understand this one; of the same length.
pub(super) fn mended(text: &str) -> Option<String> {
    let words: Vec<(TokenKind, Range<usize>)> =
        tokens(text).filter(|(kind, range)| !is_trivia(*kind) && !range.is_empty()).collect();
    let is = |index: usize, word: &str| {
        words.get(index).is_some_and(|(kind, range): &(TokenKind, Range<usize>)| {
            *kind == TokenKind::Ident && (word == "*" || text[range.clone()].eq_ignore_ascii_case(word))
        })
    };
    let mut mended = text.to_owned();
    for (phrase, replaced, by) in PHRASES {
        let stands_at = |at: &usize| phrase.iter().enumerate().all(|(index, word)| is(at + index, word));
        for at in (0..words.len()).filter(stands_at) {
            let place = words[at + replaced.start].1.start..words[at + replaced.end - 1].1.end;
            mended.replace_range(place.clone(), &format!("{by:width$}", width = place.len()));
        }
    }
    // `SET NAMES 'x'` is a setting without its sign.
    if is(0, "set") && is(1, "names") && words.len() > 2 {
        let gap = words[1].1.end..words[2].1.start;
        mended.replace_range(gap.clone(), &format!("{:width$}", "=", width = gap.len()));
    }
    if is(0, "create") && is(1, "extension") {
        let starts: Vec<usize> =
            (3..words.len()).filter(|at| EXTENSION_OPTIONS.iter().any(|option| is(*at, option))).collect();
        let ends = starts.iter().skip(1).copied().chain([words.len()]);
        let ranges = starts.iter().zip(ends).map(|(start, end)| words[*start].1.start..words[end - 1].1.end);
        sort_options(&mut mended, ranges.collect());
    }
    (mended != text).then_some(mended)
}

/// What CREATE EXTENSION takes in any order, in the one that squawk knows.
const EXTENSION_OPTIONS: [&str; 3] = ["schema", "version", "cascade"];

fn sort_options(text: &mut String, options: Vec<Range<usize>>) {
    let [first, .., last] = options.as_slice() else { return };
    let all = first.start..last.end;
    let mut said: Vec<&str> = options.iter().map(|option| &text[option.clone()]).collect();
    let starts =
        |said: &str, option: &str| said.get(..option.len()).is_some_and(|it| it.eq_ignore_ascii_case(option));
    said.sort_by_key(|said| EXTENSION_OPTIONS.iter().position(|option| starts(said, option)));
    let sorted = said.join(" ");
    if sorted.len() <= all.len() {
        text.replace_range(all.clone(), &format!("{sorted:width$}", width = all.len()));
    }
}
