//! Turns the text of a migration into scripts: statements with what they do, and the transaction that each runs in.

use std::collections::BTreeSet;
use std::ops::Range;

use super::super::layouts::{Layout, OptOut, Sends};
use super::super::tree::Tree;
use super::sections::Section;
use super::{File, transactions};
use crate::history::{Body, Certainty, Comment, Script, Statement, Step, TransactionRule};
use crate::operation::{Operation, ReindexTarget};
use crate::source::{SourceId, Sources, Span};
use crate::sql;

/// Reads the files of one migration.
pub(super) struct Read<'a> {
    pub layout: &'a Layout,
    pub sources: &'a Sources,
    /// Files that run without a transaction, whatever stands in them.
    pub opted_out: &'a BTreeSet<SourceId>,
}

impl Read<'_> {
    /// Both directions of a file.
    pub fn directions(&self, source: SourceId) -> (Script, Option<Script>) {
        let sections = (self.layout.sections)(self.sources.file(source).text());
        let (ups, downs): (Vec<Section>, Vec<Section>) = sections.into_iter().partition(|section| section.up);
        let up = self.script(source, &ups);
        let down = (!downs.is_empty()).then(|| self.script(source, &downs));
        (up, down)
    }

    /// A file that holds one direction, whichever it is.
    pub fn only(&self, source: SourceId) -> Script {
        let sections = super::sections::whole(self.sources.file(source).text());
        self.script(source, &sections)
    }

    fn script(&self, source: SourceId, sections: &[Section]) -> Script {
        let file = self.sources.file(source);
        let mut statements: Vec<Statement> = Vec::new();
        let mut messages: Vec<Vec<usize>> = Vec::new();
        for section in sections {
            let first = statements.len();
            statements.extend(self.statements(source, section.range.clone()));
            if section.one_message || self.layout.sends == Sends::Script {
                messages.push((first..statements.len()).collect());
            } else {
                messages.extend((first..statements.len()).map(|index| vec![index]));
            }
        }
        let opted_out = self.opted_out.contains(&source)
            || sections.iter().any(|section| section.opted_out)
            || (self.layout.opt_out == OptOut::Flyway && none_can_be_wrapped(&statements));
        let rule = self.layout.framework.transaction;
        let wraps = matches!(rule, TransactionRule::AllPending | TransactionRule::PerMigration);
        transactions::number(&mut statements, &messages, wraps && !opted_out);
        let start = sections.first().map_or(0, |section| section.range.start);
        let end = sections.last().map_or(file.text().len(), |section| section.range.end);
        let body = if statements.is_empty() { Body::Empty } else { Body::Works };
        Script { span: Span::new(source, start..end), body, statements }
    }

    fn statements(&self, source: SourceId, range: Range<usize>) -> Vec<Statement> {
        let text = &self.sources.file(source).text()[range.clone()];
        let readable =
            if self.layout.opt_out == OptOut::Flyway { without_placeholders(text) } else { text.to_owned() };
        let span = |part: Range<usize>| Span::new(source, range.start + part.start..range.start + part.end);
        let lowered = sql::lower(&readable).into_iter();
        lowered
            .map(|statement| Statement {
                span: span(statement.range.clone()),
                sql: text[statement.range].to_owned(),
                steps: statement
                    .steps
                    .into_iter()
                    .map(|step| Step {
                        operation: step.operation,
                        span: span(step.range),
                        certainty: step.certainty,
                    })
                    .collect(),
                transaction: None,
                certainty: Certainty::Certain,
            })
            .collect()
    }
}

/// `${schema}` as a name of the same length, so that what stands around it can be read, at its place.
fn without_placeholders(text: &str) -> String {
    let mut out = text.to_owned();
    let mut from = 0;
    while let Some(start) = out[from..].find("${").map(|at| from + at) {
        let Some(end) = out[start..].find('}').map(|at| start + at + 1) else { break };
        let name = &out[start + 2..end - 1];
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.:".contains(c)) {
            from = start + 2;
            continue;
        }
        let word: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        out.replace_range(start..end, &format!("p_{word}_"));
        from = end;
    }
    out
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
        OptOut::FirstLine(word) => {
            let first = sources.file(*source).text().lines().next().unwrap_or_default();
            first.strip_prefix("--!").is_some_and(|rest| rest.trim_start().starts_with(word))
        }
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
pub(super) fn code(sources: &Sources, source: SourceId) -> Script {
    let span = first_line(sources, source);
    let reason = "it is a program, not SQL".to_owned();
    let step = Step::certain(Operation::Opaque { reason }, span);
    let certainty = Certainty::Certain;
    let statement = Statement { span, sql: String::new(), steps: vec![step], transaction: None, certainty };
    Script {
        span: Span::new(source, 0..sources.file(source).text().len()),
        body: Body::Works,
        statements: vec![statement],
    }
}

/// The first line of a file.
pub(super) fn first_line(sources: &Sources, source: SourceId) -> Span {
    Span::new(source, sources.file(source).line_range(std::num::NonZeroUsize::MIN))
}

/// The comments of a file.
pub(super) fn comments(sources: &Sources, source: SourceId) -> Vec<Comment> {
    let text = sources.file(source).text();
    let comments = sql::comments(text).into_iter();
    comments
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
