//! Reads reports in JSON back, so that several can become one. Refuses to know where they come from, and how files are
//! read.

use std::num::NonZeroUsize;

use super::{JsonCase, JsonFinding, Place, VERSION, Whole};
use crate::finding::{
    Case, Direction, Finding, Fix, Help, Label, Leg, MigrationKey, Report, RuleInfo, Severity, Shard, Suite,
    Totals,
};
use crate::source::{Edit, Position, SourceId, Sources, Span};

/// Why a text is no report that can be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// No JSON, or not of this form.
    #[error("it is no report of mig-check in JSON: {0}")]
    Form(#[from] serde_json::Error),
    /// Written in another form.
    #[error("it has version {0} of the format, this mig-check reads version {VERSION}")]
    Version(u32),
    /// It names what this program does not know.
    #[error(
        "it names the {what} {name}, which this mig-check does not know: was it written by another version?"
    )]
    Unknown {
        /// What it is.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// A file that a finding stands in cannot be read.
    #[error("a finding stands in {path}, which cannot be read: {source}")]
    File {
        /// The path.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
}

/// Finds the file of a path that a report names.
pub type FindFile<'a> = dyn FnMut(&mut Sources, &str) -> std::io::Result<SourceId> + 'a;

/// Reads one report into `report`, beside what that holds already. What both say is said once.
///
/// # Errors
/// When the text is no such report, or names rules or files that are not there.
pub fn read(
    text: &str,
    rules: &[&'static RuleInfo],
    report: &mut Report,
    find: &mut FindFile<'_>,
) -> Result<(), Unreadable> {
    let value: serde_json::Value = serde_json::from_str(text)?;
    if let Some(version) = value["version"].as_u64().filter(|version| *version != u64::from(VERSION)) {
        return Err(Unreadable::Version(u32::try_from(version).unwrap_or(u32::MAX)));
    }
    let whole: Whole<'_> = serde_json::from_value(value)?;
    let mut reader = Reader { rules, sources: &mut report.sources, find };
    for finding in &whole.findings {
        let finding = reader.finding(finding)?;
        if !report.findings.contains(&finding) {
            report.findings.push(finding);
        }
    }
    for case in &whole.cases {
        let case = case_of(case)?;
        if !report.cases.contains(&case) {
            report.cases.push(case);
        }
    }
    for (rule, count) in &whole.allowed {
        *report.allowed.entry(reader.rule(rule)?.id).or_default() += count;
    }
    report.shard = whole
        .shard
        .as_deref()
        .map(|text| Shard::read(text).ok_or_else(|| unknown("shard", text)))
        .transpose()?;
    let own = report.shard.map(Shard::said);
    for remark in whole.remarks.iter().filter(|remark| Some(*remark) != own.as_ref()) {
        if !report.remarks.contains(remark) {
            report.remarks.push(remark.clone());
        }
    }
    let totals = report.totals;
    report.totals = Totals {
        projects: totals.projects.max(whole.totals.projects),
        migrations: totals.migrations.max(whole.totals.migrations),
        checked: totals.checked.max(whole.totals.checked),
        opaque: totals.opaque.max(whole.totals.opaque),
    };
    report.incomplete |= whole.incomplete;
    Ok(())
}

struct Reader<'a, 'b> {
    rules: &'a [&'static RuleInfo],
    sources: &'a mut Sources,
    find: &'a mut FindFile<'b>,
}

impl Reader<'_, '_> {
    fn rule(&self, id: &str) -> Result<&'static RuleInfo, Unreadable> {
        self.rules.iter().copied().find(|rule| rule.id == id).ok_or_else(|| unknown("rule", id))
    }

    fn finding(&mut self, finding: &JsonFinding<'_>) -> Result<Finding, Unreadable> {
        let related = finding.related.iter().map(|related| {
            Ok::<_, Unreadable>(Label { span: self.span(&related.place)?, text: related.text.to_string() })
        });
        let related = related.collect::<Result<_, _>>()?;
        let fix = match &finding.fix {
            None => None,
            Some(fix) => {
                let edits = fix.edits.iter().map(|edit| {
                    Ok::<_, Unreadable>(Edit { span: self.span(&edit.place)?, text: edit.text.to_string() })
                });
                let edits = edits.collect::<Result<_, _>>()?;
                let note = fix.note.as_deref().map(|id| self.rule(id).map(|rule| rule.id)).transpose()?;
                Some(Fix { edits, later: fix.later.to_string(), note })
            }
        };
        let key = finding.project.as_ref().zip(finding.migration.as_ref());
        Ok(Finding {
            rule: self.rule(&finding.rule)?,
            severity: named(&SEVERITIES, Severity::name, "severity", &finding.severity)?,
            message: finding.message.to_string(),
            span: self.span(&finding.place)?,
            label: finding.label.to_string(),
            related,
            notes: finding.notes.to_vec(),
            help: finding
                .help
                .as_ref()
                .map(|help| Help { text: help.text.to_string(), code: help.code.to_string() }),
            fix,
            migration: key
                .map(|(project, id)| MigrationKey { project: project.to_string(), id: id.to_string() }),
            direction: match finding.direction.as_deref() {
                None => None,
                Some("up") => Some(Direction::Up),
                Some("down") => Some(Direction::Down),
                Some(other) => return Err(unknown("direction", other)),
            },
            leg: leg(finding.leg.as_deref())?,
            postgres: finding.postgres.to_vec(),
        })
    }

    fn span(&mut self, place: &Place) -> Result<Span, Unreadable> {
        let file = (self.find)(self.sources, &place.path)
            .map_err(|source| Unreadable::File { path: place.path.clone(), source })?;
        let offset = |line: usize, column: usize| {
            let number = |number| NonZeroUsize::new(number).unwrap_or(NonZeroUsize::MIN);
            self.sources.file(file).offset(Position { line: number(line), column: number(column) })
        };
        Ok(Span::new(file, offset(place.line, place.column)..offset(place.end_line, place.end_column)))
    }
}

const SEVERITIES: [Severity; 4] = [Severity::Off, Severity::Info, Severity::Warning, Severity::Error];
const LEGS: [Leg; 5] = [Leg::Up, Leg::Down, Leg::UpAgain, Leg::AllUp, Leg::AllDown];

fn case_of(case: &JsonCase<'_>) -> Result<Case, Unreadable> {
    Ok(Case {
        suite: match &*case.suite {
            "lint" => Suite::Lint,
            "roundtrip" => Suite::RoundTrip,
            other => return Err(unknown("suite", other)),
        },
        project: case.project.to_string(),
        migration: case.migration.as_deref().map(str::to_owned),
        leg: leg(case.leg.as_deref())?,
        postgres: case.postgres,
        skipped: case.skipped.as_deref().map(str::to_owned),
    })
}

fn leg(name: Option<&str>) -> Result<Option<Leg>, Unreadable> {
    name.map(|name| named(&LEGS, Leg::name, "leg", name)).transpose()
}

fn named<T: Copy>(
    all: &[T],
    name_of: fn(T) -> &'static str,
    what: &'static str,
    name: &str,
) -> Result<T, Unreadable> {
    all.iter().copied().find(|one| name_of(*one) == name).ok_or_else(|| unknown(what, name))
}

fn unknown(what: &'static str, name: &str) -> Unreadable {
    Unreadable::Unknown { what, name: name.to_owned() }
}
