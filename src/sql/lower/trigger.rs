//! Triggers.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::constraint;
use crate::operation::{Name, Operation, Timing, Trigger, TriggerEvent};
use crate::sql::{expr, name};

pub(super) fn create(create: &ast::CreateTrigger) -> Operation {
    let function = create.call_expr().and_then(|call| call.expr());
    let condition = create.when_condition().and_then(|when| when.expr());
    let events = create.trigger_event_list();
    let events = events.iter().flat_map(ast::TriggerEventList::trigger_events);
    let events: Vec<TriggerEvent> = events.map(|it| event(&it)).collect();
    let (deferrable, deferred) = constraint::deferral(create.syntax());
    Operation::CreateTrigger(Box::new(Trigger {
        name: name::optional_identifier(create.trigger()),
        table: name::optional(create.on_relation().and_then(|on| on.relation_name_ref())),
        replace: create.or_replace().is_some(),
        constraint: create.constraint_token().is_some(),
        timing: match create.timing() {
            Some(ast::Timing::TimingBefore(_)) => Timing::Before,
            Some(ast::Timing::TimingInsteadOf(_)) => Timing::InsteadOf,
            Some(ast::Timing::TimingAfter(_)) | None => Timing::After,
        },
        each_row: matches!(create.trigger_level(), Some(ast::TriggerLevel::ForEachRow(_))),
        deferrable,
        deferred,
        columns: watched(&events, condition.as_ref()),
        events,
        condition: condition.map(|condition| expr::read(&condition)),
        function: function.map(|function| callee(function.syntax())).unwrap_or_default(),
    }))
}

fn event(event: &ast::TriggerEvent) -> TriggerEvent {
    match event {
        ast::TriggerEvent::TriggerEventInsert(_) => TriggerEvent::Insert,
        ast::TriggerEvent::TriggerEventDelete(_) => TriggerEvent::Delete,
        ast::TriggerEvent::TriggerEventTruncate(_) => TriggerEvent::Truncate,
        ast::TriggerEvent::TriggerEventUpdate(it) => {
            TriggerEvent::Update(it.column_name_refs().map(|column| name::identifier(&column)).collect())
        }
    }
}

/// The function that an expression calls.
fn callee(function: &SyntaxNode) -> Name {
    let parts = function.descendants().filter(|node| node.kind() == SyntaxKind::NAME_REF);
    name::from_parts(parts.map(|part| name::of_node(&part)).collect())
}

/// The columns of `UPDATE OF`, and those that `WHEN` reads.
fn watched(events: &[TriggerEvent], condition: Option<&ast::Expr>) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for event in events {
        if let TriggerEvent::Update(of) = event {
            columns.extend(of.iter().cloned());
        }
    }
    for column in condition.map(|condition| expr::columns(condition.syntax())).unwrap_or_default() {
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    columns
}
