//! `mig-check sql`: the SQL that migrations run, as far as it is known without running them.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::Failure;
use super::load::Loaded;
use crate::exit::Exit;
use crate::history::{Body, Certainty, Migration, Project, Script};
use crate::operation::Operation;
use crate::source::Sources;

/// Why there is no such range.
#[derive(Debug, thiserror::Error)]
pub enum RangeError {
    /// No project has it.
    #[error("no migration is called `{0}`; mig-check graph lists them all")]
    Unknown(String),
    /// Several migrations have it.
    #[error("`{name}` may be {}; write more of it, or name the project with --path", candidates.join(" or "))]
    Ambiguous {
        /// What was asked for.
        name: String,
        /// What it may be.
        candidates: Vec<String>,
    },
}

/// Prints the SQL of a range of migrations, or of all.
pub(super) fn run(
    loaded: &Loaded,
    range: Option<&str>,
    down: bool,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let several = loaded.projects.len() > 1;
    let mut first = true;
    for (project, chosen) in choose(loaded, range)? {
        if several && range.is_none() {
            writeln!(out, "{}-- Project {} ({})", gap(&mut first), project.root, project.framework.name)?;
        }
        let order = project.graph().order;
        let order: Vec<usize> = if down { order.into_iter().rev().collect() } else { order };
        for index in order.into_iter().filter(|index| chosen.contains(index)) {
            write!(out, "{}", gap(&mut first))?;
            migration(&loaded.sources, &project.migrations[index], down, out)?;
        }
    }
    Ok(Exit::Clean)
}

/// An empty line before everything but the first.
fn gap(first: &mut bool) -> &'static str {
    if std::mem::take(first) { "" } else { "\n" }
}

type Chosen<'a> = Vec<(&'a Project, BTreeSet<usize>)>;

/// The migrations of a range. A range names migrations of one project; without one, every project has its turn.
fn choose<'a>(loaded: &'a Loaded, range: Option<&str>) -> Result<Chosen<'a>, RangeError> {
    let projects = loaded.projects.iter().map(|(project, _)| project);
    let all = |project: &Project| (0..project.migrations.len()).collect::<BTreeSet<usize>>();
    let Some(range) = range.filter(|range| *range != "..") else {
        return Ok(projects.map(|project| (project, all(project))).collect());
    };
    let (from, to) = match range.split_once("..") {
        Some((from, to)) => {
            (Some(from).filter(|name| !name.is_empty()), Some(to).filter(|name| !name.is_empty()))
        }
        None => (None, None),
    };
    let single = (from, to) == (None, None);
    let names: Vec<&str> = if single { vec![range] } else { from.into_iter().chain(to).collect() };
    let project = only_project(projects.collect(), &names)?;
    let find = |name: &str| find(project, name).first().copied().unwrap_or_default();
    let graph = project.graph();
    let chosen = match (from, to) {
        (None, None) => BTreeSet::from([find(range)]),
        (from, to) => {
            let until = to.map_or_else(|| all(project), |name| graph.with_ancestors(find(name)));
            let before = from.map(|name| graph.with_ancestors(find(name))).unwrap_or_default();
            until.difference(&before).copied().collect()
        }
    };
    Ok(vec![(project, chosen)])
}

/// The one project where each name stands for one migration.
fn only_project<'a>(projects: Vec<&'a Project>, names: &[&str]) -> Result<&'a Project, RangeError> {
    for name in names {
        if projects.iter().all(|project| find(project, name).is_empty()) {
            return Err(RangeError::Unknown((*name).to_owned()));
        }
    }
    let fits = |project: &&&Project| names.iter().all(|name| find(project, name).len() == 1);
    let fitting: Vec<&&Project> = projects.iter().filter(fits).collect();
    if let [only] = fitting.as_slice() {
        return Ok(only);
    }
    let candidates = projects.iter().flat_map(|project| {
        let ids = names.iter().flat_map(|name| find(project, name));
        ids.map(|index| format!("{} of {}", project.migrations[index].id, project.root))
    });
    Err(RangeError::Ambiguous { name: names.join(".."), candidates: candidates.collect() })
}

/// The migrations that a name may stand for: an id, the beginning of one, or `head`.
fn find(project: &Project, name: &str) -> Vec<usize> {
    let named = |fits: &dyn Fn(&Migration) -> bool| -> Vec<usize> {
        let migrations = project.migrations.iter().enumerate();
        migrations.filter(|(_, migration)| fits(migration)).map(|(index, _)| index).collect()
    };
    let exact = named(&|migration| migration.id == name);
    match exact.as_slice() {
        [] if name == "head" => project.graph().heads,
        [] => named(&|migration| migration.id.starts_with(name)),
        _ => exact,
    }
}

/// One migration as a commented script.
fn migration(sources: &Sources, migration: &Migration, down: bool, out: &mut dyn Write) -> io::Result<()> {
    let arrow = if down { "down" } else { "up" };
    writeln!(out, "-- {} {arrow}: {}", migration.id, migration.message)?;
    let script = if down { migration.down.as_ref() } else { Some(&migration.up) };
    match script {
        None => writeln!(out, "-- There is no downgrade"),
        Some(Script { body: Body::Empty, .. }) => writeln!(out, "-- Does nothing"),
        Some(Script { body: Body::Raises { what, .. }, .. }) => writeln!(out, "-- Refuses to run: {what}"),
        Some(script) => statements(sources, script, out),
    }
}

fn statements(sources: &Sources, script: &Script, out: &mut dyn Write) -> io::Result<()> {
    let mut open: Option<u32> = None;
    for statement in &script.statements {
        if open.is_some() && open != statement.transaction {
            writeln!(out, "COMMIT;")?;
        }
        if statement.transaction.is_some() && open != statement.transaction {
            writeln!(out, "BEGIN;")?;
        }
        open = statement.transaction;
        if let Certainty::May(condition) = &statement.certainty {
            writeln!(out, "-- Runs only if {condition}")?;
        }
        for step in &statement.steps {
            if let Operation::Opaque { reason } = &step.operation {
                let at = sources.position(step.span);
                let path = sources.file(step.span.source).display_path();
                writeln!(out, "-- {path}:{}: cannot be read because {reason}", at.line)?;
            }
        }
        if !statement.sql.is_empty() {
            writeln!(out, "{};", statement.sql)?;
        }
    }
    if open.is_some() { writeln!(out, "COMMIT;") } else { Ok(()) }
}
