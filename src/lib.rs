//! mig-check answers before a pull request merges: will this PostgreSQL migration hurt us, forwards or backwards?
//!
//! The house, from the ground up; a module may use those below it, never those beside or above it:
//!
//! | layer | modules | for |
//! | --- | --- | --- |
//! | 4 | `command`, `cli`, `config`, `exit` | where everything meets |
//! | 3 | `frontend`, `lint`, `roundtrip`, `report` | reading, judging, running, printing; none knows another |
//! | 2 | [`sql`] | the only door to the SQL parsers |
//! | 1 | [`history`], [`operation`], [`finding`] | the neutral core |
//! | 0 | [`source`] | files and places |
//!
//! The library prints nothing: reports go to the writer that they are given, progress to a trait.

pub mod cli;
pub mod command;
pub mod config;
pub mod exit;
pub mod finding;
pub mod frontend;
pub mod history;
pub mod lint;
pub mod operation;
pub mod report;
#[cfg(feature = "roundtrip")]
pub mod roundtrip;
pub mod source;
pub mod sql;
