//! Says what a parsed statement does, in operations. Refuses to know how it was parsed and where it stands: ranges
//! are those of the statement's own text.

mod alter;
mod clause;
mod constraint;
mod create;
mod data;
mod drop;
mod dynamic;
mod guard;
mod into;
mod option;
mod other;
mod output;
mod plpgsql;
mod policy;
mod routine;
mod session;
mod signature;
mod trigger;

use std::ops::Range;

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::{Step, parse};
use crate::operation::{Operation, Target};

/// Operations, each with the part that says so.
pub(super) type Steps = Vec<(Operation, Range<usize>)>;

/// How many bodies a text stands in.
#[derive(Clone, Copy, Default)]
pub(super) struct Nesting(u8);

impl Nesting {
    const DEEPEST: u8 = 8;

    /// Inside one more body; `None` if nobody would write that.
    fn deeper(self) -> Option<Self> {
        (self.0 < Self::DEEPEST).then_some(Self(self.0 + 1))
    }
}

/// What a statement does; never empty.
pub(super) fn statement(statement: &ast::Stmt, nesting: Nesting) -> Vec<Step> {
    let one = |operation| vec![Step::certain(operation, whole(statement.syntax()))];
    match statement {
        ast::Stmt::Do(it) => routine::do_block(it, nesting),
        ast::Stmt::CreateFunction(it) => one(routine::function(it, nesting)),
        ast::Stmt::CreateProcedure(it) => one(routine::procedure(it, nesting)),
        ast::Stmt::Explain(it) => match data::analyzed(it) {
            Some(explained) => self::statement(&explained, nesting),
            None => one(data::query(it.syntax())),
        },
        plain => {
            let target = target(plain.syntax());
            let steps = without_body(plain).into_iter();
            steps.map(|(operation, range)| Step { target, ..Step::certain(operation, range) }).collect()
        }
    }
}

/// What a statement without a body does.
fn without_body(statement: &ast::Stmt) -> Steps {
    use ast::Stmt as S;
    let node = statement.syntax();
    let one = |operation| vec![(operation, whole(node))];
    match statement {
        S::AlterTable(it) => alter::table(it),
        S::AlterForeignTable(it) => alter::foreign_table(it),
        S::AlterMaterializedView(it) => alter::materialized_view(it),
        S::AlterIndex(it) => one(alter::index(it)),
        S::AlterType(it) => alter::type_(it),
        S::AlterDomain(it) => one(alter::domain(it)),
        S::CreateTable(it) => one(create::table(it)),
        S::CreateTableAs(it) => one(create::table_as(it)),
        S::SelectInto(it) => data::with_changes(node, vec![(create::select_into(it), whole(node))]),
        S::CreateIndex(it) => one(create::index(it)),
        S::CreateType(it) => one(create::type_(it)),
        S::CreateDomain(it) => one(create::domain(it)),
        S::CreateSequence(it) => one(create::sequence(it)),
        S::CreateView(it) => one(create::view(it)),
        S::CreateMaterializedView(it) => one(create::materialized_view(it)),
        S::CreateTrigger(it) => one(trigger::create(it)),
        S::CreatePolicy(it) => one(policy::create(it)),
        S::DropPolicy(it) => one(policy::drop(it)),
        S::CreateExtension(it) => one(create::extension(it)),
        S::CreateSchema(it) => create::schema(it),
        S::DropTable(it) => drop::tables(it),
        S::DropIndex(it) => drop::indexes(it),
        S::DropType(it) => drop::types(it),
        S::DropSequence(it) => drop::sequences(it),
        S::DropView(it) => drop::views(it),
        S::DropMaterializedView(it) => drop::materialized_views(it),
        S::DropSchema(it) => drop::schemas(it),
        S::DropTrigger(it) => one(drop::trigger(it)),
        S::Insert(it) => data::with_changes(node, vec![(data::insert(it), whole(node))]),
        S::Update(it) => data::with_changes(node, vec![(data::update(it), whole(node))]),
        S::Delete(it) => data::with_changes(node, vec![(data::delete(it), whole(node))]),
        S::Merge(it) => data::with_changes(node, data::merge(it)),
        S::Truncate(it) => one(data::truncate(it)),
        S::Copy(it) => one(data::copy(it)),
        S::Select(_) | S::CompoundSelect(_) | S::ParenSelect(_) | S::Table(_) | S::Values(_) | S::Call(_) => {
            data::with_changes(node, vec![(data::query(node), whole(node))])
        }
        S::Refresh(it) => one(data::refresh(it)),
        S::Reindex(it) => one(session::reindex(it)),
        S::Lock(it) => one(session::lock(it)),
        S::Set(it) => one(session::set(it)),
        S::SetRole(it) => one(session::set_role(it)),
        S::SetSessionAuth(it) => one(session::set_session_authorization(it)),
        S::Reset(it) => one(session::reset(it)),
        S::ResetRole(_) => one(session::unset("role")),
        S::ResetSessionAuth(_) => one(session::unset("session_authorization")),
        S::Begin(_) | S::Commit(_) | S::Rollback(_) | S::SavepointCreate(_) | S::ReleaseSavepoint(_) => {
            one(session::transaction(statement))
        }
        _ => one(other::statement(node)),
    }
}

/// How the name of what a statement is about is written.
fn target(node: &SyntaxNode) -> Target {
    let relation = node.children().find_map(ast::TableRelationName::cast);
    Target {
        if_exists: node.children().any(|part| part.kind() == SyntaxKind::IF_EXISTS),
        only: relation.is_some_and(|relation| relation.only_token().is_some()),
        foreign: node.kind() == SyntaxKind::ALTER_FOREIGN_TABLE,
    }
}

/// A node without the semicolon that belongs to it.
fn whole(node: &SyntaxNode) -> Range<usize> {
    let end = node
        .children_with_tokens()
        .filter(|element| !element.kind().is_trivia() && element.kind() != SyntaxKind::SEMICOLON)
        .last()
        .map_or(node.text_range().end(), |last| last.text_range().end());
    parse::range(node).start..end.into()
}

/// Whether a `CASCADE` is written.
fn cascades(behavior: Option<ast::DropBehavior>) -> bool {
    matches!(behavior, Some(ast::DropBehavior::Cascade(_)))
}
