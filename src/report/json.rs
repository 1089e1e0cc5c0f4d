//! The report for programs. The structures below are its schema; `version` grows when a field changes its meaning
//! or goes, not when one is added.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::finding::{Case, Direction, Evidence, Finding, Report, Suite};
use crate::source::Span;

const VERSION: u32 = 1;

/// One object, indented by two, with a final line break.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let whole = Whole {
        version: VERSION,
        findings: report.findings.iter().map(|finding| self::finding(report, finding)).collect(),
        cases: report.cases.iter().map(case).collect(),
        allowed: &report.allowed,
        remarks: &report.remarks,
        totals: Totals {
            projects: report.totals.projects,
            migrations: report.totals.migrations,
            checked: report.totals.checked,
            opaque: report.totals.opaque,
        },
    };
    serde_json::to_writer_pretty(&mut *out, &whole)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Whole<'a> {
    version: u32,
    findings: Vec<JsonFinding<'a>>,
    /// What was checked, found good or not.
    cases: Vec<JsonCase<'a>>,
    /// Findings that were silenced, by rule.
    allowed: &'a BTreeMap<&'static str, usize>,
    remarks: &'a [String],
    totals: Totals,
}

#[derive(Serialize)]
struct Totals {
    projects: usize,
    migrations: usize,
    checked: usize,
    opaque: usize,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    rule: &'static str,
    /// `error`, `warning` or `info`.
    severity: &'static str,
    /// Whether it makes the run fail.
    fails: bool,
    /// `lint` or `roundtrip`.
    evidence: &'static str,
    message: &'a str,
    place: Place,
    label: &'a str,
    related: Vec<Related<'a>>,
    notes: &'a [String],
    help: Option<Help<'a>>,
    /// What `mig-check fix` does about it.
    fix: Option<JsonFix<'a>>,
    project: Option<&'a str>,
    migration: Option<&'a str>,
    /// `up`, `down` or null.
    direction: Option<&'static str>,
    leg: Option<&'static str>,
    /// The versions of PostgreSQL that it was met on, if the round trip ran on several.
    #[serde(skip_serializing_if = "<[u16]>::is_empty")]
    postgres: &'a [u16],
}

/// Lines and columns count from one, columns in characters; the end is the first character after the place.
#[derive(Serialize)]
struct Place {
    path: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
struct Related<'a> {
    place: Place,
    text: &'a str,
}

#[derive(Serialize)]
struct Help<'a> {
    text: &'a str,
    code: &'a str,
}

#[derive(Serialize)]
struct JsonFix<'a> {
    /// Of one file; they do not overlap.
    edits: Vec<JsonEdit<'a>>,
    /// SQL for a later migration, or empty.
    later: &'a str,
}

#[derive(Serialize)]
struct JsonEdit<'a> {
    place: Place,
    text: &'a str,
}

#[derive(Serialize)]
struct JsonCase<'a> {
    suite: &'static str,
    project: &'a str,
    migration: Option<&'a str>,
    leg: Option<&'static str>,
    /// The version of PostgreSQL, if the round trip ran on several.
    #[serde(skip_serializing_if = "Option::is_none")]
    postgres: Option<u16>,
    /// Why it was not checked after all.
    skipped: Option<&'a str>,
}

fn finding<'a>(report: &Report, finding: &'a Finding) -> JsonFinding<'a> {
    let related =
        |label: &'a crate::finding::Label| Related { place: place(report, label.span), text: &label.text };
    JsonFinding {
        rule: finding.rule.id,
        severity: finding.severity.name(),
        fails: report.fails(finding),
        evidence: match finding.rule.evidence {
            Evidence::Lint => "lint",
            Evidence::RoundTrip => "roundtrip",
        },
        message: &finding.message,
        place: place(report, finding.span),
        label: &finding.label,
        related: finding.related.iter().map(related).collect(),
        notes: &finding.notes,
        help: finding.help.as_ref().map(|help| Help { text: &help.text, code: &help.code }),
        fix: finding.fix.as_ref().map(|fix| JsonFix {
            edits: fix
                .edits
                .iter()
                .map(|edit| JsonEdit { place: place(report, edit.span), text: &edit.text })
                .collect(),
            later: &fix.later,
        }),
        project: finding.migration.as_ref().map(|key| key.project.as_str()),
        migration: finding.migration.as_ref().map(|key| key.id.as_str()),
        direction: finding.direction.map(|direction| match direction {
            Direction::Up => "up",
            Direction::Down => "down",
        }),
        leg: finding.leg.map(|leg| leg.name()),
        postgres: &finding.postgres,
    }
}

fn case(case: &Case) -> JsonCase<'_> {
    JsonCase {
        suite: match case.suite {
            Suite::Lint => "lint",
            Suite::RoundTrip => "roundtrip",
        },
        project: &case.project,
        migration: case.migration.as_deref(),
        leg: case.leg.map(|leg| leg.name()),
        postgres: case.postgres,
        skipped: case.skipped.as_deref(),
    }
}

fn place(report: &Report, span: Span) -> Place {
    let start = report.sources.position(span);
    let end = report.sources.end_position(span);
    Place {
        path: report.sources.file(span.source).display_path(),
        line: start.line.get(),
        column: start.column.get(),
        end_line: end.line.get(),
        end_column: end.column.get(),
    }
}
