//! What a process that runs migrations finds around it: variables that lead to the disposable server and to no other,
//! and a kernel that holds it to the server's port. Refuses to know what the process is.

use std::net::IpAddr;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};

use super::super::proxy::Proxy;
use super::super::server::end_with_parent;
use super::ports;

/// Where the usual tools and project templates look for a URL.
pub(super) const URL_VARIABLES: &[&str] = &[
    "DATABASE_URL",
    "DATABASE_URI",
    "DB_URL",
    "DB_URI",
    "POSTGRES_URL",
    "POSTGRES_URI",
    "SQLALCHEMY_URL",
    "SQLALCHEMY_DATABASE_URL",
    "SQLALCHEMY_DATABASE_URI",
];

/// What libpq reads and what must not be there: each leads elsewhere, or wants what the disposable server has not.
const REMOVED: &[&str] =
    &["PGSERVICE", "PGREQUIRESSL", "PGCHANNELBINDING", "PGTARGETSESSIONATTRS", "PGOPTIONS", "PGREQUIREAUTH"];

/// The database, as a URL.
pub(super) fn url(proxy: &Proxy, database: &str) -> String {
    let host = proxy.host();
    // As an address of IPv6 stands in a URL.
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    format!("postgresql://postgres:{}@{host}:{}/{database}", proxy.password(), proxy.port())
}

/// Shuts a process in: it, and all that it starts, finds our server, reaches no other port where the kernel can see to
/// that, and ends with us.
pub(super) fn shut_in(command: &mut Command, proxy: &Proxy, database: &str) {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.envs(variables(proxy, database));
    for name in REMOVED {
        command.env_remove(name);
    }
    command.process_group(0).kill_on_drop(true);
    end_with_parent(command, Signal::KILL);
    ports::hold_to(command, proxy.port());
}

/// A process that was shut in and all that it started, which end when this is dropped.
#[derive(Debug)]
pub(super) struct Group(Option<Pid>);

impl Group {
    pub fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)))
    }

    /// Ends them now.
    pub fn end(&self) {
        if let Some(pid) = self.0 {
            // Mostly all of them have ended.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}

/// Everything that names the server in parts. A URL is for the engine to set, which knows what it must look like.
fn variables(proxy: &Proxy, database: &str) -> Vec<(String, String)> {
    let port = proxy.port().to_string();
    let (host, password) = (proxy.host(), proxy.password());
    // Wins over a host in a connection string, also in programs that a migration starts. A name is none.
    let address = if host.parse::<IpAddr>().is_ok() { host } else { "" };
    let nothing = "/dev/null";
    let libpq = [
        ("PGHOST", host),
        ("PGHOSTADDR", address),
        ("PGPORT", &port),
        ("PGUSER", "postgres"),
        ("PGPASSWORD", password),
        ("PGDATABASE", database),
        ("PGSSLMODE", "disable"),
        ("PGGSSENCMODE", "disable"),
        ("PGPASSFILE", nothing),
        ("PGSERVICEFILE", nothing),
        ("PGSYSCONFDIR", nothing),
        ("POSTGRES_DB", database),
        ("POSTGRES_SERVER", host),
    ];
    let parts =
        [("USER", "postgres"), ("PASSWORD", password), ("HOST", host), ("PORT", &port), ("NAME", database)];
    let prefixed = ["POSTGRES_", "DB_", "DATABASE_"]
        .into_iter()
        .flat_map(|prefix| parts.map(|(part, value)| (format!("{prefix}{part}"), value.to_owned())));
    libpq.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).chain(prefixed).collect()
}
