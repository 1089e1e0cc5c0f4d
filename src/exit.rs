//! What the program tells the shell that started it. Refuses to know why.

use std::io::Write;
use std::panic::PanicHookInfo;
use std::process::{ExitCode, Termination};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Nothing at or above the failing level.
    Clean,
    /// Findings at or above the failing level.
    Findings,
    /// The command could not do its work; no migrations found counts as that.
    Failed,
    /// No server for the round trip.
    NoServer,
    /// Interrupted, after clean-up.
    Interrupted,
}

impl Exit {
    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Failed => 2,
            Self::NoServer => 3,
            Self::Interrupted => 130,
        }
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}

/// Says that a panic is our fault, and how to report it.
pub fn say_panic(panic: &PanicHookInfo<'_>) {
    let what = panic.payload_as_str().unwrap_or("no message");
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    // Nobody is left to tell if this fails.
    let _ = writeln!(
        std::io::stderr(),
        "error: internal error in mig-check {}: {what} (at {place})\n\
         This is a fault of mig-check, not of your migrations. Please report it with this message and, if you can, \
         the migration that caused it.",
        env!("CARGO_PKG_VERSION")
    );
}
