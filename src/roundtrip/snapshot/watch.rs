//! A connection to a database that is looked at again and again: what was read stays, and only what has changed since is
//! read again and told anew. Refuses to know what changes it.

use std::collections::{BTreeSet, HashMap, HashSet};

use sqlx::Connection;
use sqlx::postgres::PgConnection;

use super::super::answers::{Cells, ask_all, cell};
use super::catalog::{Answer, Query, Reach, queries};
use super::marks::{self, Marks, Stale};
use super::{Snapshot, clock, reader};
use crate::operation::Name;

/// Looks at a database.
#[derive(Debug)]
pub(in crate::roundtrip) struct Watch {
    connection: PgConnection,
    queries: Vec<Query>,
    version_table: Option<Name>,
    /// Whether the session knows the queries.
    prepared: bool,
    marks: Marks,
    /// What was read, in the order of [`queries`].
    answers: Vec<Known>,
    /// What it says.
    snapshot: Snapshot,
}

/// What a query answered, by the oids of the relations that the rows are about; under [`NO_RELATION`] all of it if they
/// are about none.
type Known = HashMap<String, Vec<Cells>>;

/// The oid of no relation: that of a domain's constraints.
const NO_RELATION: &str = "0";

/// What some queries answer.
type Fresh = Vec<(Answer, Reach, Vec<Cells>)>;

impl Watch {
    /// Looks at the database of a connection, without the table that the tool keeps its version in.
    pub fn new(connection: PgConnection, major: u16, version_table: Option<Name>) -> Self {
        Self {
            connection,
            queries: queries(major),
            version_table,
            prepared: false,
            marks: Marks::default(),
            answers: Vec::new(),
            snapshot: Snapshot::default(),
        }
    }

    /// The connection, for whoever else looks at the database.
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// Ends the session.
    pub async fn close(self) {
        // It ends with its socket in any case.
        let _ = self.connection.close().await;
    }

    /// The database as it is.
    pub async fn snapshot(&mut self) -> Result<Snapshot, sqlx::Error> {
        let marks = self.begin().await?;
        let mut stale = marks.since(&self.marks);
        stale.all |= self.answers.is_empty();
        let mut fresh = self.ask(&marks, &stale).await?;
        if !stale.all && self.others_may_name(&fresh) {
            stale.all = true;
            fresh = self.ask(&marks, &stale).await?;
        }
        self.marks = marks;
        self.take_in(fresh, &stale);
        if cfg!(debug_assertions) {
            let all = Stale { all: true, ..Stale::default() };
            let fresh = self.ask(&self.marks.clone(), &all).await?;
            let patched = self.snapshot.clone();
            self.take_in(fresh, &all);
            debug_assert_eq!(patched, self.snapshot);
        }
        ask_all(&mut self.connection, &["COMMIT".to_owned()]).await?;
        Ok(self.snapshot.clone())
    }

    /// Brings what is known up to date.
    fn take_in(&mut self, fresh: Fresh, stale: &Stale) {
        if stale.all || !stale.parts.is_empty() || stale.relations.contains(NO_RELATION) {
            self.merge(fresh, stale);
            self.snapshot = self.read(|_, known| known.values().flatten().collect());
            return;
        }
        let before = self.read_relations(&stale.relations);
        self.merge(fresh, stale);
        let after = self.read_relations(&stale.relations);
        self.snapshot.remove(&before);
        self.snapshot.add(&after);
    }

    /// These relations, from what is known of them and of what their facts speak of.
    fn read_relations(&self, relations: &BTreeSet<String>) -> Snapshot {
        let sequences = &self.answers[Answer::Sequences as usize];
        let theirs = relations.iter().filter_map(|relation| sequences.get(relation)).flatten();
        let owners: Vec<&str> = theirs.map(|row| cell(row, 8)).collect();
        let wanted: BTreeSet<&str> = relations.iter().map(String::as_str).chain(owners).collect();
        self.read(|Query { answer, reach, .. }, known| match reach {
            Reach::Relations(_) => wanted.iter().filter_map(|one| known.get(*one)).flatten().collect(),
            Reach::All(_) if !is_context(*answer) => Vec::new(),
            Reach::All(_) | Reach::Always => known.values().flatten().collect(),
        })
    }

    fn read<'a>(&'a self, rows: impl Fn(&Query, &'a Known) -> Vec<&'a Cells>) -> Snapshot {
        let known = self.queries.iter().zip(&self.answers);
        let answers: Vec<Vec<&Cells>> = known.map(|(query, known)| rows(query, known)).collect();
        reader::read(&answers, self.version_table.as_ref())
    }

    /// Begins to look at one moment.
    async fn begin(&mut self) -> Result<Marks, sqlx::Error> {
        let mut statements = vec![
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY".to_owned(),
            "SET LOCAL search_path = ''".to_owned(),
            // What a plan costs is more than what it reads.
            "SET LOCAL plan_cache_mode = force_generic_plan".to_owned(),
        ];
        // It is made for a catalog that is empty, and shall do for one that is full.
        let unfit = ["seqscan", "hashjoin", "mergejoin", "sort"];
        statements.extend(unfit.map(|way| format!("SET LOCAL enable_{way} = off")));
        if !self.prepared {
            statements.push(format!("PREPARE mig_check_marks AS {}", marks::query()));
            statements.extend(self.queries.iter().map(|query| {
                let given = if matches!(query.reach, Reach::Relations(_)) { " (oid[])" } else { "" };
                format!("PREPARE {}{given} AS {}", name(query.answer), query.sql)
            }));
        }
        statements.push("EXECUTE mig_check_marks".to_owned());
        let answers = ask_all(&mut self.connection, &statements).await?;
        self.prepared = true;
        Ok(Marks::read(answers.last().map_or(&[], Vec::as_slice)))
    }

    /// Asks what is stale.
    async fn ask(&mut self, marks: &Marks, stale: &Stale) -> Result<Fresh, sqlx::Error> {
        let relations: BTreeSet<String> = if stale.all { marks.relations() } else { stale.relations.clone() };
        let relations = relations.into_iter().collect::<Vec<_>>().join(",");
        let mut asked = Vec::new();
        let mut statements = Vec::new();
        for &Query { answer, reach, .. } in &self.queries {
            let name = name(answer);
            statements.push(match reach {
                Reach::Relations(_) if relations.is_empty() => continue,
                Reach::Relations(_) => format!("EXECUTE {name}('{{{relations}}}')"),
                Reach::All(part) if !stale.all && !stale.parts.contains(&part) => continue,
                Reach::All(_) | Reach::Always => format!("EXECUTE {name}"),
            });
            asked.push((answer, reach));
        }
        let mut answers = ask_all(&mut self.connection, &statements).await?;
        clock::hide(&mut answers);
        Ok(asked.into_iter().zip(answers).map(|((answer, reach), rows)| (answer, reach, rows)).collect())
    }

    /// Whether something that is known goes by another name now: definitions of other objects would tell it, which have
    /// not changed themselves.
    fn others_may_name(&self, fresh: &Fresh) -> bool {
        fresh.iter().any(|(answer, _, rows)| {
            let Some(known) = self.answers.get(*answer as usize) else { return true };
            match answer {
                Answer::Relations => renames(known, rows, 1, 1..3),
                Answer::Columns => renames(known, rows, 2, 2..3),
                Answer::Namespaces
                | Answer::Types
                | Answer::Labels
                | Answer::TypeColumns
                | Answer::Functions
                | Answer::Roles => {
                    let rows: HashSet<&Cells> = rows.iter().collect();
                    known.values().flatten().any(|row| !rows.contains(row))
                }
                _ => false,
            }
        })
    }

    fn merge(&mut self, fresh: Fresh, stale: &Stale) {
        self.answers.resize(self.queries.len(), Known::new());
        if stale.all {
            self.answers.iter_mut().for_each(Known::clear);
        }
        for (answer, reach, rows) in fresh {
            let known = &mut self.answers[answer as usize];
            match reach {
                Reach::Relations(at) => {
                    stale.relations.iter().for_each(|relation| drop(known.remove(relation)));
                    for row in rows {
                        known.entry(cell(&row, at).to_owned()).or_default().push(row);
                    }
                }
                Reach::All(_) | Reach::Always => drop(known.insert(NO_RELATION.to_owned(), rows)),
            }
        }
    }
}

impl Snapshot {
    /// The roles of a server and nothing else.
    pub async fn of_roles(connection: &mut PgConnection, major: u16) -> Result<Self, sqlx::Error> {
        let mut queries = queries(major);
        let mut answers = vec![Vec::new(); queries.len()];
        let question = queries.swap_remove(Answer::Roles as usize).sql;
        let roles = ask_all(connection, &[question]).await?.concat();
        answers[Answer::Roles as usize] = roles.iter().collect();
        Ok(reader::read(&answers, None))
    }
}

fn name(answer: Answer) -> String {
    format!("mig_check_{}", answer as usize)
}

/// Whether the facts of relations speak of what a query answers.
fn is_context(answer: Answer) -> bool {
    matches!(answer, Answer::Namespaces | Answer::Members | Answer::Comments)
}

/// Whether a row with a known key, its first cells of which the first is its relation, has other names.
fn renames(known: &Known, rows: &[Cells], key: usize, names: std::ops::Range<usize>) -> bool {
    rows.iter().any(|row| {
        let old = known.get(cell(row, 0)).into_iter().flatten().find(|old| old[..key] == row[..key]);
        old.is_some_and(|old| old[names.clone()] != row[names.clone()])
    })
}
