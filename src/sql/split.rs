//! Cuts a text into statements by its tokens alone, so that a mistake in one statement costs no other. Knows what
//! psql knows of them: meta-commands, COPY data, bodies with semicolons. Refuses to know what a statement says.

use std::ops::Range;

use squawk_lexer::{LiteralKind, TokenKind, tokenize};

use super::psql;

/// A part of the text between semicolons.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// First to last token, without comments around it and without its semicolon.
    pub range: Range<usize>,
    pub kind: PieceKind,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum PieceKind {
    Statement,
    /// `\connect` and its kin: for psql, not for the server.
    MetaCommand,
    /// The rows after `COPY … FROM stdin;`, up to their `\.`.
    CopyData,
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
    matches!(kind, TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment { .. })
}

/// The statements of a text, in order. Empty ones are left out.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut splitter = Splitter { text, pieces: Vec::new(), open: Open::default() };
    let mut from = 0;
    while let Some(next) = splitter.run(from) {
        from = next;
    }
    splitter.pieces
}

struct Splitter<'a> {
    text: &'a str,
    pieces: Vec<Piece>,
    open: Open,
}

/// What is known of the statement that has begun.
#[derive(Default)]
struct Open {
    range: Option<Range<usize>>,
    depth: usize,
    /// Its first words, lower case: enough to tell what it creates.
    first: Vec<String>,
    previous: String,
    /// `BEGIN ATOMIC` and `CASE` that wait for their `END`.
    blocks: usize,
    copies_in: bool,
}

impl Open {
    fn creates(&self, what: &[&str]) -> bool {
        let mut words =
            self.first.iter().map(String::as_str).filter(|word| !matches!(*word, "or" | "replace"));
        words.next() == Some("create") && words.next().is_some_and(|word| what.contains(&word))
    }

    fn word(&mut self, word: String) {
        if self.creates(&["function", "procedure"]) {
            match word.as_str() {
                "atomic" if self.previous == "begin" => self.blocks += 1,
                "case" if self.blocks > 0 => self.blocks += 1,
                "end" => self.blocks = self.blocks.saturating_sub(1),
                _ => {}
            }
        }
        let copies = self.first.first().is_some_and(|first| first == "copy");
        self.copies_in |= copies && self.previous == "from" && word == "stdin";
        if self.first.len() < 4 {
            self.first.push(word.clone());
        }
        self.previous = word;
    }

    /// Only the actions of a rule and the bodies of routines hold semicolons.
    fn ends_at_semicolon(&self) -> bool {
        self.blocks == 0 && (self.depth == 0 || !self.creates(&["rule"]))
    }
}

impl Splitter<'_> {
    /// Reads tokens from a place on; gives the place to go on from if the lexer has to start anew.
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
                kind if is_trivia(kind) => {}
                TokenKind::Semi if self.open.ends_at_semicolon() => {
                    let copies_in = self.open.copies_in;
                    self.close();
                    if let Some(data) = copies_in.then(|| copy_data(self.text, range.end)).flatten() {
                        let end = data.end;
                        self.push(data, PieceKind::CopyData);
                        return Some(end);
                    }
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
        let rows = psql::copies_in(&self.text[command.clone()]).then(|| copy_data(self.text, end)).flatten();
        self.push(command, PieceKind::MetaCommand);
        if let Some(rows) = rows {
            end = rows.end;
            self.push(rows, PieceKind::CopyData);
        }
        end
    }

    fn token(&mut self, kind: TokenKind, range: Range<usize>) {
        match kind {
            TokenKind::OpenParen => self.open.depth += 1,
            TokenKind::CloseParen => self.open.depth = self.open.depth.saturating_sub(1),
            TokenKind::Ident => self.open.word(self.text[range.clone()].to_ascii_lowercase()),
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
        self.pieces.push(Piece { range, kind });
    }

    fn unterminated(&mut self, range: Range<usize>, message: &'static str) {
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

/// The rows of a [`PieceKind::CopyData`], without the `\.` that ends them.
pub(super) fn rows(text: &str, data: Range<usize>) -> Range<usize> {
    let end = text[data.clone()].rfind("\\.").map_or(data.end, |at| data.start + at);
    data.start..end
}

/// The comments of a text, outside of meta-commands and COPY data.
pub(super) fn comments(text: &str) -> Vec<Range<usize>> {
    let mut comments = Vec::new();
    let mut from = 0;
    let mut gap = |from: usize, to: usize| {
        let found =
            tokens(&text[from..to]).filter(|(kind, _)| is_trivia(*kind) && *kind != TokenKind::Whitespace);
        comments.extend(found.map(|(_, range)| from + range.start..from + range.end));
    };
    for piece in pieces(text) {
        gap(from, piece.range.start);
        match piece.kind {
            PieceKind::Statement => gap(piece.range.start, piece.range.end),
            PieceKind::MetaCommand | PieceKind::CopyData | PieceKind::Unterminated(_) => {}
        }
        from = piece.range.end;
    }
    gap(from, text.len());
    comments
}
