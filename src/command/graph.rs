//! `mig-check graph`: the history as text, parents before children, and what is wrong with its order.

use std::io::Write;

use super::Failure;
use super::load::Loaded;
use crate::exit::Exit;
use crate::history::{Graph, GraphFault, Project, Reference};

/// Prints the history of every project.
pub(super) fn run(loaded: &Loaded, out: &mut dyn Write) -> Result<Exit, Failure> {
    for (number, (project, _)) in loaded.projects.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        let count = project.migrations.len();
        let plural = if count == 1 { "" } else { "s" };
        write!(out, "{} ({}, {count} migration{plural}", project.root, project.framework.name)?;
        for told in &project.told {
            write!(out, "; {told}")?;
        }
        writeln!(out, ")")?;
        let graph = project.graph();
        let width =
            project.migrations.iter().map(|migration| migration.id.chars().count()).max().unwrap_or(0);
        for (place, &index) in graph.order.iter().enumerate() {
            let migration = &project.migrations[index];
            let line = format!("  {:<width$}  {}", migration.id, migration.message);
            write!(out, "{}", line.trim_end())?;
            write!(out, "{}", marks(project, &graph, place))?;
            writeln!(out)?;
        }
        for fault in &graph.faults {
            writeln!(out, "  {}", describe(project, fault))?;
        }
    }
    Ok(Exit::Clean)
}

/// What is not plain about a migration's place: ` (follows 0001 and 0002; head)`.
fn marks(project: &Project, graph: &Graph, place: usize) -> String {
    let index = graph.order[place];
    let migration = &project.migrations[index];
    let ids = |list: &[Reference]| {
        list.iter().map(|reference| reference.id.as_str()).collect::<Vec<_>>().join(" and ")
    };
    let before = place.checked_sub(1).map(|before| &project.migrations[graph.order[before]].id);
    let plain = match (before, migration.parents.as_slice()) {
        (None, []) => true,
        (Some(before), [only]) => only.id == *before,
        _ => false,
    };
    let mut marks = Vec::new();
    match (plain, migration.parents.as_slice()) {
        (true, _) => {}
        (false, []) => marks.push("follows nothing".to_owned()),
        (false, parents) => marks.push(format!("follows {}", ids(parents))),
    }
    if !migration.depends_on.is_empty() {
        marks.push(format!("depends on {}", ids(&migration.depends_on)));
    }
    if !migration.branch_labels.is_empty() {
        marks.push(format!("branch {}", migration.branch_labels.join(", ")));
    }
    if graph.heads.contains(&index) {
        marks.push("head".to_owned());
    }
    if marks.is_empty() { String::new() } else { format!(" ({})", marks.join("; ")) }
}

fn describe(project: &Project, fault: &GraphFault) -> String {
    let id = |index: &usize| project.migrations[*index].id.as_str();
    let ids = |list: &[usize]| list.iter().map(id).collect::<Vec<_>>().join(", ");
    match fault {
        GraphFault::SeveralHeads { heads } => format!("several heads: {}", ids(heads)),
        GraphFault::Dangling { migration, reference } => {
            format!("{} follows {}, which no file has", id(migration), reference.id)
        }
        GraphFault::Duplicate { migration, .. } => format!("two migrations are called {}", id(migration)),
        GraphFault::Cycle { migrations } => format!("a ring: {}", ids(migrations)),
    }
}
