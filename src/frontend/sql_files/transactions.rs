//! Which statements share a transaction: the tool's, one that the file opens itself, or the one that PostgreSQL
//! makes of several statements in one message. Refuses to know whether that is good.

use std::ops::Range;

use crate::history::Statement;
use crate::operation::{Next, Operation, TransactionVerb};

/// What the tool wraps in one transaction, or in none.
pub(super) struct Unit {
    /// The numbers of the statements that are sent together, for each message.
    pub messages: Vec<Range<usize>>,
    /// Whether the tool opens a transaction around all of it.
    pub wrapped: bool,
}

/// Numbers the transactions of a script.
pub(super) fn number(statements: &mut [Statement], units: &[Unit]) {
    let mut next = 0;
    let mut fresh = || {
        next += 1;
        next - 1
    };
    let mut open = None;
    let messages = units.iter().flat_map(|unit| {
        let first = std::iter::once(Some(unit.wrapped)).chain(std::iter::repeat(None));
        unit.messages.iter().zip(first)
    });
    for (message, begins) in messages {
        if let Some(wrapped) = begins {
            open = wrapped.then(&mut fresh);
        }
        // PostgreSQL runs several statements of a message in one transaction, until one of them ends it.
        let mut implicit = None;
        for statement in &mut statements[message.clone()] {
            statement.transaction = match verb(statement) {
                Some(TransactionVerb::Begin) => {
                    open = open.or(implicit).or_else(|| Some(fresh()));
                    open
                }
                Some(TransactionVerb::Commit(next) | TransactionVerb::Rollback(next)) => {
                    let ended = open.take();
                    if next == Next::Transaction && ended.is_some() {
                        open = Some(fresh());
                    }
                    ended.or(implicit.take())
                }
                _ if open.is_some() => open,
                _ if message.len() > 1 => {
                    implicit = implicit.or_else(|| Some(fresh()));
                    implicit
                }
                _ => None,
            };
            if open.is_some() {
                implicit = None;
            }
        }
    }
}

fn verb(statement: &Statement) -> Option<TransactionVerb> {
    match statement.steps.first().map(|step| &*step.operation) {
        Some(Operation::Transaction(verb)) => Some(*verb),
        _ => None,
    }
}
