//! Policies of row-level security. Refuses to know which rows a condition lets through.

use super::{Expression, Name};

/// `CREATE POLICY`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its name, which only its table knows.
    pub name: String,
    /// The table.
    pub table: Name,
    /// `AS PERMISSIVE`, or nothing: rows that any of them lets through. Otherwise all must.
    pub permissive: bool,
    /// `FOR …`.
    pub command: PolicyCommand,
    /// `USING`: the rows that are seen.
    pub using: Option<Expression>,
    /// `WITH CHECK`: the rows that may be written. Without it, `using` says that too.
    pub check: Option<Expression>,
}

/// For what a policy speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyCommand {
    /// `ALL`, or nothing.
    All,
    /// `SELECT`.
    Select,
    /// `INSERT`.
    Insert,
    /// `UPDATE`.
    Update,
    /// `DELETE`.
    Delete,
}
