//! Differences that PostgreSQL forces or that nobody notices: worth a word, not a fault.

use super::super::diff::{Change, facts};
use super::super::snapshot::{Kind, Object, ObjectId, Snapshot};
use super::Trip;

/// Why a difference after this trip is no fault, as a sentence; `None` if it is one.
pub(super) fn reason(change: &Change, trip: &Trip<'_>) -> Option<String> {
    always(change).or_else(|| match change {
        Change::Changed { id, wanted, found } if keeps_not_null(id, wanted, found, trip) => {
            let (table, column) = (id.sql_table(), id.sql_name());
            Some(format!("Column {table}.{column} stays NOT NULL after its primary key is dropped"))
        }
        _ => None,
    })
}

/// Whether a difference is no fault whatever the migration did.
pub(super) fn is_always(change: &Change) -> bool {
    always(change).is_some()
}

fn always(change: &Change) -> Option<String> {
    match change {
        Change::Reordered(table) => {
            Some(format!("The columns of {table} stand in another order: one that is added again comes last"))
        }
        Change::Left(id, _) if id.kind == Kind::Extension => Some(format!("The {id} stays installed")),
        Change::Changed { id, wanted, found } if id.kind == Kind::Type => {
            let labels = surplus_labels(wanted, found)?;
            Some(format!("The {id} keeps {labels}: PostgreSQL cannot drop a label of an enum"))
        }
        Change::Changed { id, wanted, found } if id.kind == Kind::Constraint => {
            let differing = facts(wanted, found);
            matches!(differing[..], [("not valid", Some(_), None)])
                .then(|| format!("The {id} stays validated"))
        }
        _ => None,
    }
}

/// The labels that an enum has beyond those that it should have, which it all has in the same order.
fn surplus_labels(wanted: &Object, found: &Object) -> Option<String> {
    if !matches!(facts(wanted, found)[..], [("labels", Some(_), Some(_))]) {
        return None;
    }
    let labels = |object: &Object| {
        let text = object.fact("labels").unwrap_or_default();
        text.split(", ").map(str::to_owned).collect::<Vec<_>>()
    };
    let (wanted, found) = (labels(wanted), labels(found));
    let kept: Vec<&String> = found.iter().filter(|label| wanted.contains(label)).collect();
    let surplus: Vec<&str> =
        found.iter().filter(|label| !wanted.contains(label)).map(String::as_str).collect();
    (kept.into_iter().eq(&wanted) && !surplus.is_empty()).then(|| surplus.join(", "))
}

/// A primary key makes its columns NOT NULL; dropping it does not make them nullable again.
fn keeps_not_null(id: &ObjectId, wanted: &Object, found: &Object, trip: &Trip<'_>) -> bool {
    id.kind == Kind::Column
        && matches!(facts(wanted, found)[..], [("NOT NULL", None, Some(_))])
        && in_primary_key(id, trip.after)
        && !in_primary_key(id, trip.before)
}

fn in_primary_key(column: &ObjectId, snapshot: &Snapshot) -> bool {
    snapshot.objects.iter().any(|(id, object)| {
        (id.kind, &id.schema, &id.of) == (Kind::Constraint, &column.schema, &column.of)
            && object.fact("definition").and_then(|text| text.strip_prefix("PRIMARY KEY (")).is_some_and(
                |columns| {
                    let columns = columns.split(')').next().unwrap_or_default();
                    columns.split(", ").any(|name| name == column.sql_name())
                },
            )
    })
}
