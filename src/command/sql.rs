//! `mig-check sql`: the SQL that migrations run, as far as it is known without running them.

use std::io::{self, Write};

use super::Failure;
use super::load::Loaded;
use super::range::{self, Chosen};
use crate::exit::Exit;
use crate::finding::Direction;
use crate::frontend::alembic_script;
use crate::history::{Body, Certainty, Migration, Project, Runner, Script, Statement};
use crate::operation::Operation;
use crate::source::{Sources, Span};

/// How the SQL is printed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    /// Upgrades or downgrades.
    pub direction: Direction,
    /// As `alembic upgrade --sql` prints it, with its bookkeeping.
    pub alembic: bool,
}

/// Prints the SQL of a range of migrations, or of all.
pub(super) fn run(
    loaded: &Loaded,
    range: Option<&str>,
    form: Form,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let projects: Vec<&Project> = loaded.projects.iter().map(|(project, _)| project).collect();
    let chosen = range::choose(&projects, range, form.direction)?;
    if form.alembic {
        as_alembic(&chosen, form.direction, out)?;
        return Ok(Exit::Clean);
    }
    let mut first = true;
    for Chosen { project, migrations } in &chosen {
        if chosen.len() > 1 {
            writeln!(out, "{}-- Project {} ({})", gap(&mut first), project.root, project.framework.name)?;
        }
        let mut order = project.graph().order;
        if form.direction == Direction::Down {
            order.reverse();
        }
        for index in order.into_iter().filter(|index| migrations.contains(index)) {
            write!(out, "{}", gap(&mut first))?;
            migration(&loaded.sources, &project.migrations[index], form.direction, out)?;
        }
    }
    Ok(Exit::Clean)
}

/// An empty line before everything but the first.
fn gap(first: &mut bool) -> &'static str {
    if std::mem::take(first) { "" } else { "\n" }
}

/// The script that Alembic itself would print. It is one database's, so one project's.
fn as_alembic(chosen: &[Chosen<'_>], direction: Direction, out: &mut dyn Write) -> Result<(), Failure> {
    let is_alembic = |chosen: &&Chosen<'_>| matches!(chosen.project.runner, Runner::Alembic { .. });
    let of_alembic: Vec<&Chosen<'_>> = chosen.iter().filter(is_alembic).collect();
    match of_alembic.as_slice() {
        [] => {
            Err(range::RangeError::NoAlembic(chosen.iter().map(|one| one.project.root.clone()).collect())
                .into())
        }
        [Chosen { project, migrations }] => {
            let migrations: Vec<usize> = migrations.iter().copied().collect();
            write!(out, "{}", alembic_script(project, &migrations, direction))?;
            Ok(())
        }
        several => {
            let roots = several.iter().map(|one| one.project.root.clone()).collect();
            Err(range::RangeError::SeveralProjects(roots).into())
        }
    }
}

/// One migration as a commented script.
fn migration(
    sources: &Sources,
    migration: &Migration,
    direction: Direction,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (arrow, script) = match direction {
        Direction::Up => ("up", Some(&migration.up)),
        Direction::Down => ("down", migration.down.as_ref()),
    };
    comment(out, format!("{} {arrow}: {}", migration.id, migration.message).trim_end_matches([':', ' ']))?;
    match script {
        None => comment(out, "There is no downgrade"),
        Some(Script { body: Body::Empty, .. }) => comment(out, "Does nothing"),
        Some(Script { body: Body::Raises { what, .. }, .. }) => {
            comment(out, &format!("Refuses to run: {what}"))
        }
        Some(script) => statements(sources, script, out),
    }
}

/// A comment on one line, whatever the text.
fn comment(out: &mut dyn Write, text: &str) -> io::Result<()> {
    writeln!(out, "-- {}", text.split_whitespace().collect::<Vec<_>>().join(" "))
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
        print(sources, statement, out)?;
    }
    if open.is_some() { writeln!(out, "COMMIT;") } else { Ok(()) }
}

/// One statement below the place that it comes from; what cannot be read is said there.
fn print(sources: &Sources, statement: &Statement, out: &mut dyn Write) -> io::Result<()> {
    let place = |span: Span| {
        let path = sources.file(span.source).display_path();
        format!("{path}:{}", sources.position(span).line)
    };
    let unread = statement.steps.iter().filter_map(|step| match &*step.operation {
        Operation::Opaque { reason } => Some((step.span, reason)),
        _ => None,
    });
    let unread: Vec<_> = unread.collect();
    if unread.is_empty() {
        comment(out, &place(statement.span))?;
    }
    for (span, reason) in unread {
        comment(out, &format!("{}: cannot be read because {reason}", place(span)))?;
    }
    if let Certainty::May(condition) = &statement.certainty {
        comment(out, &format!("Runs only if {condition}"))?;
    }
    let sql = &statement.sql;
    match sql.lines().last() {
        None => Ok(()),
        Some(_) if sql.starts_with('\\') => writeln!(out, "{sql}"),
        // A comment at the end must not take the semicolon with it.
        Some(line) if line.contains("--") => writeln!(out, "{sql}\n;"),
        Some(_) => writeln!(out, "{sql};"),
    }?;
    match statement.rows {
        Some(rows) => writeln!(out, "{}\\.", sources.text(rows)),
        None => Ok(()),
    }
}
