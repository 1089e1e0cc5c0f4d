//! The `mig-check` program: hands the command line and the streams to the library, and its verdict to the shell.

use std::io::{self, IsTerminal};
use std::panic;

use mig_check::cli::Cli;
use mig_check::command::{self, Console};
use mig_check::exit::{self, Exit};

/// Trees of statements are many small pieces, made and dropped at once.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Exit {
    panic::set_hook(Box::new(exit::say_panic));
    let cli = Cli::read();
    panic::catch_unwind(|| {
        let (mut out, mut err) = (io::BufWriter::new(io::stdout().lock()), io::stderr());
        let out_is_terminal = io::stdout().is_terminal();
        let err_is_terminal = err.is_terminal();
        command::run(cli, &mut Console { out: &mut out, err: &mut err, out_is_terminal, err_is_terminal })
    })
    .unwrap_or(Exit::Failed)
}
