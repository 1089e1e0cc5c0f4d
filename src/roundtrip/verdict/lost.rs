//! Calls what rows lost on their way up and down by its name. Refuses to know how they were compared.

use crate::finding::{Finding, Help, Label, Leg};
use crate::history::Script;
use crate::operation::{Name, Operation};

use super::super::rows::Loss;
use super::super::rules;
use super::super::snapshot::{Kind, ObjectId};
use super::{Place, whole};

/// One finding for each table or column that lost something in a leg.
pub(in crate::roundtrip) fn lost(place: Place<'_>, index: usize, leg: Leg, losses: &[Loss]) -> Vec<Finding> {
    losses.iter().filter_map(|loss| finding(place, index, leg, loss)).collect()
}

fn finding(place: Place<'_>, index: usize, leg: Leg, loss: &Loss) -> Option<Finding> {
    match loss {
        Loss::Rows { table, lost, of, sample, in_upgrade } => {
            if *in_upgrade && removes(&place.project.migrations[index].up, table) {
                return None;
            }
            let who = if *in_upgrade { "The upgrade" } else { "The downgrade" };
            let verb = if *in_upgrade { "takes" } else { "does not bring back" };
            let message = format!("{who} {verb} {lost} of {of} rows of {}", table.sql_name());
            let mut finding = at(place, index, leg, &rules::ROWS_LOST, message, table);
            finding.notes.push(format!("One of them: {sample}"));
            Some(finding)
        }
        Loss::Emptied { table, column, lost, sample } => {
            let column = ObjectId::part(Kind::Column, &table.schema, &table.name, column);
            let message = format!("The downgrade brings {column} back without its values: {lost} are lost");
            let mut finding = at(place, index, leg, &rules::VALUES_LOST, message, &column);
            finding.notes.push(format!("One of them: {sample}"));
            finding.help = Some(Help {
                text: "Keep the values until nobody will go back: rename the column or copy the values in the upgrade, and drop them in a later migration".to_owned(),
                code: String::new(),
            });
            Some(finding)
        }
        Loss::Changed { table, column, changed, of, was, is } => {
            let column = ObjectId::part(Kind::Column, &table.schema, &table.name, column);
            let message =
                format!("Up and down change {changed} of {of} values of {column}: {was} becomes {is}");
            Some(at(place, index, leg, &rules::VALUES_CHANGED, message, &column))
        }
        Loss::Behind { table, column, next, taken } => {
            let leg_says = if leg == Leg::Up { "After the upgrade" } else { "After the downgrade" };
            let column_id = ObjectId::part(Kind::Column, &table.schema, &table.name, column);
            let message = format!(
                "{leg_says} the sequence of {}.{} goes on at {next}, and {taken} is taken: an INSERT will fail",
                table.sql_name(),
                column_id.sql_name()
            );
            let mut finding = at(place, index, leg, &rules::SEQUENCE_BEHIND_ROWS, message, &column_id);
            let statement = format!(
                "SELECT setval(pg_get_serial_sequence('{table}', '{column}'), (SELECT max({}) FROM {table}))",
                column_id.sql_name(),
                table = table.sql_name(),
            );
            finding.help = Some(super::statements_help(
                place,
                if leg == Leg::Up { "Add to the upgrade" } else { "Add to the downgrade" },
                &[statement],
            ));
            Some(finding)
        }
    }
}

/// A finding at what the upgrade does to an object, or at the script of its leg.
fn at(
    place: Place<'_>,
    index: usize,
    leg: Leg,
    rule: &'static crate::finding::RuleInfo,
    message: String,
    id: &ObjectId,
) -> Finding {
    let mut finding = whole(place, index, rule, leg, message);
    if let Some(origin) = place.origin(index, id) {
        if leg == Leg::Down {
            finding.related.push(Label { span: finding.span, text: "the downgrade".to_owned() });
        }
        finding.span = origin;
    }
    finding
}

/// Whether a script takes rows from a table on purpose, or does what we cannot read.
fn removes(script: &Script, table: &ObjectId) -> bool {
    let is = |name: &Name| name.name == table.name;
    script.steps().any(|(_, step)| match &*step.operation {
        Operation::Delete { table, .. } => is(table),
        Operation::Truncate { tables, .. } => tables.iter().any(is),
        Operation::Query { calls, .. } => !calls.is_empty(),
        other => other.is_unknown(),
    })
}
