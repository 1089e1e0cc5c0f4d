//! Prints what every revision of a project sends, as JSON, for the referee in `tests/referee`.

use std::io::{Write, stdout};
use std::path::Path;

use mig_check::history::{Certainty, Runner, Script};
use mig_check::operation::Operation;
use mig_check::source::Sources;
use serde_json::{Value, json};

fn main() -> std::io::Result<()> {
    let mut sources = Sources::new();
    let path = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let projects = mig_check::frontend::load(Path::new(&path), &mut sources).unwrap_or_default();
    let script = |script: &Script| -> Value {
        let statements = script.statements.iter().map(|statement| {
            let opaque = statement.steps.iter().find_map(|step| match &*step.operation {
                Operation::Opaque { reason } => Some(reason.clone()),
                _ => None,
            });
            let unparsed = statement.steps.iter().find_map(|step| match &*step.operation {
                Operation::Unparsed { message } => Some(message.clone()),
                _ => None,
            });
            json!({
                "sql": statement.sql.as_str(),
                "line": sources.position(statement.span).line.get(),
                "opaque": opaque,
                "unparsed": unparsed,
                "certain": statement.certainty == Certainty::Certain,
                "transaction": statement.transaction,
            })
        });
        json!({ "body": format!("{:?}", script.body), "statements": statements.collect::<Vec<_>>() })
    };
    for project in projects.iter().filter(|project| project.runner != Runner::Sql) {
        for problem in &project.problems {
            let place = sources.file(problem.span.source).display_path();
            writeln!(
                stdout(),
                "{}",
                json!({ "project": project.root, "problem": problem.message, "file": place })
            )?;
        }
        let directory = match &project.runner {
            Runner::Alembic { directory, .. } => Some(directory),
            Runner::Sql => None,
        };
        for migration in &project.migrations {
            let line = json!({
                "project": project.root,
                "directory": directory,
                "path": sources.file(migration.header.source).on_disk(),
                "id": migration.id,
                "file": sources.file(migration.header.source).display_path(),
                "parents": migration.parents.iter().map(|parent| &parent.id).collect::<Vec<_>>(),
                "up": script(&migration.up),
                "down": migration.down.as_ref().map(script),
            });
            writeln!(stdout(), "{line}")?;
        }
    }
    Ok(())
}
