//! Workflow commands that GitHub turns into annotations on the lines of a pull request. Refuses to speak to GitHub.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{count, details, place, printable};
use crate::finding::{Finding, Report, Severity};

/// GitHub shows that many annotations of one level for a step and drops the rest.
const SHOWN_PER_LEVEL: usize = 10;

/// One annotation a finding, up to what GitHub shows; the rest as plain lines of the log, and a count of them.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut written: BTreeMap<Severity, usize> = BTreeMap::new();
    let mut rest = Vec::new();
    for finding in &report.findings {
        let number = written.entry(finding.severity).or_default();
        if *number < SHOWN_PER_LEVEL {
            *number += 1;
            annotate(report, finding, out)?;
        } else {
            rest.push(finding);
        }
    }
    for finding in &rest {
        let line = format!(
            "{} {}[{}]: {}",
            place(report, finding),
            finding.severity.name(),
            finding.rule.id,
            finding.message
        );
        writeln!(out, "{}", one_line(&line))?;
    }
    if !rest.is_empty() {
        let verb = if rest.len() == 1 { "stands" } else { "stand" };
        writeln!(
            out,
            "{} more {verb} in the log above: GitHub shows {SHOWN_PER_LEVEL} annotations of a level",
            count(rest.len(), "finding")
        )?;
    }
    for remark in &report.remarks {
        writeln!(out, "note: {}", one_line(remark))?;
    }
    Ok(())
}

fn annotate(report: &Report, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Off => "notice",
    };
    let start = report.sources.position(finding.span);
    let end = report.sources.end_position(finding.span);
    let file = property(&report.sources.file(finding.span.source).display_path());
    write!(out, "::{command} file={file},line={},endLine={}", start.line, end.line)?;
    // GitHub takes columns only within one line.
    if start.line == end.line {
        write!(out, ",col={},endColumn={}", start.column, end.column)?;
    }
    let mut text = printable(&finding.message);
    for line in details(finding) {
        text.push('\n');
        text.push_str(&line);
    }
    writeln!(out, ",title={}::{}", property(finding.rule.id), message(&text))
}

/// A line that cannot begin another one.
fn one_line(text: &str) -> String {
    printable(text).replace('\n', " ")
}

/// Escapes the text of a command.
fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a command's property.
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}
