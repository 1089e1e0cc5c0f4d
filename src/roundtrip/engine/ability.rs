//! What an engine can run of what was read, and why not the rest. Refuses to run anything.

use crate::history::{Body, Certainty, Project, Script, Statement};
use crate::operation::Operation;

use super::Engine;

impl Engine<'_> {
    /// Why a migration cannot be run, if so.
    pub fn cannot_run(&self, project: &Project, index: usize) -> Option<String> {
        let Self::Sql(engine) = self else { return None };
        let up = &project.migrations[index].up;
        unknown(up, engine.is_native()).map(|reason| format!("its upgrade {reason}"))
    }

    /// Why a migration cannot be undone, if so.
    pub fn cannot_undo(&self, project: &Project, index: usize) -> Option<String> {
        match self {
            Self::Command(engine) if !engine.downgrades() => {
                return Some("there is no command that downgrades".to_owned());
            }
            // Its own command may do what the tool's plain one cannot.
            Self::Command(_) if !project.framework.downgrades => return None,
            _ if !project.framework.downgrades => {
                return Some(format!("{} has no downgrades", project.framework.name));
            }
            _ => {}
        }
        let migration = &project.migrations[index];
        let Some(down) = &migration.down else {
            // A program has both directions in it, and its tool knows whether there is a way back.
            let program = migration.up.statements.iter().all(|statement| statement.sql.is_empty());
            let tool = matches!(self, Self::Command(_));
            return (!tool || !program).then(|| "it has no downgrade".to_owned());
        };
        if let Body::Raises { what, .. } = &down.body {
            return Some(format!("its downgrade raises {what}"));
        }
        let Self::Sql(engine) = self else { return None };
        unknown(down, engine.is_native()).map(|reason| format!("its downgrade {reason}"))
    }
}

/// What sending a script's SQL would not do; completes "its upgrade …". What a program, read and not run, would send on a
/// condition or with data of its own is not known; SQL is sent as it stands.
fn unknown(script: &Script, is_program: bool) -> Option<String> {
    if let (Body::Raises { what, .. }, true) = (&script.body, is_program) {
        return Some(format!("raises {what}"));
    }
    script.statements.iter().find_map(|statement| {
        if statement.sql.is_empty() {
            return Some(format!("holds what only its own tool can run: {}", reason(statement)));
        }
        match &statement.certainty {
            _ if !is_program => None,
            Certainty::May(condition) => {
                Some(format!("depends on what only its own tool knows: {condition}"))
            }
            Certainty::Certain if statement.stands_in => {
                Some("holds data that only its own tool knows".to_owned())
            }
            Certainty::Certain => None,
        }
    })
}

fn reason(statement: &Statement) -> &str {
    let reason = statement.steps.iter().find_map(|step| match &*step.operation {
        Operation::Opaque { reason } => Some(reason.as_str()),
        _ => None,
    });
    reason.unwrap_or("a statement without SQL")
}
