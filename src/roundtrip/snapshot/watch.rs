//! A connection to a database that is looked at again and again: what was read stays, and only what has changed since is
//! read again. Refuses to know what changes it.

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
    answers: Vec<Vec<Cells>>,
}

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
        self.merge(fresh, &stale);
        self.marks = marks;
        let snapshot = reader::read(&self.answers, self.version_table.as_ref());
        if cfg!(debug_assertions) {
            let all = self.ask(&self.marks.clone(), &Stale { all: true, ..Stale::default() }).await?;
            self.merge(all, &Stale { all: true, ..Stale::default() });
            debug_assert_eq!(snapshot, reader::read(&self.answers, self.version_table.as_ref()), "{stale:?}");
        }
        ask_all(&mut self.connection, &["COMMIT".to_owned()]).await?;
        Ok(snapshot)
    }

    /// Begins to look at one moment.
    async fn begin(&mut self) -> Result<Marks, sqlx::Error> {
        let mut statements: Vec<String> = [
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            "SET LOCAL search_path = ''",
            // What a plan costs is more than what it reads.
            "SET LOCAL plan_cache_mode = force_generic_plan",
        ]
        .map(str::to_owned)
        .into();
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
                    known.iter().any(|row| !rows.contains(row))
                }
                _ => false,
            }
        })
    }

    fn merge(&mut self, fresh: Fresh, stale: &Stale) {
        self.answers.resize(self.queries.len(), Vec::new());
        if stale.all {
            self.answers.iter_mut().for_each(Vec::clear);
        }
        for (answer, reach, rows) in fresh {
            let known = &mut self.answers[answer as usize];
            match reach {
                Reach::Relations(at) => known.retain(|row| !stale.relations.contains(cell(row, at))),
                Reach::All(_) | Reach::Always => known.clear(),
            }
            known.extend(rows);
        }
    }
}

impl Snapshot {
    /// The roles of a server and nothing else.
    pub async fn of_roles(connection: &mut PgConnection, major: u16) -> Result<Self, sqlx::Error> {
        let mut queries = queries(major);
        let mut answers = vec![Vec::new(); queries.len()];
        let question = queries.swap_remove(Answer::Roles as usize).sql;
        answers[Answer::Roles as usize] = ask_all(connection, &[question]).await?.concat();
        Ok(reader::read(&answers, None))
    }
}

fn name(answer: Answer) -> String {
    format!("mig_check_{}", answer as usize)
}

/// Whether a row with a known key, its first cells, has other names.
fn renames(known: &[Cells], rows: &[Cells], key: usize, names: std::ops::Range<usize>) -> bool {
    let known: HashMap<&[Option<String>], &Cells> = known.iter().map(|row| (&row[..key], row)).collect();
    rows.iter().any(|row| known.get(&row[..key]).is_some_and(|old| old[names.clone()] != row[names.clone()]))
}
