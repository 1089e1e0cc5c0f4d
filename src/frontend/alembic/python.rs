//! The door to the Python parser. Refuses to know what a program means.

use std::ops::Range;

use ruff_python_ast::Stmt;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::parse_module;
use ruff_text_size::Ranged;

use crate::history::Reference;
use crate::source::{SourceId, Span};

/// A Python file.
#[derive(Debug)]
pub struct Parsed {
    /// Its statements.
    pub body: Vec<Stmt>,
    /// Where its comments stand, in bytes.
    pub comments: Vec<Range<usize>>,
}

/// Why a text is not Python.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong, in the parser's words.
    pub message: String,
    /// Where, in bytes of the text.
    pub range: Range<usize>,
}

/// Brackets that may nest; Python itself refuses more than 200.
const DEEPEST: usize = 1_000;

/// Reads a module.
///
/// # Errors
/// The first error of the text.
pub fn parse(text: &str) -> Result<Parsed, SyntaxError> {
    if let Some(at) = too_deep(text) {
        return Err(SyntaxError { message: "too many nested parentheses".to_owned(), range: at..at + 1 });
    }
    let range = |node: &dyn Ranged| node.start().to_usize()..node.end().to_usize();
    match parse_module(text) {
        Ok(parsed) => {
            let comments = parsed.tokens().iter().filter(|token| token.kind() == TokenKind::Comment);
            let comments = comments.map(|token| range(token)).collect();
            Ok(Parsed { body: parsed.into_suite().into_iter().collect(), comments })
        }
        Err(error) => Err(SyntaxError { message: error.error.to_string(), range: range(&error) }),
    }
}

/// What a module imports, at its top or in its functions, by full name. `TYPE_CHECKING` blocks do not run.
pub fn imports(body: &[Stmt], source: SourceId) -> Vec<Reference> {
    let mut found = Vec::new();
    for statement in body {
        let range = statement.range();
        let span = Span::new(source, range.start().to_usize()..range.end().to_usize());
        match statement {
            Stmt::Import(import) => {
                found.extend(import.names.iter().map(|name| Reference { id: name.name.to_string(), span }));
            }
            Stmt::ImportFrom(import) => {
                let dots = ".".repeat(import.level as usize);
                let module = import.module.as_ref().map_or("", |module| module.as_str());
                let path = format!("{dots}{module}");
                found.extend(
                    import.names.iter().map(|name| Reference { id: format!("{path}.{}", name.name), span }),
                );
            }
            Stmt::FunctionDef(function) => found.extend(imports(&function.body, source)),
            _ => {}
        }
    }
    found
}

/// The first bracket that nests deeper than is read. Brackets in text count too, up to the next function.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'\n' if text[at + 1..].starts_with("def ") => depth = 0,
            _ => {}
        }
        if depth > DEEPEST {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_nesting_is_an_error_of_the_file() {
        let text = format!("x = {}1{}", "(".repeat(100_000), ")".repeat(100_000));
        assert_eq!(parse(&text).map(|_| ()).map_err(|error| error.range), Err(1_004..1_005));
    }
}
