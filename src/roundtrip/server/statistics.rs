//! How many rows the tables of somebody else's database have, as the planner estimates it. Reads the catalog in a
//! transaction that may do nothing else; refuses to look at a row, and makes nothing on the server.

use std::collections::BTreeMap;

use sqlx::Connection;

use super::bridge::{Account, Bridge, Upstream};
use super::directory::RunDirectory;
use super::remote::{ADMINISTRATOR, cannot_enter};
use super::url::Url;
use super::{NoServer, connect_as};
use crate::operation::Name;

/// Tables with the rows of their partitions, without those of the system. Negative: nobody has counted them yet.
const ESTIMATES: &str = "SELECT nspname, relname, CASE relkind WHEN 'p' THEN \
    (SELECT sum(greatest(part.reltuples, 0))::bigint FROM pg_partition_tree(c.oid) tree \
     JOIN pg_class part ON part.oid = tree.relid WHERE tree.isleaf) ELSE reltuples::bigint END \
    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace \
    WHERE relkind IN ('r', 'p', 'm') AND nspname <> 'information_schema' AND nspname NOT LIKE 'pg\\_%' \
    ORDER BY nspname, relname";

/// What the planner believes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Estimates {
    /// Rows by table.
    pub rows: BTreeMap<Name, u64>,
    /// Tables that were never analysed, so that nothing is known of them.
    pub unknown: Vec<Name>,
}

/// Reads the estimates.
pub(super) async fn read(url: &Url) -> Result<Estimates, NoServer> {
    let failed = |error: sqlx::Error| cannot_enter(url, &error);
    let directory = RunDirectory::create(None).map_err(|error| NoServer::new(error.to_string(), ""))?;
    let upstream = Upstream {
        place: url.place.clone(),
        encryption: url.encryption.clone(),
        options: url.options.clone(),
        accounts: BTreeMap::from([(
            ADMINISTRATOR,
            Account { user: url.user.clone(), password: url.password.clone() },
        )]),
    };
    let _bridge = Bridge::start(&directory.socket(), upstream)
        .map_err(|error| NoServer::new(format!("a socket cannot be made: {error}"), ""))?;
    let mut connection =
        connect_as(&directory.socket(), ADMINISTRATOR, &url.database).await.map_err(failed)?;
    sqlx::raw_sql("BEGIN TRANSACTION READ ONLY").execute(&mut connection).await.map_err(failed)?;
    let found: Vec<(String, String, Option<i64>)> =
        sqlx::query_as(ESTIMATES).fetch_all(&mut connection).await.map_err(failed)?;
    // It has answered; a farewell that fails changes nothing.
    let _ = connection.close().await;
    let mut estimates = Estimates::default();
    for (schema, table, rows) in found {
        let name = Name::qualified(schema, table);
        match rows.map(u64::try_from) {
            Some(Ok(rows)) => {
                estimates.rows.insert(name, rows);
            }
            _ => estimates.unknown.push(name),
        }
    }
    Ok(estimates)
}
