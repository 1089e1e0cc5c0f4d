//! Policies of row-level security.

use squawk_syntax::ast::{self, AstNode};

use crate::operation::{Operation, Policy, PolicyCommand};
use crate::sql::{expr, name};

pub(super) fn create(create: &ast::CreatePolicy) -> Operation {
    let kind = create.as_policy_type().map(|it| expr::squeezed(it.syntax()).to_ascii_lowercase());
    let read = |condition: Option<ast::Expr>| condition.map(|condition| expr::read(&condition));
    Operation::CreatePolicy(Box::new(Policy {
        name: name::optional_identifier(create.policy()),
        table: name::optional(create.on_table().and_then(|on| on.table_name_ref())),
        permissive: kind.is_none_or(|kind| !kind.ends_with("restrictive")),
        command: command(create.policy_command()),
        using: read(create.using_expr_clause().and_then(|clause| clause.expr())),
        check: read(create.with_check_expr_clause().and_then(|clause| clause.expr())),
    }))
}

fn command(written: Option<ast::PolicyCommand>) -> PolicyCommand {
    use ast::PolicyCommandKind as K;
    match written.and_then(|it| it.command()) {
        Some(K::PolicyCommandSelect(_)) => PolicyCommand::Select,
        Some(K::PolicyCommandInsert(_)) => PolicyCommand::Insert,
        Some(K::PolicyCommandUpdate(_)) => PolicyCommand::Update,
        Some(K::PolicyCommandDelete(_)) => PolicyCommand::Delete,
        Some(K::PolicyCommandAll(_)) | None => PolicyCommand::All,
    }
}

pub(super) fn drop(drop: &ast::DropPolicy) -> Operation {
    Operation::DropPolicy {
        name: name::optional_identifier(drop.policy_ref()),
        table: name::optional(drop.on_table().and_then(|on| on.table_name_ref())),
        if_exists: drop.if_exists().is_some(),
    }
}
