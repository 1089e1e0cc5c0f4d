//! JUnit XML, which every CI service reads: one suite for lint, one for the round trip, a test case for each migration
//! and leg. Refuses to know a clock: the timestamp is fixed and no test takes time.

use std::collections::BTreeSet;
use std::io::{self, Write};

use junit_report::{Duration, OffsetDateTime, ReportBuilder, TestCase, TestCaseBuilder, TestSuiteBuilder};

use super::{details, place, printable};
use crate::finding::{Case, Finding, Report, Suite};

/// One document with a final line break.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut document = ReportBuilder::new();
    let mut told = BTreeSet::new();
    for (suite, name) in [(Suite::Lint, "mig-check lint"), (Suite::RoundTrip, "mig-check roundtrip")] {
        let cases: Vec<&Case> = report.cases.iter().filter(|case| case.suite == suite).collect();
        let mut tests: Vec<TestCase> = Vec::new();
        for case in cases {
            let findings: Vec<&Finding> = report.findings_of(case).collect();
            told.extend(findings.iter().map(|finding| std::ptr::from_ref(*finding)));
            tests.push(test(report, case, &findings));
        }
        // A finding that no case asked for is still a result.
        for finding in report.findings.iter().filter(|finding| suite_of(finding) == suite) {
            if told.insert(std::ptr::from_ref(finding)) {
                let name = format!("{} at {}", finding.rule.id, place(report, finding));
                tests.push(outcome(report, &name, &[finding]).build());
            }
        }
        if !tests.is_empty() {
            let mut built = TestSuiteBuilder::new(name);
            document
                .add_testsuite(built.set_timestamp(OffsetDateTime::UNIX_EPOCH).add_testcases(tests).build());
        }
    }
    document.build().write_xml(&mut *out).map_err(|error| match error {
        junit_report::Error::Io(error) => error,
        junit_report::Error::Xml(error) => io::Error::other(error.to_string()),
    })?;
    writeln!(out)
}

fn suite_of(finding: &Finding) -> Suite {
    if finding.leg.is_some() { Suite::RoundTrip } else { Suite::Lint }
}

fn test(report: &Report, case: &Case, findings: &[&Finding]) -> TestCase {
    let mut name = match (&case.migration, case.leg) {
        (Some(id), Some(leg)) => format!("{id} ({})", leg.name()),
        (Some(id), None) => id.clone(),
        (None, Some(leg)) => leg.name().to_owned(),
        (None, None) => "history".to_owned(),
    };
    if let Some(major) = case.postgres {
        name += &format!(" on PostgreSQL {major}");
    }
    let mut builder = match &case.skipped {
        Some(reason) if findings.is_empty() => {
            TestCaseBuilder::skipped_with_cause(&clean(&name), "skipped", &clean(reason))
        }
        _ => outcome(report, &name, findings),
    };
    builder.set_classname(&clean(&case.project)).build()
}

/// A failure if a finding makes the run fail; findings below that are its output.
fn outcome(report: &Report, name: &str, findings: &[&Finding]) -> TestCaseBuilder {
    let text = |findings: &[&Finding]| {
        let told: Vec<String> = findings.iter().map(|finding| paragraph(report, finding)).collect();
        clean(&told.join("\n\n"))
    };
    let (failing, others): (Vec<&Finding>, Vec<&Finding>) =
        findings.iter().partition(|finding| report.fails(finding));
    let mut builder = match failing.first() {
        None => TestCaseBuilder::success(&clean(name), Duration::ZERO),
        Some(first) => {
            let mut builder =
                TestCaseBuilder::failure(&clean(name), Duration::ZERO, first.rule.id, &clean(&first.message));
            builder.set_trace(&text(&failing));
            builder
        }
    };
    if let Some(first) = findings.first() {
        builder.set_filepath(&clean(&report.sources.file(first.span.source).display_path()));
    }
    if !others.is_empty() {
        builder.set_system_out(&text(&others));
    }
    builder
}

fn paragraph(report: &Report, finding: &Finding) -> String {
    let head = format!(
        "{}: {}[{}]: {}",
        place(report, finding),
        finding.severity.name(),
        finding.rule.id,
        finding.message
    );
    std::iter::once(head).chain(details(finding)).collect::<Vec<_>>().join("\n")
}

/// What XML 1.0 can hold: no control characters, and no end of a CDATA section.
fn clean(text: &str) -> String {
    printable(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}").replace("]]>", "]] >")
}
