//! Migrations as `alembic upgrade --sql` and `alembic downgrade --sql` print them: with transaction blocks and the
//! bookkeeping of the version table. Refuses to change what the migrations themselves send.

use std::collections::BTreeSet;

use crate::finding::Direction;
use crate::history::{Project, Script, Statement, TransactionRule};
use crate::operation::Operation;

use super::lineage::{Change, Lineage};
use super::render::quote;

/// The script that Alembic's offline mode prints for some migrations, given as indexes into
/// [`Project::migrations`]. It begins where they begin: the version table is created if nothing lies before them. What
/// cannot be read is a comment.
pub fn alembic_script(project: &Project, migrations: &[usize], direction: Direction) -> String {
    let known = |index: &usize| *index < project.migrations.len();
    let chosen: BTreeSet<usize> = migrations.iter().copied().filter(known).collect();
    if chosen.is_empty() {
        return String::new();
    }
    let table = project.version_table.clone().unwrap_or_default();
    let written = quote::table(table.schema.as_deref(), &table.name);
    let lineage = Lineage::of(project);
    let mut rows = rows_before(&lineage, &chosen, direction);
    let mut writer = Writer { text: String::new(), open: false };
    let per_migration = project.framework.transaction == TransactionRule::PerMigration;
    writer.begin();
    for (position, index) in lineage.order(&chosen, direction).into_iter().enumerate() {
        let migration = &project.migrations[index];
        if per_migration && position > 0 {
            writer.end();
            writer.begin();
        }
        if rows.is_empty() {
            let key = quote::name(&format!("{}_pkc", table.name));
            writer.statement(&format!(
                "CREATE TABLE {written} (\n    version_num VARCHAR(32) NOT NULL, \n    \
                 CONSTRAINT {key} PRIMARY KEY (version_num)\n)"
            ));
        }
        let ids = lineage.parents(index).iter().map(|parent| project.migrations[*parent].id.as_str());
        let (parents, id) = (ids.collect::<Vec<_>>().join(", "), &migration.id);
        let (verb, from, to, script) = match direction {
            Direction::Up => ("upgrade", parents.as_str(), id.as_str(), Some(&migration.up)),
            Direction::Down => ("downgrade", id.as_str(), parents.as_str(), migration.down.as_ref()),
        };
        writer.text.push_str(&format!("-- Running {verb} {from} -> {to}\n\n"));
        script.into_iter().for_each(|script| writer.script(script));
        for change in lineage.step(index, direction, &mut rows) {
            writer.statement(&bookkeeping(change, &written, project));
        }
    }
    writer.end();
    writer.text
}

/// The rows of the version table before the first of some migrations runs.
fn rows_before(lineage: &Lineage, chosen: &BTreeSet<usize>, direction: Direction) -> BTreeSet<usize> {
    let mut applied: BTreeSet<usize> = lineage.below(chosen.iter().copied());
    match direction {
        Direction::Up => applied.retain(|index| !chosen.contains(index)),
        Direction::Down => applied.extend(chosen),
    }
    let implied = lineage.below(applied.iter().copied());
    applied.difference(&implied).copied().collect()
}

fn bookkeeping(change: Change, table: &str, project: &Project) -> String {
    let id = |index: usize| &project.migrations[index].id;
    match change {
        Change::Insert(new) => {
            format!("INSERT INTO {table} (version_num) VALUES ('{}') RETURNING {table}.version_num", id(new))
        }
        Change::Update { from, to } => {
            let (from, to) = (id(from), id(to));
            format!("UPDATE {table} SET version_num='{to}' WHERE {table}.version_num = '{from}'")
        }
        Change::Delete(old) => format!("DELETE FROM {table} WHERE {table}.version_num = '{}'", id(old)),
    }
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
    statement.steps.iter().find_map(|step| match &*step.operation {
        Operation::Opaque { reason } => Some(reason.as_str()),
        _ => None,
    })
}
