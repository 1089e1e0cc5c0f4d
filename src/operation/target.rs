//! How a statement names the object that it is about. Refuses to know what it does to it.

/// Words beside the name of what `ALTER` or `DROP` is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// `IF EXISTS`: nothing happens where the object is missing.
    pub if_exists: bool,
    /// `ONLY`: children and partitions are left alone.
    pub only: bool,
    /// `FOREIGN TABLE`: its rows are another server's.
    pub foreign: bool,
}
