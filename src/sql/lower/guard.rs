//! Conditions by which authors make a statement repeatable where PostgreSQL has no `IF [NOT] EXISTS` for it. What
//! stands under one is done afterwards, whether it ran now or before. Refuses to know the objects of a catalog.

use squawk_syntax::ast::{self, AstNode, BinOp, LitKind, PrefixOp};
use squawk_syntax::{SyntaxKind as K, SyntaxNode};

use super::data;
use crate::operation::{Name, Operation};
use crate::sql::expr;

/// What a condition says of the object that is created or dropped under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guard {
    Missing,
    Present,
}

impl Guard {
    /// `[NOT] EXISTS (SELECT … FROM pg_type …)` and `to_regclass('…') IS [NOT] NULL`.
    pub(super) fn of_condition(condition: &ast::PlpgsqlExpr) -> Option<Self> {
        let mut expr = condition.target_list()?.targets().next()?.expr()?;
        let mut found = Self::Present;
        loop {
            expr = match &expr {
                ast::Expr::ParenExpr(inner) => inner.expr()?,
                ast::Expr::PrefixExpr(not) if matches!(not.op(), Some(PrefixOp::Not(_))) => {
                    found = found.opposite();
                    not.expr()?
                }
                ast::Expr::BinExpr(test) => {
                    let is_null = matches!(&test.rhs()?, ast::Expr::Literal(it) if matches!(it.kind(), Some(LitKind::Null(_))));
                    let looks_up =
                        expr::functions(test.lhs()?.syntax()).iter().any(|name| name.starts_with("to_reg"));
                    return match test.op()? {
                        BinOp::Is(_) if is_null && looks_up => Some(found.opposite()),
                        BinOp::IsNot(_) if is_null && looks_up => Some(found),
                        _ => None,
                    };
                }
                ast::Expr::CallExpr(call) => {
                    let exists = call.syntax().children().find(|node| node.kind() == K::EXISTS_FN)?;
                    return looks_into_catalog(&exists).then_some(found);
                }
                _ => return None,
            };
        }
    }

    /// `WHEN duplicate_object THEN NULL`, also with a notice.
    pub(super) fn of_handler(handler: &ast::PlpgsqlExceptionHandler) -> Option<Self> {
        let quiet = handler.body()?.syntax().children().all(|statement| match statement.kind() {
            K::PLPGSQL_NULL_STMT => true,
            K::PLPGSQL_RAISE_STMT => {
                let raise = ast::PlpgsqlRaiseStmt::cast(statement);
                raise.and_then(|raise| raise.level()).is_some_and(|level| level.exception_token().is_none())
            }
            _ => false,
        });
        let errors: Vec<String> =
            handler.conditions().map(|it| expr::squeezed(it.syntax()).to_ascii_lowercase()).collect();
        let all = |prefix: &str| quiet && errors.iter().all(|error| error.starts_with(prefix));
        match () {
            () if errors.is_empty() => None,
            () if all("duplicate_") => Some(Self::Missing),
            () if all("undefined_") => Some(Self::Present),
            () => None,
        }
    }

    fn opposite(self) -> Self {
        match self {
            Self::Missing => Self::Present,
            Self::Present => Self::Missing,
        }
    }

    /// Whether the operation is what the guard makes repeatable; then it is marked so where PostgreSQL has a mark.
    pub(super) fn covers(self, operation: &mut Operation) -> bool {
        use Operation as O;
        match (self, operation) {
            (Self::Missing, O::CreateTable(create)) => create.if_not_exists = true,
            (Self::Missing, O::CreateIndex(create)) => create.if_not_exists = true,
            (
                Self::Missing,
                O::AddColumn { if_not_exists, .. }
                | O::AddEnumValue { if_not_exists, .. }
                | O::CreateSequence { if_not_exists, .. }
                | O::CreateExtension { if_not_exists, .. }
                | O::CreateSchema { if_not_exists, .. },
            ) => *if_not_exists = true,
            (
                Self::Missing,
                O::AddConstraint { .. }
                | O::CreateEnum { .. }
                | O::CreateDomain { .. }
                | O::CreateView { .. }
                | O::CreateFunction { .. }
                | O::CreateTrigger(_),
            ) => {}
            (Self::Missing, O::Other { kind, .. }) => return kind.starts_with("CREATE "),
            (
                Self::Present,
                O::DropTable { if_exists, .. }
                | O::DropColumn { if_exists, .. }
                | O::DropConstraint { if_exists, .. }
                | O::DropIndex { if_exists, .. }
                | O::DropType { if_exists, .. }
                | O::DropSequence { if_exists, .. }
                | O::DropView { if_exists, .. }
                | O::DropTrigger { if_exists, .. }
                | O::DropSchema { if_exists, .. },
            ) => *if_exists = true,
            (Self::Present, O::Other { kind, .. }) => return kind.starts_with("DROP "),
            _ => return false,
        }
        true
    }
}

/// Whether a query reads PostgreSQL's own tables, and nothing else.
fn looks_into_catalog(query: &SyntaxNode) -> bool {
    let is_catalog = |table: &Name| match table.schema.as_deref() {
        Some(schema) => schema == "information_schema" || schema == "pg_catalog",
        None => table.name.starts_with("pg_"),
    };
    let reads = data::reads(query);
    !reads.is_empty() && reads.iter().all(is_catalog)
}
