//! Where a script does what many rules ask for at each of its statements, found once. Refuses to know why they ask.

use crate::history::Script;
use crate::operation::{Operation, TransactionVerb};

/// Positions of statements in their script, in its order.
#[derive(Debug)]
pub struct Outline {
    /// Those that could not be read as a whole.
    pub unread: Vec<usize>,
    /// Those that drop a table.
    pub drops: Vec<usize>,
    /// Those that end a transaction and take back what it did.
    pub rollbacks: Vec<usize>,
}

impl Outline {
    /// Goes over a script once.
    pub fn of(script: &Script) -> Self {
        let places = |wanted: &dyn Fn(&Operation) -> bool| {
            let numbered = script.statements.iter().enumerate();
            let found =
                numbered.filter(|(_, statement)| statement.steps.iter().any(|step| wanted(&step.operation)));
            found.map(|(position, _)| position).collect()
        };
        Self {
            unread: places(&Operation::is_unknown),
            drops: places(&|operation| matches!(operation, Operation::DropTable { .. })),
            rollbacks: places(&|operation| {
                matches!(operation, Operation::Transaction(TransactionVerb::Rollback(_)))
            }),
        }
    }
}
