//! Takes away what allow comments allow, and finds fault with those that allow nothing, say no reason or name no rule.
//! Refuses to know how a finding was found.
//!
//! `mig-check: allow(rule-id, rule-id) the reason` stands in a comment on a line of the statement, in the comment
//! lines directly above it, or before the first statement of the file and apart from it, for the whole file.
//! `allow-start(…) the reason` and `allow-end` stand around what they allow. `others` knows other tools' comments.

mod comment;
mod others;
mod tools;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::ops::RangeInclusive;

use super::rules::malformed_allow::Fault;
use super::rules::{allow_without_reason, malformed_allow, unknown_rule, unused_allow};
use super::{Draft, Rule, Settings};
use crate::finding::{Evidence, Finding, MigrationKey, RuleInfo, Severity};
use crate::history::{Comment, Project, Scope};
use crate::source::{SourceId, Sources, Span};
use comment::{Manners, Reach, Said};

/// Findings after the allow comments.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What is left, and what is wrong with the comments themselves.
    pub findings: Vec<Finding>,
    /// How many findings were allowed, by rule.
    pub allowed: BTreeMap<&'static str, usize>,
}

/// What must be known to tell an allow comment that allows nothing from one that was not put to the test.
#[derive(Clone, Copy, Debug)]
pub struct Ran<'a> {
    /// All rules that there are.
    pub known: &'a [&'static RuleInfo],
    /// Which halves of the program ran.
    pub evidence: &'a [Evidence],
    /// The migrations that were judged.
    pub scope: &'a Scope,
    /// The severities of the run.
    pub settings: &'a Settings,
}

/// Takes away the findings of one project that its comments allow.
pub fn apply(findings: Vec<Finding>, project: &Project, sources: &Sources, ran: Ran<'_>) -> Outcome {
    let allows = Allows::read(project, sources);
    let mut outcome = Outcome::default();
    for finding in findings {
        if allows.cover(finding.rule.id, finding.span) {
            *outcome.allowed.entry(finding.rule.id).or_default() += 1;
        } else {
            outcome.findings.push(finding);
        }
    }
    outcome.findings.extend(allows.faults(project, ran));
    outcome
}

/// All allow comments of a project.
pub struct Allows<'a> {
    sources: &'a Sources,
    allows: Vec<Allow>,
    malformed: Vec<(usize, Span, Fault)>,
    /// Spans of the statements of the migrations that have such comments.
    statements: Vec<Span>,
}

struct Allow {
    migration: usize,
    span: Span,
    rules: Vec<(String, Cell<bool>)>,
    manners: Manners,
    /// Lines that it speaks of.
    lines: RangeInclusive<usize>,
    /// Whether it speaks of the whole file.
    whole_file: bool,
    /// Whether it stands before or at the first statement, so that it also speaks of the migration as a whole.
    heads: bool,
}

/// What decides of what a comment speaks.
struct Surroundings {
    /// The last lines of the comments before which nothing stands on their line, by file and first line.
    alone: BTreeMap<(SourceId, usize), usize>,
    /// The lines of the first statement of each file.
    first: BTreeMap<SourceId, RangeInclusive<usize>>,
}

impl Allow {
    fn is_own(&self) -> bool {
        matches!(self.manners, Manners::Own { .. })
    }
}

impl<'a> Allows<'a> {
    /// Reads the comments of all migrations.
    pub fn read(project: &Project, sources: &'a Sources) -> Self {
        let mut allows = Self { sources, allows: Vec::new(), malformed: Vec::new(), statements: Vec::new() };
        for (index, migration) in project.migrations.iter().enumerate() {
            let said = migration.comments.iter().map(|comment| (comment, comment::read(&comment.text)));
            let said: Vec<_> = said.filter(|(_, said)| !matches!(said, Said::Nothing)).collect();
            if !said.is_empty() {
                let statements = migration.scripts().flat_map(|script| &script.statements);
                allows.statements.extend(statements.map(|statement| statement.span));
                allows.read_comments(index, said, &migration.comments);
            }
        }
        allows
    }

    fn read_comments(&mut self, migration: usize, said: Vec<(&Comment, Said)>, comments: &[Comment]) {
        let surroundings = self.surroundings(comments);
        // Blocks that are open, innermost last.
        let mut open: Vec<Allow> = Vec::new();
        for (comment, said) in said {
            match said {
                Said::Nothing => {}
                Said::Malformed => self.malformed.push((migration, comment.span, Fault::Unreadable)),
                Said::Allow { rules, reach, manners } => {
                    let rules = rules.into_iter().map(|rule| (rule, Cell::new(false))).collect();
                    let lines = self.lines(comment.span);
                    let span = comment.span;
                    let allow =
                        Allow { migration, span, rules, manners, lines, whole_file: false, heads: false };
                    match reach {
                        Reach::Statement => self.allows.push(self.placed(allow, &surroundings)),
                        Reach::File => self.allows.push(Allow { whole_file: true, heads: true, ..allow }),
                        Reach::Start => open.push(allow),
                    }
                }
                Said::End(manners) => {
                    let own = matches!(manners, Manners::Own { .. });
                    let started = open
                        .iter()
                        .rposition(|allow| allow.is_own() == own && allow.span.source == comment.span.source);
                    match started.map(|index| open.remove(index)) {
                        Some(allow) => {
                            let lines = *allow.lines.start()..=*self.lines(comment.span).end();
                            self.allows.push(Allow { lines, ..allow });
                        }
                        None if own => self.malformed.push((migration, comment.span, Fault::Beginless)),
                        None => {}
                    }
                }
            }
        }
        let endless = open.iter().filter(|allow| allow.is_own());
        self.malformed.extend(endless.map(|allow| (migration, allow.span, Fault::Endless)));
    }

    fn surroundings(&self, comments: &[Comment]) -> Surroundings {
        let spans = comments.iter().map(|comment| comment.span).filter(|span| self.stands_alone(*span));
        let mut first: BTreeMap<SourceId, Span> = BTreeMap::new();
        for span in &self.statements {
            let first = first.entry(span.source).or_insert(*span);
            *first = std::cmp::min_by_key(*first, *span, |span| span.start);
        }
        Surroundings {
            alone: spans
                .map(|span| ((span.source, *self.lines(span).start()), *self.lines(span).end()))
                .collect(),
            first: first.into_iter().map(|(source, span)| (source, self.lines(span))).collect(),
        }
    }

    fn stands_alone(&self, comment: Span) -> bool {
        let file = self.sources.file(comment.source);
        let line = file.line_range(NonZeroUsize::MIN.saturating_add(self.lines(comment).start() - 1));
        file.text()[line.start..comment.start.max(line.start)].trim().is_empty()
    }

    /// Finds what a comment speaks of that speaks of a statement, or of the file before its first statement.
    fn placed(&self, allow: Allow, surroundings: &Surroundings) -> Allow {
        let source = allow.span.source;
        let mut last = *allow.lines.end();
        if self.stands_alone(allow.span) {
            while let Some(end) = surroundings.alone.get(&(source, last + 1)) {
                last = *end;
            }
            last += 1;
        }
        let lines = *allow.lines.start()..=last;
        let first = surroundings.first.get(&source);
        let before = first.is_none_or(|first| lines.start() < first.start());
        let touches = first.is_some_and(|first| overlap(first, &lines));
        Allow { lines, whole_file: before && !touches, heads: before || touches, ..allow }
    }

    fn lines(&self, span: Span) -> RangeInclusive<usize> {
        let end = Span::new(span.source, span.start..span.end.saturating_sub(1).max(span.start));
        self.sources.position(span).line.get()..=self.sources.end_position(end).line.get()
    }

    /// Whether a comment allows findings of a rule at a place; it is remembered as used.
    pub fn cover(&self, rule: &str, span: Span) -> bool {
        let of_file = || self.allows.iter().filter(|allow| allow.span.source == span.source);
        if of_file().next().is_none() {
            return false;
        }
        let statement = self.statements.iter().find(|statement| statement.contains(span));
        let lines = self.lines(*statement.unwrap_or(&span));
        let mut covered = false;
        for allow in of_file() {
            let speaks_of_it =
                allow.whole_file || overlap(&allow.lines, &lines) || (allow.heads && statement.is_none());
            for (_, used) in allow.rules.iter().filter(|(id, _)| speaks_of_it && id == rule) {
                used.set(true);
                covered = true;
            }
        }
        covered
    }

    fn faults(&self, project: &Project, ran: Ran<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        let mut report = |rule: &'static Rule, draft: Draft, migration: usize, span: Span| {
            let severity = ran.settings.severity(&rule.info, Some(migration));
            if severity == Severity::Off || !ran.scope.checked.contains(&migration) {
                return;
            }
            found.push(Finding {
                rule: &rule.info,
                severity,
                message: draft.message,
                span,
                label: draft.label,
                related: draft.related,
                notes: draft.notes,
                help: draft.help,
                fix: draft.fix,
                migration: Some(MigrationKey {
                    project: project.root.clone(),
                    id: project.migrations[migration].id.clone(),
                }),
                direction: None,
                leg: None,
                postgres: Vec::new(),
            });
        };
        for (migration, span, fault) in &self.malformed {
            report(&malformed_allow::RULE, malformed_allow::draft(*fault), *migration, *span);
        }
        for allow in &self.allows {
            let Manners::Own { has_reason } = allow.manners else { continue };
            if !has_reason {
                let ids: Vec<&str> = allow.rules.iter().map(|(id, _)| id.as_str()).collect();
                let draft = allow_without_reason::draft(&ids.join(", "));
                report(&allow_without_reason::RULE, draft, allow.migration, allow.span);
            }
            for (id, used) in &allow.rules {
                match ran.known.iter().find(|info| info.id == id) {
                    None => {
                        let draft = unknown_rule::draft(id, ran.known);
                        report(&unknown_rule::RULE, draft, allow.migration, allow.span);
                    }
                    Some(info)
                        if !used.get()
                            && ran.evidence.contains(&info.evidence)
                            && ran.settings.severity(info, Some(allow.migration)) > Severity::Off =>
                    {
                        report(&unused_allow::RULE, unused_allow::draft(id), allow.migration, allow.span);
                    }
                    Some(_) => {}
                }
            }
        }
        found
    }
}

fn overlap(a: &RangeInclusive<usize>, b: &RangeInclusive<usize>) -> bool {
    a.start() <= b.end() && b.start() <= a.end()
}
