//! The round trip on small projects: what it finds, said as it says it.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Mutex;

use mig_check::finding::Leg;
use mig_check::history::{
    Body, Certainty, Framework, Language, Migration, Project, Reference, Runner, Scope, Script, Statement,
    Step, TransactionRule,
};
use mig_check::operation::Operation;
use mig_check::roundtrip::{Options, Outcome, Progress, RULES, run};
use mig_check::source::{SourceId, Sources, Span};

/// Keeps what is said, for the few tests that ask.
#[derive(Default)]
pub struct Silent {
    pub remarks: Mutex<Vec<String>>,
    pub legs: Mutex<usize>,
    pub announced: Mutex<usize>,
}

impl Progress for Silent {
    fn begin(&self, _project: &str, legs: usize) {
        *self.announced.lock().expect("no panic") += legs;
    }
    fn leg(&self, _migration: Option<&str>, _leg: Leg) {
        *self.legs.lock().expect("no panic") += 1;
    }
    fn end(&self) {}
    fn remark(&self, text: &str) {
        self.remarks.lock().expect("no panic").push(text.to_owned());
    }
}

/// Relative to the package, where tests are started.
pub fn fixture(case: &str) -> std::path::PathBuf {
    Path::new("fixtures/roundtrip").join(case)
}

/// The plain up and down files of a case, each statement ending at a line's end, each file in one transaction.
pub fn sql_project(case: &str, sources: &mut Sources) -> Project {
    let mut files: Vec<_> = std::fs::read_dir(fixture(case))
        .expect("the case")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.to_string_lossy().ends_with(".up.sql"))
        .collect();
    files.sort();
    let mut migrations: Vec<Migration> = Vec::new();
    for file in files {
        let shown = file.file_name().expect("a name").to_string_lossy().into_owned();
        let stem = shown.trim_end_matches(".up.sql");
        let up = script(&file, &shown, sources);
        let down = file.with_file_name(format!("{stem}.down.sql"));
        let down = down.exists().then(|| script(&down, &format!("{stem}.down.sql"), sources));
        let (id, _) = stem.split_once('_').expect("a number and a name");
        let parents = migrations.last().map(|last| Reference { id: last.id.clone(), span: last.header });
        migrations.push(migration(id.to_owned(), parents, up, down));
    }
    sql_project_of(".".to_owned(), migrations)
}

fn migration(id: String, parent: Option<Reference>, up: Script, down: Option<Script>) -> Migration {
    Migration {
        id,
        message: String::new(),
        header: up.span,
        parents: parent.into_iter().collect(),
        depends_on: Vec::new(),
        branch_labels: Vec::new(),
        up,
        down,
        comments: Vec::new(),
    }
}

fn sql_project_of(root: String, migrations: Vec<Migration>) -> Project {
    let framework = Framework {
        name: "golang-migrate",
        language: Language::Sql,
        no_transaction: None,
        downgrades: true,
        transaction: TransactionRule::PerMigration,
        version_table: "schema_migrations",
    };
    Project { root, framework, migrations, problems: Vec::new(), runner: Runner::Sql }
}

fn script(file: &Path, shown: &str, sources: &mut Sources) -> Script {
    let (id, _) = sources.read(file, shown).expect("a file");
    script_of(id, sources)
}

fn script_of(id: SourceId, sources: &Sources) -> Script {
    let text = sources.file(id).text();
    let mut statements = Vec::new();
    let mut start = 0;
    for (end, _) in text.match_indices(";\n") {
        let lead = text[start..end].len() - text[start..end].trim_start().len();
        let span = Span::new(id, start + lead..end);
        statements.push(Statement {
            span,
            sql: sources.text(span).to_owned(),
            steps: vec![Step {
                operation: Operation::Other { kind: "statement", objects: Vec::new() },
                span,
            }],
            transaction: (!text.contains("CONCURRENTLY")).then_some(0),
            certainty: Certainty::Certain,
        });
        start = end + 2;
    }
    let body = if statements.is_empty() { Body::Empty } else { Body::Works };
    Script { span: Span::new(id, 0..text.len()), body, statements }
}

/// A project of Alembic, read as the program reads it.
pub fn alembic_project(directory: &Path, sources: &mut Sources) -> Project {
    let mut projects = mig_check::frontend::load(directory, sources).expect("a project");
    assert_eq!(projects.len(), 1);
    projects.remove(0)
}

/// The Python that tests/prepare.sh lays out.
pub fn python() -> std::path::PathBuf {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/python");
    assert!(python.exists(), "run tests/prepare.sh: {} is missing", python.display());
    python
}

/// Everything that a run says, as a person would note it down.
pub fn told(outcome: &Outcome, sources: &Sources) -> String {
    let mut text = String::new();
    let mut say = |line: String| writeln!(text, "{line}").expect("a string takes everything");
    for case in outcome.cases.iter().filter(|case| case.skipped.is_some()) {
        let migration = case.migration.as_deref().unwrap_or("all");
        let leg = case.leg.expect("every case of the round trip has a leg").name();
        say(format!("skipped {migration} {leg}: {}", case.skipped.as_deref().unwrap_or_default()));
    }
    for finding in &outcome.findings {
        let position = sources.position(finding.span);
        let path = sources.file(finding.span.source).display_path();
        say(format!("{path}:{}:{} {}: {}", position.line, position.column, finding.rule.id, finding.message));
        if !finding.label.is_empty() {
            say(format!("    ^ {}", finding.label));
        }
        for label in &finding.related {
            let position = sources.position(label.span);
            let path = sources.file(label.span.source).display_path();
            say(format!("    {path}:{}:{} {}", position.line, position.column, label.text));
        }
        for note in &finding.notes {
            say(format!("    note: {}", note.trim_end().replace('\n', "\n          ")));
        }
        if let Some(help) = &finding.help {
            say(format!("    help: {}\n        {}", help.text, help.code.replace('\n', "\n        ")));
        }
    }
    for failure in &outcome.failures {
        say(format!("failure: {}\n    remedy: {}", failure.what, failure.remedy));
    }
    if text.is_empty() { "clean\n".to_owned() } else { text }
}

/// Compares with the case's `expected.txt`; `UPDATE=1` writes it.
pub fn check(case: &str, told: &str) {
    let path = fixture(case).join("expected.txt");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, told).expect("the expectation can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(told, expected, "{case}: run with UPDATE=1 if this is right");
}

fn sql_case(case: &str) -> Outcome {
    let mut sources = Sources::new();
    let project = sql_project(case, &mut sources);
    let scope = Scope::all(&project);
    let progress = Silent::default();
    let outcome = run(&[(&project, &scope)], &sources, &Options::default(), &progress).expect("it runs");
    check(case, &told(&outcome, &sources));
    let (legs, announced) =
        (progress.legs.lock().expect("no panic"), progress.announced.lock().expect("no panic"));
    assert_eq!(*legs, *announced, "{case}: the bar ends full");
    outcome
}

#[test]
fn a_good_project_is_clean_and_every_leg_was_run() {
    let outcome = sql_case("good");
    assert_eq!(outcome.cases.len(), 3 * 2 + 2);
    assert!(outcome.cases.iter().all(|case| case.skipped.is_none()));
}

#[test]
fn an_enum_left_behind_is_one_finding_with_the_failure_that_it_causes() {
    sql_case("enum-left-behind");
}

#[test]
fn a_downgrade_that_does_nothing_is_called_so() {
    sql_case("idle-downgrade");
}

#[test]
fn a_failing_upgrade_costs_only_what_needs_it() {
    sql_case("failing");
}

#[test]
fn a_failing_downgrade_costs_the_next_migrations_nothing() {
    sql_case("downgrade-fails");
}

#[test]
fn what_comes_back_changed_is_said_with_its_repair() {
    sql_case("changed");
}

#[test]
fn rows_that_stay_make_the_second_upgrade_fail() {
    sql_case("rows-twice");
}

#[test]
fn what_postgresql_cannot_undo_is_only_information() {
    sql_case("harmless");
}

#[test]
fn roles_belong_to_the_server_and_are_followed_too() {
    sql_case("roles");
}

fn alembic_case(case: &str) -> Outcome {
    let mut sources = Sources::new();
    let project = alembic_project(&fixture(case), &mut sources);
    let scope = Scope::all(&project);
    let options = Options { python: Some(python()), ..Options::default() };
    let outcome = run(&[(&project, &scope)], &sources, &options, &Silent::default()).expect("it runs");
    check(case, &told(&outcome, &sources));
    outcome
}

#[test]
fn alembic_runs_in_one_process_and_its_faults_are_placed_in_its_files() {
    let outcome = alembic_case("alembic");
    assert!(
        outcome.remarks.iter().any(|remark| remark.ends_with("in one run of env.py")),
        "{:?}",
        outcome.remarks
    );
}

/// The blocks of a page that are SQL with this word, each its upgrade and its downgrade.
fn examples(page: &str, word: &str) -> Vec<(String, String)> {
    let mark = format!("```sql {word}\n");
    let blocks = page.split(&mark).skip(1).map(|rest| rest.split("```").next().expect("an end"));
    blocks
        .map(|block| match block.split_once("-- down\n") {
            Some((up, down)) => (up.to_owned(), down.to_owned()),
            None => (block.to_owned(), String::new()),
        })
        .collect()
}

#[test]
fn the_examples_of_every_page_are_what_they_say() {
    let mut sources = Sources::new();
    let mut projects = Vec::new();
    for rule in RULES {
        let before = examples(rule.page, "before");
        for word in ["bad", "good"] {
            for example in examples(rule.page, word) {
                let history: Vec<_> = before.iter().cloned().chain([example]).collect();
                let mut migrations: Vec<Migration> = Vec::new();
                for (number, (up, down)) in history.iter().enumerate() {
                    let name = format!("{}-{word}-{number}", rule.id);
                    let up = script_of(sources.add(format!("{name}.up.sql"), up.as_str()), &sources);
                    let down = (!down.is_empty())
                        .then(|| script_of(sources.add(format!("{name}.down.sql"), down.as_str()), &sources));
                    let parents =
                        migrations.last().map(|last| Reference { id: last.id.clone(), span: last.header });
                    migrations.push(migration(number.to_string(), parents, up, down));
                }
                let scope = (rule.id, word, migrations.len() - 1);
                projects.push((sql_project_of(format!("{} {word}", rule.id), migrations), scope));
            }
        }
    }
    assert!(projects.len() >= 2 * 8, "most pages have examples of both kinds");
    let scopes: Vec<Scope> = projects.iter().map(|(project, _)| Scope::all(project)).collect();
    let pairs: Vec<_> = projects.iter().map(|(project, _)| project).zip(&scopes).collect();
    let outcome = run(&pairs, &sources, &Options::default(), &Silent::default()).expect("it runs");
    assert_eq!(outcome.failures, []);
    for (project, (rule, word, last)) in &projects {
        let found: Vec<(&str, usize)> = outcome
            .findings
            .iter()
            .filter_map(|finding| Some((finding, finding.migration.as_ref()?)))
            .filter(|(_, key)| key.project == project.root)
            .map(|(finding, key)| (finding.rule.id, key.id.parse().expect("a number")))
            .collect();
        let expected = if *word == "bad" { vec![(*rule, *last)] } else { Vec::new() };
        assert_eq!(found, expected, "{}: {}", project.root, told(&outcome, &sources));
    }
}

#[test]
fn rows_between_migrations_show_when_everything_is_undone() {
    sql_case("rows-in-the-way");
    sql_case("rows-kept");
}

#[test]
fn all_upgrades_run_in_the_transactions_that_the_project_would_use() {
    alembic_case("one-transaction");
}

#[test]
fn a_copy_without_its_data_is_a_failure_and_no_dead_end() {
    sql_case("copy");
}

#[test]
fn what_only_its_own_tool_can_run_is_skipped_with_the_reason() {
    let mut sources = Sources::new();
    let mut project = sql_project("good", &mut sources);
    let statement = &mut project.migrations[0].up.statements[0];
    statement.sql.clear();
    statement.steps[0].operation = Operation::Opaque { reason: "it is written in Go".to_owned() };
    let scope = Scope::all(&project);
    let outcome =
        run(&[(&project, &scope)], &sources, &Options::default(), &Silent::default()).expect("it runs");
    let reasons: Vec<&str> = outcome.cases.iter().filter_map(|case| case.skipped.as_deref()).collect();
    let own = "its upgrade holds what only its own tool can run: it is written in Go";
    assert_eq!(reasons[..4], [own, own, own, "1 could not be run"]);
    assert_eq!(reasons.len(), outcome.cases.len(), "nothing passes for checked");
    assert_eq!(outcome.findings, []);
}

#[test]
fn only_what_is_asked_for_is_checked_and_the_rest_is_its_ground() {
    let mut sources = Sources::new();
    let project = sql_project("enum-left-behind", &mut sources);
    let scope = Scope { checked: [1].into(), pending: true };
    let outcome =
        run(&[(&project, &scope)], &sources, &Options::default(), &Silent::default()).expect("it runs");
    assert_eq!(outcome.findings, [], "the fault of the first migration is not asked for");
    let ran: Vec<_> = outcome.cases.iter().filter(|case| case.skipped.is_none()).collect();
    assert_eq!(ran.len(), 3);
    assert!(ran.iter().all(|case| case.migration.as_deref() == Some("2")));
}
