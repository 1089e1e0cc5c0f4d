//! Who runs migrations, and how more of them are fetched. Refuses to know what they run.

use futures_util::future::try_join_all;

use super::super::engine::EngineError;
use super::super::proxy::Proxy;
use super::super::server::{Server, Wish};
use super::super::{Progress, RoundTripError};

/// Who runs migrations: a server, and the only way to it.
pub(in crate::roundtrip) struct Worker {
    pub server: Server,
    pub proxy: Proxy,
    /// What another server of its kind is asked for with.
    pub wish: Wish,
}

impl Worker {
    /// One with a server of its own.
    pub async fn start(wish: &Wish, progress: &dyn Progress) -> Result<Self, RoundTripError> {
        Ok(Self::with(Server::start(wish, progress).await?, wish).await?)
    }

    /// One with this server.
    pub async fn with(server: Server, wish: &Wish) -> std::io::Result<Self> {
        let proxy = Proxy::start(server.socket(), "postgres", wish.host.as_deref()).await?;
        Ok(Self { server, proxy, wish: wish.clone() })
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
