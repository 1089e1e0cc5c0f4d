//! The round trip in a container: it says the same as elsewhere, and no container outlives its run.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use mig_check::finding::Leg;
use mig_check::history::Scope;
use mig_check::roundtrip::{Options, Progress, ServerChoice, run};
use mig_check::source::Sources;

use crate::roundtrip::{fixture, python, sql_project};

/// What tests/prepare.sh builds; no registry has it, so a run that pulled would fail.
const IMAGE: &str = "mig-check-test:{pg}";

fn command(case: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mig-check"));
    command.arg("roundtrip").arg(fixture(case)).arg("--python").arg(python());
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn start(case: &str) -> Child {
    command(case, &["--server", "docker", "--pg", "18", "--image", IMAGE]).spawn().expect("it starts")
}

fn finish(child: Child) -> (ExitStatus, String) {
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status, text(&output.stdout) + &text(&output.stderr))
}

/// The containers of a run, in whatever state.
pub fn containers(run: u32) -> String {
    let docker = Command::new("docker")
        .args(["ps", "--all", "--quiet", "--filter", &format!("label=mig-check.pid={run}")])
        .output()
        .expect("run tests/prepare.sh: there is no docker");
    assert!(docker.status.success(), "run tests/prepare.sh: {}", String::from_utf8_lossy(&docker.stderr));
    String::from_utf8(docker.stdout).expect("UTF-8").trim().to_owned()
}

/// Whether the server in a container runs the statement that takes long.
fn is_asleep(container: &str) -> bool {
    let top = Command::new("docker").args(["top", container, "-eo", "pid,args"]).output().expect("docker");
    String::from_utf8_lossy(&top.stdout).lines().any(|line| line.contains("SELECT"))
}

fn wait_for(what: &str, mut done: impl FnMut() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(120), "waited too long: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A run in the middle of its slow migration.
fn start_slow() -> Child {
    let child = start("slow");
    wait_for("a container in its slow migration", || {
        let found = containers(child.id());
        !found.is_empty() && is_asleep(&found)
    });
    child
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(sent.expect("kill").success());
}

/// What the text report says of findings, without the version of the server.
fn findings(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.contains("ran on PostgreSQL")).collect()
}

#[test]
fn a_container_says_what_any_other_server_says() {
    for case in ["enum-left-behind", "changed", "roles", "alembic"] {
        let child = start(case);
        let pid = child.id();
        let (_, in_container) = finish(child);
        assert_eq!(containers(pid), "", "{case}: the container is gone");
        let elsewhere = command(case, &["--server", "embedded"]).output().expect("it runs");
        let elsewhere = String::from_utf8(elsewhere.stdout).expect("UTF-8");
        assert_eq!(findings(&in_container), findings(&elsewhere), "{case}");
        assert!(in_container.contains("The round trip ran on PostgreSQL 18."), "{in_container}");
    }
}

#[test]
fn a_container_is_gone_when_its_run_is_interrupted() {
    for name in ["-INT", "-TERM"] {
        let child = start_slow();
        let pid = child.id();
        signal(&child, name);
        let (status, _) = finish(child);
        assert_eq!(status.code(), Some(130), "{name}");
        assert_eq!(containers(pid), "", "{name}");
    }
}

#[test]
fn a_container_whose_run_was_killed_is_swept_and_a_living_one_is_not() {
    let (living, killed) = (start_slow(), start_slow());
    let (kept, left) = (living.id(), killed.id());
    signal(&killed, "-KILL");
    assert_eq!(finish(killed).0.signal(), Some(9));
    assert_ne!(containers(left), "", "nobody is there to remove it");
    let (status, told) = finish(start("good"));
    assert!(status.success(), "{told}");
    wait_for("the next run removes it", || containers(left).is_empty());
    assert_ne!(containers(kept), "", "that of a living run is never touched");
    signal(&living, "-TERM");
    finish(living);
    assert_eq!(containers(kept), "");
}

/// Panics in the middle of a run.
struct Clumsy;

impl Progress for Clumsy {
    fn begin(&self, _project: &str, _legs: usize) {}
    fn leg(&self, _migration: Option<&str>, _leg: Leg) {
        assert_ne!(containers(std::process::id()), "", "it runs");
        panic!("clumsy");
    }
    fn end(&self) {}
    fn remark(&self, _text: &str) {}
}

#[test]
fn a_panic_leaves_no_container() {
    let mut sources = Sources::new();
    let project = sql_project("good", &mut sources);
    let scope = Scope::all(&project);
    let image = Some(IMAGE.to_owned());
    let options = Options { server: ServerChoice::Docker, image, postgres: vec![18], ..Options::default() };
    let ran = std::panic::catch_unwind(|| run(&[(&project, &scope)], &sources, &options, &Clumsy));
    let panic = ran.expect_err("it panics");
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"clumsy"));
    assert_eq!(containers(std::process::id()), "");
}

fn refused(arguments: &[&str], docker_host: Option<&str>) -> String {
    let mut command = command("good", &[&["--server", "docker"], arguments].concat());
    command.envs(docker_host.map(|host| ("DOCKER_HOST", host)));
    let (status, told) = finish(command.spawn().expect("it starts"));
    assert_eq!(status.code(), Some(3), "{told}");
    told
}

#[test]
fn an_engine_or_an_image_that_is_not_there_is_said_with_a_remedy() {
    let nowhere = Path::new("unix:///nowhere/docker.sock").to_str();
    let told = refused(&[], nowhere);
    assert!(told.contains("no Docker engine answers: "), "{told}");
    assert!(told.contains("start Docker, set DOCKER_HOST, or use --server local"), "{told}");
    let told = refused(&["--image", "mig-check-test:none", "--offline"], None);
    assert!(
        told.contains(
            "the image mig-check-test:none is not here, and offline mig-check pulls none\nrun docker pull"
        ),
        "{told}"
    );
    let told = refused(&["--image", "mig-check-test:18", "--pg", "17"], None);
    assert!(told.contains("the image mig-check-test:18 is PostgreSQL 18.6, not 17"), "{told}");
}
