//! Statements too large to build a tree of: their long lists are cut short, and what is left is read. Refuses to cut
//! anything but rows and values.

use squawk_lexer::TokenKind;

use super::{lower, parse, split};
use crate::operation::Operation;

/// Elements of a list that are kept.
const KEPT: usize = 8;

/// What an oversize statement does. Its parts have no places of their own.
pub(super) fn operations(text: &str) -> Vec<Operation> {
    let shortened = changes_rows(text).then(|| shortened(text)).filter(|text| parse::fits(text));
    match shortened.as_deref().map(parse::statement) {
        Some(Ok(statement)) => {
            let steps = lower::statement(&statement, lower::Nesting::default());
            steps.into_iter().map(|step| step.operation).collect()
        }
        _ => vec![Operation::Opaque { reason: "the statement is too large to be read".to_owned() }],
    }
}

/// Only here is a list a matter of rows; the columns of a table are one, too.
fn changes_rows(text: &str) -> bool {
    let first = split::tokens(text).find(|(kind, _)| !split::is_trivia(*kind));
    first.is_some_and(|(_, range)| {
        let word = text[range].to_ascii_lowercase();
        matches!(word.as_str(), "insert" | "update" | "delete" | "merge" | "select" | "with" | "values" | "(")
    })
}

/// The text with the elements of each list after the first few left out.
fn shortened(text: &str) -> String {
    let mut out = String::new();
    // Commas seen in each bracket that is open, and how many brackets have seen too many.
    let mut commas = vec![0usize];
    let mut full = 0;
    for (kind, range) in split::tokens(text) {
        match (kind, commas.as_mut_slice()) {
            (TokenKind::OpenParen | TokenKind::OpenBracket, _) => commas.push(0),
            (TokenKind::CloseParen | TokenKind::CloseBracket, [_, .., last]) => {
                full -= usize::from(*last >= KEPT);
                commas.pop();
            }
            (TokenKind::Comma, [.., last]) => {
                *last += 1;
                full += usize::from(*last == KEPT);
            }
            // The end of a list without brackets: what follows the rows of VALUES.
            (TokenKind::Ident, [only]) => (*only, full) = (0, 0),
            _ => {}
        }
        if full == 0 {
            out.push_str(&text[range]);
        }
    }
    out
}
