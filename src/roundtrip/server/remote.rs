//! A server that is somebody else's, reached by a URL. There a run has a role of its own, which may do nothing but own
//! databases; migrations run as that role, in databases that it owns, and everything goes with it. Refuses to touch
//! anything else, and to work where it could not tell what is its own.
//!
//! A run holds an advisory lock, which the server drops when the run ends, however it ends. The next run drops what
//! belongs to roles of runs without a lock.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection};

use super::super::answers::said;
use super::bridge::{Account, Bridge, Upstream};
use super::directory::RunDirectory;
use super::url::Url;
use super::{NoServer, connect_as, version_of};
use crate::operation::quote;
use crate::roundtrip::wire;

/// By this name our own connections ask the bridge for the user of the URL.
pub(super) const ADMINISTRATOR: &str = "mig_check_administrator";

/// What the name of a run's role and the names of its databases begin with.
const PREFIX: &str = "mig_check_";

/// How the comment of a run's role begins, by which a sweep knows it for ours.
const COMMENT: &str = "mig-check run of ";

/// Names of tables that a refusal shows.
const SHOWN: usize = 3;

/// What a run has on the server. Dropping it removes all of it.
#[derive(Debug)]
pub(super) struct Remote {
    role: String,
    maintenance: String,
    socket: std::path::PathBuf,
    /// Holds the lock by which others see that the run goes on.
    _lease: PgConnection,
    _bridge: Bridge,
}

impl Remote {
    /// Looks whether the server may be used, sweeps it, and makes the role of this run.
    pub async fn start(url: &Url, directory: &RunDirectory) -> Result<Self, NoServer> {
        let id = wire::random_password().map_err(|error| NoServer::new(error.to_string(), ""))?;
        let (id, password) = id.split_at(16);
        let key = u64::from_str_radix(id, 16).unwrap_or_default();
        let password = format!("{password}{}", wire::random_password().unwrap_or_default());
        let role = format!("{PREFIX}{id}");
        let account =
            |user: &str, password: &str| Account { user: user.to_owned(), password: password.to_owned() };
        let upstream = Upstream {
            place: url.place.clone(),
            encryption: url.encryption.clone(),
            options: url.options.clone(),
            accounts: BTreeMap::from([
                (ADMINISTRATOR, account(&url.user, &url.password)),
                ("postgres", account(&role, &password)),
            ]),
        };
        let bridge = Bridge::start(&directory.socket(), upstream)
            .map_err(|error| NoServer::new(format!("a socket cannot be made: {error}"), ""))?;
        let entered = connect_as(&directory.socket(), ADMINISTRATOR, &url.database).await;
        let mut lease = entered.map_err(|error| cannot_enter(url, &error))?;
        refuse_pooler(&mut lease, directory, url).await?;
        let is_superuser = refuse_without_rights(&mut lease).await?;
        refuse_used_database(&mut lease, url).await?;
        sweep(&mut lease).await.map_err(|error| failed(&error))?;
        let statements = birth(&role, key, &password, is_superuser);
        for statement in statements {
            sqlx::raw_sql(AssertSqlSafe(statement))
                .execute(&mut lease)
                .await
                .map_err(|error| failed(&error))?;
        }
        let remote = Self {
            role,
            maintenance: url.database.clone(),
            socket: directory.socket(),
            _lease: lease,
            _bridge: bridge,
        };
        remote.try_role(url).await?;
        Ok(remote)
    }

    /// The role that owns the run's databases, and begins their names.
    pub fn role(&self) -> &str {
        &self.role
    }

    /// Connects as the user of the URL.
    pub async fn connect(&self) -> Result<PgConnection, sqlx::Error> {
        connect_as(&self.socket, ADMINISTRATOR, &self.maintenance).await
    }

    /// The server's version, as in `15.18`, and its first number.
    pub async fn version(&self) -> Result<(String, u16), NoServer> {
        let asked = async { version_of(self.connect().await?).await };
        asked.await.map_err(|error| failed(&error))
    }

    /// Whether the role can enter: a server may let in only those whom its administrator lists.
    async fn try_role(&self, url: &Url) -> Result<(), NoServer> {
        let entered = connect_as(&self.socket, "postgres", &url.database).await;
        let connection = entered.map_err(|error| {
            NoServer::new(
                format!("the server of the URL lets in no role that mig-check makes: {}", told(&error)),
                "give the URL of PostgreSQL itself and not of a pooler, or use --server local or --server docker",
            )
        })?;
        // It answered; a farewell that fails changes nothing.
        let _ = connection.close().await;
        Ok(())
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        let gone = async {
            // What cannot be removed now is swept by the next run: the lock is free from here on.
            if let Ok(mut connection) = self.connect().await {
                let _ = remove(&mut connection, &self.role).await;
                let _ = connection.close().await;
            }
        };
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(gone));
    }
}

/// The lock first: from the role's first moment on its run is seen to go on.
fn birth(role: &str, key: u64, password: &str, is_superuser: bool) -> Vec<String> {
    let host = rustix::system::uname().nodename().to_string_lossy().replace('\'', "");
    let comment = format!("{COMMENT}{host}, process {}", std::process::id());
    let mut statements = vec![
        format!("SELECT pg_advisory_lock({})", key.cast_signed()),
        format!(
            "BEGIN; CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '{password}'; \
             COMMENT ON ROLE {role} IS '{comment}'; COMMIT"
        ),
        format!("ALTER ROLE {role} SET lock_timeout = '30s'"),
        format!("ALTER ROLE {role} SET synchronous_commit = off"),
    ];
    if !is_superuser {
        // Who may not do everything has to be a member to give it a database.
        statements.push(format!("GRANT {role} TO CURRENT_USER"));
    }
    statements
}

fn failed(error: &sqlx::Error) -> NoServer {
    NoServer::new(format!("the server of the URL fails: {}", told(error)), "")
}

pub(super) fn cannot_enter(url: &Url, error: &sqlx::Error) -> NoServer {
    NoServer::new(
        format!("the server at {} cannot be entered: {}", url.place, told(error)),
        "check the URL, and whether the server can be reached from here",
    )
}

/// What a server says, without the name of the user.
fn told(error: &sqlx::Error) -> String {
    match error.as_database_error().and_then(|error| error.code()) {
        Some(code) if code == "28P01" || code == "28000" => "it refuses the user or the password".to_owned(),
        _ => said(error),
    }
}

/// Two sessions at once never share a process of the server, unless somebody between lends it to both in turn.
async fn refuse_pooler(
    first: &mut PgConnection,
    directory: &RunDirectory,
    url: &Url,
) -> Result<(), NoServer> {
    let failed = |error: sqlx::Error| cannot_enter(url, &error);
    let mut second = connect_as(&directory.socket(), ADMINISTRATOR, &url.database).await.map_err(failed)?;
    let mut processes = [BTreeSet::new(), BTreeSet::new()];
    for _ in 0..3 {
        for (connection, seen) in [&mut *first, &mut second].into_iter().zip(&mut processes) {
            let process: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
                .persistent(false)
                .fetch_one(connection)
                .await
                .map_err(failed)?;
            seen.insert(process);
        }
    }
    let _ = second.close().await;
    if processes[0].is_disjoint(&processes[1]) {
        return Ok(());
    }
    Err(NoServer::new(
        "the URL leads to a pooler that lends a connection for one transaction only, where settings and locks of a session do not last",
        "give the URL of PostgreSQL itself: often another port, or a host name without -pooler",
    ))
}

/// Whether the user is a superuser; a refusal if it can make no databases and roles.
async fn refuse_without_rights(connection: &mut PgConnection) -> Result<bool, NoServer> {
    let asked: Result<(bool, bool, bool, bool), sqlx::Error> = sqlx::query_as(
        "SELECT rolsuper, rolcreatedb, rolcreaterole, pg_is_in_recovery() FROM pg_roles WHERE rolname = current_user",
    )
    .fetch_one(connection)
    .await;
    let (is_superuser, may_create_databases, may_create_roles, is_replica) =
        asked.map_err(|error| failed(&error))?;
    if is_replica {
        return Err(NoServer::new(
            "the URL leads to a replica, which can only be read",
            "give the URL of its primary",
        ));
    }
    if is_superuser || (may_create_databases && may_create_roles) {
        return Ok(is_superuser);
    }
    let (what, right) =
        if may_create_databases { ("roles", "CREATEROLE") } else { ("databases", "CREATEDB CREATEROLE") };
    Err(NoServer::new(
        format!(
            "the user of the URL may create no {what}, and mig-check works only in databases that it creates, as a role of its own"
        ),
        format!(
            "let a superuser run ALTER ROLE … {right} for that user, or use --server local or --server docker"
        ),
    ))
}

/// A database with tables in it is somebody's, and its URL most likely given by mistake.
async fn refuse_used_database(connection: &mut PgConnection, url: &Url) -> Result<(), NoServer> {
    let asked: Result<Vec<String>, sqlx::Error> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
         AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
         ORDER BY c.relname",
    )
    .fetch_all(connection)
    .await;
    let mut tables = asked.map_err(|error| failed(&error))?;
    if tables.is_empty() {
        return Ok(());
    }
    let more = tables.len().saturating_sub(SHOWN);
    tables.truncate(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Err(NoServer::new(
        format!(
            "the database {} of the URL is not empty: it holds {}{more}",
            url.database,
            tables.join(", ")
        ),
        "name an empty database of that server in the URL, such as postgres: mig-check creates its own beside it",
    ))
}

/// Removes what killed runs have left. What cannot be removed is another user's.
async fn sweep(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    // Locks after roles: a run whose role is seen here holds its lock already.
    let roles: Vec<String> = sqlx::query_scalar(
        "SELECT rolname::text FROM pg_roles
         WHERE rolname ~ '^mig_check_[0-9a-f]{16}$' AND starts_with(shobj_description(oid, 'pg_authid'), $1)",
    )
    .bind(COMMENT)
    .fetch_all(&mut *connection)
    .await?;
    let locks: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT classid::bigint, objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1",
    )
    .fetch_all(&mut *connection)
    .await?;
    let held: BTreeSet<String> =
        locks.into_iter().map(|(high, low)| format!("{PREFIX}{high:08x}{low:08x}")).collect();
    for role in roles.iter().filter(|role| !held.contains(*role)) {
        let _ = remove(connection, role).await;
    }
    Ok(())
}

/// Drops a run's databases and its role.
async fn remove(connection: &mut PgConnection, role: &str) -> Result<(), sqlx::Error> {
    let databases: Vec<String> = sqlx::query_scalar(
        "SELECT datname::text FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE r.rolname = $1",
    )
    .bind(role)
    .fetch_all(&mut *connection)
    .await?;
    for database in databases.iter().filter(|name| name.starts_with(role)) {
        sqlx::raw_sql(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quote(database))))
            .execute(&mut *connection)
            .await?;
    }
    sqlx::raw_sql(AssertSqlSafe(format!("DROP ROLE IF EXISTS {role}"))).execute(connection).await?;
    Ok(())
}
