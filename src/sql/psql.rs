//! What psql does with a text before the server sees it: meta-commands, conditions, variables. Refuses to know what a
//! variable holds, and to read other files.

use std::ops::Range;

use squawk_lexer::{LiteralKind, TokenKind};

use super::split::{end_of_line, tokens};
use super::{Certainty, Operation, Step, lower, parse};

/// The place of the meta-command that begins here, and where the text goes on: at the next line, or behind a `\\\\`.
pub(super) fn command(text: &str, start: usize) -> (Range<usize>, usize) {
    let next_line = end_of_line(text, start);
    let line = &text[start..next_line];
    let mut quote = None;
    let mut backslash = false;
    // A command that takes its line whole has no end before that.
    let whole = ["\\copy", "\\!"].into_iter().any(|name| line.starts_with(name));
    let separator = line.char_indices().skip(1).filter(|_| !whole).find_map(|(at, character)| {
        let separates = backslash && character == '\\' && quote.is_none();
        backslash = character == '\\' && !separates;
        match quote {
            Some(open) if open == character => quote = None,
            None if matches!(character, '\'' | '"' | '`') => quote = Some(character),
            _ => {}
        }
        separates.then_some(at - 1)
    });
    let end = separator.unwrap_or(line.len());
    let next = separator.map_or(next_line, |at| start + at + 2);
    (start..start + line[..end].trim_end().len(), next)
}

/// Whether the rows of a `\copy` stand in the text behind it.
pub(super) fn copies_in(command: &str) -> bool {
    let mut words = command.split_whitespace().map(str::to_ascii_lowercase).skip_while(|word| word != "from");
    command.starts_with("\\copy") && words.nth(1).is_some_and(|word| word == "stdin")
}

/// What a meta-command does. It changes nothing in the database by itself, but some run what is not in the text.
pub(super) fn operation(command: &str) -> Operation {
    let name = command.split_whitespace().next().unwrap_or_default();
    match name {
        "\\copy" => copy(command),
        "\\i" | "\\ir" | "\\include" | "\\include_relative" => {
            Operation::Opaque { reason: format!("psql's {name} runs another file") }
        }
        "\\gexec" => Operation::Opaque { reason: "psql's \\gexec runs what a query returns".to_owned() },
        _ => Operation::Other { kind: "psql meta-command", objects: Vec::new(), options: Vec::new() },
    }
}

/// `\copy` is `COPY` between the server and a file beside psql.
fn copy(command: &str) -> Operation {
    let statement = command.replacen("\\copy", "COPY", 1);
    let steps = parse::statement(&statement).map(|it| lower::statement(&it, lower::Nesting::default()));
    match steps.ok().and_then(|steps| steps.into_iter().next()) {
        Some(step) => step.operation,
        None => Operation::Other { kind: "psql meta-command", objects: Vec::new(), options: Vec::new() },
    }
}

/// The `\if` branches that a place of the text stands in.
#[derive(Default)]
pub(super) struct Conditions {
    open: Vec<String>,
}

impl Conditions {
    /// Minds a meta-command.
    pub fn see(&mut self, command: &str) {
        let (name, condition) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        match name {
            "\\if" => self.open.push(format!("psql's `\\if {}` holds", condition.trim())),
            "\\elif" if !self.open.is_empty() => {
                self.open.pop();
                self.open.push(format!("psql's `\\elif {}` holds", condition.trim()));
            }
            "\\else" => {
                if let Some(condition) = self.open.pop() {
                    self.open.push(condition.replace(" holds", " does not hold"));
                }
            }
            "\\endif" => drop(self.open.pop()),
            _ => {}
        }
    }

    /// The steps of a statement, none of them more certain than the branch that it stands in.
    pub fn lay_over(&self, steps: Vec<Step>) -> Vec<Step> {
        let Some(condition) = self.open.first() else { return steps };
        let may = |step: Step| match step.certainty {
            Certainty::Certain => Step { certainty: Certainty::May(condition.clone()), ..step },
            Certainty::May(_) => step,
        };
        steps.into_iter().map(may).collect()
    }
}

/// What a variable may hold.
#[derive(Clone, Copy)]
pub(super) enum Content {
    Name,
    Number,
}

/// The text with its variables (`:a`, `:'a'`, `:"a"`, `:{?a}`) replaced, nothing moved; `None` if it has none.
pub(super) fn without_variables(text: &str, content: Content) -> Option<String> {
    let tokens: Vec<(TokenKind, Range<usize>)> =
        tokens(text).filter(|(_, range)| !range.is_empty()).collect();
    let mut replaced = text.to_owned();
    for (index, (kind, colon)) in tokens.iter().enumerate() {
        let Some((next, name)) = tokens.get(index + 1) else { break };
        let cast = index > 0 && tokens[index - 1].0 == TokenKind::Colon;
        if *kind != TokenKind::Colon || cast {
            continue;
        }
        match (next, content) {
            (TokenKind::Ident, Content::Number) => {
                replaced.replace_range(colon.start..name.end, &"1".repeat(name.end - colon.start));
            }
            (
                TokenKind::Ident
                | TokenKind::QuotedIdent { .. }
                | TokenKind::Literal { kind: LiteralKind::Str { .. } },
                _,
            ) => {
                replaced.replace_range(colon.clone(), " ");
            }
            (TokenKind::OpenCurly, _) => {
                let end = tokens[index..].iter().find(|(kind, _)| *kind == TokenKind::CloseCurly)?.1.end;
                let width = end - colon.start;
                replaced.replace_range(colon.start..end, &format!("{:width$}", "true"));
            }
            _ => {}
        }
    }
    (replaced != text).then_some(replaced)
}
