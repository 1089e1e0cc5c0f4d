//! The state before the first migration that is checked, kept in a folder between runs under a name that tells what made
//! it. Refuses to know how a server begins with what it kept.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use futures_util::future::try_join_all;
use ring::digest::{Context, SHA256};

use crate::history::{Graph, Runner, Scope};
use crate::source::{SourceFile, SourceId};

use super::super::engine::EngineError;
use super::super::server::Wish;
use super::super::verdict::Place;
use super::super::{Options, Progress};
use super::Worker;
use super::stage::Stage;

/// Name of what is kept, before the key.
const PREFIX: &str = "mig-check-base-";

/// Name of what is being written.
const NASCENT: &str = "mig-check-new-";

/// How long something may be written before its run is thought to have been killed.
const WRITING: Duration = Duration::from_secs(3600);

/// The file that says what ran the migrations; its time is that of the last use.
const MADE_BY: &str = "made-by";

/// How many states a folder keeps: those that were used last.
const MOST: usize = 8;

/// A state, which may be kept already.
pub(super) struct Checkpoint {
    /// The migrations that it holds, in order.
    pub prefix: Vec<usize>,
    folder: PathBuf,
    path: PathBuf,
}

impl Checkpoint {
    /// That of a project on servers like this one; `None` if nothing is to be kept, or nothing comes before.
    pub async fn of(
        place: Place<'_>,
        graph: &Graph,
        scope: &Scope,
        options: &Options,
        worker: &Worker,
    ) -> Result<Option<Self>, EngineError> {
        let Some(folder) = options.cache.clone() else { return Ok(None) };
        let prefix: Vec<usize> =
            graph.order.iter().copied().take_while(|index| !scope.checked.contains(index)).collect();
        if prefix.is_empty() || !worker.server.is_ours() {
            return Ok(None);
        }
        let unusable = |error: io::Error| {
            EngineError::new(
                format!("{} cannot be used to keep states of databases: {error}", folder.display()),
                "name another folder with --cache",
            )
        };
        fs::create_dir_all(&folder).map_err(unusable)?;
        let build = worker.server.build().await?;
        let path = folder.join(format!("{PREFIX}{}", key(place, &prefix, options, &build)));
        Ok(Some(Self { prefix, folder, path }))
    }

    /// Workers whose servers begin with it; none if it is not kept, or cannot be used.
    pub async fn workers(&self, wish: &Wish, number: usize, progress: &dyn Progress) -> Vec<Worker> {
        if !self.path.exists() {
            return Vec::new();
        }
        let wish = Wish { from: Some(self.path.clone()), ..wish.clone() };
        let started = try_join_all((0..number).map(|_| Worker::start(&wish, progress))).await;
        started.unwrap_or_else(|error| {
            progress.remark(&format!(
                "{} is of no use, so it is made again: {}",
                self.path.display(),
                error.to_string().lines().next().unwrap_or_default()
            ));
            Vec::new()
        })
    }

    /// The stages of such workers; `None` if what runs the migrations now is not what made it.
    pub async fn stages<'a>(
        &self,
        begun: &'a [Worker],
        place: Place<'a>,
        options: &'a Options,
    ) -> Result<Option<Vec<Stage<'a>>>, EngineError> {
        let stages = Stage::set_all(begun, place, options, self.prefix.len()).await?;
        let file = self.path.join(MADE_BY);
        let made_by = fs::read_to_string(&file).unwrap_or_default();
        if stages.is_empty() || stages.iter().any(|stage| stage.made_by() != made_by) {
            return Ok(None);
        }
        // At worst it goes before its time.
        let _ = File::open(file).and_then(|file| file.set_modified(SystemTime::now()));
        Ok(Some(stages))
    }

    /// Keeps the stage's trial database, which holds nothing but the prefix.
    pub async fn keep(&self, stage: &mut Stage<'_>, progress: &dyn Progress) -> Result<(), EngineError> {
        let made_by = stage.made_by();
        let nascent = tempfile::Builder::new().prefix(NASCENT).tempdir_in(&self.folder);
        let kept = match nascent {
            Ok(nascent) => {
                let written = stage.keep(self.prefix.len(), nascent.path()).await?;
                written.and_then(|()| {
                    fs::write(nascent.path().join(MADE_BY), made_by)?;
                    let _ = fs::remove_dir_all(&self.path);
                    fs::rename(nascent.path(), &self.path)
                })
            }
            Err(error) => Err(error),
        };
        match kept {
            Ok(()) => self.tidy(),
            Err(error) => progress.remark(&format!(
                "The state before the checked migrations cannot be kept in {}: {error}",
                self.folder.display()
            )),
        }
        Ok(())
    }

    /// Removes what was not used for longest, and what killed runs have left.
    fn tidy(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        let mut kept = Vec::new();
        for entry in entries.flatten() {
            let (name, path) = (entry.file_name(), entry.path());
            let name = name.to_string_lossy();
            let modified = |path: PathBuf| fs::metadata(path).and_then(|file| file.modified()).ok();
            if name.starts_with(PREFIX) {
                kept.push((modified(path.join(MADE_BY)), path));
            } else if name.starts_with(NASCENT)
                && modified(path.clone()).and_then(|at| at.elapsed().ok()).is_some_and(|age| age > WRITING)
            {
                let _ = fs::remove_dir_all(path);
            }
        }
        kept.sort();
        for (_, path) in kept.iter().rev().skip(MOST) {
            // Another run may be at it as well.
            let _ = fs::remove_dir_all(path);
        }
    }
}

/// What the state depends on, in 64 hexadecimal digits: the migrations, the project's code that they or env.py use, as far
/// as it was read, the server and the tool.
fn key(place: Place<'_>, prefix: &[usize], options: &Options, build: &str) -> String {
    let mut context = Context::new(&SHA256);
    let mut add = |part: &str| {
        context.update(&part.len().to_le_bytes());
        context.update(part.as_bytes());
    };
    add(env!("CARGO_PKG_VERSION"));
    add(build);
    add(&format!("{:?}", options.engine));
    add(place.database.unwrap_or_default());
    for (name, value) in &options.environment.variables {
        add(name);
        add(&value.0);
    }
    options.environment.arguments.iter().for_each(|argument| add(argument));
    add(&options.prepare.as_ref().and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default());
    place.project.told.iter().for_each(|told| add(told));
    for &index in prefix {
        let migration = &place.project.migrations[index];
        add(&migration.id);
        add(place.sources.file(migration.header.source).text());
        add(if migration.up.wrapped { "wrapped" } else { "" });
        migration.up.statements.iter().for_each(|statement| add(&statement.sql));
    }
    if let Runner::Alembic { config, scripts, section, .. } = &place.project.runner {
        add(section);
        for file in [config.clone(), scripts.join("env.py")] {
            add(&fs::read_to_string(file).unwrap_or_default());
        }
        let own: BTreeSet<SourceId> =
            place.project.migrations.iter().map(|migration| migration.header.source).collect();
        let is_python =
            |file: &SourceFile| file.on_disk().and_then(Path::extension).is_some_and(|is| is == "py");
        let helpers = place.sources.iter().filter(|(source, file)| !own.contains(source) && is_python(file));
        helpers.for_each(|(_, file)| add(file.text()));
    }
    context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
