//! Bodies in PL/pgSQL. Refuses to run them: what they do under a condition may not happen.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

use crate::operation::Operation;

/// What a `DO` block holds, as far as it can be read.
pub(super) fn do_block(block: &ast::Do) -> Operation {
    let Some(plpgsql) = block.plpgsql() else {
        let reason = "its body is not written in PL/pgSQL".to_owned();
        return Operation::Do { body: vec![Operation::Opaque { reason }] };
    };
    let mut body = Vec::new();
    statements(&plpgsql.syntax(), &mut body);
    if !plpgsql.errors().is_empty() {
        body.push(Operation::Opaque { reason: "its body does not parse".to_owned() });
    }
    Operation::Do { body }
}

/// The SQL statements of a body in order, from inside its blocks, branches and loops.
fn statements(node: &SyntaxNode, body: &mut Vec<Operation>) {
    for child in node.children() {
        if let Some(exec) = ast::PlpgsqlExecSqlStmt::cast(child.clone()) {
            let inner = exec.stmt().map(|statement| super::statement(&statement)).unwrap_or_default();
            body.extend(inner.into_iter().map(|(operation, _)| operation));
        } else if let Some(perform) = ast::PlpgsqlPerformStmt::cast(child.clone()) {
            body.push(super::data::query(perform.syntax()));
        } else if let Some(execute) = ast::PlpgsqlDynExecuteStmt::cast(child.clone()) {
            body.extend(dynamic(&execute));
        } else {
            statements(&child, body);
        }
    }
}

/// `EXECUTE` of a text that stands there.
fn dynamic(execute: &ast::PlpgsqlDynExecuteStmt) -> Vec<Operation> {
    let literal = execute.query().and_then(|query| {
        let mut nodes = query.syntax().descendants().filter(|node| ast::Expr::can_cast(node.kind()));
        match (nodes.next().and_then(ast::Literal::cast), nodes.next()) {
            (Some(literal), None) => literal.string_value(),
            _ => None,
        }
    });
    match literal {
        Some(text) => crate::sql::lower(&text)
            .into_iter()
            .flat_map(|it| it.steps)
            .map(|(operation, _)| operation)
            .collect(),
        None => vec![Operation::Opaque {
            reason: "EXECUTE runs a text that is put together at run time".to_owned(),
        }],
    }
}
