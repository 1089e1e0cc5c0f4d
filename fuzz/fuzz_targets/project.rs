//! A folder of files, linted by the program as a user would run it.

use std::fs::{create_dir_all, write};

use clap::Parser;
use mig_check::cli::Cli;
use mig_check::command::{Console, run};

/// Lays the files out, lints them, and reports in the two formats that look at the text again.
pub fn lint(files: &[(&str, &[u8])]) {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, bytes) in files {
        let path = folder.path().join(path);
        create_dir_all(path.parent().expect("a folder")).expect("created");
        write(path, bytes).expect("written");
    }
    for format in ["text", "json"] {
        let path = folder.path().to_str().expect("UTF-8");
        let cli = Cli::try_parse_from(["mig-check", "lint", path, "--format", format]).expect("a command line");
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut console =
            Console { out: &mut out, err: &mut err, out_is_terminal: false, err_is_terminal: false };
        run(cli, &mut console);
    }
}
