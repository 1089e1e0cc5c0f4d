//! `INTO variable` in the statements of PL/pgSQL, which SQL does not know. Refuses to know the variables.

use std::ops::Range;

use squawk_lexer::TokenKind;

use crate::sql::split;

/// The text without the first `INTO [STRICT] a, b.c` that is not the one of `INSERT` or `MERGE`.
pub(super) fn without_into(text: &str) -> String {
    let tokens: Vec<(TokenKind, Range<usize>)> =
        split::tokens(text).filter(|(kind, range)| !split::is_trivia(*kind) && !range.is_empty()).collect();
    let is = |index: usize, word: &str| {
        tokens.get(index).is_some_and(|(_, range): &(TokenKind, Range<usize>)| {
            text[range.clone()].eq_ignore_ascii_case(word)
        })
    };
    let follows_verb = |index: usize| index > 0 && (is(index - 1, "insert") || is(index - 1, "merge"));
    let Some(into) = (0..tokens.len()).find(|&index| is(index, "into") && !follows_verb(index)) else {
        return text.to_owned();
    };
    let mut last = if is(into + 1, "strict") { into + 2 } else { into + 1 };
    while is(last + 1, ",") || is(last + 1, ".") {
        last += 2;
    }
    let end = tokens.get(last).map_or(text.len(), |(_, range)| range.end);
    format!("{} {}", &text[..tokens[into].1.start], &text[end..])
}
