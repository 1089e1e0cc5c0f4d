//! What squawk lets pass and PostgreSQL does not: statements that end too early, actions that must stand alone, types
//! that take no modifier. Found by comparing both on real migrations and on every beginning of many statements.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::parse::range;
use super::tree::holds;

/// Where PostgreSQL would stop understanding.
pub(super) fn overlooked(statement: &SyntaxNode) -> Option<usize> {
    if !holds(statement, |kind| {
        LOOKED_AT.contains(&kind) || DROPS.contains(&kind) || MISFITS.iter().any(|(outer, _)| *outer == kind)
    }) {
        return None;
    }
    statement.descendants().find_map(|node| {
        let end = range(&node).end;
        match node.kind() {
            SyntaxKind::ALTER_TABLE | SyntaxKind::ALTER_FOREIGN_TABLE => {
                alter_table(&node).map(|at| at.unwrap_or(end))
            }
            SyntaxKind::CREATE_TABLE => {
                let create = ast::CreateTable::cast(node)?;
                let of = create.partition_of().is_some() || create.of_type().is_some();
                (create.table_arg_list().is_none() && !of).then_some(end)
            }
            SyntaxKind::CREATE_INDEX => create_index(&ast::CreateIndex::cast(node)?),
            SyntaxKind::COPY => copy(&ast::Copy::cast(node)?),
            SyntaxKind::CREATE_EVENT_TRIGGER => {
                let call = ast::CreateEventTrigger::cast(node)?.call_expr()?;
                call.arg_list()?.args().next().map(|argument| range(argument.syntax()).start)
            }
            SyntaxKind::ON_UPDATE_ACTION => node
                .descendants()
                .any(|it| it.kind() == SyntaxKind::COLUMN_REF_LIST)
                .then(|| range(&node).start),
            SyntaxKind::PARTITION_BY => unknown_word(
                ast::PartitionBy::cast(node)?.partition_strategy()?.syntax(),
                &["range", "list", "hash"],
            ),
            SyntaxKind::MERGE_INSERT => {
                let rows = ast::MergeInsert::cast(node)?.values()?.row_list()?;
                let comma = rows.syntax().children_with_tokens().find(|it| it.kind() == SyntaxKind::COMMA);
                comma.map(|it| it.text_range().start().into())
            }
            SyntaxKind::AS_POLICY_TYPE => unknown_word(&node, &["as", "permissive", "restrictive"]),
            SyntaxKind::PATH_TYPE => arguments_of_plain_type(node),
            kind if DROPS.contains(&kind) => {
                node.children().all(|child| child.kind() == SyntaxKind::IF_EXISTS).then_some(end)
            }
            kind => MISFITS.iter().filter(|(outer, _)| *outer == kind).find_map(|(_, inner)| {
                let child = node.children().find(|child| child.kind() == *inner)?;
                Some(range(&child).start)
            }),
        }
    })
}

/// Parts that are right elsewhere, in a part that does not take them.
const MISFITS: &[(SyntaxKind, SyntaxKind)] = &[
    (SyntaxKind::ALTER_CONSTRAINT, SyntaxKind::NOT_VALID),
    (SyntaxKind::CREATE_TRIGGER, SyntaxKind::ENFORCED),
    (SyntaxKind::CREATE_TRIGGER, SyntaxKind::NOT_ENFORCED),
    (SyntaxKind::CREATE_TRIGGER, SyntaxKind::NOT_VALID),
    (SyntaxKind::CREATE_TRIGGER, SyntaxKind::NO_INHERIT),
    (SyntaxKind::GENERATED_STORED, SyntaxKind::GENERATED_BY_DEFAULT),
    (SyntaxKind::MERGE_WHEN_MATCHED, SyntaxKind::MERGE_INSERT),
    (SyntaxKind::MERGE_WHEN_NOT_MATCHED_SOURCE, SyntaxKind::MERGE_INSERT),
    (SyntaxKind::MERGE_WHEN_NOT_MATCHED_TARGET, SyntaxKind::MERGE_DELETE),
    (SyntaxKind::MERGE_WHEN_NOT_MATCHED_TARGET, SyntaxKind::MERGE_UPDATE),
];

/// The last word of a part that knows only these.
fn unknown_word(node: &SyntaxNode, known: &[&str]) -> Option<usize> {
    let word = node.last_token()?;
    let known = known.iter().any(|known| word.text().eq_ignore_ascii_case(known));
    (!known).then(|| usize::from(word.text_range().start()))
}

/// A query is only ever copied out, and only what is copied in is filtered.
fn copy(copy: &ast::Copy) -> Option<usize> {
    let start = |node: &SyntaxNode| Some(range(node).start);
    match copy.copy_direction() {
        None => Some(range(copy.syntax()).end),
        Some(ast::CopyDirection::CopyFrom(from)) => copy.copy_query().and_then(|_| start(from.syntax())),
        Some(ast::CopyDirection::CopyTo(_)) => copy.where_clause().and_then(|it| start(it.syntax())),
    }
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
    SyntaxKind::ALTER_FOREIGN_TABLE,
    SyntaxKind::ALTER_TABLE,
    SyntaxKind::CREATE_TABLE,
    SyntaxKind::CREATE_INDEX,
    SyntaxKind::COPY,
    SyntaxKind::PATH_TYPE,
    SyntaxKind::AS_POLICY_TYPE,
    SyntaxKind::CREATE_EVENT_TRIGGER,
    SyntaxKind::MERGE_INSERT,
    SyntaxKind::ON_UPDATE_ACTION,
    SyntaxKind::PARTITION_BY,
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
fn alter_table(alter: &SyntaxNode) -> Option<Option<usize>> {
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
    let actions: Vec<A> = alter.children().filter_map(A::cast).collect();
    match actions.len() {
        0 => (!holds(alter, |kind| kind == SyntaxKind::ALL_IN_TABLESPACE)).then_some(None),
        1 => None,
        _ => {
            let at = actions.iter().position(alone)?;
            // The first is a whole statement, until its comma; any other is none.
            let place = actions.get(at.max(1)).map(|action| range(action.syntax()).start)?;
            let comma = alter.children_with_tokens().filter(|it| it.kind() == SyntaxKind::COMMA);
            let comma =
                comma.map(|it| usize::from(it.text_range().start())).take_while(|at| *at < place).last();
            Some(Some(comma.filter(|_| at == 0).unwrap_or(place)))
        }
    }
}

/// `bigint(20)` is another database's.
fn arguments_of_plain_type(node: SyntaxNode) -> Option<usize> {
    let name = node.first_token()?.text().to_ascii_lowercase();
    let plain = matches!(name.as_str(), "bigint" | "boolean" | "int" | "integer" | "real" | "smallint");
    let arguments = plain.then(|| ast::PathType::cast(node)?.arg_list()).flatten()?;
    Some(range(arguments.syntax()).start)
}
