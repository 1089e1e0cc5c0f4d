//! Statements about the session: settings, transactions, locks, and the rebuilding of indexes.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode, LitKind};

use super::{option, other};
use crate::operation::{Name, Next, Operation, ReindexTarget, TransactionVerb, is_on};
use crate::sql::{expr, name};

pub(super) fn transaction(statement: &ast::Stmt) -> Operation {
    let verb = match statement {
        ast::Stmt::Begin(_) => TransactionVerb::Begin,
        ast::Stmt::Commit(ast::Commit::CommitTransaction(it)) => {
            TransactionVerb::Commit(next(it.chain_clause()))
        }
        ast::Stmt::Rollback(ast::Rollback::RollbackTransaction(it)) => {
            TransactionVerb::Rollback(next(it.chain_clause()))
        }
        ast::Stmt::Rollback(ast::Rollback::RollbackToSavepoint(_))
        | ast::Stmt::SavepointCreate(_)
        | ast::Stmt::ReleaseSavepoint(_) => TransactionVerb::Savepoint,
        // COMMIT PREPARED and its kin end another transaction than the running one.
        prepared => return other::statement(prepared.syntax()),
    };
    Operation::Transaction(verb)
}

fn next(clause: Option<ast::ChainClause>) -> Next {
    match clause {
        Some(ast::ChainClause::AndChain(_)) => Next::Transaction,
        Some(ast::ChainClause::AndNoChain(_)) | None => Next::Nothing,
    }
}

pub(super) fn unset(name: &str) -> Operation {
    Operation::Set { name: name.to_owned(), value: None, local: false }
}

pub(super) fn reset(reset: &ast::Reset) -> Operation {
    match reset.reset_target() {
        Some(ast::ResetTarget::ConfigParameterRef(it)) => unset(&parameter(it.syntax())),
        Some(ast::ResetTarget::ResetTimeZone(_)) => unset("timezone"),
        Some(ast::ResetTarget::ResetTransactionIsolation(_)) => unset("transaction_isolation"),
        Some(ast::ResetTarget::All(_)) | None => unset("all"),
    }
}

fn parameter(node: &SyntaxNode) -> String {
    expr::squeezed(node).to_ascii_lowercase()
}

pub(super) fn set(set: &ast::Set) -> Operation {
    let local = is_local(set.set_scope());
    let (name, value) = match set.set_target() {
        Some(ast::SetTarget::SetConfig(it)) => {
            let name = it.config_parameter_ref().map(|it| parameter(it.syntax())).unwrap_or_default();
            (name, it.config_assignment().and_then(|assignment| assigned(&assignment)))
        }
        Some(ast::SetTarget::SetTimeZone(it)) => {
            let value = it.config_value().map(|value| config_value(&value));
            (
                "timezone".to_owned(),
                value.or_else(|| it.cast_expr().map(|cast| expr::squeezed(cast.syntax()))),
            )
        }
        Some(ast::SetTarget::SetSchemaValue(it)) => {
            ("search_path".to_owned(), it.literal().and_then(|literal| literal.string_value()))
        }
        Some(ast::SetTarget::SetXmlOption(it)) => {
            ("xmloption".to_owned(), it.xml_document_or_content().map(|it| parameter(it.syntax())))
        }
        Some(ast::SetTarget::SetCatalog(_)) | None => return other::statement(set.syntax()),
    };
    Operation::Set { name, value, local }
}

fn is_local(scope: Option<ast::SetScope>) -> bool {
    matches!(scope, Some(ast::SetScope::LocalScope(_)))
}

/// The values without their quotes; nothing for `DEFAULT`, which is what `RESET` does.
pub(super) fn assigned(assignment: &ast::ConfigAssignment) -> Option<String> {
    match assignment {
        ast::ConfigAssignment::ToConfigValue(it) if it.default_token().is_none() => {
            Some(it.config_values().map(|value| config_value(&value)).collect::<Vec<_>>().join(", "))
        }
        ast::ConfigAssignment::ToConfigValue(_) => None,
        ast::ConfigAssignment::FromCurrent(_) => Some("FROM CURRENT".to_owned()),
    }
}

fn config_value(value: &ast::ConfigValue) -> String {
    match value {
        ast::ConfigValue::Literal(literal) => literal_text(literal),
        ast::ConfigValue::ConfigValueName(it) => name::identifier(it),
        ast::ConfigValue::PrefixExpr(it) => expr::squeezed(it.syntax()),
    }
}

pub(super) fn set_role(set: &ast::SetRole) -> Operation {
    let value = set.set_role_target().map(|target| role(target.syntax()));
    Operation::Set { name: "role".to_owned(), value, local: is_local(set.set_scope()) }
}

pub(super) fn set_session_authorization(set: &ast::SetSessionAuth) -> Operation {
    let value = set.set_session_auth_target().map(|target| role(target.syntax()));
    Operation::Set { name: "session_authorization".to_owned(), value, local: is_local(set.set_scope()) }
}

fn role(target: &SyntaxNode) -> String {
    ast::Literal::cast(target.clone())
        .map_or_else(|| expr::squeezed(target), |literal| literal_text(&literal))
}

/// A string without its quotes, anything else as it is written.
fn literal_text(literal: &ast::Literal) -> String {
    string(literal).unwrap_or_else(|| expr::squeezed(literal.syntax()))
}

/// A string without its quotes; nothing for a number or a word.
pub(super) fn string(literal: &ast::Literal) -> Option<String> {
    match literal.kind() {
        Some(
            LitKind::String(_)
            | LitKind::EscString(_)
            | LitKind::UnicodeEscString(_)
            | LitKind::NationalString(_)
            | LitKind::DollarQuotedString(_),
        ) => literal.string_value(),
        _ => None,
    }
}

pub(super) fn lock(lock: &ast::Lock) -> Operation {
    let relations = lock.relation_list();
    let relations = relations.iter().flat_map(ast::RelationList::relation_names);
    let mode = lock.lock_mode_clause().and_then(|clause| clause.lock_mode());
    Operation::Lock {
        tables: relations.map(|relation| name::optional(relation.relation_name_ref())).collect(),
        mode: mode.map_or_else(
            || "ACCESS EXCLUSIVE".to_owned(),
            |mode| expr::squeezed(mode.syntax()).to_ascii_uppercase(),
        ),
        nowait: lock.nowait().is_some(),
    }
}

pub(super) fn reindex(reindex: &ast::Reindex) -> Operation {
    use ast::ReindexTarget as T;
    let schema = |it: Option<ast::SchemaRef>| it.map(|it| Name::unqualified(name::identifier(&it)));
    let database = |it: Option<ast::DatabaseRef>| it.map(|it| Name::unqualified(name::identifier(&it)));
    let (what, name, written) = match reindex.reindex_target() {
        Some(T::ReindexTargetIndex(it)) => {
            (ReindexTarget::Index, it.index_ref().map(|it| name::qualified(&it)), it.concurrently_token())
        }
        Some(T::ReindexTargetTable(it)) => (
            ReindexTarget::Table,
            it.table_name_ref().map(|it| name::qualified(&it)),
            it.concurrently_token(),
        ),
        Some(T::ReindexTargetSchema(it)) => {
            (ReindexTarget::Schema, schema(it.schema_ref()), it.concurrently_token())
        }
        Some(T::ReindexTargetDatabase(it)) => {
            (ReindexTarget::Database, database(it.database_ref()), it.concurrently_token())
        }
        Some(T::ReindexTargetSystem(it)) => {
            (ReindexTarget::System, database(it.database_ref()), it.concurrently_token())
        }
        None => return other::statement(reindex.syntax()),
    };
    let mut options = option::of(reindex.reindex_option_list());
    let concurrently = written.is_some() || is_on(&options, "concurrently");
    options.retain(|option| option.name != "concurrently");
    Operation::Reindex { what, name, concurrently, options }
}
