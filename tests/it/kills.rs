//! Runs that are ended by a signal at any moment leave nothing behind that the next run does not remove. The moments are
//! random from a fixed seed; `MIG_CHECK_KILLS` says how many there are.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::remote::Somebody;
use crate::roundtrip::{fixture, python};

/// How many runs are ended in each of the tests unless the environment says otherwise.
const USUAL: u64 = 6;

/// Numbers that look random and are the same each time (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

fn run(case: &str, temporary: &Path, server: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mig-check"));
    command.arg("roundtrip").arg(fixture(case)).args(server).arg("--python").arg(python());
    command.env("TMPDIR", temporary).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Ends runs at random moments of their first seconds; returns the process ids of all.
fn end_many(seed: u64, temporary: &Path, server: &[&str], longest: u64) -> Vec<u32> {
    let number = std::env::var("MIG_CHECK_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(USUAL);
    let mut random = Random(seed);
    let mut ended = Vec::new();
    for _ in 0..number {
        let case = ["slow", "changed", "alembic"][usize::try_from(random.below(3)).expect("small")];
        let mut child = run(case, temporary, server).spawn().expect("it starts");
        std::thread::sleep(Duration::from_millis(random.below(longest)));
        let signal = ["-INT", "-TERM", "-KILL"][usize::try_from(random.below(3)).expect("small")];
        // It may have ended by itself. A shell that starts tests in the background has them ignore SIGINT, and so does
        // a run until it listens: it is sent until it is heard.
        while child.try_wait().expect("a child").is_none() {
            let _ =
                Command::new("kill").args([signal, &child.id().to_string()]).stderr(Stdio::null()).status();
            let mut wait = || {
                child
                    .try_wait()
                    .expect("a child")
                    .is_none()
                    .then(|| std::thread::sleep(Duration::from_millis(100)))
            };
            let _ = (0..30).map_while(|_| wait()).count();
        }
        ended.push(child.id());
    }
    let swept = run("good", temporary, server).status().expect("it runs");
    assert!(swept.success());
    ended
}

/// Directories of runs that nobody holds the lock of.
fn ownerless(temporary: &Path) -> Vec<PathBuf> {
    let bases = [Path::new("/dev/shm"), temporary];
    let entries = bases.into_iter().filter_map(|base| base.read_dir().ok()).flatten().flatten();
    let runs = entries.map(|entry| entry.path()).filter(|path| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("mig-check-run-"))
    });
    runs.filter(|path| File::open(path.join("lock")).is_ok_and(|lock| lock.try_lock().is_ok())).collect()
}

/// Command lines of processes that belong to a run whose directory is gone.
fn orphans() -> Vec<String> {
    let processes = Path::new("/proc").read_dir().expect("Linux").flatten();
    let lines = processes.filter_map(|entry| std::fs::read_to_string(entry.path().join("cmdline")).ok());
    lines
        .filter(|line| {
            let directory = line.split('\0').find(|word| word.contains("/mig-check-run-"));
            directory.is_some_and(|directory| !Path::new(directory).exists())
        })
        .collect()
}

#[test]
fn runs_that_are_ended_at_any_moment_leave_nothing_on_this_machine() {
    let temporary = tempfile::tempdir().expect("a folder");
    end_many(1, temporary.path(), &["--server", "embedded"], 1500);
    assert_eq!(orphans(), Vec::<String>::new());
    assert_eq!(ownerless(temporary.path()), Vec::<PathBuf>::new());
}

#[cfg(feature = "docker")]
#[test]
fn runs_that_are_ended_at_any_moment_leave_no_container() {
    let temporary = tempfile::tempdir().expect("a folder");
    let server = ["--server", "docker", "--image", "mig-check-test:18"];
    let ended = end_many(2, temporary.path(), &server, 4000);
    for run in ended {
        // The engine may be about to remove one whose server has ended.
        let gone = || {
            std::thread::sleep(Duration::from_millis(50));
            crate::docker::containers(run).is_empty()
        };
        assert!((0..100).any(|_| gone()), "a container of process {run} is left");
    }
    assert_eq!(ownerless(temporary.path()), Vec::<PathBuf>::new());
}

#[test]
fn runs_that_are_ended_at_any_moment_change_nothing_on_a_server_of_somebody_elses() {
    let temporary = tempfile::tempdir().expect("a folder");
    let somebody = Somebody::start();
    let (before, url) = (somebody.everything(), somebody.url());
    end_many(3, temporary.path(), &["--server", &url], 2500);
    let is_as_before = || {
        // The server may not have noticed yet that a session's client was killed.
        std::thread::sleep(Duration::from_millis(50));
        let swept = run("good", temporary.path(), &["--server", &url]).status().expect("it runs");
        swept.success() && somebody.everything() == before
    };
    assert!((0..20).any(|_| is_as_before()), "{}", somebody.everything());
    assert_eq!(ownerless(temporary.path()), Vec::<PathBuf>::new());
}
