//! How a table is divided into partitions. Refuses to know the bounds' values.

use std::fmt;

/// By what a table is partitioned, and so the kind of bound that its partitions have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// `FROM … TO …`.
    Range,
    /// `IN (…)`.
    List,
    /// `WITH (MODULUS …, REMAINDER …)`.
    Hash,
}

/// As `PARTITION BY` writes it.
impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Range => "RANGE",
            Self::List => "LIST",
            Self::Hash => "HASH",
        })
    }
}
