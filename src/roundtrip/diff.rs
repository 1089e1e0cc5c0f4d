//! What differs between two moments of a database, said in SQL terms. Refuses to know whose fault it is.

mod repair;

use std::collections::BTreeMap;

use super::snapshot::{Fact, Kind, Object, ObjectId, Snapshot, differing};

/// One difference between the state that should be and the one that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// It should not be there.
    Left(ObjectId, Object),
    /// It should be there.
    Gone(ObjectId, Object),
    /// It is there under another name.
    Renamed {
        /// The name that it should have.
        from: ObjectId,
        /// The name that it has.
        to: ObjectId,
    },
    /// It is there and differs.
    Changed {
        /// What.
        id: ObjectId,
        /// As it should be.
        wanted: Object,
        /// As it is.
        found: Object,
    },
    /// The same columns stand in another order.
    Reordered(ObjectId),
}

impl Change {
    /// The object that should be there, or should not.
    pub fn id(&self) -> &ObjectId {
        match self {
            Self::Left(id, _) | Self::Gone(id, _) | Self::Changed { id, .. } | Self::Reordered(id) => id,
            Self::Renamed { from, .. } => from,
        }
    }

    /// A sentence: `type order_status is left behind`.
    pub fn sentence(&self) -> String {
        match self {
            Self::Left(id, _) => format!("{id} is left behind"),
            Self::Gone(id, _) => format!("{id} is gone"),
            Self::Renamed { from, to } => format!("{from} is now called {}", to.sql_name()),
            Self::Changed { id, wanted, found } => {
                let facts: Vec<String> =
                    facts(wanted, found).into_iter().map(|(fact, a, b)| describe(fact, a, b)).collect();
                format!("{id} changed: {}", facts.join(", "))
            }
            Self::Reordered(id) => format!("the columns of {id} stand in another order"),
        }
    }

    /// The statements that make it right; empty if none can be written.
    pub fn repair(&self) -> Vec<String> {
        repair::statements(self)
    }
}

/// All differences, those of parts left out where the whole differs.
pub(super) fn compare(wanted: &Snapshot, found: &Snapshot) -> Vec<Change> {
    let mut gone: BTreeMap<&ObjectId, &Object> = BTreeMap::new();
    let mut left: BTreeMap<&ObjectId, &Object> = BTreeMap::new();
    let mut changes = Vec::new();
    for (id, wanted, found) in differing(&wanted.objects, &found.objects) {
        match (wanted, found) {
            (Some(object), None) => drop(gone.insert(id, object)),
            (None, Some(object)) => drop(left.insert(id, object)),
            (Some(wanted), Some(found)) if wanted.facts != found.facts => {
                changes.push(Change::Changed { id: id.clone(), wanted: wanted.clone(), found: found.clone() })
            }
            _ => {}
        }
    }
    let (whole_gone, whole_left) = (gone.clone(), left.clone());
    gone.retain(|id, object| !goes_with(id, object, &whole_gone));
    left.retain(|id, object| !goes_with(id, object, &whole_left));
    for (from, to) in renames(&gone, &left) {
        gone.remove(&from);
        left.remove(&to);
        changes.push(Change::Renamed { from, to });
    }
    changes.extend(left.into_iter().map(|(id, object)| Change::Left(id.clone(), object.clone())));
    changes.extend(gone.into_iter().map(|(id, object)| Change::Gone(id.clone(), object.clone())));
    for (table, columns, others) in differing(&wanted.column_order, &found.column_order) {
        if columns.zip(others).is_some_and(|(columns, others)| is_reordered(columns, others)) {
            changes.push(Change::Reordered(table.clone()));
        }
    }
    changes.sort_by(|a, b| (rank(a), a.id()).cmp(&(rank(b), b.id())));
    changes
}

fn rank(change: &Change) -> u8 {
    match change {
        Change::Left(..) => 0,
        Change::Gone(..) => 1,
        Change::Renamed { .. } => 2,
        Change::Changed { .. } => 3,
        Change::Reordered(_) => 4,
    }
}

/// Whether an object is only there, or only gone, because a larger one is.
fn goes_with(id: &ObjectId, object: &Object, others: &BTreeMap<&ObjectId, &Object>) -> bool {
    let has = |kinds: &[Kind], name: &str| {
        kinds.iter().any(|kind| others.contains_key(&ObjectId::new(*kind, &id.schema, name)))
    };
    let tables = [Kind::Table, Kind::ForeignTable, Kind::View, Kind::MaterializedView, Kind::Domain];
    if !id.of.is_empty() && has(&tables, &id.of) {
        return true;
    }
    if !id.schema.is_empty() && others.contains_key(&ObjectId::new(Kind::Schema, "", &id.schema)) {
        return true;
    }
    object.owned_by.as_ref().is_some_and(|column| {
        others.contains_key(column)
            || others.contains_key(&ObjectId::new(Kind::Table, &column.schema, &column.of))
    })
}

/// Parts of one table that differ in nothing but their name: a constraint that got the server's default name.
fn renames(
    gone: &BTreeMap<&ObjectId, &Object>,
    left: &BTreeMap<&ObjectId, &Object>,
) -> Vec<(ObjectId, ObjectId)> {
    let mut pairs: Vec<(ObjectId, ObjectId)> = Vec::new();
    for (from, object) in gone {
        let nameless = nameless(from, object);
        let partner = left.iter().find(|(to, other)| {
            matches!(from.kind, Kind::Constraint | Kind::Index)
                && (to.kind, &to.schema, &to.of) == (from.kind, &from.schema, &from.of)
                && self::nameless(to, other) == nameless
                && !pairs.iter().any(|(_, taken)| taken == **to)
        });
        if let Some((to, _)) = partner {
            pairs.push(((*from).clone(), (*to).clone()));
        }
    }
    pairs
}

/// The facts without the object's own name in them.
fn nameless(id: &ObjectId, object: &Object) -> BTreeMap<Fact, String> {
    let mut facts = object.facts.clone();
    if let Some(definition) = facts.get_mut("definition") {
        *definition =
            definition.replacen(&format!("INDEX {} ON", crate::operation::quote(&id.name)), "INDEX ON", 1);
    }
    facts
}

/// Facts that differ: as it should be, as it is.
pub(super) fn facts<'a>(
    wanted: &'a Object,
    found: &'a Object,
) -> Vec<(Fact, Option<&'a str>, Option<&'a str>)> {
    let mut names: Vec<Fact> = wanted.facts.keys().chain(found.facts.keys()).copied().collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .map(|fact| (fact, wanted.fact(fact), found.fact(fact)))
        .filter(|(_, wanted, found)| wanted != found)
        .collect()
}

/// Longest value that a message shows, in characters.
const LONGEST_VALUE: usize = 80;

fn describe(fact: Fact, wanted: Option<&str>, found: Option<&str>) -> String {
    let short = |value: &str| {
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        let value = value.replace("public.", "");
        if value.chars().count() > LONGEST_VALUE {
            value.chars().take(LONGEST_VALUE).chain("…".chars()).collect()
        } else {
            value
        }
    };
    match (wanted, found) {
        (Some("yes"), None) => format!("no longer {fact}"),
        (None, Some("yes")) => format!("now {fact}"),
        (Some(wanted), Some(found)) if short(wanted) == short(found) => format!("{fact} differs"),
        (Some(wanted), Some(found)) => format!("{fact} {} -> {}", short(wanted), short(found)),
        (Some(wanted), None) => format!("{fact} {} is gone", short(wanted)),
        (None, Some(found)) => format!("{fact} {} is left", short(found)),
        (None, None) => fact.to_owned(),
    }
}

/// Whether columns that both have stand in another order.
fn is_reordered(wanted: &[String], found: &[String]) -> bool {
    let common = |columns: &[String], others: &[String]| {
        columns.iter().filter(|column| others.contains(column)).cloned().collect::<Vec<_>>()
    };
    common(wanted, found) != common(found, wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(objects: &[(ObjectId, &[(Fact, &str)])]) -> Snapshot {
        let objects = objects.iter().map(|(id, facts)| {
            let object =
                facts.iter().fold(Object::default(), |object, (fact, value)| object.with(fact, Some(value)));
            (id.clone(), object)
        });
        Snapshot { objects: objects.collect(), ..Snapshot::default() }
    }

    fn sentences(wanted: &Snapshot, found: &Snapshot) -> Vec<String> {
        compare(wanted, found).iter().map(Change::sentence).collect()
    }

    #[test]
    fn a_whole_speaks_for_its_parts() {
        let table = ObjectId::new(Kind::Table, "public", "book");
        let column = ObjectId::part(Kind::Column, "public", "book", "id");
        let with = snapshot(&[(table, &[]), (column, &[("type", "integer")])]);
        assert_eq!(sentences(&Snapshot::default(), &with), ["table book is left behind"]);
        assert_eq!(sentences(&with, &Snapshot::default()), ["table book is gone"]);
    }

    #[test]
    fn a_change_names_both_values() {
        let column = ObjectId::part(Kind::Column, "shop", "Book", "id");
        let a = snapshot(&[(column.clone(), &[("type", "integer"), ("NOT NULL", "yes")])]);
        let b = snapshot(&[(column, &[("type", "bigint"), ("default", "0")])]);
        assert_eq!(
            sentences(&a, &b),
            [
                "column shop.\"Book\".id changed: no longer NOT NULL, default 0 is left, type integer -> bigint"
            ]
        );
        assert_eq!(
            compare(&a, &b)[0].repair(),
            [
                "ALTER TABLE shop.\"Book\" ALTER COLUMN id SET NOT NULL",
                "ALTER TABLE shop.\"Book\" ALTER COLUMN id DROP DEFAULT",
                "ALTER TABLE shop.\"Book\" ALTER COLUMN id TYPE integer",
            ]
        );
    }

    #[test]
    fn a_part_under_another_name_is_one_change() {
        let constraint = |name| ObjectId::part(Kind::Constraint, "public", "book", name);
        let a = snapshot(&[(constraint("fk_author"), &[("definition", "FOREIGN KEY (a) REFERENCES b(id)")])]);
        let b =
            snapshot(&[(constraint("book_a_fkey"), &[("definition", "FOREIGN KEY (a) REFERENCES b(id)")])]);
        assert_eq!(sentences(&a, &b), ["constraint fk_author on book is now called book_a_fkey"]);
    }
}
