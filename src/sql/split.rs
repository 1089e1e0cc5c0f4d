//! Cuts a text into statements by its tokens alone, so that a mistake in one statement costs no other. Knows what
//! psql knows of them: meta-commands, COPY data, bodies with semicolons. Refuses to know what a statement says.

use std::collections::VecDeque;
use std::ops::Range;

use squawk_lexer::{LiteralKind, TokenKind, tokenize};

use super::psql;

/// A part of the text between semicolons.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// First to last token, without comments around it and without its semicolon.
    pub range: Range<usize>,
    pub kind: PieceKind,
    /// What psql sends after it: the rows of a `COPY … FROM stdin`, without the `\.` that ends them.
    pub rows: Option<Range<usize>>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum PieceKind {
    Statement,
    /// `\connect` and its kin: for psql, not for the server.
    MetaCommand,
    /// A quote or comment that opens here and is never closed.
    Unterminated(&'static str),
}

/// One token with its place; white space and comments are tokens as well.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = (TokenKind, Range<usize>)> + '_ {
    let mut start = 0;
    tokenize(text).map(move |token| {
        let range = start..start + token.len as usize;
        start = range.end;
        (token.kind, range)
    })
}

/// Whether a token says nothing to the server.
pub(super) fn is_trivia(kind: TokenKind) -> bool {
    kind == TokenKind::Whitespace || is_comment(kind)
}

fn is_comment(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::LineComment | TokenKind::BlockComment { .. })
}

/// The statements of a text, in order, each cut off when it is asked for. Empty ones are left out.
pub(super) fn pieces(text: &str) -> Pieces<'_> {
    Pieces { text, from: Some(0), ready: VecDeque::new(), comments: Vec::new(), open: Open::default() }
}

pub(super) struct Pieces<'a> {
    text: &'a str,
    /// Where to go on; nowhere at the end.
    from: Option<usize>,
    /// Cut off, and not yet asked for.
    ready: VecDeque<Piece>,
    comments: Vec<Range<usize>>,
    open: Open<'a>,
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        while self.ready.is_empty() {
            let from = self.from.take()?;
            self.from = self.run(from);
        }
        self.ready.pop_front()
    }
}

/// What is known of the statement that has begun.
#[derive(Default)]
struct Open<'a> {
    range: Option<Range<usize>>,
    depth: usize,
    /// Its first words: enough to tell what it creates.
    first: Vec<&'a str>,
    previous: &'a str,
    /// `BEGIN ATOMIC` and `CASE` that wait for their `END`.
    blocks: usize,
    copies_in: bool,
}

impl<'a> Open<'a> {
    fn creates(&self, what: &[&str]) -> bool {
        let mut words = self.first.iter().filter(|word| !is_one_of(word, &["or", "replace"]));
        words.next().is_some_and(|word| is(word, "create"))
            && words.next().is_some_and(|word| is_one_of(word, what))
    }

    fn word(&mut self, word: &'a str) {
        if self.creates(&["function", "procedure"]) {
            if is(word, "atomic") && is(self.previous, "begin") || is(word, "case") && self.blocks > 0 {
                self.blocks += 1;
            } else if is(word, "end") {
                self.blocks = self.blocks.saturating_sub(1);
            }
        }
        let copies = self.first.first().is_some_and(|first| is(first, "copy"));
        self.copies_in |= copies && is(self.previous, "from") && is(word, "stdin");
        if self.first.len() < 4 {
            self.first.push(word);
        }
        self.previous = word;
    }

    /// Only the actions of a rule and the bodies of routines hold semicolons.
    fn ends_at_semicolon(&self) -> bool {
        self.blocks == 0 && (self.depth == 0 || !self.creates(&["rule"]))
    }
}

fn is(word: &str, other: &str) -> bool {
    word.eq_ignore_ascii_case(other)
}

fn is_one_of(word: &str, others: &[&str]) -> bool {
    others.iter().any(|other| is(word, other))
}

impl<'a> Pieces<'a> {
    /// The comments of what was read so far, outside of meta-commands, COPY data and what is never closed.
    pub fn into_comments(self) -> Vec<Range<usize>> {
        self.comments
    }

    /// Reads tokens from a place on, to the end of a statement; gives the place to go on from.
    fn run(&mut self, from: usize) -> Option<usize> {
        for (kind, range) in tokens(&self.text[from..]) {
            let range = from + range.start..from + range.end;
            match kind {
                TokenKind::Eof => {}
                TokenKind::BlockComment { terminated: false } => {
                    self.close();
                    self.unterminated(range, "unterminated /* comment");
                    return None;
                }
                TokenKind::Whitespace => {}
                kind if is_comment(kind) => self.comments.push(range),
                TokenKind::Semi if self.open.ends_at_semicolon() => {
                    let data = self.open.copies_in.then(|| copy_data(self.text, range.end)).flatten();
                    self.close();
                    let Some(data) = data else { return Some(range.end) };
                    let line = &self.text[range.end..data.start];
                    let said = tokens(line).filter(|(kind, _)| is_comment(*kind));
                    self.comments.extend(said.map(|(_, at)| range.end + at.start..range.end + at.end));
                    return Some(self.rows(data));
                }
                TokenKind::Unknown if self.text[range.start..].starts_with("\\;") => {
                    self.close();
                    return Some(range.start + 2);
                }
                TokenKind::Unknown if self.text[range.clone()].starts_with('\\') => {
                    self.close();
                    return Some(self.meta_command(range.start));
                }
                kind => {
                    if let Some(message) = unterminated(kind) {
                        let start = self.open.range.take().map_or(range.start, |open| open.start);
                        self.open = Open::default();
                        // What the author meant cannot be known; a semicolon at the end of a line is the best guess.
                        let rest = &self.text[range.start..];
                        let end = rest.match_indices(';').map(|(at, _)| at).find(|at| {
                            rest[at + 1..].trim_start_matches([' ', '\t', '\r']).starts_with('\n')
                        });
                        let end = range.start + end.unwrap_or(rest.trim_end().len());
                        self.unterminated(start..end, message);
                        return Some((end + 1).min(self.text.len()));
                    }
                    self.token(kind, range);
                }
            }
        }
        self.close();
        None
    }

    /// Where the text goes on after a meta-command, and after the rows that it takes from the text.
    fn meta_command(&mut self, start: usize) -> usize {
        let (command, mut end) = psql::command(self.text, start);
        let data = psql::copies_in(&self.text[command.clone()]).then(|| copy_data(self.text, end)).flatten();
        self.push(command, PieceKind::MetaCommand);
        if let Some(data) = data {
            end = self.rows(data);
        }
        end
    }

    /// Gives rows to the statement before them; gives the place behind their `\.`.
    fn rows(&mut self, data: Range<usize>) -> usize {
        let end = self.text[data.clone()].rfind("\\.").map_or(data.end, |at| data.start + at);
        if let Some(statement) = self.ready.back_mut() {
            statement.rows = Some(data.start..end);
        }
        data.end
    }

    fn token(&mut self, kind: TokenKind, range: Range<usize>) {
        match kind {
            TokenKind::OpenParen => self.open.depth += 1,
            TokenKind::CloseParen => self.open.depth = self.open.depth.saturating_sub(1),
            TokenKind::Ident => self.open.word(&self.text[range.clone()]),
            _ => {}
        }
        let start = self.open.range.as_ref().map_or(range.start, |open| open.start);
        self.open.range = Some(start..range.end);
    }

    fn close(&mut self) {
        let open = std::mem::take(&mut self.open);
        if let Some(range) = open.range {
            self.push(range, PieceKind::Statement);
        }
    }

    fn push(&mut self, range: Range<usize>, kind: PieceKind) {
        self.ready.push_back(Piece { range, kind, rows: None });
    }

    fn unterminated(&mut self, range: Range<usize>, message: &'static str) {
        self.comments.retain(|comment| comment.end <= range.start);
        self.push(range, PieceKind::Unterminated(message));
    }
}

/// PostgreSQL's own words for a quote that is never closed.
fn unterminated(kind: TokenKind) -> Option<&'static str> {
    use LiteralKind as L;
    match kind {
        TokenKind::QuotedIdent { terminated: false, .. } => Some("unterminated quoted identifier"),
        TokenKind::Literal { kind: L::DollarQuotedString { terminated: false } } => {
            Some("unterminated dollar-quoted string")
        }
        TokenKind::Literal {
            kind:
                L::Str { terminated: false }
                | L::NationalStr { terminated: false }
                | L::UnicodeEscStr { terminated: false }
                | L::EscStr { terminated: false },
        } => Some("unterminated quoted string"),
        TokenKind::Literal { kind: L::ByteStr { terminated: false } | L::BitStr { terminated: false } } => {
            Some("unterminated bit string literal")
        }
        _ => None,
    }
}

pub(super) fn end_of_line(text: &str, from: usize) -> usize {
    text[from..].find('\n').map_or(text.len(), |at| from + at + 1)
}

/// The rows after `COPY … FROM stdin;`, if there are any: up to a line with `\.` alone.
fn copy_data(text: &str, from: usize) -> Option<Range<usize>> {
    let start = if text[..from].ends_with('\n') { from } else { end_of_line(text, from) };
    let mut line = start;
    while line < text.len() {
        let next = end_of_line(text, line);
        if text[line..next].trim_end_matches(['\n', '\r']) == "\\." {
            return Some(start..next);
        }
        line = next;
    }
    None
}
