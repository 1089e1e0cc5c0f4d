//! Who runs migrations, and how more of them are fetched. Refuses to know what they run.

use futures_util::future::try_join_all;

use super::super::engine::EngineError;
use super::super::proxy::Proxy;
use super::super::server::{NoServer, Server, Wish};
use super::super::{Progress, RoundTripError};
use super::roles::{self, Roles};

/// Who runs migrations: a server, and the only way to it.
pub(in crate::roundtrip) struct Worker {
    pub server: Server,
    pub proxy: Proxy,
    /// What another server of its kind is asked for with.
    pub wish: Wish,
    /// The roles that are there without any migration.
    pub(super) roles: Roles,
}

impl Worker {
    /// One with a server of its own.
    pub async fn start(wish: &Wish, progress: &dyn Progress) -> Result<Self, RoundTripError> {
        Self::with(Server::start(wish, progress).await?, wish).await
    }

    /// One with this server.
    pub async fn with(server: Server, wish: &Wish) -> Result<Self, RoundTripError> {
        let proxy = Proxy::start(server.socket(), "postgres", wish.host.as_deref()).await?;
        let roles = roles::of_server(&server).await;
        let roles = roles.map_err(|EngineError { what, remedy }| NoServer { what, remedy })?;
        Ok(Self { server, proxy, wish: wish.clone(), roles })
    }
}

/// Fetches workers until there are so many, each like the first one.
pub(super) async fn fetch(
    workers: &mut Vec<Worker>,
    number: usize,
    progress: &dyn Progress,
) -> Result<(), EngineError> {
    let Some(wish) = workers.first().map(|first| first.wish.clone()) else { return Ok(()) };
    let missing = (workers.len()..number).map(|_| Worker::start(&wish, progress));
    let no_further = |error| {
        let what = format!("a further server does not start: {error}");
        EngineError::new(what, "--jobs 1 does with the one that there is")
    };
    workers.extend(try_join_all(missing).await.map_err(no_further)?);
    Ok(())
}
