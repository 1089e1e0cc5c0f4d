//! The report for people: the author's own lines with a caret, what is wrong, what to write instead, and a last line
//! that counts. Refuses to know whether anybody is at a terminal.

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{count, printable, provenance};
use crate::finding::{Finding, Report, Severity};
use crate::source::{SourceId, Span};

/// Columns that a line of source may take before it is cut around its caret: the same everywhere, so that the same
/// input gives the same text.
const WIDTH: usize = 120;

/// Without colours.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    write_with(report, &Renderer::plain().term_width(WIDTH), out)
}

/// With ANSI colours.
pub fn write_coloured(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    write_with(report, &Renderer::styled().term_width(WIDTH), out)
}

fn write_with(report: &Report, renderer: &Renderer, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        write_finding(report, finding, renderer, out)?;
    }
    for remark in &report.remarks {
        writeln!(out, "note: {remark}")?;
    }
    if !report.remarks.is_empty() {
        writeln!(out)?;
    }
    writeln!(out, "{}", conclusion(report))?;
    if !report.findings.is_empty() {
        writeln!(out, "`mig-check explain RULE` says more; the rule stands in brackets above")?;
        let fixable = report.findings.iter().filter(|finding| finding.fix.is_some()).count();
        if fixable > 0 {
            writeln!(out, "`mig-check fix --diff` shows rewrites for {fixable} of them")?;
        }
    }
    Ok(())
}

fn write_finding(
    report: &Report,
    finding: &Finding,
    renderer: &Renderer,
    out: &mut dyn Write,
) -> io::Result<()> {
    let title = level(finding.severity).primary_title(printable(&finding.message)).id(finding.rule.id);
    let mut primary = Group::with_title(title);
    for snippet in snippets(report, finding) {
        primary = primary.element(snippet);
    }
    for note in provenance(finding).iter().chain(&finding.notes) {
        primary = primary.element(Level::NOTE.message(printable(note)));
    }
    let mut groups = vec![primary];
    if let Some(help) = &finding.help {
        groups.push(Group::with_title(Level::HELP.secondary_title(printable(&help.text))));
    }
    writeln!(out, "{}", renderer.render(&groups))?;
    // The code stands outside the frame, so that it can be pasted.
    if let Some(help) = finding.help.as_ref().filter(|help| !help.code.is_empty()) {
        writeln!(out)?;
        for line in printable(&help.code).lines() {
            writeln!(out, "{}", format!("    {line}").trim_end())?;
        }
    }
    writeln!(out)
}

/// The finding's own file first, then each other file that explains it.
fn snippets<'a>(
    report: &'a Report,
    finding: &'a Finding,
) -> Vec<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let places: Vec<(AnnotationKind, Span, &str)> =
        std::iter::once((AnnotationKind::Primary, finding.span, finding.label.as_str()))
            .chain(finding.related.iter().map(|l| (AnnotationKind::Context, l.span, l.text.as_str())))
            .collect();
    let mut files: Vec<SourceId> = Vec::new();
    for (_, span, _) in &places {
        if !files.contains(&span.source) {
            files.push(span.source);
        }
    }
    files
        .into_iter()
        .map(|source| {
            let here = places.iter().filter(move |(_, span, _)| span.source == source);
            let file = report.sources.file(source);
            let (first, window) = window(report, source, here.clone().map(|(_, span, _)| *span));
            let annotations = here.map(|(kind, span, label)| {
                let clipped = visible(report, *span);
                let text = Some(printable(label)).filter(|label| !label.is_empty());
                kind.span(clipped.start - window.start..clipped.end - window.start).label(text)
            });
            Snippet::source(&file.text()[window.clone()])
                .line_start(first.get())
                .path(file.display_path())
                .annotations(annotations)
        })
        .collect()
}

/// The whole lines from the first to the last place, so that a large file costs no more than they do.
fn window(
    report: &Report,
    source: SourceId,
    spans: impl Iterator<Item = Span> + Clone,
) -> (NonZeroUsize, Range<usize>) {
    let file = report.sources.file(source);
    let line = |offset: usize| file.position(offset).line;
    let first = spans.clone().map(|span| line(span.start)).min().unwrap_or(NonZeroUsize::MIN);
    let last = spans.map(|span| line(visible(report, span).end)).max().unwrap_or(first);
    (first, file.line_range(first).start..file.line_range(last).end)
}

/// What of a place is underlined: its first line, if it has several. A statement of forty lines is recognised by that.
fn visible(report: &Report, span: Span) -> Range<usize> {
    let file = report.sources.file(span.source);
    let line = file.line_range(file.position(span.start).line);
    let start = span.start.min(file.text().len());
    start..span.end.min(line.end).max(start)
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info | Severity::Off => Level::INFO,
    }
}

/// `2 errors, 1 warning in 14 migrations of 2 projects; 1 finding allowed`.
fn conclusion(report: &Report) -> String {
    let counted: Vec<String> = [Severity::Error, Severity::Warning, Severity::Info]
        .into_iter()
        .map(|severity| (severity, report.count(severity)))
        .filter(|(_, number)| *number > 0)
        .map(|(severity, number)| match severity {
            Severity::Info => format!("{number} info"),
            _ => count(number, severity.name()),
        })
        .collect();
    let found = counted.join(", ");
    let totals = report.totals;
    let mut text = match (totals.checked, &*found) {
        (0, "") if totals.migrations > 0 => "No migration checked".to_owned(),
        (0, _) if totals.migrations > 0 => format!("{found}; no migration checked"),
        (checked, "") => format!("Nothing found in {}", count(checked, "migration")),
        (checked, _) => format!("{found} in {}", count(checked, "migration")),
    };
    if totals.projects > 1 {
        text.push_str(&format!(" of {}", count(totals.projects, "project")));
    }
    if totals.checked < totals.migrations {
        text.push_str(&format!(" ({} read)", totals.migrations));
    }
    if totals.opaque > 0 {
        text.push_str(&format!("; {} not known without running", count(totals.opaque, "step")));
    }
    let allowed: usize = report.allowed.values().sum();
    if allowed > 0 {
        text.push_str(&format!("; {} allowed", count(allowed, "finding")));
    }
    text
}
