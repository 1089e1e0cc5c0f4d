//! Runs the same migrations by two engines, each on a database of its own, and says where the catalogs part. Refuses to
//! judge the migrations.

use crate::finding::Direction;
use crate::operation::Name;

use super::Options;
use super::diff::compare;
use super::engine::{Engine, EngineError};
use super::proxy::Proxy;
use super::server::Server;
use super::snapshot::{Snapshot, Watch};
use super::verdict::Place;

/// What two engines leave, in sentences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// The migrations and directions that both ran: `0002 up`.
    pub compared: Vec<String>,
    /// Where the second leaves something else than the first.
    pub differences: Vec<String>,
    /// What one of them cannot run, with the reason.
    pub left_out: Vec<String>,
}

/// One engine and its database.
struct Side<'a> {
    engine: Engine<'a>,
    database: String,
}

/// Runs each migration up, down and up again by both.
pub(super) async fn of<'a>(
    server: &'a Server,
    proxy: &'a Proxy,
    place: Place<'a>,
    options: [&'a Options; 2],
) -> Result<Agreement, EngineError> {
    let mut sides = Vec::new();
    for (options, name) in options.into_iter().zip(["first", "second"]) {
        let database = server.name(name);
        server.create_database(&database, None).await?;
        proxy.lead_to(&database);
        let engine = Engine::start(place, server, proxy, &database, options).await?;
        sides.push(Side { engine, database });
    }
    let mut said = Agreement::default();
    let told = sides.iter().find_map(|side| side.engine.version_table().cloned());
    let version_table = told.or_else(|| place.project.version_table.clone());
    for index in place.project.graph().order {
        if let Some(reason) = sides.iter().find_map(|side| side.engine.cannot_run(place.project, index)) {
            said.left_out.push(format!("{}: {reason}", place.id(index)));
            // Alembic runs nothing without what is before it.
            break;
        }
        let one_way = sides.iter().find_map(|side| side.engine.cannot_undo(place.project, index));
        said.left_out.extend(one_way.iter().map(|reason| format!("{}: {reason}", place.id(index))));
        let back = [(Direction::Down, "down"), (Direction::Up, "up again")];
        let back = if one_way.is_none() { &back[..] } else { &[] };
        for (direction, leg) in std::iter::once(&(Direction::Up, "up")).chain(back) {
            let leg = format!("{} {leg}", place.id(index));
            let ended = both(proxy, &mut sides, index, *direction).await?;
            if ended[0] != ended[1] {
                said.differences.push(format!("{leg}: {:?} and {:?}", ended[0], ended[1]));
            }
            let first = catalog(server, &sides[0], version_table.as_ref()).await?;
            let second = catalog(server, &sides[1], version_table.as_ref()).await?;
            let changes = compare(&first, &second);
            said.differences.extend(changes.iter().map(|change| format!("{leg}: {}", change.sentence())));
            said.compared.push(leg);
        }
    }
    Ok(said)
}

/// Runs a migration on both databases; what the server has against it is told.
async fn both(
    proxy: &Proxy,
    sides: &mut [Side<'_>],
    index: usize,
    direction: Direction,
) -> Result<Vec<Option<String>>, EngineError> {
    let mut ended = Vec::new();
    for side in sides {
        proxy.lead_to(&side.database);
        let ran = side.engine.run(proxy, index, direction).await?;
        side.engine.release().await?;
        ended.push(ran.err().map(|failure| failure.message));
    }
    Ok(ended)
}

async fn catalog(server: &Server, side: &Side<'_>, table: Option<&Name>) -> Result<Snapshot, EngineError> {
    let connection = server.connect(&side.database).await?;
    Ok(Watch::new(connection, server.major(), table.cloned()).snapshot().await?)
}
