//! The report for programs. The structures below are its schema; `version` grows when a field changes its meaning
//! or goes, not when one is added.

mod read;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use crate::finding::{Case, Direction, Evidence, Finding, Report, Suite};
use crate::source::Span;

pub use read::{Unreadable, read};

const VERSION: u32 = 1;

/// One object, indented by two, with a final line break.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let whole = Whole {
        version: VERSION,
        findings: report.findings.iter().map(|finding| self::finding(report, finding)).collect(),
        cases: report.cases.iter().map(case).collect(),
        allowed: report.allowed.iter().map(|(rule, count)| (Cow::from(*rule), *count)).collect(),
        remarks: Cow::from(&report.remarks),
        totals: Totals {
            projects: report.totals.projects,
            migrations: report.totals.migrations,
            checked: report.totals.checked,
            opaque: report.totals.opaque,
        },
        shard: report.shard.map(|shard| Cow::from(shard.to_string())),
        incomplete: report.incomplete,
    };
    serde_json::to_writer_pretty(&mut *out, &whole)?;
    writeln!(out)
}

#[derive(Serialize, Deserialize)]
struct Whole<'a> {
    version: u32,
    findings: Vec<JsonFinding<'a>>,
    /// What was checked, found good or not.
    cases: Vec<JsonCase<'a>>,
    /// Findings that were silenced, by rule.
    allowed: BTreeMap<Cow<'a, str>, usize>,
    remarks: Cow<'a, [String]>,
    totals: Totals,
    /// As `2/4`, if this is a part of the round trip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shard: Option<Cow<'a, str>>,
    /// Whether something that was asked for could not be done.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    incomplete: bool,
}

#[derive(Serialize, Deserialize)]
struct Totals {
    projects: usize,
    migrations: usize,
    checked: usize,
    opaque: usize,
}

#[derive(Serialize, Deserialize)]
struct JsonFinding<'a> {
    rule: Cow<'a, str>,
    /// `error`, `warning` or `info`.
    severity: Cow<'a, str>,
    /// Whether it makes the run fail.
    fails: bool,
    /// `lint` or `roundtrip`.
    evidence: Cow<'a, str>,
    message: Cow<'a, str>,
    place: Place,
    label: Cow<'a, str>,
    related: Vec<Related<'a>>,
    notes: Cow<'a, [String]>,
    help: Option<Help<'a>>,
    /// What `mig-check fix` does about it.
    fix: Option<JsonFix<'a>>,
    project: Option<Cow<'a, str>>,
    migration: Option<Cow<'a, str>>,
    /// `up`, `down` or null.
    direction: Option<Cow<'a, str>>,
    leg: Option<Cow<'a, str>>,
    /// The versions of PostgreSQL that it was met on, if the round trip ran on several.
    #[serde(default, skip_serializing_if = "<[u16]>::is_empty")]
    postgres: Cow<'a, [u16]>,
}

/// Lines and columns count from one, columns in characters; the end is the first character after the place.
#[derive(Serialize, Deserialize)]
struct Place {
    path: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize, Deserialize)]
struct Related<'a> {
    place: Place,
    text: Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
struct Help<'a> {
    text: Cow<'a, str>,
    code: Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
struct JsonFix<'a> {
    /// Of one file; they do not overlap.
    edits: Vec<JsonEdit<'a>>,
    /// SQL for a later migration, or empty.
    later: Cow<'a, str>,
    /// The rule that it is for, where that is only a note of the finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<Cow<'a, str>>,
}

#[derive(Serialize, Deserialize)]
struct JsonEdit<'a> {
    place: Place,
    text: Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
struct JsonCase<'a> {
    suite: Cow<'a, str>,
    project: Cow<'a, str>,
    migration: Option<Cow<'a, str>>,
    leg: Option<Cow<'a, str>>,
    /// The version of PostgreSQL, if the round trip ran on several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    postgres: Option<u16>,
    /// Why it was not checked after all.
    skipped: Option<Cow<'a, str>>,
}

fn finding<'a>(report: &Report, finding: &'a Finding) -> JsonFinding<'a> {
    let related = |label: &'a crate::finding::Label| Related {
        place: place(report, label.span),
        text: (&label.text).into(),
    };
    JsonFinding {
        rule: finding.rule.id.into(),
        severity: finding.severity.name().into(),
        fails: report.fails(finding),
        evidence: match finding.rule.evidence {
            Evidence::Lint => "lint".into(),
            Evidence::RoundTrip => "roundtrip".into(),
        },
        message: (&finding.message).into(),
        place: place(report, finding.span),
        label: (&finding.label).into(),
        related: finding.related.iter().map(related).collect(),
        notes: (&finding.notes).into(),
        help: finding.help.as_ref().map(|help| Help { text: (&help.text).into(), code: (&help.code).into() }),
        fix: finding.fix.as_ref().map(|fix| JsonFix {
            edits: fix
                .edits
                .iter()
                .map(|edit| JsonEdit { place: place(report, edit.span), text: (&edit.text).into() })
                .collect(),
            later: (&fix.later).into(),
            note: fix.note.map(Cow::from),
        }),
        project: finding.migration.as_ref().map(|key| key.project.as_str().into()),
        migration: finding.migration.as_ref().map(|key| key.id.as_str().into()),
        direction: finding.direction.map(|direction| match direction {
            Direction::Up => "up".into(),
            Direction::Down => "down".into(),
        }),
        leg: finding.leg.map(|leg| leg.name().into()),
        postgres: (&finding.postgres).into(),
    }
}

fn case(case: &Case) -> JsonCase<'_> {
    JsonCase {
        suite: match case.suite {
            Suite::Lint => "lint".into(),
            Suite::RoundTrip => "roundtrip".into(),
        },
        project: (&case.project).into(),
        migration: case.migration.as_deref().map(Cow::from),
        leg: case.leg.map(|leg| leg.name().into()),
        postgres: case.postgres,
        skipped: case.skipped.as_deref().map(Cow::from),
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
