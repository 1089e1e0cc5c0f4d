//! Parses one statement into squawk's tree, on a stack that its depth cannot exhaust. Refuses to know what the tree
//! means.

use std::ops::Range;

use squawk_lexer::TokenKind;
use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{Parse, SourceFile, SyntaxNode};

use super::mend::mended;
use super::plain;
use super::psql::{self, Content};
use super::split::{is_trivia, tokens};
use super::strict;

/// A tree costs about a kilobyte a token, and a stack frame or more a level. PostgreSQL gives up far below these.
const MOST_TOKENS: usize = 200_000;
/// The time that squawk takes for sub-selects grows with the square of their depth: a quarter of a second here.
const DEEPEST: usize = 1_000;
/// `NOT NOT …` nests without brackets, and the time that squawk takes grows with the square of the depth.
const MOST_IN_A_ROW: usize = 500;

/// Operators and casts that follow each other nest as well, to the left; the time is the square of their number, too.
const LONGEST_CHAIN: usize = 5_000;

/// What a level of nesting takes of the stack at most (in a debug build), by the byte of text that it takes to write it.
const STACK_A_BYTE: usize = 4 << 10;
/// Address space, not memory: only what is touched is ever backed.
const LARGEST_STACK: usize = 1 << 30;

/// Runs here if the stack is large enough for whatever a text of this size nests, else on a new one.
pub(super) fn on_large_stack<T>(size: usize, work: impl FnOnce() -> T) -> T {
    let needed = (size * STACK_A_BYTE).clamp(64 << 10, LARGEST_STACK);
    stacker::maybe_grow(needed, needed, work)
}

/// Whether a tree of the text can be built at a bearable cost.
pub(super) fn fits(text: &str) -> bool {
    if text.len() <= MOST_IN_A_ROW {
        return true;
    }
    let (mut count, mut in_a_row) = (0usize, 0usize);
    // The operators since the last comma, at each depth.
    let mut chains = vec![0usize];
    let is_word = |range: &Range<usize>, words: &[&str]| {
        words.iter().any(|word| text[range.clone()].eq_ignore_ascii_case(word))
    };
    tokens(text).all(|(kind, range)| {
        match kind {
            kind if is_trivia(kind) => {}
            TokenKind::Minus | TokenKind::Plus | TokenKind::Tilde | TokenKind::At => in_a_row += 1,
            TokenKind::Ident if is_word(&range, &["not"]) => in_a_row += 1,
            _ => in_a_row = 0,
        }
        match kind {
            TokenKind::OpenParen | TokenKind::OpenBracket => chains.push(0),
            TokenKind::CloseParen | TokenKind::CloseBracket if chains.len() > 1 => drop(chains.pop()),
            _ => {}
        }
        let chain = chains.last_mut();
        let longest = chain.map_or(0, |chain| {
            match kind {
                TokenKind::Comma | TokenKind::Semi => *chain = 0,
                // What AND and OR join takes no longer than its length.
                TokenKind::Ident if is_word(&range, &["and", "or"]) => *chain = 0,
                kind if is_operator(kind) => *chain += 1,
                _ => {}
            }
            *chain
        });
        count += usize::from(!is_trivia(kind));
        count <= MOST_TOKENS
            && chains.len() - 1 <= DEEPEST
            && in_a_row <= MOST_IN_A_ROW
            && longest <= LONGEST_CHAIN
    })
}

fn is_operator(kind: TokenKind) -> bool {
    use TokenKind as T;
    matches!(
        kind,
        T::And
            | T::At
            | T::Bang
            | T::Caret
            | T::Colon
            | T::Dot
            | T::Eq
            | T::Gt
            | T::Lt
            | T::Minus
            | T::Or
            | T::Percent
            | T::Plus
            | T::Pound
            | T::Question
            | T::Slash
            | T::Star
            | T::Tilde
    )
}

/// What is wrong with a text, and where in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    /// In PostgreSQL's words.
    pub message: String,
    pub range: Range<usize>,
    /// Whether the text ends too early.
    pub at_end: bool,
}

/// Parses a text that holds one statement, and that fits.
pub(super) fn statement(text: &str) -> Result<ast::Stmt, SyntaxError> {
    as_written(text).or_else(|error| {
        let whole = mended(text).and_then(|text| as_written(&text).ok());
        let with = |content| psql::without_variables(text, content).and_then(|text| as_written(&text).ok());
        whole.or_else(|| with(Content::Name)).or_else(|| with(Content::Number)).ok_or(error)
    })
}

fn as_written(text: &str) -> Result<ast::Stmt, SyntaxError> {
    let judged = |statement: ast::Stmt| match strict::overlooked(statement.syntax()) {
        Some(at) => Err(error_at(text, at)),
        None => Ok(statement),
    };
    if let Some(statement) = plain::parse(text) {
        return judged(statement);
    }
    let parse = SourceFile::parse(text);
    if let Some(error) = first_error(text, &parse) {
        return Err(error);
    }
    let mut statements = parse.tree().stmts();
    let first = statements.next();
    match (first, statements.next()) {
        (Some(first), None) => judged(first),
        (_, second) => {
            let at = second.map_or(0, |second| range(second.syntax()).start);
            Err(error_at(text, at))
        }
    }
}

fn first_error(text: &str, parse: &Parse<SourceFile>) -> Option<SyntaxError> {
    let errors = parse.errors();
    if errors.is_empty() {
        return None;
    }
    // A mistake inside the quoted body of a routine is the routine's, not this statement's.
    let bodies: Vec<Range<usize>> = parse
        .syntax_node()
        .descendants()
        .filter(|node| ast::AsDefinition::can_cast(node.kind()))
        .map(|node| range(&node))
        .collect();
    errors
        .iter()
        .map(|error| usize::from(error.range().start()))
        .find(|at| !bodies.iter().any(|body| body.start < *at && *at < body.end))
        .map(|at| error_at(text, at))
}

/// The error as PostgreSQL words it: it names the token where it stopped understanding.
fn error_at(text: &str, at: usize) -> SyntaxError {
    let words: Vec<Range<usize>> = tokens(text)
        .filter(|(kind, range)| !is_trivia(*kind) && !range.is_empty())
        .map(|(_, range)| range)
        .collect();
    let found = words.iter().position(|range| range.end > at).unwrap_or(words.len());
    match words.get(blamed(text, &words, found)) {
        Some(range) => {
            SyntaxError { message: near(&text[range.clone()]), range: range.clone(), at_end: false }
        }
        None => {
            let range = words.last().map_or(0..text.len(), Clone::clone);
            SyntaxError { message: "syntax error at end of input".to_owned(), range, at_end: true }
        }
    }
}

/// The word that PostgreSQL blames where squawk blames another beside it.
fn blamed(text: &str, words: &[Range<usize>], found: usize) -> usize {
    let word = |index: Option<usize>| {
        index.and_then(|index| words.get(index)).map_or("", |range| &text[range.clone()])
    };
    let is = |index: Option<usize>, known: &[&str]| {
        known.iter().any(|known| word(index).eq_ignore_ascii_case(known))
    };
    let [this, next, previous] = [Some(found), found.checked_add(1), found.checked_sub(1)];
    // Of a verb without an object that it knows squawk blames the verb; of a list, its bracket.
    let verb = found == 0 && is(this, &["alter", "create", "drop", "("]);
    // `UNIQUE` begins a predicate, which PostgreSQL understands and then refuses.
    let predicate = is(this, &["unique"]) && is(previous, &["select"]);
    if predicate {
        let brackets =
            words[next.unwrap_or(found)..].iter().take_while(|range| text[(*range).clone()] == *"(");
        return found + 1 + brackets.count();
    }
    if verb || (word(this) == "(" && word(next) == "`") {
        return found + 1;
    }
    // Words that are reserved name no column.
    let dropped = found.checked_sub(2);
    let reserved = (is(dropped, &["drop", "exists"]) && is(previous, &["foreign", "primary"]))
        || (is(dropped, &["exists"]) && is(previous, &["column"]));
    if reserved { found - 1 } else { found }
}

/// PostgreSQL's message for a token that it did not expect.
pub(super) fn near(token: &str) -> String {
    format!("syntax error at or near \"{}\"", shortened(token))
}

fn shortened(token: &str) -> String {
    let mut lines = token.lines();
    let first = lines.next().unwrap_or_default();
    let short: String = first.chars().take(40).collect();
    if lines.next().is_some() || short.len() < first.len() { format!("{short}…") } else { short }
}

/// The bytes of a node.
pub(super) fn range(node: &SyntaxNode) -> Range<usize> {
    let range = node.text_range();
    range.start().into()..range.end().into()
}
