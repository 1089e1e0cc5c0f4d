//! Triggers: when they run, and what they run. Refuses to know what that does.

use super::{Expression, Name};

/// Parts of `CREATE [CONSTRAINT] TRIGGER`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// Name, without schema: it is in that of its table.
    pub name: String,
    /// The table or view that it is on.
    pub table: Name,
    /// `OR REPLACE`.
    pub replace: bool,
    /// Whether it is a `CONSTRAINT` trigger.
    pub constraint: bool,
    /// Whether it runs before, after or in place of the change.
    pub timing: Timing,
    /// What sets it off, as written.
    pub events: Vec<TriggerEvent>,
    /// `FOR EACH ROW`; else once for the statement.
    pub each_row: bool,
    /// `DEFERRABLE`.
    pub deferrable: bool,
    /// `INITIALLY DEFERRED`.
    pub deferred: bool,
    /// `WHEN`.
    pub condition: Option<Expression>,
    /// The columns that it needs by name: those of `UPDATE OF`, and those that `WHEN` reads.
    pub columns: Vec<String>,
    /// What it runs.
    pub function: Name,
}

/// When a trigger runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// `BEFORE`.
    Before,
    /// `AFTER`.
    After,
    /// `INSTEAD OF`.
    InsteadOf,
}

/// What sets a trigger off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TriggerEvent {
    /// `INSERT`.
    Insert,
    /// `UPDATE`, of these columns if any are named.
    Update(Vec<String>),
    /// `DELETE`.
    Delete,
    /// `TRUNCATE`.
    Truncate,
}
