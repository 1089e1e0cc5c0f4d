//! How the round trip runs, as the command line says it.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use super::replace;
use crate::config::{self, Config, Server};
use crate::finding::Shard;

/// How the round trip runs.
#[derive(Args, Debug)]
pub struct RunArgs {
    /// Where PostgreSQL comes from: auto, local, embedded, docker, or the URL of a server, where mig-check makes databases
    /// of its own [default: auto]
    #[arg(long, value_name = "WHERE", value_parser = server)]
    pub server: Option<Server>,
    /// The Docker image to run on, where {pg} stands for the version of --pg [default: postgres:{pg}-alpine]
    #[arg(long, value_name = "IMAGE")]
    pub image: Option<String>,
    /// The Python that has the project's Alembic [default: the active or nearest virtual environment's]
    #[arg(long, value_name = "FILE")]
    pub python: Option<PathBuf>,
    /// What runs Alembic's revisions: python, or native, which needs none and leaves out what only Python knows
    /// [default: python]
    #[arg(long, value_name = "ENGINE", value_parser = engine)]
    pub engine: Option<Engine>,
    /// An argument for Alembic's env.py, where context.get_x_argument() returns it; may be given several times
    #[arg(short = 'x', value_name = "KEY=VALUE")]
    pub arguments: Vec<String>,
    /// Fetch nothing
    #[arg(long)]
    pub offline: bool,
    /// Leave tables empty
    #[arg(long)]
    pub no_data: bool,
    /// Rows that each new or changed table gets before a migration runs [default: 8]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub rows: Option<u32>,
    /// Make up other rows; the same number gives the same rows [default: 0]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Folder with rows of your own: REVISION.sql runs right before that migration
    #[arg(long, value_name = "DIR")]
    pub seed_files: Option<PathBuf>,
    /// Try so many pieces of 25 migrations at the same time, each on a server of its own [default: the number of processors,
    /// at most 4; 1 with a URL]
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// Folder that keeps the state before the first checked migration between runs, as for --base
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
    /// SQL that makes, in each empty database, what others make where you deploy: roles, schemas, extensions
    #[arg(long, value_name = "FILE")]
    pub prepare: Option<PathBuf>,
    /// Seconds that one migration may run [default: 120]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub time_limit: Option<u64>,
    /// Make only this part of the round trip, as in 2/4: shares the work out among machines, whose reports in JSON
    /// `mig-check merge` joins. The first part also reads
    #[arg(long, value_name = "K/N", value_parser = shard)]
    pub shard: Option<Shard>,
}

/// What runs Alembic's revisions.
#[derive(Clone, Copy, Debug)]
pub struct Engine {
    native: bool,
}

impl RunArgs {
    /// Lays what is given over what is configured.
    pub(super) fn lay_over(self, config: &mut Config) {
        if let Some(server) = self.server {
            config.server = server;
        }
        config.image = self.image.or(config.image.take());
        config.python = self.python.or(config.python.take());
        if let Some(Engine { native }) = self.engine {
            config.native = native;
        }
        replace(&mut config.alembic_arguments, self.arguments);
        config.offline |= self.offline;
        config.data &= !self.no_data;
        config.seed_rows = self.rows.or(config.seed_rows);
        config.seed = self.seed.unwrap_or(config.seed);
        config.seed_files = self.seed_files.or(config.seed_files.take());
        config.jobs = self.jobs.or(config.jobs);
        config.cache = self.cache.or(config.cache.take());
        config.prepare = self.prepare.or(config.prepare.take());
        config.time_limit = self.time_limit.unwrap_or(config.time_limit);
        config.shard = self.shard;
    }
}

fn server(text: &str) -> Result<Server, String> {
    text.parse()
}

fn engine(text: &str) -> Result<Engine, String> {
    config::native(text).map(|native| Engine { native })
}

fn shard(text: &str) -> Result<Shard, String> {
    Shard::read(text)
        .ok_or_else(|| "a shard is the number of the part and how many there are, as in 2/4".to_owned())
}
