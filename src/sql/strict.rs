//! What squawk lets pass and PostgreSQL does not: statements that end too early, actions that must stand alone, types
//! that take no modifier. Found by comparing both on real migrations and on every beginning of many statements.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::parse::range;
use super::tree::holds;

/// Where PostgreSQL would stop understanding.
pub(super) fn overlooked(statement: &SyntaxNode) -> Option<usize> {
    if !holds(statement, |kind| LOOKED_AT.contains(&kind) || DROPS.contains(&kind)) {
        return None;
    }
    statement.descendants().find_map(|node| {
        let end = range(&node).end;
        match node.kind() {
            SyntaxKind::ALTER_TABLE => alter_table(&ast::AlterTable::cast(node)?).map(|at| at.unwrap_or(end)),
            SyntaxKind::CREATE_TABLE => {
                let create = ast::CreateTable::cast(node)?;
                let of = create.partition_of().is_some() || create.of_type().is_some();
                (create.table_arg_list().is_none() && !of).then_some(end)
            }
            SyntaxKind::CREATE_INDEX => create_index(&ast::CreateIndex::cast(node)?),
            SyntaxKind::COPY => ast::Copy::cast(node)?.copy_direction().is_none().then_some(end),
            SyntaxKind::PATH_TYPE => arguments_of_plain_type(node),
            kind if DROPS.contains(&kind) => {
                node.children().all(|child| child.kind() == SyntaxKind::IF_EXISTS).then_some(end)
            }
            _ => None,
        }
    })
}

/// A key that is neither column nor call stands in parentheses, and `NULLS NOT` goes on.
fn create_index(create: &ast::CreateIndex) -> Option<usize> {
    let bare = |item: ast::PartitionItem| match item.expr()? {
        ast::Expr::CaseExpr(case) => Some(range(case.syntax()).start),
        _ => None,
    };
    let cut_short = || {
        let nulls = create.nulls_distinct_option()?;
        let last = nulls.syntax().last_token()?.kind();
        (last != SyntaxKind::DISTINCT_KW).then(|| range(create.syntax()).end)
    };
    create.partition_item_list()?.partition_items().find_map(bare).or_else(cut_short)
}

/// What is looked at besides [`DROPS`].
const LOOKED_AT: &[SyntaxKind] = &[
    SyntaxKind::ALTER_TABLE,
    SyntaxKind::CREATE_TABLE,
    SyntaxKind::CREATE_INDEX,
    SyntaxKind::COPY,
    SyntaxKind::PATH_TYPE,
];

/// Statements that name what they drop.
const DROPS: &[SyntaxKind] = &[
    SyntaxKind::DROP_INDEX,
    SyntaxKind::DROP_MATERIALIZED_VIEW,
    SyntaxKind::DROP_SCHEMA,
    SyntaxKind::DROP_SEQUENCE,
    SyntaxKind::DROP_TABLE,
    SyntaxKind::DROP_TYPE,
    SyntaxKind::DROP_VIEW,
];

/// An action that must stand alone, or the end of a statement without actions.
fn alter_table(alter: &ast::AlterTable) -> Option<Option<usize>> {
    use ast::AlterTableAction as A;
    let alone = |action: &A| {
        matches!(
            action,
            A::TableRenameTo(_)
                | A::RenameColumn(_)
                | A::RenameConstraint(_)
                | A::SetSchema(_)
                | A::AttachPartition(_)
                | A::DetachPartition(_)
        )
    };
    match alter.actions().count() {
        0 => alter.all_in_tablespace().is_none().then_some(None),
        1 => None,
        _ => alter.actions().find(alone).map(|action| Some(range(action.syntax()).start)),
    }
}

/// `bigint(20)` is another database's.
fn arguments_of_plain_type(node: SyntaxNode) -> Option<usize> {
    let name = node.first_token()?.text().to_ascii_lowercase();
    let plain = matches!(name.as_str(), "bigint" | "boolean" | "int" | "integer" | "real" | "smallint");
    let arguments = plain.then(|| ast::PathType::cast(node)?.arg_list()).flatten()?;
    Some(range(arguments.syntax()).start)
}
