//! The roles of a server, which all its databases share: migrations may make some. Refuses to touch those of somebody
//! else's server.

use std::collections::BTreeMap;

use sqlx::Connection;

use crate::operation::quote;

use super::super::engine::EngineError;
use super::super::server::Server;
use super::super::snapshot::{Kind, Object, ObjectId, Snapshot};

/// Roles by name.
pub(super) type Roles = BTreeMap<String, Object>;

/// Those that were there when a snapshot was taken.
pub(super) fn of(snapshot: &Snapshot) -> Roles {
    let is_role = |(id, object): (&ObjectId, &Object)| {
        (id.kind == Kind::Role).then(|| (id.name.clone(), object.clone()))
    };
    snapshot.objects.iter().filter_map(is_role).collect()
}

/// Those that are there.
pub(super) async fn of_server(server: &Server) -> Result<Roles, EngineError> {
    let mut connection = server.maintenance().await?;
    let roles = of(&Snapshot::of_roles(&mut connection, server.major()).await?);
    connection.close().await?;
    Ok(roles)
}

/// Makes the server's roles these. What a dropped role owned is gone with its database.
pub(super) async fn restore(server: &Server, wanted: &Roles) -> Result<(), EngineError> {
    if !server.is_ours() {
        // There nobody but its administrators has anything to do with roles, migrations least of all.
        return Ok(());
    }
    let now = of_server(server).await?;
    let surplus = now.keys().filter(|name| !wanted.contains_key(*name));
    let mut statements: Vec<String> = surplus.map(|name| format!("DROP ROLE {}", quote(name))).collect();
    for (name, role) in wanted.iter().filter(|(name, _)| !now.contains_key(*name)) {
        let attributes: Vec<&str> = role.facts.keys().copied().collect();
        statements.push(format!("CREATE ROLE {} {}", quote(name), attributes.join(" ")));
    }
    Ok(server.administer(&statements).await?)
}
