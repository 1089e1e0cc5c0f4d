//! Prints a report. A format is one file, one row of [`FORMATS`] and one golden file; none knows how anything was
//! found. The same report gives the same bytes: no clock, no absolute path, no order of a hash.

pub mod github;
pub mod json;
pub mod junit;
pub mod text;

use std::io::{self, Write};

use crate::finding::{Finding, Report, listed};

/// Writes a whole report.
pub type WriteReport = fn(&Report, &mut dyn Write) -> io::Result<()>;

/// A way to print a report.
#[derive(Debug)]
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is for, without a full stop.
    pub summary: &'static str,
    /// Writes it.
    pub write: WriteReport,
    /// Writes it with ANSI colours, where the format has any.
    pub write_coloured: Option<WriteReport>,
}

/// Every format.
pub const FORMATS: &[Format] = &[
    Format {
        name: "text",
        summary: "for people: your code, what is wrong, what to write instead",
        write: text::write,
        write_coloured: Some(text::write_coloured),
    },
    Format {
        name: "github",
        summary: "annotations on a GitHub pull request",
        write: github::write,
        write_coloured: None,
    },
    Format {
        name: "junit",
        summary: "JUnit XML: a test case for each migration and leg",
        write: junit::write,
        write_coloured: None,
    },
    Format {
        name: "json",
        summary: "for programs: everything that is known",
        write: json::write,
        write_coloured: None,
    },
];

/// The format of a name.
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// Where a finding stands: `migrations/0003.sql:2:1`.
fn place(report: &Report, finding: &Finding) -> String {
    let position = report.sources.position(finding.span);
    let path = report.sources.file(finding.span.source).display_path();
    format!("{path}:{}:{}", position.line, position.column)
}

/// `1 error`, `2 errors`.
fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

/// Text that cannot steer a terminal: what a file's author wrote may hold any character.
fn printable(text: &str) -> String {
    text.replace(|c: char| c.is_control() && !matches!(c, '\n' | '\t'), "\u{fffd}")
}

/// Everything that a finding says beside its message and place, a line each; the code of the help last.
fn details(finding: &Finding) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    lines.extend(Some(finding.label.as_str()).filter(|label| !label.is_empty()).map(str::to_owned));
    lines.extend(provenance(finding));
    lines.extend(finding.notes.iter().map(|note| format!("note: {note}")));
    if let Some(help) = &finding.help {
        lines.push(format!("help: {}", help.text));
        lines.extend(help.code.lines().map(|line| format!("    {line}").trim_end().to_owned()));
    }
    lines.iter().map(|line| printable(line)).collect()
}

/// How a finding of the round trip was met.
fn provenance(finding: &Finding) -> Option<String> {
    let leg = finding.leg?;
    let versions = match finding.postgres[..] {
        [] => String::new(),
        [only] => format!(", on PostgreSQL {only} only"),
        _ => format!(", on PostgreSQL {}", listed(&finding.postgres)),
    };
    Some(match &finding.migration {
        Some(key) => format!("Seen on a real server: {}, leg \"{}\"{versions}", key.id, leg.name()),
        None => format!("Seen on a real server: leg \"{}\"{versions}", leg.name()),
    })
}
