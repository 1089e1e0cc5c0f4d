//! Calls what a round trip has shown by its name: one cause, one finding. Refuses to know how it was run.

mod harmless;
mod lost;
mod on_rows;
mod place;

use crate::finding::{Direction, Finding, Help, Label, Leg, RuleInfo};
use crate::history::Language;

use super::diff::{Change, compare};
use super::engine::{Failure, ModelDrift};
use super::rules;
use super::snapshot::Snapshot;

pub(super) use lost::lost;
pub(super) use on_rows::{OnRows, on_rows};
pub(super) use place::Place;

/// What was seen of one migration that upgrades and downgrades.
pub(super) struct Trip<'a> {
    /// The state before it.
    pub before: &'a Snapshot,
    /// After the first upgrade.
    pub after: &'a Snapshot,
    /// After the downgrade.
    pub undone: &'a Snapshot,
    /// How the second upgrade failed.
    pub again: Option<&'a Failure>,
    /// How the second upgrade differs from the first.
    pub drift: &'a [Change],
}

/// The first upgrade fails.
pub(super) fn upgrade_fails(place: Place<'_>, index: usize, failure: &Failure) -> Finding {
    let message = format!("The upgrade fails: {}", failure.message);
    failing(place, index, &rules::UPGRADE_FAILS, Leg::Up, message, failure)
}

/// The upgrade fails on a second database, on which no rows were made, though it did not fail before.
pub(super) fn upgrade_fails_anew(place: Place<'_>, index: usize, failure: &Failure) -> Finding {
    let mut finding = upgrade_fails(place, index, failure);
    let note = "It worked once: it depends on rows in its tables, or on something beside the database: the time, a file, \
                a random number";
    finding.notes.push(note.to_owned());
    finding
}

/// The downgrade fails.
pub(super) fn downgrade_fails(place: Place<'_>, index: usize, failure: &Failure) -> Finding {
    let message = format!("The downgrade fails: {}", failure.message);
    failing(place, index, &rules::DOWNGRADE_FAILS, Leg::Down, message, failure)
}

/// What differs after the downgrade and after the second upgrade.
pub(super) fn round_trip(place: Place<'_>, index: usize, trip: &Trip<'_>) -> Vec<Finding> {
    let residue = compare(trip.before, trip.undone);
    let (harmless, grave): (Vec<_>, Vec<_>) = residue
        .into_iter()
        .map(|change| (harmless::reason(&change, trip), change))
        .partition(|(reason, _)| reason.is_some());
    let mut notes: Vec<String> = harmless.into_iter().filter_map(|(reason, _)| reason).collect();
    let grave: Vec<Change> = grave.into_iter().map(|(_, change)| change).collect();
    let mut findings = Vec::new();
    if !grave.is_empty() {
        let mut finding = residue_finding(place, index, &grave, trip.undone == trip.after);
        finding.notes.extend(again_note(trip));
        finding.notes.append(&mut notes);
        findings.push(finding);
    } else if let Some(failure) = trip.again {
        let message = format!("Upgrading again after the downgrade fails: {}", failure.message);
        let mut finding = failing(place, index, &rules::UPGRADE_AGAIN_FAILS, Leg::UpAgain, message, failure);
        if failure.code.as_deref().is_some_and(|code| code.starts_with("23")) && notes.is_empty() {
            finding
                .notes
                .push("the downgrade restores the schema but not the rows that the upgrade wrote".to_owned());
        }
        finding.notes.append(&mut notes);
        findings.push(finding);
    } else if !notes.is_empty() {
        let mut finding = whole(place, index, &rules::HARMLESS_RESIDUE, Leg::Down, notes.remove(0));
        finding.notes = notes;
        findings.push(finding);
    }
    let drift: Vec<&Change> =
        trip.drift.iter().filter(|change| harmless::reason(change, trip).is_none()).collect();
    if grave.is_empty() && !drift.is_empty() {
        let message = format!("Upgrading again after the downgrade ends elsewhere: {}", list(&drift));
        let mut finding = whole(place, index, &rules::UPGRADE_AGAIN_DIFFERS, Leg::UpAgain, message);
        finding.notes = further(&drift, &drift);
        findings.push(finding);
    }
    findings
}

/// Downgrading everything fails although each downgrade alone works.
pub(super) fn full_downgrade_fails(place: Place<'_>, index: usize, failure: &Failure) -> Finding {
    let message = format!("Downgrading from head to base fails at {}: {}", place.id(index), failure.message);
    failing(place, index, &rules::FULL_DOWNGRADE_FAILS, Leg::AllDown, message, failure)
}

/// Something is left when everything is undone, although nothing was after each single downgrade.
pub(super) fn full_downgrade_leaves(place: Place<'_>, changes: &[Change]) -> Option<Finding> {
    let grave: Vec<&Change> = changes.iter().filter(|change| !harmless::is_always(change)).collect();
    if grave.is_empty() {
        return None;
    }
    let message = format!("Downgrading from head to base does not end where it began: {}", list(&grave));
    let mut finding = whole(place, 0, &rules::FULL_DOWNGRADE_DIFFERS, Leg::AllDown, message);
    finding.notes = further(&grave, &grave);
    Some(finding)
}

/// Upgrading everything at once fails although each upgrade alone works.
pub(super) fn full_upgrade_fails(place: Place<'_>, index: usize, failure: &Failure) -> Finding {
    let message = format!("Upgrading from base to head fails at {}: {}", place.id(index), failure.message);
    failing(place, index, &rules::FULL_UPGRADE_FAILS, Leg::AllUp, message, failure)
}

/// Upgrading everything at once ends elsewhere than one by one.
pub(super) fn full_upgrade_differs(place: Place<'_>, changes: &[Change]) -> Option<Finding> {
    let grave: Vec<&Change> =
        changes.iter().filter(|change| !matches!(change, Change::Reordered(_))).collect();
    if grave.is_empty() {
        return None;
    }
    let message = format!("Upgrading from base to head ends elsewhere than step by step: {}", list(&grave));
    let last = place.project.migrations.len() - 1;
    let mut finding = whole(place, last, &rules::FULL_UPGRADE_DIFFERS, Leg::AllUp, message);
    finding.notes = further(&grave, &grave);
    Some(finding)
}

/// The project's models are not what its migrations make.
pub(super) fn model_drift(place: Place<'_>, last: usize, drift: &ModelDrift) -> Option<Finding> {
    if drift.differences.is_empty() {
        return None;
    }
    let message =
        format!("The models are not what the migrations make: {}", joined(drift.differences.clone()));
    let mut finding = whole(place, last, &rules::MODEL_DRIFT, Leg::Up, message);
    // The calls below it say all of them.
    if drift.code.is_empty() && drift.differences.len() > SHOWN {
        finding.notes.clone_from(&drift.differences);
    }
    finding.help = (!drift.code.is_empty()).then(|| Help {
        text: "Correct the models, or write a migration that does".to_owned(),
        code: drift.code.clone(),
    });
    Some(finding)
}

fn again_note(trip: &Trip<'_>) -> Option<String> {
    trip.again.map(|failure| format!("Upgrading again therefore fails: {}", failure.message))
}

/// A downgrade that does not restore the schema.
fn residue_finding(place: Place<'_>, index: usize, changes: &[Change], is_idle: bool) -> Finding {
    let all: Vec<&Change> = changes.iter().collect();
    let left: Vec<&Change> = changes.iter().filter(|change| matches!(change, Change::Left(..))).collect();
    let gone: Vec<&Change> = changes.iter().filter(|change| matches!(change, Change::Gone(..))).collect();
    let (rule, message): (&'static RuleInfo, String) = if is_idle {
        (&rules::DOWNGRADE_DOES_NOTHING, format!("The downgrade does nothing: {}", list(&all)))
    } else if !left.is_empty() {
        (&rules::DOWNGRADE_LEAVES_OBJECTS, format!("The downgrade leaves {} behind", names(&left)))
    } else if !gone.is_empty() {
        (&rules::DOWNGRADE_LOSES_OBJECTS, format!("The downgrade does not bring back {}", names(&gone)))
    } else {
        (
            &rules::DOWNGRADE_CHANGES_SCHEMA,
            format!("The downgrade does not restore the schema: {}", list(&all)),
        )
    };
    let mut finding = whole(place, index, rule, Leg::Down, message);
    let origin = changes.iter().find_map(|change| place.origin(index, change.id()));
    if let Some(origin) = origin {
        let downgrade = finding.span;
        finding.span = origin;
        "made here, not undone by the downgrade".clone_into(&mut finding.label);
        finding.related.push(Label { span: downgrade, text: "the downgrade".to_owned() });
    }
    let in_message = if is_idle || rule == &rules::DOWNGRADE_CHANGES_SCHEMA { &all } else { &left };
    let in_message = if rule == &rules::DOWNGRADE_LOSES_OBJECTS { &gone } else { in_message };
    finding.notes = further(&all, in_message);
    finding.help = help(place, changes);
    finding
}

/// All differences, unless the message lists them already.
fn further(all: &[&Change], in_message: &[&Change]) -> Vec<String> {
    if in_message.len() == all.len() && all.len() <= SHOWN {
        return Vec::new();
    }
    all.iter().map(|change| change.sentence()).collect()
}

/// How many differences a message lists.
const SHOWN: usize = 3;

fn list(changes: &[&Change]) -> String {
    joined(changes.iter().map(|change| change.sentence()).collect())
}

fn names(changes: &[&Change]) -> String {
    joined(changes.iter().map(|change| change.id().to_string()).collect())
}

fn joined(mut items: Vec<String>) -> String {
    let more = items.len().saturating_sub(SHOWN);
    if more > 0 {
        items.truncate(SHOWN);
        return format!("{} and {more} more", items.join(", "));
    }
    match items.pop() {
        Some(last) if !items.is_empty() => format!("{} and {last}", items.join(", ")),
        Some(only) => only,
        None => String::new(),
    }
}

/// Statements for the end of the downgrade, in the author's language.
fn help(place: Place<'_>, changes: &[Change]) -> Option<Help> {
    // What depends on others goes first: tables before the types of their columns.
    let statements: Vec<String> = changes.iter().rev().flat_map(Change::repair).collect();
    (!statements.is_empty()).then(|| statements_help(place, "Add to the downgrade", &statements))
}

/// Statements to add to a script, in the author's language.
fn statements_help(place: Place<'_>, text: &str, statements: &[String]) -> Help {
    let lines = statements.iter().map(|sql| match place.project.framework.language {
        Language::Sql => format!("{sql};"),
        Language::Python => python(sql),
    });
    Help { text: text.to_owned(), code: lines.collect::<Vec<_>>().join("\n") }
}

/// A statement as a call of Alembic.
fn python(sql: &str) -> String {
    // A colon before a name is a parameter to SQLAlchemy, except when doubled.
    let sql = sql.replace('\\', "\\\\");
    if sql.contains('\n') {
        format!("op.execute(\"\"\"\n{}\n\"\"\")", sql.trim())
    } else if sql.contains('"') {
        format!("op.execute('{}')", sql.replace('\'', "\\'"))
    } else {
        format!("op.execute(\"{sql}\")")
    }
}

fn failing(
    place: Place<'_>,
    index: usize,
    rule: &'static RuleInfo,
    leg: Leg,
    message: String,
    failure: &Failure,
) -> Finding {
    let mut finding = whole(place, index, rule, leg, message);
    finding.span = failure.span;
    finding.notes.clone_from(&failure.notes);
    if failure.misses_surroundings() {
        finding
            .notes
            .push("If others make it where you deploy, a file for --prepare makes it here".to_owned());
    }
    finding
}

/// A finding at the script that runs in a leg.
fn whole(place: Place<'_>, index: usize, rule: &'static RuleInfo, leg: Leg, message: String) -> Finding {
    let direction = match leg {
        Leg::Up | Leg::UpAgain | Leg::AllUp => Direction::Up,
        Leg::Down | Leg::AllDown => Direction::Down,
    };
    Finding {
        rule,
        severity: rule.severity,
        message,
        span: place.first_line(index, direction),
        label: String::new(),
        related: Vec::new(),
        notes: Vec::new(),
        help: None,
        fix: None,
        migration: place.key(index, leg),
        direction: Some(direction),
        leg: Some(leg),
        postgres: Vec::new(),
    }
}
