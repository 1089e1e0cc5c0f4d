//! Migrations as `alembic upgrade --sql` and `alembic downgrade --sql` print them: with transaction blocks and the
//! bookkeeping of the version table. Refuses to change what the migrations themselves send.

use std::collections::BTreeSet;

use crate::finding::Direction;
use crate::history::{Migration, Project, Script, Statement, TransactionRule};
use crate::operation::Operation;

use super::render::quote;

/// The script that Alembic's offline mode prints for some migrations, given as indexes into
/// [`Project::migrations`] in the order in which they run. It begins where they begin: the version table is created
/// if nothing lies before them. What cannot be read is a comment.
pub fn alembic_script(project: &Project, migrations: &[usize], direction: Direction) -> String {
    let table = project.version_table.clone().unwrap_or_default();
    let written = quote::table(table.schema.as_deref(), &table.name);
    let mut writer = Writer { text: String::new(), open: false };
    let mut heads = Heads::before(project, migrations, direction);
    let per_migration = project.framework.transaction == TransactionRule::PerMigration;
    let from_base = heads.ids.is_empty() && direction == Direction::Up;
    if migrations.is_empty() {
        return String::new();
    }
    writer.begin();
    if from_base {
        writer.statement(&format!(
            "CREATE TABLE {written} (\n    version_num VARCHAR(32) NOT NULL, \n    \
             CONSTRAINT {} PRIMARY KEY (version_num)\n)",
            quote::name(&format!("{}_pkc", table.name))
        ));
    }
    for (position, &index) in migrations.iter().enumerate() {
        let Some(migration) = project.migrations.get(index) else { continue };
        if per_migration && position > 0 {
            writer.end();
            writer.begin();
        }
        let parents: Vec<&str> = migration.parents.iter().map(|parent| parent.id.as_str()).collect();
        let (parents, id) = (parents.join(", "), &migration.id);
        let (verb, from, to) = match direction {
            Direction::Up => ("upgrade", parents.as_str(), id.as_str()),
            Direction::Down => ("downgrade", id.as_str(), parents.as_str()),
        };
        writer.text.push_str(&format!("-- Running {verb} {from} -> {to}\n\n"));
        let script = match direction {
            Direction::Up => Some(&migration.up),
            Direction::Down => migration.down.as_ref(),
        };
        script.into_iter().for_each(|script| writer.script(script));
        for change in heads.step(migration, direction) {
            writer.statement(&change.sql(&written));
        }
    }
    writer.end();
    writer.text
}

struct Writer {
    text: String,
    open: bool,
}

impl Writer {
    fn begin(&mut self) {
        self.text.push_str("BEGIN;\n\n");
        self.open = true;
    }

    fn end(&mut self) {
        self.text.push_str("COMMIT;\n\n");
        self.open = false;
    }

    fn statement(&mut self, sql: &str) {
        self.text.push_str(&sql.replace('\t', "    "));
        self.text.push_str(";\n\n");
    }

    fn script(&mut self, script: &Script) {
        for statement in &script.statements {
            match (self.open, statement.transaction) {
                (true, None) => self.end(),
                (false, Some(_)) => self.begin(),
                _ => {}
            }
            match opaque(statement) {
                Some(reason) => self.text.push_str(&format!("-- cannot be read because {reason}\n\n")),
                None => self.statement(&statement.sql),
            }
        }
        if !self.open {
            self.begin();
        }
    }
}

fn opaque(statement: &Statement) -> Option<&str> {
    statement.steps.iter().find_map(|step| match &step.operation {
        Operation::Opaque { reason } => Some(reason.as_str()),
        _ => None,
    })
}

/// One change of the version table.
enum Change {
    Insert(String),
    Update { from: String, to: String },
    Delete(String),
}

impl Change {
    fn sql(&self, table: &str) -> String {
        match self {
            Self::Insert(id) => {
                format!("INSERT INTO {table} (version_num) VALUES ('{id}') RETURNING {table}.version_num")
            }
            Self::Update { from, to } => {
                format!("UPDATE {table} SET version_num='{to}' WHERE {table}.version_num = '{from}'")
            }
            Self::Delete(id) => format!("DELETE FROM {table} WHERE {table}.version_num = '{id}'"),
        }
    }
}

/// The rows of the version table as the migrations run.
struct Heads<'a> {
    project: &'a Project,
    ids: BTreeSet<String>,
}

impl<'a> Heads<'a> {
    /// The rows before the first of some migrations runs.
    fn before(project: &'a Project, migrations: &[usize], direction: Direction) -> Self {
        let named = |index: &usize| project.migrations.get(*index).map(|migration| migration.id.clone());
        let listed: BTreeSet<String> = migrations.iter().filter_map(named).collect();
        let mut applied: BTreeSet<String> = listed.iter().flat_map(|id| ancestors(project, id)).collect();
        match direction {
            Direction::Up => applied.retain(|id| !listed.contains(id)),
            Direction::Down => applied.extend(listed),
        }
        let followed: BTreeSet<String> = applied.iter().flat_map(|id| parents(project, id)).collect();
        Self { project, ids: applied.difference(&followed).cloned().collect() }
    }

    /// What the version table says after a migration has run.
    fn step(&mut self, migration: &Migration, direction: Direction) -> Vec<Change> {
        let id = migration.id.clone();
        let parents = parents(self.project, &id);
        let changes = match direction {
            Direction::Up => {
                let mut present: Vec<String> =
                    parents.iter().filter(|parent| self.ids.contains(*parent)).cloned().collect();
                match present.pop() {
                    None => vec![Change::Insert(id.clone())],
                    Some(last) => {
                        let mut changes: Vec<Change> = present.into_iter().map(Change::Delete).collect();
                        changes.push(Change::Update { from: last, to: id.clone() });
                        changes
                    }
                }
            }
            Direction::Down => {
                let others: BTreeSet<String> = self
                    .ids
                    .iter()
                    .filter(|other| **other != id)
                    .flat_map(|other| ancestors(self.project, other).into_iter().chain([other.clone()]))
                    .collect();
                let mut left: Vec<String> =
                    parents.iter().filter(|parent| !others.contains(*parent)).cloned().collect();
                match left.pop() {
                    None => vec![Change::Delete(id.clone())],
                    Some(last) => {
                        let mut changes: Vec<Change> = left.into_iter().map(Change::Insert).collect();
                        changes.push(Change::Update { from: id.clone(), to: last });
                        changes
                    }
                }
            }
        };
        for change in &changes {
            match change {
                Change::Insert(id) => {
                    self.ids.insert(id.clone());
                }
                Change::Delete(id) => {
                    self.ids.remove(id);
                }
                Change::Update { from, to } => {
                    self.ids.remove(from);
                    self.ids.insert(to.clone());
                }
            }
        }
        changes
    }
}

fn parents(project: &Project, id: &str) -> Vec<String> {
    let migration = project.migrations.iter().find(|migration| migration.id == id);
    migration
        .map(|migration| migration.parents.iter().map(|parent| parent.id.clone()).collect())
        .unwrap_or_default()
}

fn ancestors(project: &Project, id: &str) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut open = parents(project, id);
    while let Some(id) = open.pop() {
        if seen.insert(id.clone()) {
            open.extend(parents(project, &id));
        }
    }
    seen
}
