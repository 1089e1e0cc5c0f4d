//! The only door to the SQL parsers. Refuses to know which file or tool a text comes from.

mod expr;
mod lower;
mod mend;
mod name;
mod oversize;
mod parse;
mod plain;
mod psql;
mod split;
mod strict;
mod tree;
mod types;

use std::ops::Range;

use squawk_lexer::TokenKind;

use crate::operation::{Certainty, DataType, Expression, Operation, Target};
use lower::Nesting;
use split::{Piece, PieceKind};

/// One statement of a text. Ranges are bytes of that text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lowered {
    /// The statement without comments before it and without its semicolon.
    pub range: Range<usize>,
    /// What it does, never empty.
    pub steps: Vec<Step>,
    /// The rows that psql sends after a `COPY … FROM stdin`, without the line that ends them.
    pub rows: Option<Range<usize>>,
}

/// One thing that a statement does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What.
    pub operation: Operation,
    /// The part of the statement that says so.
    pub range: Range<usize>,
    /// Whether it surely happens when the statement runs.
    pub certainty: Certainty,
    /// How it names what it is about.
    pub target: Target,
}

impl Step {
    fn certain(operation: Operation, range: Range<usize>) -> Self {
        Self { operation, range, certainty: Certainty::Certain, target: Target::default() }
    }
}

/// Reads every statement of a text. What is not SQL becomes [`Operation::Unparsed`] and costs only itself.
pub fn lower(text: &str) -> Vec<Lowered> {
    let mut lowered = Vec::new();
    lower_each(text, |statement| lowered.push(statement));
    lowered
}

/// [`lower`] that hands over each statement before it reads the next, so that a large text does not cost twice. Gives
/// the [`comments`] of the text, which it meets on its way.
pub fn lower_each(text: &str, mut visit: impl FnMut(Lowered)) -> Vec<Range<usize>> {
    parse::on_large_stack(text.len(), || each_inside(text, Nesting::default(), &mut visit))
}

/// [`lower`] of a text that stands inside another.
fn lower_inside(text: &str, nesting: Nesting) -> Vec<Lowered> {
    let mut lowered = Vec::new();
    each_inside(text, nesting, &mut |statement| lowered.push(statement));
    lowered
}

fn each_inside(text: &str, nesting: Nesting, visit: &mut dyn FnMut(Lowered)) -> Vec<Range<usize>> {
    let mut conditions = psql::Conditions::default();
    let mut pieces = split::pieces(text);
    for piece in pieces.by_ref() {
        if piece.kind == PieceKind::MetaCommand {
            conditions.see(&text[piece.range.clone()]);
        }
        let read = lower_piece(text, &piece, nesting);
        visit(Lowered { steps: conditions.lay_over(read.steps), ..read });
    }
    pieces.into_comments()
}

fn lower_piece(text: &str, piece: &Piece, nesting: Nesting) -> Lowered {
    let range = piece.range.clone();
    let whole = |operation| vec![Step::certain(operation, range.clone())];
    let steps = match piece.kind {
        PieceKind::MetaCommand => whole(psql::operation(&text[range.clone()])),
        PieceKind::Unterminated(message) => whole(Operation::Unparsed { message: message.to_owned() }),
        PieceKind::Statement if !parse::fits(&text[range.clone()]) => {
            oversize::operations(&text[range.clone()])
                .into_iter()
                .map(|operation| Step::certain(operation, range.clone()))
                .collect()
        }
        PieceKind::Statement => match parse::statement(&text[range.clone()]) {
            Ok(statement) => lower::statement(&statement, nesting)
                .into_iter()
                .map(|step| {
                    let place = range.start + step.range.start..range.start + step.range.end;
                    Step { range: place, ..step }
                })
                .collect(),
            Err(error) => {
                let place = range.start + error.range.start..range.start + error.range.end;
                let mut after =
                    split::tokens(&text[range.end..]).filter(|(kind, _)| !split::is_trivia(*kind));
                let at_semicolon =
                    error.at_end && after.next().is_some_and(|(kind, _)| kind == TokenKind::Semi);
                let message = if at_semicolon { parse::near(";") } else { error.message };
                vec![Step::certain(Operation::Unparsed { message }, place)]
            }
        },
    };
    Lowered { range, steps, rows: piece.rows.clone() }
}

/// Reads the name of a type with its modifiers, array bounds and collation. What is no type keeps its text.
pub fn data_type(text: &str) -> DataType {
    parse::on_large_stack(text.len(), || types::from_text(text))
}

/// Reads an expression. What is none is [`Expression::understood`] `false`.
pub fn expression(text: &str) -> Expression {
    parse::on_large_stack(text.len(), || expr::from_text(text))
}

/// The places of a text's comments, each with its `--` or `/* */`. Those inside quotes and bodies are none.
pub fn comments(text: &str) -> Vec<Range<usize>> {
    let mut pieces = split::pieces(text);
    while pieces.next().is_some() {}
    pieces.into_comments()
}

#[cfg(test)]
mod tests;
