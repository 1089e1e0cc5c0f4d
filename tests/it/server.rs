//! The server's life: found or refused with a reason, gone however the program ends, and never another run's.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long anything may take here before it is held to be stuck.
const LIMIT: Duration = Duration::from_secs(60);

/// The program on a case, with its directories below a folder of the test.
fn start(case: &str, temporary: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mig-check"));
    command.arg("roundtrip").arg(format!("fixtures/roundtrip/{case}")).args(arguments);
    command.env("TMPDIR", temporary).envs(variables.iter().copied());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
}

/// How it ended, and what it printed.
fn finish(child: Child) -> (ExitStatus, String) {
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status, text(&output.stdout) + &text(&output.stderr))
}

fn wait_for(what: &str, mut done: impl FnMut() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < LIMIT, "waited too long: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Directories of runs, wherever they may be.
fn directories(temporary: &Path) -> BTreeSet<PathBuf> {
    let bases = [PathBuf::from("/dev/shm"), temporary.to_owned()];
    let entries = bases.iter().filter_map(|base| base.read_dir().ok()).flatten();
    entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("mig-check-run-"))
        })
        .collect()
}

/// The directory and the server of a run that is in the middle of its slow migration.
struct Running {
    child: Child,
    directory: PathBuf,
    server: u32,
    temporary: tempfile::TempDir,
}

impl Running {
    fn start() -> Self {
        let temporary = tempfile::tempdir().expect("a folder");
        let child = start("slow", temporary.path(), &[], &[]);
        let mut found = None;
        wait_for("a server in its slow migration", || {
            found = directories(temporary.path()).into_iter().find_map(|directory| {
                let text = std::fs::read_to_string(directory.join("data/postmaster.pid")).ok()?;
                let server: u32 = text.lines().next()?.parse().ok()?;
                (parent_of(server) == Some(child.id()) && is_asleep(server)).then_some((directory, server))
            });
            found.is_some()
        });
        let (directory, server) = found.expect("found");
        Self { child, directory, server, temporary }
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status();
        assert!(sent.expect("kill").success());
    }
}

fn parent_of(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// Whether one of the server's processes runs the statement that takes long.
fn is_asleep(server: u32) -> bool {
    let children =
        std::fs::read_to_string(format!("/proc/{server}/task/{server}/children")).unwrap_or_default();
    children.split_whitespace().any(|pid| {
        std::fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.contains("SELECT"))
    })
}

fn is_running(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

#[test]
fn an_interrupted_run_cleans_up_and_says_so() {
    for name in ["-INT", "-TERM"] {
        let running = Running::start();
        running.signal(name);
        let Running { child, directory, server, .. } = running;
        let (status, _) = finish(child);
        assert_eq!(status.code(), Some(130), "{name}");
        assert!(!is_running(server), "{name}: the server is gone");
        assert!(!directory.exists(), "{name}: so is its directory");
    }
}

#[test]
fn a_killed_run_loses_its_server_at_once_and_its_directory_to_the_next_run() {
    let living = Running::start();
    let killed = Running::start();
    killed.signal("-KILL");
    let Running { child, directory, server, temporary } = killed;
    let (status, _) = finish(child);
    assert_eq!(status.signal(), Some(9));
    wait_for("the server ends with its run", || !is_running(server));
    let (status, told) = finish(start("good", temporary.path(), &[], &[]));
    assert!(status.success() && told.contains("Nothing found in 2 migrations"), "{told}");
    assert!(!directory.exists(), "the next run swept it");
    assert!(is_running(living.server) && living.directory.exists(), "a living run is never swept");
    living.signal("-TERM");
    finish(living.child);
    assert!(!living.directory.exists());
}

fn refused(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let temporary = tempfile::tempdir().expect("a folder");
    let (status, told) = finish(start("good", temporary.path(), arguments, variables));
    assert_eq!(status.code(), Some(3), "{told}");
    assert_eq!(temporary.path().read_dir().expect("a folder").count(), 0, "nothing is left");
    told
}

#[test]
fn a_directory_without_programs_is_refused_by_name() {
    let empty = tempfile::tempdir().expect("a folder");
    let told = refused(&[], &[("PG_BINDIR", &empty.path().to_string_lossy())]);
    let there = empty.path().display();
    let error = format!(
        "error: PG_BINDIR names {there}: there is no postgres in {there}\nset PG_BINDIR to a directory that holds postgres and initdb, or unset it\n"
    );
    assert!(told.ends_with(&error), "{told}");
}

#[test]
fn programs_that_do_not_work_are_refused_with_what_they_said() {
    use std::os::unix::fs::PermissionsExt;
    let broken = tempfile::Builder::new()
        .permissions(std::fs::Permissions::from_mode(0o755))
        .tempdir()
        .expect("a folder");
    let write = |name: &str, script: &str| {
        let path = broken.path().join(name);
        std::fs::write(&path, script).expect("a file");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("ours");
    };
    let cache = broken.path().join("cache");
    let variables =
        [("PG_BINDIR", &*broken.path().to_string_lossy()), ("MIG_CHECK_CACHE", &*cache.to_string_lossy())]
            .map(|(name, value)| (name, value.to_owned()));
    let variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    write("postgres", "#!/bin/sh\necho no such luck >&2\nexit 7\n");
    write("initdb", "#!/bin/sh\necho the disk is full >&2\nexit 1\n");
    let told = refused(&[], &variables);
    assert!(told.contains("does not run (exit status: 7): no such luck"), "{told}");

    write("postgres", "#!/bin/sh\necho 'postgres (PostgreSQL) 16.3'\n");
    let told = refused(&[], &variables);
    assert!(told.contains("initdb fails (exit status: 1)\n  the disk is full"), "{told}");

    write("initdb", "#!/bin/sh\nexit 0\n");
    write(
        "postgres",
        "#!/bin/sh\ncase $1 in --version) echo 'postgres (PostgreSQL) 16.3';; *) echo 'FATAL:  no memory' >&2; exit 1;; esac\n",
    );
    let told = refused(&[], &variables);
    assert!(told.contains("PostgreSQL 16.3 does not start (exit status: 1)\n  FATAL:  no memory"), "{told}");
}

#[test]
fn a_version_that_is_not_there_is_refused_with_those_that_are() {
    let told = refused(&["--server", "local", "--pg", "11"], &[]);
    assert!(told.contains("error: no installation of PostgreSQL 11 is on this machine"), "{told}");
    let told = refused(&["--server", "embedded", "--pg", "11"], &[]);
    assert!(
        told.contains("the embedded PostgreSQL comes in versions 12, 13, 14, 15, 16, 17 and 18, not 11"),
        "{told}"
    );
}

#[test]
fn offline_nothing_is_fetched() {
    let cache = tempfile::tempdir().expect("a folder");
    let variables = [("MIG_CHECK_CACHE", &*cache.path().to_string_lossy())];
    let told = refused(&["--server", "embedded", "--offline"], &variables);
    assert!(told.contains("offline mig-check fetches none\ninstall PostgreSQL"), "{told}");
    assert_eq!(cache.path().read_dir().expect("a folder").count(), 0);
}
