//! What rules ask of expressions: the functions they call, the columns they read, what a CHECK demands. Refuses to
//! know where an expression stands.

use squawk_syntax::ast::{self, AstNode, BinOp, LitKind, PostfixOp, PrefixOp};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::tree::holds;
use super::{name, parse, types};
use crate::operation::{DataType, Expression};

/// Reads an expression that stands alone.
pub(super) fn from_text(text: &str) -> Expression {
    let unknown = || Expression { text: squeezed_text(text), ..Expression::default() };
    if !parse::fits(text) {
        return unknown();
    }
    // The line break ends a comment that the text may end with.
    let Ok(ast::Stmt::Select(select)) = parse::statement(&format!("SELECT {text}\n")) else {
        return unknown();
    };
    let mut parts = select.syntax().children();
    let target_list = parts.next().and_then(ast::SelectClause::cast).and_then(|clause| clause.target_list());
    let mut targets = target_list.iter().flat_map(ast::TargetList::targets);
    match (parts.next(), targets.next(), targets.next()) {
        (None, Some(target), None) if target.as_name().is_none() => {
            target.expr().map_or_else(unknown, |expr| read(&expr))
        }
        _ => unknown(),
    }
}

/// Reads an expression that stands in a statement.
pub(super) fn read(expr: &ast::Expr) -> Expression {
    Expression {
        text: squeezed(expr.syntax()),
        understood: true,
        is_null: is_null(expr),
        functions: functions(expr.syntax()),
        columns: columns(expr.syntax()),
        compares_with_null: comparisons(expr).any(|test| {
            let sides = [test.lhs(), test.rhs()];
            matches!(test.op(), Some(BinOp::Eq(_) | BinOp::Neq(_) | BinOp::Neqb(_)))
                && sides.iter().flatten().any(is_null)
        }),
        not_in_query: comparisons(expr).any(|test| {
            matches!(test.op(), Some(BinOp::NotIn(_)))
                && test.rhs().is_some_and(|list| holds(list.syntax(), |kind| kind == SyntaxKind::SELECT))
        }),
        demands_not_null: demands_not_null(expr),
        cast_to: cast_to(expr),
    }
}

/// The text of a node without comments, each white space one blank.
pub(super) fn squeezed(node: &SyntaxNode) -> String {
    squeezed_text(&node.text().to_string())
}

/// A text without comments and outer white space, each white space inside one blank.
pub(super) fn squeezed_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for (kind, range) in super::split::tokens(text) {
        if super::split::is_trivia(kind) {
            gap = true;
        } else if !range.is_empty() {
            if std::mem::take(&mut gap) && !out.is_empty() {
                out.push(' ');
            }
            out.push_str(&text[range]);
        }
    }
    out
}

/// The tests between two sides at any depth.
fn comparisons(expr: &ast::Expr) -> impl Iterator<Item = ast::BinExpr> {
    expr.syntax().descendants().filter_map(ast::BinExpr::cast)
}

/// Functions called at any depth, in order of appearance, each once.
pub(super) fn functions(node: &SyntaxNode) -> Vec<String> {
    let mut found = Vec::new();
    for node in node.descendants() {
        let function = match node.kind() {
            SyntaxKind::CALL_EXPR => ast::CallExpr::cast(node).and_then(|call| called(&call)),
            SyntaxKind::NAME_REF if is_keyword_function(&node) => Some(name::of_node(&node)),
            _ => None,
        };
        found.extend(function.filter(|function| !found.contains(function)));
    }
    found
}

fn called(call: &ast::CallExpr) -> Option<String> {
    match call.expr() {
        Some(callee) => {
            let parts = callee.syntax().descendants().filter(|node| node.kind() == SyntaxKind::NAME_REF);
            Some(parts.map(|part| name::of_node(&part)).collect::<Vec<_>>().join("."))
        }
        None => {
            let keyword = call.syntax().first_token()?.text().to_ascii_lowercase();
            let compares = matches!(keyword.as_str(), "any" | "all" | "some" | "exists");
            (!compares).then_some(keyword)
        }
    }
}

/// `CURRENT_TIMESTAMP` and its kin, which are called without parentheses.
fn is_keyword_function(name_ref: &SyntaxNode) -> bool {
    use SyntaxKind as K;
    name_ref.first_token().is_some_and(|token| {
        matches!(
            token.kind(),
            K::CURRENT_CATALOG_KW
                | K::CURRENT_DATE_KW
                | K::CURRENT_ROLE_KW
                | K::CURRENT_SCHEMA_KW
                | K::CURRENT_TIME_KW
                | K::CURRENT_TIMESTAMP_KW
                | K::CURRENT_USER_KW
                | K::LOCALTIME_KW
                | K::LOCALTIMESTAMP_KW
                | K::SESSION_USER_KW
                | K::SYSTEM_USER_KW
                | K::USER_KW
        )
    })
}

/// Columns read at any depth, in order of appearance, each once; without the names of their tables.
pub(super) fn columns(node: &SyntaxNode) -> Vec<String> {
    let mut found = Vec::new();
    for node in node.descendants().filter(|node| node.kind() == SyntaxKind::NAME_REF) {
        if !is_keyword_function(&node) && !names_no_column(&node) {
            let column = name::of_node(&node);
            if !found.contains(&column) {
                found.push(column);
            }
        }
    }
    found
}

/// A name that is a function's, or that stands before a dot.
fn names_no_column(name_ref: &SyntaxNode) -> bool {
    let mut node = name_ref.clone();
    while let Some(parent) = node.parent() {
        let is_first = parent.first_child().as_ref() == Some(&node);
        match parent.kind() {
            SyntaxKind::CALL_EXPR => return is_first,
            SyntaxKind::FIELD_EXPR if is_first => return true,
            SyntaxKind::FIELD_EXPR => node = parent,
            _ => return false,
        }
    }
    false
}

fn without_parentheses(expr: &ast::Expr) -> ast::Expr {
    let mut expr = expr.clone();
    while let ast::Expr::ParenExpr(paren) = &expr {
        let Some(inner) = paren.expr() else { break };
        expr = inner;
    }
    expr
}

/// The type that an expression is cast to as a whole.
fn cast_to(expr: &ast::Expr) -> Option<DataType> {
    match without_parentheses(expr) {
        ast::Expr::CastExpr(cast) => cast.ty().map(|ty| types::read(&ty, None)),
        _ => None,
    }
}

/// `NULL`, also cast to a type.
fn is_null(expr: &ast::Expr) -> bool {
    match without_parentheses(expr) {
        ast::Expr::Literal(literal) => matches!(literal.kind(), Some(LitKind::Null(_))),
        ast::Expr::CastExpr(cast) => cast.expr().is_some_and(|expr| is_null(&expr)),
        _ => false,
    }
}

/// Columns that cannot be NULL where a CHECK holds. A CHECK holds also where it is NULL, so that `a > 0` demands
/// nothing: only tests that are never NULL count.
fn demands_not_null(expr: &ast::Expr) -> Vec<String> {
    match without_parentheses(expr) {
        ast::Expr::BinExpr(binary) => {
            let (Some(lhs), Some(rhs)) = (binary.lhs(), binary.rhs()) else { return Vec::new() };
            match binary.op() {
                Some(BinOp::And(_)) => {
                    let mut both = demands_not_null(&lhs);
                    both.extend(demands_not_null(&rhs));
                    both.dedup();
                    both
                }
                Some(BinOp::Or(_)) => {
                    let right = demands_not_null(&rhs);
                    demands_not_null(&lhs).into_iter().filter(|column| right.contains(column)).collect()
                }
                Some(BinOp::IsNot(_) | BinOp::IsDistinctFrom(_)) if is_null(&rhs) => column(&lhs),
                _ => Vec::new(),
            }
        }
        ast::Expr::PostfixExpr(test) if matches!(test.op(), Some(PostfixOp::NotNull(_))) => {
            test.expr().map(|expr| column(&expr)).unwrap_or_default()
        }
        ast::Expr::PrefixExpr(not) if matches!(not.op(), Some(PrefixOp::Not(_))) => {
            not.expr().map(|expr| refused_when_null(&expr)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// The column of `a IS NULL`.
fn refused_when_null(expr: &ast::Expr) -> Vec<String> {
    match without_parentheses(expr) {
        ast::Expr::BinExpr(test) => match (test.op(), test.lhs(), test.rhs()) {
            (Some(BinOp::Is(_) | BinOp::IsNotDistinctFrom(_)), Some(lhs), Some(rhs)) if is_null(&rhs) => {
                column(&lhs)
            }
            _ => Vec::new(),
        },
        ast::Expr::PostfixExpr(test) if matches!(test.op(), Some(PostfixOp::IsNull(_))) => {
            test.expr().map(|expr| column(&expr)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// The name of a plain column.
fn column(expr: &ast::Expr) -> Vec<String> {
    match without_parentheses(expr) {
        ast::Expr::NameRef(name) if !is_keyword_function(name.syntax()) => vec![name::identifier(&name)],
        ast::Expr::FieldExpr(field) => field.field().iter().map(name::identifier).collect(),
        _ => Vec::new(),
    }
}
