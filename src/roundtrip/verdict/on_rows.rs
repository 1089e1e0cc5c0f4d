//! Failures that only rows provoke: which of them every table in use meets, and which depend on what stands in it.

use crate::finding::{Direction, Finding, Leg};
use crate::history::Script;
use crate::operation::Operation;

use super::super::engine::Failure;
use super::super::rules;
use super::super::seed::Level;
use super::super::snapshot::{Kind, ObjectId, Snapshot};
use super::{Place, failing};

/// A leg that failed on rows of ours.
#[derive(Clone, Debug)]
pub(in crate::roundtrip) struct OnRows {
    /// The leg.
    pub leg: Leg,
    /// Which rows there were.
    pub level: Level,
    /// Whether the user's own were among them.
    pub has_own: bool,
    /// How it failed.
    pub failure: Failure,
}

/// One finding for each leg, about the least demanding rows that it fails on.
pub(in crate::roundtrip) fn on_rows(
    place: Place<'_>,
    index: usize,
    before: &Snapshot,
    found: &[OnRows],
) -> Vec<Finding> {
    let last = found
        .iter()
        .enumerate()
        .filter(|(at, one)| !found[at + 1..].iter().any(|later| later.leg == one.leg));
    last.map(|(_, one)| finding(place, index, before, one)).collect()
}

fn finding(place: Place<'_>, index: usize, before: &Snapshot, found: &OnRows) -> Finding {
    let OnRows { leg, level, has_own, failure } = found;
    let always = fails_always(place, index, before, found);
    let whose = if *level == Level::Own { "your own rows" } else { "rows" };
    let (rule, what) = match (leg, always) {
        (Leg::Down | Leg::AllDown, true) => {
            (&rules::DOWNGRADE_FAILS_ON_ROWS, format!("The downgrade fails on {whose}"))
        }
        (Leg::Down | Leg::AllDown, false) => (
            &rules::DOWNGRADE_MAY_FAIL_ON_ROWS,
            "The downgrade fails on some rows that the schema allows".to_owned(),
        ),
        (Leg::UpAgain, _) => (
            &rules::UPGRADE_AGAIN_FAILS,
            format!("Upgrading again after the downgrade fails where there are {whose}"),
        ),
        (Leg::Up | Leg::AllUp, true) => {
            (&rules::UPGRADE_FAILS_ON_ROWS, format!("The upgrade fails on {whose}"))
        }
        (Leg::Up | Leg::AllUp, false) => (
            &rules::UPGRADE_MAY_FAIL_ON_ROWS,
            "The upgrade fails on some rows that the schema allows".to_owned(),
        ),
    };
    let mut finding = failing(place, index, rule, *leg, format!("{what}: {}", failure.message), failure);
    finding.notes.push(
        match level {
            Level::Full if failure.is_about_rows() && *has_own => {
                "On your own rows alone it works; it fails where made-up ones stand beside them"
            }
            Level::Full if failure.is_about_rows() => {
                "On rows without NULLs, duplicates and extremes it works; whether yours are like that, only they can tell"
            }
            Level::Full | Level::Own => "On empty tables it works",
            Level::Plain => "On empty tables it works; it fails even on rows without NULLs, duplicates and extremes",
        }
        .to_owned(),
    );
    finding
}

/// Whether every table that holds rows makes it fail, whatever they are.
fn fails_always(place: Place<'_>, index: usize, before: &Snapshot, found: &OnRows) -> bool {
    let failure = &found.failure;
    if !failure.is_about_rows() {
        return true;
    }
    match (found.level, failure.code.as_deref()) {
        // What the migration writes itself may know rows that we do not.
        (Level::Own, _) => true,
        (Level::Plain, Some("23502")) => !place.writes(index, found.leg),
        // A key of new columns: all rows have the same value there.
        (Level::Plain, Some("23503" | "23505")) => {
            let Some(columns) = key_columns(failure) else { return false };
            let Some(table) = place.table_at(index, found.leg, failure) else { return false };
            let known = |column: &str| {
                before.objects.keys().any(|id| id.kind == Kind::Column && id.of == table && id.name == column)
            };
            has_table(before, &table) && !columns.iter().any(|column| known(column))
        }
        _ => false,
    }
}

fn has_table(before: &Snapshot, table: &str) -> bool {
    before.objects.keys().any(|ObjectId { kind, name, .. }| *kind == Kind::Table && name == table)
}

/// The columns of `Key (a, b)=(1, 2) is duplicated.`
fn key_columns(failure: &Failure) -> Option<Vec<&str>> {
    let detail = failure.notes.iter().find_map(|note| note.strip_prefix("Key ("))?;
    Some(detail.split_once(")=")?.0.split(", ").map(|name| name.trim_matches('"')).collect())
}

impl Place<'_> {
    /// Whether a migration writes to rows, or does what we cannot read.
    fn writes(&self, index: usize, leg: Leg) -> bool {
        let migration = &self.project.migrations[index];
        let script = if leg == Leg::Down { migration.down.as_ref() } else { Some(&migration.up) };
        let mut steps = script.into_iter().flat_map(Script::steps);
        steps.any(|(_, step)| match &*step.operation {
            Operation::Update { .. } => true,
            Operation::Query { calls, .. } => !calls.is_empty(),
            other => other.is_unknown(),
        })
    }

    /// The table that the failing statement is about.
    fn table_at(&self, index: usize, leg: Leg, failure: &Failure) -> Option<String> {
        let migration = &self.project.migrations[index];
        let direction = if leg == Leg::Down { Direction::Down } else { Direction::Up };
        let script = match direction {
            Direction::Up => Some(&migration.up),
            Direction::Down => migration.down.as_ref(),
        }?;
        let tables = script.steps().filter(|(_, step)| failure.span.range().contains(&step.span.start));
        tables
            .filter_map(|(_, step)| match &*step.operation {
                Operation::AddConstraint { table, .. }
                | Operation::AddColumn { table, .. }
                | Operation::ValidateConstraint { table, .. } => Some(table.name.clone()),
                Operation::CreateIndex(create) => Some(create.table.name.clone()),
                _ => None,
            })
            .next()
    }
}
