//! The `mig-check` program: everything is in the library.

fn main() {}
