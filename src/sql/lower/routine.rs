//! Bodies in PL/pgSQL. Refuses to run them: what they do under a condition or in a loop is read as if it happened
//! once.

use std::ops::Range;

use squawk_lexer::TokenKind;
use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::plpgsql::Plpgsql;
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::{Steps, data, whole};
use crate::operation::{Operation, quote};
use crate::sql::{expr, parse, split};

/// What a `DO` block holds, as far as it can be read: one step for each, at its own place in the body.
pub(super) fn do_block(block: &ast::Do) -> Steps {
    let place = whole(block.syntax());
    let opaque = |reason: &str| vec![(done(Operation::Opaque { reason: reason.to_owned() }), place.clone())];
    let Some(plpgsql) = block.plpgsql() else {
        return opaque("its body is not written in PL/pgSQL");
    };
    let mut steps = Steps::new();
    let understood = statements(&plpgsql, &plpgsql.syntax(), &mut steps);
    if understood == 0 && !plpgsql.errors().is_empty() {
        steps.extend(opaque("its body does not parse"));
    }
    if steps.is_empty() {
        steps.push((Operation::Do { body: Vec::new() }, place));
    }
    steps
}

fn done(operation: Operation) -> Operation {
    Operation::Do { body: vec![operation] }
}

/// The SQL statements of a body in order, from inside its blocks, branches and loops. Gives how many parts that
/// squawk did not understand were read all the same, or reported.
fn statements(body: &Plpgsql, node: &SyntaxNode, steps: &mut Steps) -> usize {
    let mut mended = 0;
    for child in node.children() {
        let operations = match child.kind() {
            SyntaxKind::PLPGSQL_EXEC_SQL_STMT => ast::PlpgsqlExecSqlStmt::cast(child.clone())
                .and_then(|exec| exec.stmt())
                .map(|it| executed(&it)),
            SyntaxKind::PLPGSQL_PERFORM_STMT => Some(vec![data::query(&child)]),
            SyntaxKind::PLPGSQL_DYN_EXECUTE_STMT => {
                ast::PlpgsqlDynExecuteStmt::cast(child.clone()).map(|execute| dynamic(&execute))
            }
            SyntaxKind::ERROR => {
                mended += 1;
                Some(misunderstood(&child.text().to_string()))
            }
            _ => None,
        };
        match operations {
            Some(operations) => {
                let place = in_source(body, &child);
                steps.extend(operations.into_iter().map(|operation| (done(operation), place.clone())));
            }
            None => mended += statements(body, &child, steps),
        }
    }
    mended
}

/// squawk takes `INTO variable` for a mistake. Without it, the statement is one of SQL.
fn misunderstood(text: &str) -> Vec<Operation> {
    let text = without_into(text.trim_end_matches(';'));
    match Some(text).filter(|text| parse::fits(text)).map(|text| parse::statement(&text)) {
        Some(Ok(statement)) => executed(&statement),
        _ => vec![Operation::Opaque { reason: "a part of its body does not parse".to_owned() }],
    }
}

/// The text without the first `INTO [STRICT] a, b.c` that is not the one of `INSERT` or `MERGE`.
fn without_into(text: &str) -> String {
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

/// Where a statement of the body stands in the text around it, without its semicolon.
fn in_source(body: &Plpgsql, node: &SyntaxNode) -> Range<usize> {
    let own = body.source_range(node.text_range());
    let last =
        node.children_with_tokens().filter(|it| !it.kind().is_trivia() && it.kind() != SyntaxKind::SEMICOLON);
    let end = last.last().map_or(own.end(), |last| body.source_range(last.text_range()).end());
    own.start().into()..end.into()
}

/// A statement of the body. `SELECT … INTO` fills a variable here, and creates nothing.
fn executed(statement: &ast::Stmt) -> Vec<Operation> {
    match statement {
        ast::Stmt::SelectInto(_) => vec![data::query(statement.syntax())],
        _ => super::statement(statement).into_iter().map(|(operation, _)| operation).collect(),
    }
}

/// `EXECUTE` of a text that can be known.
fn dynamic(execute: &ast::PlpgsqlDynExecuteStmt) -> Vec<Operation> {
    let query = execute.query().and_then(|query| query.target_list()).and_then(|list| list.targets().next());
    match query.and_then(|target| target.expr()).and_then(|expr| known_text(&expr)) {
        Some(text) => {
            let lowered = crate::sql::lower(&text).into_iter();
            lowered.flat_map(|statement| statement.steps).map(|(operation, _)| operation).collect()
        }
        None => {
            let reason = "EXECUTE runs a text that is put together at run time".to_owned();
            vec![Operation::Opaque { reason }]
        }
    }
}

/// The value of a text that depends on no variable: literals, put together with `||` and `format`.
fn known_text(expr: &ast::Expr) -> Option<String> {
    match expr {
        ast::Expr::Literal(literal) => literal.string_value(),
        ast::Expr::ParenExpr(inner) => known_text(&inner.expr()?),
        ast::Expr::BinExpr(join) if is_concatenation(join) => {
            Some(known_text(&join.lhs()?)? + &known_text(&join.rhs()?)?)
        }
        ast::Expr::CallExpr(call) => {
            let arguments: Option<Vec<String>> =
                call.arg_list()?.args().map(|argument| known_text(&argument.expr()?)).collect();
            let arguments = arguments?;
            match (expr::squeezed(call.expr()?.syntax()).to_ascii_lowercase().as_str(), arguments.as_slice())
            {
                ("format", [template, values @ ..]) => formatted(template, values),
                ("quote_ident", [name]) => Some(quote(name)),
                ("quote_literal", [value]) => Some(literal(value)),
                _ => None,
            }
        }
        _ => None,
    }
}

fn is_concatenation(join: &ast::BinExpr) -> bool {
    let between = join.syntax().children().nth(1);
    between.is_some_and(|op| op.kind() == SyntaxKind::CUSTOM_OP && op.text() == "||")
}

fn literal(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// PostgreSQL's `format` with the specifiers `%I`, `%L`, `%s` and `%%`, in their order.
fn formatted(template: &str, values: &[String]) -> Option<String> {
    let mut values = values.iter();
    let mut out = String::new();
    let mut characters = template.chars();
    while let Some(character) = characters.next() {
        match character {
            '%' => match characters.next()? {
                '%' => out.push('%'),
                'I' => out.push_str(&quote(values.next()?)),
                'L' => out.push_str(&literal(values.next()?)),
                's' => out.push_str(values.next()?),
                _ => return None,
            },
            other => out.push(other),
        }
    }
    Some(out)
}
