//! The columns that a query gives, by name. Refuses to guess: one name that is not written leaves all unknown.

use squawk_syntax::SyntaxKind;
use squawk_syntax::ast::{self, AstNode};

use crate::sql::name;

/// The columns of a view, which may name the first of them before `AS`.
pub(super) fn of_view(
    list: Option<ast::ColumnList>,
    query: Option<ast::SelectVariant>,
) -> Option<Vec<String>> {
    let mut columns = of_query(&query?)?;
    let named = list.iter().flat_map(ast::ColumnList::column_names);
    for (column, written) in columns.iter_mut().zip(named) {
        *column = name::identifier(&written);
    }
    Some(columns)
}

fn of_query(query: &ast::SelectVariant) -> Option<Vec<String>> {
    match query {
        ast::SelectVariant::Select(select) => {
            select.select_clause()?.target_list()?.targets().map(|target| of_target(&target)).collect()
        }
        // The first branch of a UNION names the columns.
        ast::SelectVariant::CompoundSelect(compound) => of_query(&compound.lhs()?),
        ast::SelectVariant::ParenSelect(inside) => of_query(&inside.select()?),
        ast::SelectVariant::SelectInto(_) | ast::SelectVariant::Table(_) | ast::SelectVariant::Values(_) => {
            None
        }
    }
}

fn of_target(target: &ast::Target) -> Option<String> {
    match target.as_name() {
        Some(alias) => Some(name::identifier(&alias.name()?)),
        None => of_expression(&target.expr()?),
    }
}

/// As PostgreSQL names what has no alias: a column by its name, a call by its function's, a cast by what it casts.
fn of_expression(expr: &ast::Expr) -> Option<String> {
    match expr {
        ast::Expr::NameRef(column) => Some(name::identifier(column)),
        ast::Expr::FieldExpr(field) if field.star_token().is_none() => {
            let parts = field.syntax().children().filter(|child| child.kind() == SyntaxKind::NAME_REF);
            parts.last().map(|part| name::of_node(&part))
        }
        ast::Expr::CallExpr(call) => of_expression(&call.expr()?),
        ast::Expr::CastExpr(cast) => of_expression(&cast.expr()?),
        _ => None,
    }
}
