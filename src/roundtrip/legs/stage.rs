//! The databases of a walk. One is tried on; a second one only ever upgrades and follows when it is needed, so that a
//! migration that fails or leaves something costs the next ones nothing: they start from what upgrades alone make.

use std::io;
use std::path::Path;

use futures_util::future::try_join_all;
use sqlx::Connection;

use crate::finding::Direction;
use crate::operation::Name;

use super::super::Options;
use super::super::answers::said;
use super::super::engine::{Engine, EngineError, Failure, ModelDrift, Ran};
use super::super::proxy::Proxy;
use super::super::rows::Rows;
use super::super::script::Script;
use super::super::seed::{Level, Seeder};
use super::super::server::Server;
use super::super::snapshot::{Kind, Snapshot, Watch};
use super::super::verdict::Place;
use super::Worker;
use super::limit::{CutOff, limited};
use super::roles::{self, Roles};

/// The databases and the engine of a project.
pub(super) struct Stage<'a> {
    server: &'a Server,
    proxy: &'a Proxy,
    /// The database where migrations are tried.
    trial: String,
    /// The one where they are only upgraded.
    clean: String,
    engine: Engine<'a>,
    place: Place<'a>,
    options: &'a Options,
    version_table: Option<Name>,
    /// What runs the migrations, if that is worth a word.
    pub remark: Option<String>,
    reader: Option<Watch>,
    seeder: Option<Seeder>,
    /// How many of the applied migrations the clean database holds.
    clean_holds: usize,
    /// The roles of the clean database's moment: they are shared by all databases of a server.
    clean_roles: Roles,
    /// What the user wants to be there before the first migration, if anything; empty databases are copies of it.
    prepared: Option<String>,
    first_roles: Roles,
    /// The roles that are there without all this.
    other_roles: &'a Roles,
}

impl<'a> Stage<'a> {
    /// The stages of some workers.
    pub async fn set_all(
        workers: &'a [Worker],
        place: Place<'a>,
        options: &'a Options,
        begun_with: usize,
    ) -> Result<Vec<Self>, EngineError> {
        try_join_all(workers.iter().map(|worker| Self::set(worker, place, options, begun_with))).await
    }

    /// Makes both databases, of a server that begins with so many migrations.
    async fn set(
        worker: &'a Worker,
        place: Place<'a>,
        options: &'a Options,
        begun_with: usize,
    ) -> Result<Self, EngineError> {
        let Worker { server, proxy, roles: other_roles, .. } = worker;
        let (trial, clean) = (server.name("trial"), server.name("clean"));
        let prepared = options.prepare.as_ref().map(|_| server.name("prepared"));
        if begun_with > 0 {
            server.create_database(&trial, Some(&clean)).await?;
        } else {
            // A project that could not be run to its end leaves its own.
            for name in [&trial, &clean].into_iter().chain(&prepared) {
                drop_database(server, name).await?;
            }
            roles::restore(server, other_roles).await?;
            if let (Some(file), Some(name)) = (&options.prepare, &prepared) {
                prepare(server, name, file).await?;
            }
            for name in [&trial, &clean] {
                server.create_database(name, prepared.as_deref()).await?;
            }
        }
        proxy.lead_to(&trial);
        let engine = Engine::start(place, server, proxy, &trial, options).await?;
        let remark = engine.remark().map(|how| format!("{} ran {how}", place.project.root));
        let version_table = engine.version_table().or(place.project.version_table.as_ref()).cloned();
        let mut stage = Self {
            server,
            proxy,
            trial,
            clean,
            engine,
            place,
            options,
            version_table,
            remark,
            reader: None,
            seeder: options.data.clone().map(Seeder::new),
            clean_holds: begun_with,
            clean_roles: Roles::new(),
            prepared,
            first_roles: Roles::new(),
            other_roles,
        };
        stage.first_roles = roles::of(&stage.snapshot().await?);
        stage.clean_roles = stage.first_roles.clone();
        Ok(stage)
    }

    /// What runs the migrations.
    pub fn made_by(&self) -> String {
        self.engine.remark().unwrap_or_default()
    }

    /// Writes the server with the trial database, which holds so many migrations and no rows of ours, into a folder. The
    /// clean database is that of the trial from now on.
    pub async fn keep(&mut self, holds: usize, folder: &Path) -> Result<io::Result<()>, EngineError> {
        self.engine.release().await?;
        self.close_reader().await;
        drop_database(self.server, &self.clean).await?;
        disconnect_others(self.server, &self.trial).await?;
        self.server.administer(&[format!("ALTER DATABASE {} RENAME TO {}", self.trial, self.clean)]).await?;
        let kept = self.server.keep(folder).await;
        self.server.create_database(&self.trial, Some(&self.clean)).await?;
        self.clean_holds = holds;
        self.clean_roles = roles::of(&self.snapshot().await?);
        Ok(kept)
    }

    /// Removes both databases, and roles that migrations made.
    pub async fn strike(mut self) -> Result<(), EngineError> {
        self.engine.release().await?;
        self.close_reader().await;
        drop_database(self.server, &self.trial).await?;
        drop_database(self.server, &self.clean).await?;
        if let Some(prepared) = &self.prepared {
            drop_database(self.server, prepared).await?;
        }
        roles::restore(self.server, self.other_roles).await
    }

    /// The server's major version.
    pub fn major(&self) -> u16 {
        self.server.major()
    }

    /// The trial database as it is.
    pub async fn snapshot(&mut self) -> Result<Snapshot, EngineError> {
        let mut reader = self.take_reader().await?;
        let mut snapshot = reader.snapshot().await?;
        self.reader = Some(reader);
        if !self.server.is_ours() {
            // Somebody else may change them at any time.
            snapshot.forget(Kind::Role);
        }
        Ok(snapshot)
    }

    /// Whether a migration failed for want of rights that it has elsewhere.
    pub fn lacks_rights(&self, failure: &Failure) -> bool {
        !self.server.is_ours() && failure.code.as_deref() == Some("42501")
    }

    /// Whether migrations are to meet rows.
    pub fn has_data(&self) -> bool {
        self.seeder.is_some()
    }

    /// Whether the user has rows of their own for a migration.
    pub fn has_own_rows(&self, migration: &str) -> bool {
        self.seeder.as_ref().is_some_and(|seeder| seeder.has_own(migration))
    }

    /// Adds the user's own rows for a migration, and fills the tables of the trial database that have changed since they
    /// were filled.
    pub async fn fill(&mut self, migration: &str, level: Level) -> Result<(), EngineError> {
        let mut reader = self.take_reader().await?;
        if let Some(seeder) = &mut self.seeder {
            let (major, version_table) = (self.server.major(), self.version_table.as_ref());
            seeder.add_own(reader.connection(), major, version_table, migration).await?;
            seeder.fill(reader.connection(), major, version_table, level).await?;
        }
        self.reader = Some(reader);
        Ok(())
    }

    /// What stands in the tables of the trial database; nothing where migrations are to meet none.
    pub async fn rows(&mut self, snapshot: &Snapshot) -> Result<Rows, EngineError> {
        if self.seeder.is_none() {
            return Ok(Rows::default());
        }
        let mut reader = self.take_reader().await?;
        let rows = Rows::read(reader.connection(), snapshot).await?;
        self.reader = Some(reader);
        Ok(rows)
    }

    /// Tables that never got a row, each with its reason.
    pub fn refused(&self) -> Vec<(String, String)> {
        let refused = self.seeder.iter().flat_map(|seeder| seeder.refused());
        refused.map(|(table, reason)| (table.clone(), reason.clone())).collect()
    }

    async fn take_reader(&mut self) -> Result<Watch, EngineError> {
        match self.reader.take() {
            Some(reader) => Ok(reader),
            None => {
                let connection = self.server.connect(&self.trial).await?;
                Ok(Watch::new(connection, self.server.major(), self.version_table.clone()))
            }
        }
    }

    /// Why a migration cannot be run, if so.
    pub fn cannot_run(&self, migration: usize) -> Option<String> {
        self.engine.cannot_run(self.place.project, migration)
    }

    /// Why a migration cannot be undone, if so.
    pub fn cannot_undo(&self, migration: usize) -> Option<String> {
        self.engine.cannot_undo(self.place.project, migration)
    }

    /// Runs one migration on the database to which the proxy leads: the trial database, but for [`Self::restore`].
    pub async fn run(&mut self, migration: usize, direction: Direction) -> Ran {
        let run = self.engine.run(self.proxy, migration, direction);
        match limited(self.server, &self.proxy.leads_to(), self.options.time_limit, run).await? {
            Ok(ran) => ran,
            Err(cut_off) => Ok(Err(self.end(cut_off, migration, direction).await?)),
        }
    }

    /// Ends a run that was cut off. An engine that was interrupted is of no further use.
    async fn end(
        &mut self,
        cut_off: CutOff,
        migration: usize,
        direction: Direction,
    ) -> Result<Failure, EngineError> {
        let database = self.proxy.leads_to();
        let printed = self.engine.kill();
        self.close_reader().await;
        disconnect_others(self.server, &database).await?;
        self.engine = Engine::start(self.place, self.server, self.proxy, &database, self.options).await?;
        Ok(cut_off.failure(printed, self.place.first_line(migration, direction)))
    }

    /// Runs migrations on the trial database under the project's own transactions.
    pub async fn run_all(
        &mut self,
        migrations: &[usize],
        direction: Direction,
    ) -> Result<Result<(), (usize, Failure)>, EngineError> {
        let limit = u32::try_from(migrations.len()).unwrap_or(u32::MAX);
        let limit = self.options.time_limit.map(|one| one.saturating_mul(limit));
        let run = self.engine.run_all(self.proxy, migrations, direction);
        let cut_off = match limited(self.server, &self.trial, limit, run).await? {
            Ok(ran) => return ran,
            Err(cut_off) => cut_off,
        };
        let Some(begun) = self.engine.begun().or(migrations.first().copied()) else { return Ok(Ok(())) };
        Ok(Err((begun, self.end(cut_off, begun, direction).await?)))
    }

    /// How the project's models differ from the trial database.
    pub async fn compare_models(&mut self) -> Result<ModelDrift, EngineError> {
        self.engine.compare_models().await
    }

    /// Makes the trial database what these migrations make when each is upgraded once, on no rows of ours; or says which
    /// of them does not upgrade there.
    pub async fn restore(&mut self, applied: &[usize]) -> Result<Result<(), (usize, Failure)>, EngineError> {
        self.clear().await?;
        roles::restore(self.server, &self.clean_roles).await?;
        if self.clean_holds < applied.len() {
            self.proxy.lead_to(&self.clean);
            for &migration in &applied[self.clean_holds..] {
                if let Err(failure) = self.run(migration, Direction::Up).await? {
                    self.restart().await?;
                    self.proxy.lead_to(&self.trial);
                    return Ok(Err((migration, failure)));
                }
            }
            self.clean_holds = applied.len();
            self.engine.release().await?;
            self.proxy.lead_to(&self.trial);
        }
        disconnect_others(self.server, &self.clean).await?;
        self.server.create_database(&self.trial, Some(&self.clean)).await?;
        self.clean_roles = roles::of(&self.snapshot().await?);
        Ok(Ok(()))
    }

    /// Makes the trial database empty.
    pub async fn restart(&mut self) -> Result<(), EngineError> {
        self.clear().await?;
        drop_database(self.server, &self.clean).await?;
        roles::restore(self.server, &self.first_roles).await?;
        for name in [&self.clean, &self.trial] {
            self.server.create_database(name, self.prepared.as_deref()).await?;
        }
        self.clean_holds = 0;
        self.clean_roles = self.first_roles.clone();
        Ok(())
    }

    async fn clear(&mut self) -> Result<(), EngineError> {
        if let Some(seeder) = &mut self.seeder {
            seeder.forget();
        }
        self.engine.release().await?;
        self.close_reader().await;
        drop_database(self.server, &self.trial).await
    }

    async fn close_reader(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.close().await;
        }
    }
}

/// Makes the database that is there before the first migration.
async fn prepare(server: &Server, name: &str, file: &Path) -> Result<(), EngineError> {
    let shown = file.display();
    let Some(script) = Script::read(file)? else {
        return Err(EngineError::new(format!("there is no {shown} to prepare databases with"), ""));
    };
    server.create_database(name, None).await?;
    let mut connection = server.connect(name).await?;
    let ran = script.run(&mut connection, None).await;
    connection.close().await?;
    ran.map_err(|error| {
        EngineError::new(
            format!("{shown} does not prepare a database: {}", said(&error)),
            "it runs once on an empty database, as psql would run it",
        )
    })
}

async fn drop_database(server: &Server, name: &str) -> Result<(), EngineError> {
    disconnect_others(server, name).await?;
    Ok(server.administer(&[format!("DROP DATABASE IF EXISTS {name}")]).await?)
}

/// Ends every session of a database and waits until the server has noticed: only then can it be copied or dropped.
async fn disconnect_others(server: &Server, name: &str) -> Result<(), sqlx::Error> {
    let mut connection = server.maintenance().await?;
    loop {
        let sessions: Vec<(bool,)> =
            sqlx::query_as("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1")
                .bind(name)
                .fetch_all(&mut connection)
                .await?;
        if sessions.is_empty() {
            return connection.close().await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
}
