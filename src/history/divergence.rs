//! How the migrations at hand differ from those that the base of a pull request has, and what both become once they
//! are merged. Compares what migrations do, not how they are written; refuses to know where the base comes from.

use std::collections::{BTreeMap, BTreeSet};

use super::{Body, GraphFault, Language, Migration, Project, Statement};
use crate::source::{Sources, Span};

/// Everything that differs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Divergence {
    /// The base as the user calls it: `origin/main`.
    pub base: String,
    /// Migrations of the base that do something else here.
    pub edited: Vec<Edit>,
    /// Migrations of the base that are not here, in their order.
    pub deleted: Vec<Deleted>,
    /// New migrations that run before one that the base has already.
    pub late: Vec<Late>,
    /// New migrations whose version the base gives to another.
    pub taken: Vec<Taken>,
    /// New heads that stand beside a head of the base once both are merged.
    pub second_heads: Vec<SecondHead>,
}

/// A migration of the base that does something else here. Numbers are indexes into [`Project::migrations`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The migration.
    pub migration: usize,
    /// What differs first, and where.
    pub first: Difference,
    /// The place here.
    pub span: Span,
    /// How many statements differ.
    pub count: usize,
}

/// What differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// A statement that reads so on the base.
    Changed(String),
    /// A statement that the base does not have.
    Added,
    /// A statement of the base that is gone.
    Removed(String),
    /// The migrations that it follows on the base.
    Parents(Vec<String>),
}

/// A migration of the base that is not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// Its id.
    pub id: String,
    /// Its first line, in its text on the base.
    pub span: Span,
    /// The id of a new migration that does the same, as if it were renamed.
    pub renamed: Option<String>,
}

/// A new migration that runs before one that the base has already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Late {
    /// The migration.
    pub migration: usize,
    /// The newest migration of the base.
    pub newest: String,
}

/// A new migration whose version the base gives to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The migration.
    pub migration: usize,
    /// What the base's own says that it does; may be empty.
    pub other: String,
}

/// A new head that stands beside a head of the base once both are merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondHead {
    /// The migration.
    pub migration: usize,
    /// The head of the base.
    pub other: String,
    /// The last migration that both have.
    pub fork: Option<String>,
}

/// A project with the files that it was read from.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The project.
    pub project: &'a Project,
    /// Its files.
    pub sources: &'a Sources,
}

impl Divergence {
    /// Compares the migrations here with those of the base that both come from. What is gone is given as indexes into
    /// the base's migrations, and named by whoever can show its text.
    pub fn since(base: Side<'_>, here: Side<'_>) -> (Vec<Edit>, Vec<(usize, Option<String>)>) {
        let migrations = here.project.migrations.iter().enumerate();
        let edited = migrations
            .filter(|(_, migration)| !migration.repeats)
            .filter_map(|(index, migration)| {
                let was = partner(migration, here.project, base.project)?;
                edit(index, &base.project.migrations[was], migration, base, here)
            })
            .collect();
        let new = |migration: &&Migration| partner(migration, here.project, base.project).is_none();
        let gone = base.project.migrations.iter().enumerate();
        let gone =
            gone.filter(|(_, was)| partner(was, base.project, here.project).is_none()).map(|(index, was)| {
                let old = said(was, base);
                let same =
                    |migration: &&Migration| !old.is_empty() && texts(&said(migration, here)) == texts(&old);
                let renamed = here.project.migrations.iter().filter(new).find(same);
                (index, renamed.map(|migration| migration.id.clone()))
            });
        (edited, gone.collect())
    }

    /// Compares the migrations here with the tip of the base: what happens once both are merged. `merged` holds the
    /// migrations of both.
    pub fn once_merged(&mut self, here: &Project, tip: &Project, merged: &Project) {
        let on_tip = by_id(tip);
        let present = by_id(here);
        let is_new = |id: &str| !on_tip.contains_key(id);
        let named = |id: &str| present.get(id).copied();
        let graph = merged.graph();
        let id = |index: usize| merged.migrations[index].id.as_str();
        if graph.heads.len() > 1 && here.graph().heads.len() == 1 && tip.graph().heads.len() == 1 {
            let other = graph.heads.iter().copied().find(|head| !is_new(id(*head)));
            for &head in graph.heads.iter().filter(|head| is_new(id(**head))) {
                let (Some(other), Some(migration)) = (other, named(id(head))) else { continue };
                let both: BTreeSet<usize> =
                    graph.with_ancestors(head).intersection(&graph.with_ancestors(other)).copied().collect();
                let fork = graph.order.iter().rev().find(|index| both.contains(index));
                let fork = fork.map(|index| id(*index).to_owned());
                self.second_heads.push(SecondHead { migration, other: id(other).to_owned(), fork });
            }
        }
        let faults = here.graph().faults;
        for fault in &graph.faults {
            let GraphFault::Duplicate { migration, first } = fault else { continue };
            let twice = |fault: &GraphFault| matches!(fault, GraphFault::Duplicate { migration: own, .. } if here.migrations[*own].id == id(*migration));
            if let Some(own) = named(id(*migration)).filter(|_| !faults.iter().any(twice)) {
                let messages = [*migration, *first].map(|index| merged.migrations[index].message.clone());
                let other = messages.into_iter().find(|message| *message != here.migrations[own].message);
                self.taken.push(Taken { migration: own, other: other.unwrap_or_default() });
            }
        }
        if here.framework.language == Language::Sql {
            let newest = (0..merged.migrations.len())
                .rev()
                .find(|index| !is_new(id(*index)) && !merged.migrations[*index].repeats);
            for index in 0..newest.unwrap_or(0) {
                if let Some((migration, newest)) = named(id(index)).filter(|_| is_new(id(index))).zip(newest)
                {
                    self.late.push(Late { migration, newest: id(newest).to_owned() });
                }
            }
        }
    }
}

/// The migration of another reading of a project that is the same one: by its id, and where several have that, by what
/// they say of themselves.
fn partner(of: &Migration, own: &Project, other: &Project) -> Option<usize> {
    let named = |project: &Project| -> Vec<usize> {
        let all = project.migrations.iter().enumerate();
        all.filter(|(_, migration)| migration.id == of.id).map(|(index, _)| index).collect()
    };
    let found = named(other);
    let same = found.iter().find(|index| other.migrations[**index].message == of.message);
    let only = found.first().filter(|_| found.len() == 1 && named(own).len() == 1);
    same.or(only).copied()
}

fn by_id(project: &Project) -> BTreeMap<&str, usize> {
    let migrations = project.migrations.iter().enumerate().rev();
    migrations.map(|(index, migration)| (migration.id.as_str(), index)).collect()
}

/// The first thing that a migration does otherwise than it did.
fn edit(index: usize, was: &Migration, is: &Migration, base: Side<'_>, here: Side<'_>) -> Option<Edit> {
    let (old, new) = (said(was, base), said(is, here));
    let same = |(a, b): &(&Said, &Said)| a.text == b.text;
    let prefix = old.iter().zip(&new).take_while(same).count();
    let suffix = old[prefix..].iter().rev().zip(new[prefix..].iter().rev()).take_while(same).count();
    let (gone, came) = (&old[prefix..old.len() - suffix], &new[prefix..new.len() - suffix]);
    let count = gone.len().max(came.len());
    let (first, span) = match (gone.first(), came.first()) {
        (Some(old), Some(new)) => (Difference::Changed(old.text.clone()), new.span),
        (None, Some(new)) => (Difference::Added, new.span),
        (Some(old), None) => (Difference::Removed(old.text.clone()), is.header),
        (None, None) => {
            let ids = |migration: &Migration| -> BTreeSet<String> {
                migration.parents.iter().map(|parent| parent.id.clone()).collect()
            };
            // The order of SQL files says what they follow.
            if here.project.framework.language == Language::Sql || ids(was) == ids(is) {
                return None;
            }
            let span = is.parents.first().map_or(is.header, |parent| parent.span);
            (Difference::Parents(ids(was).into_iter().collect()), span)
        }
    };
    Some(Edit { migration: index, first, span, count })
}

/// A statement as it is compared: without comments, with single blanks.
struct Said {
    text: String,
    span: Span,
}

fn texts(said: &[Said]) -> Vec<&str> {
    said.iter().map(|said| said.text.as_str()).collect()
}

/// What an upgrade does.
fn said(migration: &Migration, side: Side<'_>) -> Vec<Said> {
    if let Body::Raises { span, what } = &migration.up.body {
        return vec![Said { text: words(what), span: *span }];
    }
    let said = |statement: &Statement| Said { text: text(statement, migration, side), span: statement.span };
    migration.up.statements.iter().map(said).collect()
}

/// The statement as the server gets it; the author's words where that cannot be known.
fn text(statement: &Statement, migration: &Migration, side: Side<'_>) -> String {
    let in_sql = side.project.framework.language == Language::Sql;
    if !in_sql && !statement.sql.is_empty() {
        return words(&statement.sql);
    }
    let mut inside: Vec<Span> = migration
        .comments
        .iter()
        .map(|comment| comment.span)
        .filter(|span| statement.span.contains(*span))
        .collect();
    inside.sort_by_key(|span| span.start);
    let file = side.sources.file(statement.span.source).text();
    let (mut text, mut at) = (String::new(), statement.span.start);
    for comment in inside {
        text.push_str(file.get(at..comment.start).unwrap_or_default());
        text.push(' ');
        at = comment.end.max(at);
    }
    text.push_str(file.get(at..statement.span.end).unwrap_or_default());
    words(&text)
}

/// Text with single blanks, and none within parentheses or before commas.
fn words(text: &str) -> String {
    let spaced = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let close = spaced.replace("( ", "(").replace(" )", ")").replace(" ,", ",");
    close.trim_end_matches([';', ' ']).to_owned()
}
