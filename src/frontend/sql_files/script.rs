//! Turns the text of a migration into scripts: statements with what they do, and the transaction that each runs in.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::super::layouts::{Layout, OptOut, Placeholders, Sends};
use super::super::tree::Tree;
use super::placeholders::{Doubt, Filler, Values};
use super::sections::Section;
use super::transactions::{self, Unit};
use super::{File, Part};
use crate::history::{Body, Certainty, Comment, Script, Statement, Step};
use crate::operation::{Operation, ReindexTarget};
use crate::source::{SourceId, Sources, Span, Text};
use crate::sql;

/// Reads the files of one migration.
pub(super) struct Read<'a> {
    pub layout: &'a Layout,
    pub sources: &'a Sources,
    /// What placeholders stand for.
    pub values: &'a Values,
    /// Files that run without a transaction, whatever stands in them.
    pub opted_out: &'a BTreeSet<SourceId>,
}

/// What the files of one migration hold.
pub(super) struct Scripts {
    pub up: Script,
    pub down: Option<Script>,
    pub comments: Vec<Comment>,
}

impl Read<'_> {
    /// Reads the files of one migration: the upward one first, then its downward one, if there is any. Nothing if there
    /// is no upward one.
    pub fn scripts(&self, files: &[File]) -> Option<Scripts> {
        let (source, _, name) = files.first().filter(|(.., name)| !name.part.goes_down())?;
        let mut scripts = self.file(*source, name.part, self.layout.sections);
        if let Some((source, _, name)) = files.get(1) {
            let own = self.file(*source, name.part, super::sections::whole);
            scripts.down = Some(own.up);
            scripts.comments.extend(own.comments);
        }
        Some(scripts)
    }

    /// What one file holds.
    fn file(&self, source: SourceId, part: Part, cut: fn(&str) -> Vec<Section>) -> Scripts {
        if part.is_code() {
            let comments = comments(self.sources, source, None);
            return Scripts { up: code(self.sources, source), down: None, comments };
        }
        let sections = cut(self.sources.file(source).text()).into_iter();
        let (ups, downs): (Vec<Section>, Vec<Section>) = sections.partition(|section| section.up);
        let (up, met) = self.script(source, &ups);
        let down = (!downs.is_empty()).then(|| self.script(source, &downs).0);
        Scripts { up, down, comments: comments(self.sources, source, met) }
    }

    /// One direction of a file, and the comments of the file, if it is all of it.
    fn script(&self, source: SourceId, sections: &[Section]) -> (Script, Option<Vec<Range<usize>>>) {
        let file = self.sources.file(source);
        let mut statements: Vec<Statement> = Vec::new();
        let mut messages: Vec<Vec<Range<usize>>> = Vec::new();
        let mut comments = None;
        let filler = Filler::of(self.layout.placeholders, file.text(), self.values);
        for section in sections {
            let first = statements.len();
            comments = self.statements(source, section.range.clone(), &filler, &mut statements);
            let all = first..statements.len();
            messages.push(if section.one_message || self.layout.sends != Sends::Statements {
                vec![all]
            } else {
                all.map(|index| index..index + 1).collect()
            });
        }
        let opted_out = self.opted_out.contains(&source)
            || (self.layout.opt_out == OptOut::Flyway && none_can_be_wrapped(&statements));
        let rule = self.layout.framework.transaction;
        let wraps = !opted_out && rule.wraps();
        let units: Vec<Unit> = if self.layout.sends == Sends::Blocks {
            let blocks = messages.into_iter().zip(sections);
            blocks.map(|(messages, block)| Unit { messages, wrapped: wraps && !block.opted_out }).collect()
        } else {
            let wrapped = wraps && !sections.iter().any(|section| section.opted_out);
            vec![Unit { messages: messages.concat(), wrapped }]
        };
        transactions::number(&mut statements, &units);
        let wrapped = units.iter().any(|unit| unit.wrapped);
        let start = sections.first().map_or(0, |section| section.range.start);
        let end = sections.last().map_or(file.text().len(), |section| section.range.end);
        let body = if statements.is_empty() { Body::Empty } else { Body::Works };
        let script =
            Script { span: Span::new(source, start..end), body, wrapped, statements, reliance: None };
        (script, comments)
    }

    /// The statements of a part of a file, after those that are there. Gives its comments, if it is the whole file.
    fn statements(
        &self,
        source: SourceId,
        range: Range<usize>,
        filler: &Filler<'_>,
        statements: &mut Vec<Statement>,
    ) -> Option<Vec<Range<usize>>> {
        let file = self.sources.file(source);
        let filled = filler.fill(range.clone());
        let span = |part: &Range<usize>| {
            let part = filled.written(part);
            Span::new(source, range.start + part.start..range.start + part.end)
        };
        let mut last: Option<Arc<Operation>> = None;
        let comments = sql::lower_each(&filled.text, |statement| {
            make_room(statements, statement.range.end, filled.text.len());
            let sql = &filled.text[statement.range.clone()];
            let unread =
                statement.steps.iter().any(|step| matches!(step.operation, Operation::Unparsed { .. }));
            let doubt = filled.doubt(&statement.range);
            let opaque = if let Some(Doubt::Unknown(name)) = doubt {
                Some(format!("its {name} gets its value from outside the project's files"))
            } else {
                let go = self.layout.placeholders == Placeholders::GoTemplate;
                let is_template = (unread || go) && sql.contains("{{") && sql.contains("}}");
                is_template.then(|| "it is a template, which its tool fills in".to_owned())
            };
            let mut steps: Vec<Step> = Vec::with_capacity(statement.steps.len());
            let known = statement.steps.into_iter().filter(|_| opaque.is_none() || !unread);
            steps.extend(known.map(|step| Step {
                operation: shared(step.operation, &mut last),
                span: span(&step.range),
                certainty: step.certainty,
                target: step.target,
            }));
            // What another file or a query says is not there to be sent.
            let elsewhere = sql.starts_with('\\')
                && statement.rows.is_none()
                && steps
                    .iter()
                    .any(|step| matches!(*step.operation, Operation::Opaque { .. } | Operation::Copy { .. }));
            let rows = statement.rows.as_ref().map(span);
            let span = span(&statement.range);
            let sql = match filled.text {
                _ if opaque.is_some() || elsewhere => Text::default(),
                Cow::Borrowed(_) => file.part(span.range()),
                Cow::Owned(_) => sql.into(),
            };
            steps.extend(opaque.map(|reason| Step::certain(Operation::Opaque { reason }, span)));
            let certainty = match doubt {
                Some(Doubt::Default(name)) => {
                    Certainty::May(format!("the environment has no other value for {name}"))
                }
                _ => Certainty::Certain,
            };
            statements.push(Statement {
                span,
                sql,
                stands_in: false,
                pasted: false,
                steps,
                rows,
                transaction: None,
                certainty,
            });
        });
        let all = matches!(filled.text, Cow::Borrowed(text) if text.len() == file.text().len());
        all.then_some(comments)
    }
}

/// Makes room for the statements of the rest of a text, if they are as long as those so far. Growing by doubling alone
/// would cost a large file twice.
fn make_room(statements: &mut Vec<Statement>, read: usize, all: usize) {
    let count = statements.len() + 1;
    if count > statements.capacity() {
        let rest = all.saturating_sub(read).saturating_mul(count) / read.max(1);
        statements.reserve_exact(rest.min(4 * count) + 1);
    }
}

/// The operation, which is the last one if that is equal.
fn shared(operation: Operation, last: &mut Option<Arc<Operation>>) -> Arc<Operation> {
    let known = last.take().filter(|last| **last == operation);
    last.insert(known.unwrap_or_else(|| Arc::new(operation))).clone()
}

/// Flyway runs a file without a transaction if nothing in it can run in one.
fn none_can_be_wrapped(statements: &[Statement]) -> bool {
    let cannot = |operation: &Operation| match operation {
        Operation::CreateIndex(create) => create.concurrently,
        Operation::DropIndex { concurrently, .. } => *concurrently,
        Operation::Reindex { what, .. } => {
            matches!(what, ReindexTarget::Schema | ReindexTarget::Database | ReindexTarget::System)
        }
        Operation::Other { kind, .. } => {
            let pair = kind.split_once(' ').filter(|(verb, _)| matches!(*verb, "CREATE" | "DROP"));
            pair.is_some_and(|(_, what)| matches!(what, "DATABASE" | "TABLESPACE" | "SUBSCRIPTION"))
                || matches!(*kind, "ALTER SYSTEM" | "VACUUM" | "VACUUM FULL" | "DISCARD")
        }
        _ => false,
    };
    !statements.is_empty()
        && statements.iter().flat_map(|statement| &statement.steps).all(|step| cannot(&step.operation))
}

/// The files of a version that opt out by their name, their beginning, or a file beside them.
pub(super) fn opted_out(
    layout: &Layout,
    tree: &Tree,
    files: &[File],
    sources: &Sources,
) -> BTreeSet<SourceId> {
    let opts_out = |(source, path, _): &&File| match layout.opt_out {
        OptOut::None | OptOut::Section => false,
        OptOut::Beginning(marker) => sources.file(*source).text().starts_with(marker),
        OptOut::Path(part) => path.contains(part),
        OptOut::DieselMetadata => {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let metadata = tree.text(&format!("{folder}/metadata.toml")).and_then(|text| text.parse().ok());
            // A file without the key says false: diesel reads it with serde's default.
            metadata.is_some_and(|table: toml::Table| {
                !table.get("run_in_transaction").and_then(toml::Value::as_bool).unwrap_or(false)
            })
        }
        OptOut::Flyway => tree.text(&format!("{path}.conf")).is_some_and(|conf| {
            let mut settings = conf.lines().filter_map(|line| line.split_once('='));
            settings.any(|(key, value)| key.trim() == "executeInTransaction" && value.trim() == "false")
        }),
    };
    files
        .iter()
        .filter(opts_out)
        .filter(|(.., name)| !name.part.is_code())
        .map(|(source, ..)| *source)
        .collect()
}

/// A migration that is a program: it may do anything.
fn code(sources: &Sources, source: SourceId) -> Script {
    let span = first_line(sources, source);
    let reason = "it is a program, not SQL".to_owned();
    let step = Step::certain(Operation::Opaque { reason }, span);
    let statement = Statement {
        span,
        sql: Text::default(),
        stands_in: false,
        pasted: false,
        steps: vec![step],
        rows: None,
        transaction: None,
        certainty: Certainty::Certain,
    };
    Script {
        span: Span::new(source, 0..sources.file(source).text().len()),
        body: Body::Works,
        wrapped: false,
        statements: vec![statement],
        reliance: None,
    }
}

/// The first line of a file.
pub(super) fn first_line(sources: &Sources, source: SourceId) -> Span {
    let text = sources.file(source).text();
    let first = text.split('\n').next().unwrap_or_default();
    Span::new(source, 0..first.trim_end_matches('\r').len())
}

/// The comments of a file, which may be where its statements were read.
fn comments(sources: &Sources, source: SourceId, met: Option<Vec<Range<usize>>>) -> Vec<Comment> {
    let text = sources.file(source).text();
    met.unwrap_or_else(|| sql::comments(text))
        .into_iter()
        .map(|range| {
            let comment = &text[range.clone()];
            let said = comment.strip_prefix("--").or_else(|| {
                let inner = comment.strip_prefix("/*")?;
                Some(inner.strip_suffix("*/").unwrap_or(inner))
            });
            Comment { span: Span::new(source, range), text: said.unwrap_or(comment).trim().to_owned() }
        })
        .collect()
}
