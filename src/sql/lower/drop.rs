//! `DROP …`: one operation an object.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

use super::{Steps, cascades, whole};
use crate::operation::{Name, Operation};
use crate::sql::{name, parse};

/// A statement that drops one object is its place; of several each has its own.
fn each(
    statement: &SyntaxNode,
    objects: impl Iterator<Item = impl AstNode>,
    operation: impl Fn(Name) -> Operation,
) -> Steps {
    let mut steps: Steps =
        objects.map(|object| (operation(name::qualified(&object)), parse::range(object.syntax()))).collect();
    if let [(_, range)] = steps.as_mut_slice() {
        *range = whole(statement);
    }
    steps
}

pub(super) fn tables(drop: &ast::DropTable) -> Steps {
    let (if_exists, cascade) = (drop.if_exists().is_some(), cascades(drop.drop_behavior()));
    each(drop.syntax(), drop.table_name_refs(), |table| Operation::DropTable { table, if_exists, cascade })
}

pub(super) fn indexes(drop: &ast::DropIndex) -> Steps {
    let (if_exists, cascade) = (drop.if_exists().is_some(), cascades(drop.drop_behavior()));
    let concurrently = drop.concurrently_token().is_some();
    each(drop.syntax(), drop.index_refs(), |index| Operation::DropIndex {
        index,
        concurrently,
        if_exists,
        cascade,
    })
}

pub(super) fn types(drop: &ast::DropType) -> Steps {
    let (if_exists, cascade) = (drop.if_exists().is_some(), cascades(drop.drop_behavior()));
    each(drop.syntax(), drop.type_name_refs(), |name| Operation::DropType { name, if_exists, cascade })
}

pub(super) fn sequences(drop: &ast::DropSequence) -> Steps {
    let (if_exists, cascade) = (drop.if_exists().is_some(), cascades(drop.drop_behavior()));
    each(drop.syntax(), drop.sequence_refs(), |name| Operation::DropSequence { name, if_exists, cascade })
}

pub(super) fn views(drop: &ast::DropView) -> Steps {
    let (if_exists, cascade) = (drop.if_exists().is_some(), cascades(drop.drop_behavior()));
    each(drop.syntax(), drop.view_refs(), |name| Operation::DropView {
        name,
        materialized: false,
        if_exists,
        cascade,
    })
}

pub(super) fn materialized_views(drop: &ast::DropMaterializedView) -> Steps {
    let (if_exists, cascade) = (drop.if_exists().is_some(), cascades(drop.drop_behavior()));
    each(drop.syntax(), drop.view_refs(), |name| Operation::DropView {
        name,
        materialized: true,
        if_exists,
        cascade,
    })
}

pub(super) fn schemas(drop: &ast::DropSchema) -> Steps {
    let (if_exists, cascade) = (drop.if_exists().is_some(), cascades(drop.drop_behavior()));
    each(drop.syntax(), drop.schema_refs(), |name| Operation::DropSchema {
        name: name.name,
        if_exists,
        cascade,
    })
}

pub(super) fn trigger(drop: &ast::DropTrigger) -> Operation {
    Operation::DropTrigger {
        name: name::optional_identifier(drop.trigger_ref()),
        table: name::optional(drop.on_relation().and_then(|on| on.relation_name_ref())),
        if_exists: drop.if_exists().is_some(),
        cascade: cascades(drop.drop_behavior()),
    }
}
