//! Where a finding of the round trip points to.

use std::num::NonZeroUsize;
use std::path::Path;

use crate::finding::{Direction, Leg, MigrationKey};
use crate::history::{Project, Script};
use crate::operation::{Name, Operation};
use crate::source::{Sources, Span};

use super::super::snapshot::{Kind, ObjectId};

/// A project and its files.
#[derive(Clone, Copy, Debug)]
pub(in crate::roundtrip) struct Place<'a> {
    /// The project.
    pub project: &'a Project,
    /// Its files.
    pub sources: &'a Sources,
    /// The one that is meant, where its tool migrates several databases, by the tool's name for it.
    pub database: Option<&'a str>,
}

impl Place<'_> {
    /// A migration's id.
    pub fn id(&self, index: usize) -> &str {
        &self.project.migrations[index].id
    }

    /// The key of a finding; legs over the whole history belong to no one migration.
    pub fn key(&self, index: usize, leg: Leg) -> Option<MigrationKey> {
        match leg {
            Leg::AllDown | Leg::AllUp => None,
            Leg::Up | Leg::Down | Leg::UpAgain => {
                Some(MigrationKey { project: self.project.root.clone(), id: self.id(index).to_owned() })
            }
        }
    }

    /// The file of a script.
    pub fn file(&self, index: usize, direction: Direction) -> &Path {
        self.sources.file(self.script(index, direction).source()).path()
    }

    /// The statement that a line of a script belongs to, or the line itself.
    pub fn statement_at(&self, index: usize, direction: Direction, line: usize) -> Span {
        let script = self.script(index, direction);
        let line = NonZeroUsize::new(line).unwrap_or(NonZeroUsize::MIN);
        let range = self.sources.file(script.source()).line_range(line);
        let text = self.sources.text(Span::new(script.source(), range.clone()));
        let start = range.start + (text.len() - text.trim_start().len());
        let found = script.statements.iter().map(|statement| statement.span).filter(|span| {
            span.source == script.source() && range.contains(&span.start) || span.range().contains(&start)
        });
        found.min_by_key(|span| span.end - span.start).unwrap_or(Span::new(script.source(), start..range.end))
    }

    fn script(&self, index: usize, direction: Direction) -> &Script {
        let migration = &self.project.migrations[index];
        match direction {
            Direction::Up => &migration.up,
            Direction::Down => migration.down.as_ref().unwrap_or(&migration.up),
        }
    }

    /// The first line of a script that is not empty: `def downgrade():`.
    pub fn first_line(&self, index: usize, direction: Direction) -> Span {
        let migration = &self.project.migrations[index];
        let script = match direction {
            Direction::Up => Some(&migration.up),
            Direction::Down => migration.down.as_ref(),
        };
        let Some(script) = script else { return migration.header };
        let text = self.sources.text(script.span);
        let skipped = text.len() - text.trim_start().len();
        let line = text.trim_start().lines().next().unwrap_or_default().trim_end();
        let start = script.span.start + skipped;
        Span::new(script.span.source, start..start + line.len())
    }

    /// The part of the upgrade that makes or changes an object.
    pub fn origin(&self, index: usize, id: &ObjectId) -> Option<Span> {
        let up = &self.project.migrations[index].up;
        up.steps().find(|(_, step)| makes(&step.operation, id)).map(|(_, step)| step.span)
    }
}

fn makes(operation: &Operation, id: &ObjectId) -> bool {
    let is = |name: &Name| name.name == id.name;
    let on = |table: &Name| table.name == id.of;
    match (id.kind, operation) {
        (Kind::Table, Operation::CreateTable(create)) => is(&create.table),
        (Kind::Type, Operation::CreateEnum { name, .. } | Operation::AddEnumValue { name, .. })
        | (Kind::Domain, Operation::CreateDomain { name, .. })
        | (Kind::Sequence, Operation::CreateSequence { name, .. }) => is(name),
        (Kind::View | Kind::MaterializedView, Operation::CreateView { name, .. }) => is(name),
        (Kind::View | Kind::MaterializedView, Operation::DropView { name, .. }) => is(name),
        (Kind::Function | Kind::Procedure, Operation::CreateFunction { name, .. }) => {
            id.name.split('(').next() == Some(name.name.as_str())
        }
        (Kind::Index, Operation::CreateIndex(create)) => create.name.as_deref() == Some(id.name.as_str()),
        (Kind::Index, Operation::DropIndex { index, .. }) => is(index),
        (Kind::Trigger, Operation::CreateTrigger(trigger)) => trigger.name == id.name,
        (Kind::Trigger, Operation::DropTrigger { name, .. })
        | (Kind::Extension, Operation::CreateExtension { name, .. })
        | (Kind::Schema, Operation::CreateSchema { name, .. }) => *name == id.name,
        (Kind::Constraint, Operation::AddConstraint { table, constraint }) => {
            on(table) && constraint.name.as_ref().is_none_or(|name| *name == id.name)
        }
        (Kind::Constraint, Operation::DropConstraint { table, name, .. }) => on(table) && *name == id.name,
        (Kind::Column, Operation::AddColumn { table, column, .. }) => on(table) && column.name == id.name,
        (
            Kind::Column,
            Operation::DropColumn { table, column, .. }
            | Operation::AlterColumnType { table, column, .. }
            | Operation::SetDefault { table, column, .. }
            | Operation::SetNotNull { table, column }
            | Operation::DropNotNull { table, column }
            | Operation::AlterColumn { table, column, .. },
        ) => on(table) && *column == id.name,
        (_, Operation::DropTable { table, .. }) => is(table) || on(table),
        _ => false,
    }
}
