//! Cuts off a run of migrations that does not come to its end: one that takes too long, and one that waits for itself.
//! Refuses to know what runs them.

use std::pin::pin;
use std::time::Duration;

use sqlx::Connection;
use tokio::time::{Instant, timeout};

use crate::source::Span;

use super::super::engine::{Failure, shortened};
use super::super::server::Server;

/// How often the sessions of a run are looked at.
const LOOK: Duration = Duration::from_secs(2);

/// How many times in a row they must be found waiting for each other: a `lock_timeout` of a few seconds ends that by
/// itself.
const LOOKS: usize = 5;

/// Why a run was cut off.
pub(super) struct CutOff {
    /// Completes "The upgrade fails: ".
    what: String,
    notes: Vec<String>,
}

impl CutOff {
    /// The failure of a migration, at a place in it.
    pub fn failure(mut self, printed: Option<String>, span: Span) -> Failure {
        self.notes.extend(printed);
        Failure { message: self.what, code: None, notes: self.notes, span }
    }
}

/// A session of a client's with a database.
struct Session {
    pid: i32,
    /// Its last statement.
    query: String,
    is_open: bool,
    runs: bool,
    /// Whether that statement runs for so long that it is what takes the time.
    lasts: bool,
    /// Whose locks it waits for.
    waits_for: Vec<i32>,
}

/// Waits for a run on a database, at most so long.
pub(super) async fn limited<T>(
    server: &Server,
    database: &str,
    limit: Option<Duration>,
    run: impl Future<Output = T>,
) -> Result<Result<T, CutOff>, sqlx::Error> {
    let mut run = pin!(run);
    let begun = Instant::now();
    let mut waiting = 0;
    loop {
        let left = limit.map(|limit| limit.saturating_sub(begun.elapsed()));
        if let Ok(ran) = timeout(left.map_or(LOOK, |left| left.min(LOOK)), &mut run).await {
            return Ok(Ok(ran));
        }
        let sessions = sessions(server, database).await?;
        waiting = if waits_for_itself(&sessions) { waiting + 1 } else { 0 };
        if waiting == LOOKS {
            return Ok(Err(waits(&sessions)));
        }
        if let Some(limit) = limit.filter(|limit| begun.elapsed() >= *limit) {
            return Ok(Err(late(&sessions, limit)));
        }
    }
}

async fn sessions(server: &Server, database: &str) -> Result<Vec<Session>, sqlx::Error> {
    let mut connection = server.maintenance().await?;
    let rows: Vec<(i32, String, bool, bool, bool, Vec<i32>)> = sqlx::query_as(
        "SELECT pid, query, state LIKE 'idle in transaction%' AS is_open, state = 'active' AS runs, \
         state = 'active' AND clock_timestamp() - query_start > interval '2 s' AS lasts, \
         CASE WHEN wait_event_type = 'Lock' THEN pg_blocking_pids(pid) ELSE '{}' END AS waits_for \
         FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend' AND state IS NOT NULL \
         ORDER BY state_change DESC",
    )
    .bind(database)
    .fetch_all(&mut connection)
    .await?;
    connection.close().await?;
    let session = |(pid, query, is_open, runs, lasts, waits_for)| Session {
        pid,
        query,
        is_open,
        runs,
        lasts,
        waits_for,
    };
    Ok(rows.into_iter().map(session).collect())
}

/// Whether somebody waits, and everybody else who could end that does nothing: one thread stands at both ends.
fn waits_for_itself(sessions: &[Session]) -> bool {
    let holds = |pid: &i32| sessions.iter().any(|session| session.pid == *pid && session.is_open);
    let stuck = |session: &Session| !session.waits_for.is_empty() && session.waits_for.iter().all(holds);
    let mut running = sessions.iter().filter(|session| session.runs).peekable();
    running.peek().is_some() && running.all(stuck)
}

fn waits(sessions: &[Session]) -> CutOff {
    let waiting = sessions.iter().find(|session| !session.waits_for.is_empty());
    let holding =
        waiting.and_then(|waiting| sessions.iter().find(|session| waiting.waits_for.contains(&session.pid)));
    let mut notes = Vec::new();
    notes.extend(waiting.map(|session| format!("The statement was: {}", shortened(&session.query))));
    notes.extend(holding.map(|session| {
        format!(
            "The other connection has a transaction open; its last statement was: {}",
            shortened(&session.query)
        )
    }));
    notes.push(
        "Let everything go over the migration's own connection, which is op.get_bind() in Alembic".to_owned(),
    );
    let what = "it waits for ever, for a lock that another connection of its own holds".to_owned();
    CutOff { what, notes }
}

fn late(sessions: &[Session], limit: Duration) -> CutOff {
    let lasting = sessions.iter().find(|session| session.lasts);
    let last = sessions.iter().find(|session| session.runs || session.is_open);
    let mut notes = Vec::new();
    notes.extend(match (lasting, last) {
        (Some(session), _) => Some(format!("It was in the middle of: {}", shortened(&session.query))),
        (None, Some(session)) => Some(format!("Its last statement was: {}", shortened(&session.query))),
        (None, None) => None,
    });
    notes.push("If it needs longer, give it more with --time-limit".to_owned());
    CutOff { what: format!("it did not end within {} s", limit.as_secs()), notes }
}
