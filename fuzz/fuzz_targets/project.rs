//! A folder of files, seen through the program as its user sees it.

use std::fs::{create_dir_all, write};

use clap::Parser;
use mig_check::cli::Cli;
use mig_check::command::{Console, run as run_command};

/// Lays the files out, lints them with the reports that look at the text again, prints their SQL, and fixes them.
pub fn run(files: &[(&str, &[u8])]) {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, bytes) in files {
        let path = folder.path().join(path);
        create_dir_all(path.parent().expect("a folder")).expect("created");
        write(path, bytes).expect("written");
    }
    let path = folder.path().to_str().expect("UTF-8");
    for command in [
        &["lint", path, "--preset", "pedantic", "--format", "text"][..],
        &["lint", path, "--format", "github"],
        &["sql", "--path", path],
        &["fix", path],
    ] {
        let cli = Cli::try_parse_from([&["mig-check"], command].concat()).expect("a command line");
        let (mut out, mut err) = (Vec::new(), Vec::new());
        run_command(
            cli,
            &mut Console { out: &mut out, err: &mut err, out_is_terminal: false, err_is_terminal: false },
        );
    }
}
