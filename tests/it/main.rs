//! Everything that is tested through public seams: the library's, and the program's own.
#![expect(clippy::expect_used, reason = "a test says what it needs by failing")]

mod architecture;
mod base;
mod bench;
mod bookshop;
mod checkpoints;
mod cli;
mod commands;
mod conventions;
mod discovery;
#[cfg(feature = "docker")]
mod docker;
mod endless;
mod engine;
mod environment_py;
mod environments;
mod fix;
mod fixtures;
mod flask;
mod frontends_alembic;
mod frontends_sql;
mod grammar;
mod kills;
mod labelled;
mod locks;
mod measured;
mod native;
mod own_rows;
mod pages;
mod pages_on_server;
mod readme;
mod registry;
mod remote;
mod reports;
mod roundtrip;
mod server;
mod shards;
mod sql_command;
mod sql_history;
mod versions;
mod walls;
