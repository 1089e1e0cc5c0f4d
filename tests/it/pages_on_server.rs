//! Runs the examples of every rule's page on a server, each in an empty database: what a page calls good works on
//! the schema of the bad examples, and its downgrade too; what it calls bad works as well, or is refused with a SQLSTATE
//! that the page names. What lint calls refused is refused.
//!
//! They run on PostgreSQL 18. `PAGES_ON=14,15,16,17` runs them on other versions instead, as far as these know the
//! syntax.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use mig_check::finding::{Evidence, RuleInfo};
use mig_check::history::{Scope, Script, Statement};
use mig_check::lint::Settings;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions};

use super::bench;
use super::pages::{self, Block};
use super::registry::all_rules;
use super::walls::{as_somebody, embedded_programs_of, stop};

/// Who runs the examples: a superuser of whom all can be dropped that an example has made.
const AUTHOR: &str = "author";

/// A server that goes with its folder.
struct Server {
    child: Child,
    folder: tempfile::TempDir,
}

impl Server {
    fn start(version: u16) -> Self {
        let programs = embedded_programs_of(version);
        let folder = tempfile::Builder::new().prefix("pages-").tempdir_in("/tmp").expect("a folder");
        let program = |name: &str| {
            let mut command = as_somebody(folder.path(), &programs.join(name));
            command.arg("-D").arg(folder.path().join("data"));
            command
        };
        let made = program("initdb").args(["-U", "postgres", "-A", "trust", "-N"]).output().expect("initdb");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let socket = format!("unix_socket_directories={}", folder.path().display());
        let quick = [
            "fsync=off",
            "full_page_writes=off",
            "autovacuum=off",
            "listen_addresses=",
            "max_prepared_transactions=2",
            &socket,
        ];
        let child = program("postgres")
            .args(quick.iter().flat_map(|setting| ["-c", setting]))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("postgres");
        Self { child, folder }
    }

    fn as_role(&self, name: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(self.folder.path())
            .username(name)
            .database("postgres")
            .disable_statement_logging()
    }

    /// A connection of the author's, as soon as the server listens.
    async fn connection(&self) -> PgConnection {
        let started = Instant::now();
        let mut owner = loop {
            match self.as_role("postgres").connect().await {
                Ok(connection) => break connection,
                Err(error) => assert!(started.elapsed() < Duration::from_secs(60), "{error}"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        let made = send(&mut owner, &format!("CREATE ROLE {AUTHOR} SUPERUSER LOGIN")).await;
        assert!(made.is_ok(), "a role of its own");
        self.as_role(AUTHOR).connect().await.expect("a connection")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

/// An example and the page that it stands on.
struct Example {
    rule: &'static RuleInfo,
    before: Option<String>,
    block: Block,
}

fn examples() -> Vec<Example> {
    let reading = all_rules().into_iter().filter(|rule| rule.evidence == Evidence::Lint);
    let of_page = |rule: &'static RuleInfo| {
        let blocks = pages::blocks(rule.page);
        let before = pages::before(&blocks).map(str::to_owned);
        let examples =
            blocks.into_iter().filter(|block| block.kind.starts_with(['b', 'g']) && block.kind != "before");
        examples.map(move |block| Example { rule, before: before.clone(), block }).collect::<Vec<_>>()
    };
    reading.flat_map(of_page).collect()
}

/// What the server said to a statement that it refused.
struct Refusal {
    state: String,
    what: String,
}

async fn send(connection: &mut PgConnection, sql: &str) -> Result<(), Refusal> {
    let sent = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut *connection).await;
    sent.map(drop).map_err(|error| Refusal {
        state: error.as_database_error().and_then(|error| error.code()).unwrap_or_default().into_owned(),
        what: format!("{error}, of {sql}"),
    })
}

/// Runs a script in the transactions that it is read to have.
async fn script(connection: &mut PgConnection, script: &Script) -> Result<(), Refusal> {
    let same = |a: &Statement, b: &Statement| a.transaction.is_some() && a.transaction == b.transaction;
    for group in script.statements.chunk_by(same) {
        let wrapped = group[0].transaction.is_some() && script.wrapped;
        if wrapped {
            send(connection, "BEGIN").await?;
        }
        for statement in group {
            if statement.sql.is_empty() {
                let state = String::new();
                return Err(Refusal { state, what: format!("no SQL is known of {:?}", statement.steps) });
            }
            send(connection, &statement.sql).await?;
        }
        if wrapped {
            send(connection, "COMMIT").await?;
        }
    }
    Ok(())
}

/// Runs an example up and, if it is a good one, down.
async fn run(connection: &mut PgConnection, example: &Example) -> Result<(), Refusal> {
    let project = bench::project(example.block.written, example.before.as_deref(), &example.block.text);
    let order = project.graph().order;
    for &index in &order {
        script(connection, &project.migrations[index].up).await?;
    }
    if example.block.kind == "good" {
        for &index in order.iter().rev() {
            let Some(down) = &project.migrations[index].down else { break };
            script(connection, down).await?;
        }
    }
    Ok(())
}

/// Makes the database what it was before an example.
async fn clean(connection: &mut PgConnection) -> Result<(), Refusal> {
    const SETTINGS: [&str; 3] = ["ROLLBACK", "RESET ALL", "DISCARD ALL"];
    for statement in SETTINGS {
        send(connection, statement).await?;
    }
    let roles = "SELECT rolname FROM pg_roles WHERE oid >= 16384 AND rolname <> current_user";
    let roles: Vec<(String,)> =
        sqlx::query_as(roles).persistent(false).fetch_all(&mut *connection).await.expect("roles");
    for (role,) in &roles {
        send(connection, &format!("DROP OWNED BY \"{role}\" CASCADE")).await?;
        send(connection, &format!("DROP ROLE \"{role}\"")).await?;
    }
    send(connection, &format!("DROP OWNED BY {AUTHOR} CASCADE")).await?;
    send(connection, "DROP SCHEMA IF EXISTS public CASCADE").await?;
    send(connection, "CREATE SCHEMA public").await
}

/// What lint says of an example for one version.
fn judged(example: &Example, version: u16) -> bench::Judged {
    let settings = Settings { versions: version..=version, ..Settings::default() };
    let Block { written, text, .. } = &example.block;
    bench::judge_with(*written, example.before.as_deref(), text, Scope::all, &settings)
}

/// Whether the version does not know the syntax of an example.
fn needs_newer(judged: &bench::Judged) -> bool {
    let notes = judged.findings.iter().flat_map(|finding| &finding.notes);
    judged.ids().contains(&"needs-newer-postgresql")
        || notes.into_iter().any(|note| note.starts_with("Also needs-newer-postgresql"))
}

/// The SQLSTATEs with which the server refuses the example, as lint says.
fn refusals(judged: &bench::Judged) -> Vec<String> {
    let notes = judged.findings.iter().flat_map(|finding| &finding.notes);
    notes
        .filter_map(|note| {
            Some(note.split_once("PostgreSQL refuses it with SQLSTATE ")?.1.get(..5)?.to_owned())
        })
        .collect()
}

/// What is wrong with an example, given what the server did with it.
fn verdict(example: &Example, judged: &bench::Judged, ran: Result<(), Refusal>) -> Option<String> {
    let good = example.block.kind == "good";
    let wrong = match ran {
        Ok(()) => {
            let said = refusals(judged);
            (!said.is_empty()).then(|| format!("runs, although lint says that it is refused with {said:?}"))
        }
        Err(refusal) if good => Some(format!("fails: {}", refusal.what)),
        Err(refusal) => {
            let named = !refusal.state.is_empty() && example.rule.page.contains(&refusal.state);
            (!named).then(|| {
                format!("fails with {}, which the page does not name: {}", refusal.state, refusal.what)
            })
        }
    };
    let Block { kind, text, .. } = &example.block;
    wrong.map(|wrong| format!("{}: the {kind} example {wrong}\n{text}", example.rule.id))
}

#[test]
fn examples_do_on_a_server_what_their_pages_say() {
    for example in examples() {
        if let Some(reason) = &example.block.not_run {
            println!("{}: a {} example is not run: {reason}", example.rule.id, example.block.kind);
        }
    }
    let wanted = std::env::var("PAGES_ON").unwrap_or_else(|_| "18".to_owned());
    let versions = wanted.split(',').map(|version| version.trim().parse().expect("major versions"));
    let wrong: Vec<String> = versions.flat_map(wrong_on).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What examples do otherwise on a version than their pages say.
fn wrong_on(version: u16) -> Vec<String> {
    let server = Server::start(version);
    let kept: Vec<Example> =
        examples().into_iter().filter(|example| example.block.not_run.is_none()).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut connection = server.connection().await;
        let mut wrong = Vec::new();
        for example in &kept {
            let judged = judged(example, version);
            if needs_newer(&judged) {
                continue;
            }
            let said = verdict(example, &judged, run(&mut connection, example).await);
            wrong.extend(said.map(|said| format!("PostgreSQL {version}: {said}")));
            if let Err(refusal) = clean(&mut connection).await {
                panic!("{}: {} is not cleaned up: {}", example.rule.id, example.block.text, refusal.what);
            }
        }
        wrong
    })
}
