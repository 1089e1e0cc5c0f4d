//! Every format prints one shared report, and the bytes are kept in fixtures/reports/. `UPDATE=1` rewrites them.

use std::path::Path;

use mig_check::finding::{
    Case, Direction, Evidence, Finding, Fix, Help, Label, Leg, MigrationKey, Preset, Report, RuleInfo,
    Severity, Suite, Totals,
};
use mig_check::report::{FORMATS, format};
use mig_check::source::{Edit, SourceId, Sources, Span};

static INDEX: RuleInfo = RuleInfo {
    id: "sample-index",
    summary: "a rule of this test",
    preset: Preset::Default,
    severity: Severity::Error,
    since: "0.1.0",
    page: "",
    evidence: Evidence::Lint,
};
static NAMING: RuleInfo = RuleInfo { id: "sample-naming", severity: Severity::Info, ..INDEX };
static RESIDUE: RuleInfo = RuleInfo { id: "sample-residue", evidence: Evidence::RoundTrip, ..INDEX };

const PYTHON: &str = "from alembic import op\r\n\r\n\r\ndef upgrade():\r\n    op.create_index(\r\n        \"ix_books_title\",\r\n        \"books\",\r\n    )\r\n\r\n\r\ndef downgrade():\r\n    pass\r\n";
const SQL: &str =
    "-- größer als nötig ]]>\nDROP TABLE orders;\t-- 100%\nALTER TABLE books RENAME TO volumes;\n";

fn span(sources: &Sources, source: SourceId, text: &str) -> Span {
    let start = sources.file(source).text().find(text).expect("the text is there");
    Span::new(source, start..start + text.len())
}

fn key(project: &str, id: &str) -> Option<MigrationKey> {
    Some(MigrationKey { project: project.to_owned(), id: id.to_owned() })
}

/// A report with everything that a format has to bear.
fn sample() -> Report {
    let mut sources = Sources::new();
    let python = sources.add("migrations/alembic/versions/0003_index.py", PYTHON);
    let sql = sources.add("migrations/sql/0002, odd:name.down.sql", SQL);
    let call = "op.create_index(\r\n        \"ix_books_title\",\r\n        \"books\",\r\n    )";
    let index = Finding {
        rule: &INDEX,
        severity: Severity::Error,
        message: "building index ix_books_title blocks writes to books until it is done".to_owned(),
        span: span(&sources, python, call),
        label: "takes a SHARE lock on books".to_owned(),
        related: vec![
            Label { span: span(&sources, python, "def upgrade"), text: "in this upgrade".to_owned() },
            Label { span: span(&sources, sql, "RENAME TO volumes"), text: "books is renamed here".to_owned() },
        ],
        notes: vec!["SHARE conflicts with ROW EXCLUSIVE: every INSERT, UPDATE and DELETE waits".to_owned()],
        help: Some(Help {
            text: "build it without the lock, outside the transaction".to_owned(),
            code: "with op.get_context().autocommit_block():\n    op.create_index(\"ix_books_title\", \"books\", postgresql_concurrently=True)".to_owned(),
        }),
        fix: Some(Fix {
            edits: vec![Edit { span: span(&sources, python, "\"books\",\r\n"), text: "\"books\", postgresql_concurrently=True,\n".to_owned() }],
            later: "ALTER TABLE books VALIDATE CONSTRAINT \"odd < name\";".to_owned(),
            note: None,
        }),
        migration: key("migrations/alembic", "0003"),
        direction: Some(Direction::Up),
        leg: None,
        postgres: Vec::new(),
    };
    let plain = |rule: &'static RuleInfo, severity, message: &str, span| Finding {
        rule,
        severity,
        message: message.to_owned(),
        span,
        label: String::new(),
        related: Vec::new(),
        notes: Vec::new(),
        help: None,
        fix: None,
        migration: key("migrations/sql", "0002"),
        direction: Some(Direction::Down),
        leg: None,
        postgres: Vec::new(),
    };
    let naming = plain(
        &NAMING,
        Severity::Info,
        "table orders is 100% gone <&>",
        span(&sources, sql, "DROP TABLE orders"),
    );
    let residue = Finding {
        leg: Some(Leg::Down),
        label: "leaves \u{1b}[31mtype\u{1b}[0m order_status".to_owned(),
        notes: vec!["before: nothing\nafter: type order_status ]]>".to_owned()],
        ..plain(
            &RESIDUE,
            Severity::Error,
            "type order_status is left behind",
            span(&sources, sql, "DROP TABLE orders"),
        )
    };
    let warning = Finding {
        migration: None,
        ..plain(&INDEX, Severity::Warning, "two heads", Span::new(python, PYTHON.len()..PYTHON.len()))
    };
    let case = |suite, project: &str, id: Option<&str>, leg, skipped: Option<&str>| Case {
        suite,
        project: project.to_owned(),
        migration: id.map(str::to_owned),
        leg,
        postgres: None,
        skipped: skipped.map(str::to_owned),
    };
    let cases = vec![
        case(Suite::Lint, "migrations/alembic", Some("0003"), None, None),
        case(Suite::Lint, "migrations/sql", Some("0001"), None, None),
        case(Suite::Lint, "migrations/sql", Some("0002"), None, None),
        case(Suite::RoundTrip, "migrations/sql", Some("0002"), Some(Leg::Up), None),
        case(Suite::RoundTrip, "migrations/sql", Some("0002"), Some(Leg::Down), None),
        case(
            Suite::RoundTrip,
            "migrations/sql",
            Some("0002"),
            Some(Leg::UpAgain),
            Some("the downgrade left something behind"),
        ),
        case(Suite::RoundTrip, "migrations/sql", None, Some(Leg::AllUp), None),
    ];
    let mut report = Report::new(sources, vec![residue, naming, warning, index], cases);
    report.allowed.insert(INDEX.id, 1);
    report.remarks.push("PostgreSQL 15.14 ran the round trip".to_owned());
    report.totals = Totals { projects: 2, migrations: 13, checked: 3, opaque: 1 };
    report
}

fn printed(name: &str, report: &Report) -> String {
    let mut bytes = Vec::new();
    (format(name).expect("a known format").write)(report, &mut bytes).expect("memory does not fail");
    String::from_utf8(bytes).expect("reports are UTF-8")
}

#[test]
fn every_format_prints_the_shared_report_as_before() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reports");
    for format in FORMATS {
        let now = printed(format.name, &sample());
        assert_eq!(now, printed(format.name, &sample()), "{}: same input, same bytes", format.name);
        let golden = folder.join(format.name);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&golden, &now).expect("fixtures/reports is writable");
        }
        let before = std::fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(
            now, before,
            "{}: if this is meant, run with UPDATE=1 and read the difference",
            format.name
        );
    }
}

#[test]
fn every_golden_file_is_of_a_format() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reports");
    for entry in std::fs::read_dir(folder).expect("fixtures/reports is there") {
        let name = entry.expect("it can be listed").file_name().into_string().expect("UTF-8");
        assert!(format(&name).is_some(), "fixtures/reports/{name} belongs to no format");
    }
}

#[test]
fn only_asked_for_colour_is_there() {
    let report = sample();
    for format in FORMATS {
        assert!(!printed(format.name, &report).contains('\u{1b}'), "{} is plain", format.name);
        if let Some(write) = format.write_coloured {
            let mut bytes = Vec::new();
            write(&report, &mut bytes).expect("memory does not fail");
            assert!(String::from_utf8_lossy(&bytes).contains("\u{1b}["), "{} has colours", format.name);
        }
    }
}

#[test]
fn junit_is_xml_and_tells_every_failing_finding_once() {
    let text = printed("junit", &sample());
    let document = roxmltree::Document::parse(&text).expect("well-formed XML");
    let count = |tag: &str| document.descendants().filter(|node| node.has_tag_name(tag)).count();
    assert_eq!(count("testsuite"), 2);
    assert_eq!(count("failure"), 2, "two findings are errors");
    assert_eq!(count("skipped"), 1);
    assert_eq!(count("testcase"), 8, "seven cases and a finding that belongs to none");
    for suite in document.descendants().filter(|node| node.has_tag_name("testsuite")) {
        assert_eq!(suite.attribute("timestamp"), Some("1970-01-01T00:00:00Z"));
        assert_eq!(suite.attribute("time"), Some("0"));
    }
    assert!(text.contains("type order_status ]] &gt;") || text.contains("type order_status ]] >"));
}

#[test]
fn junit_fails_where_the_run_fails() {
    let mut report = sample();
    let failures = |report: &Report| printed("junit", report).matches("<failure").count();
    report.fails_at = Some(Severity::Info);
    assert_eq!(failures(&report), 4);
    report.fails_at = None;
    assert_eq!(failures(&report), 0);
}

#[test]
fn github_commands_stay_on_their_lines_and_cannot_be_forged() {
    let mut report = sample();
    for finding in &mut report.findings {
        finding.message.push_str("\n::set-env name=x::y");
    }
    let many: Vec<Finding> = report.findings.iter().cycle().take(60).cloned().collect();
    report.findings = many;
    let text = printed("github", &report);
    for line in text.lines().filter(|line| line.starts_with("::")) {
        assert!(
            ["::error file=", "::warning file=", "::notice file="]
                .iter()
                .any(|start| line.starts_with(start)),
            "{line}"
        );
    }
    for command in ["::error ", "::warning ", "::notice "] {
        assert_eq!(text.lines().filter(|line| line.starts_with(command)).count(), 10, "{command}");
    }
    assert!(text.contains("30 findings more stand in the log above"), "{text}");
    assert!(text.contains("file=migrations/sql/0002%2C odd%3Aname.down.sql"), "{text}");
}

#[test]
fn json_says_everything() {
    let value: serde_json::Value = serde_json::from_str(&printed("json", &sample())).expect("JSON");
    assert_eq!(value["version"], 1);
    assert_eq!(value["findings"].as_array().map(Vec::len), Some(4));
    let index = &value["findings"][0];
    assert_eq!(index["rule"], "sample-index");
    assert_eq!(index["place"]["line"], 5);
    assert_eq!(index["place"]["end_line"], 8);
    assert_eq!(index["related"].as_array().map(Vec::len), Some(2));
    assert_eq!(value["cases"][5]["skipped"], "the downgrade left something behind");
}

#[test]
fn what_is_found_twice_is_said_once() {
    let Report { sources, findings, .. } = sample();
    let twice: Vec<Finding> = findings.iter().chain(&findings).cloned().collect();
    assert_eq!(Report::new(sources, twice, Vec::new()).findings, findings);
}

#[test]
fn an_empty_report_says_so() {
    let report = Report::new(Sources::new(), Vec::new(), Vec::new());
    assert_eq!(printed("text", &report), "Nothing found in 0 migrations\n");
    assert_eq!(printed("github", &report), "");
    roxmltree::Document::parse(&printed("junit", &report)).expect("well-formed XML");
}
