//! The round trip on small projects: what it finds, said as it says it.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Mutex;

use mig_check::finding::Leg;
use mig_check::history::{Project, Scope};
use mig_check::roundtrip::{Data, Options, Outcome, Progress, RULES, run};
use mig_check::source::Sources;

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

/// The project of a case of SQL files, read as the program reads it.
pub fn sql_project(case: &str, sources: &mut Sources) -> Project {
    project_at(&fixture(case), sources)
}

fn project_at(directory: &Path, sources: &mut Sources) -> Project {
    let mut projects = mig_check::frontend::load(directory, sources).expect("a project");
    assert_eq!(projects.len(), 1);
    projects.remove(0)
}

/// A project of Alembic.
pub fn alembic_project(directory: &Path, sources: &mut Sources) -> Project {
    project_at(directory, sources)
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
    sql_case_with(case, &Options::default())
}

/// The same, where migrations meet rows.
fn data_case(case: &str) -> Outcome {
    let files = Some(fixture(case).join("rows")).filter(|folder| folder.exists());
    sql_case_with(case, &Options { data: Some(Data { files, ..Data::default() }), ..Options::default() })
}

fn sql_case_with(case: &str, options: &Options) -> Outcome {
    let mut sources = Sources::new();
    let project = sql_project(case, &mut sources);
    let scope = Scope::all(&project);
    let progress = Silent::default();
    let outcome = run(&[(&project, &scope)], &sources, options, &progress).expect("it runs");
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
fn what_a_session_keeps_shows_only_where_migrations_share_one() {
    sql_case("one-session");
}

#[test]
fn roles_belong_to_the_server_and_are_followed_too() {
    sql_case("roles");
}

fn alembic_case(case: &str) -> Outcome {
    alembic_case_with(case, None)
}

fn alembic_case_with(case: &str, data: Option<Data>) -> Outcome {
    let mut sources = Sources::new();
    let project = alembic_project(&fixture(case), &mut sources);
    let scope = Scope::all(&project);
    let options = Options { python: Some(python()), data, ..Options::default() };
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

#[test]
fn several_databases_of_one_project_are_tried_one_by_one() {
    let outcome = alembic_case("databases");
    assert_eq!(outcome.cases.len(), 2 * 3 + 2, "each leg is one case, whatever the number of databases");
    assert!(outcome.cases.iter().all(|case| case.skipped.is_none()));
}

#[test]
fn models_that_went_their_own_way_are_told_at_the_last_revision() {
    // On rows, which are no difference.
    let outcome = alembic_case_with("models", Some(Data::default()));
    assert_eq!(outcome.findings.len(), 1);
    assert_eq!(outcome.findings[0].migration.as_ref().map(|key| key.id.as_str()), Some("0002"));
}

#[test]
fn branches_are_run_one_after_the_other_both_ways() {
    let outcome = alembic_case("branches");
    let met = "Met when 3b runs before 2a".to_owned();
    assert!(outcome.findings.iter().all(|finding| finding.notes.contains(&met)), "{:?}", outcome.findings);
}

#[test]
fn nothing_is_undone_below_the_minimum_that_the_user_names() {
    let mut sources = Sources::new();
    let project = sql_project("downgrade-fails", &mut sources);
    let options = Options { minimum_downgrade: Some("1".to_owned()), ..Options::default() };
    let outcome = run(&[(&project, &Scope::all(&project))], &sources, &options, &Silent::default());
    let outcome = outcome.expect("it runs");
    assert_eq!(outcome.findings, [], "only 1 cannot be undone");
    let skipped: Vec<_> =
        outcome.cases.iter().filter_map(|case| Some((case.leg?.name(), case.skipped.as_deref()?))).collect();
    let reason = "minimum-downgrade says that nobody goes below it";
    assert_eq!(skipped[..2], [("down", reason), ("up again", reason)]);
    assert_eq!(skipped[2], ("head to base", &*format!("1: {reason}")));
    assert_eq!(skipped.len(), 3);
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
    let folder = tempfile::tempdir().expect("a folder");
    for rule in RULES {
        let before = examples(rule.page, "before");
        for word in ["bad", "good"] {
            for example in examples(rule.page, word) {
                let history: Vec<_> = before.iter().cloned().chain([example]).collect();
                let last = history.len() - 1;
                let directory = folder.path().join(format!("{}-{word}-{}", rule.id, projects.len()));
                std::fs::create_dir(&directory).expect("a folder");
                for (number, (up, down)) in history.iter().enumerate() {
                    let write = |direction: &str, text: &str| {
                        let file = directory.join(format!("{number}_example.{direction}.sql"));
                        std::fs::write(file, text).expect("a file");
                    };
                    write("up", up);
                    if !down.is_empty() {
                        write("down", down);
                    }
                }
                projects.push((project_at(&directory, &mut sources), (rule.id, word, last)));
            }
        }
    }
    assert!(projects.len() >= 2 * 8, "most pages have examples of both kinds");
    let scopes: Vec<Scope> = projects.iter().map(|(project, _)| Scope::all(project)).collect();
    let pairs: Vec<_> = projects.iter().map(|(project, _)| project).zip(&scopes).collect();
    let options = Options { data: Some(Data::default()), ..Options::default() };
    let outcome = run(&pairs, &sources, &options, &Silent::default()).expect("it runs");
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
    sql_case("pending");
}

#[test]
fn a_copy_without_its_data_is_a_failure_and_no_dead_end() {
    sql_case("copy");
}

#[test]
fn scripts_for_psql_get_the_rows_that_follow_a_copy() {
    sql_case("psql");
}

#[test]
fn what_only_its_own_tool_can_run_is_left_out_and_costs_only_what_needs_it() {
    let outcome = sql_case("program");
    assert_eq!(
        outcome.remarks[1..],
        [
            "4 and what needs it was not run: it does not upgrade without 2: relation \"author\" does not exist",
            "2 was left out, and what follows ran without it: its upgrade holds what only its own tool can run: it is a program, not SQL",
        ],
        "nothing passes for checked"
    );
}

#[test]
fn an_extension_that_the_server_lacks_is_no_fault_of_the_migration() {
    sql_case("extension");
}

#[test]
fn the_time_of_a_run_is_no_difference() {
    sql_case("frozen-time");
}

#[test]
fn new_names_show_in_what_others_say_of_an_object() {
    data_case("renamed");
}

#[test]
fn what_triggers_make_of_rows_is_no_fault_of_a_migration() {
    data_case("trigger-made");
}

#[test]
fn goose_sends_one_statement_at_a_time_and_a_marked_block_whole() {
    sql_case("statements");
}

#[test]
fn only_what_is_asked_for_is_checked_and_the_rest_is_its_ground() {
    let mut sources = Sources::new();
    let project = sql_project("enum-left-behind", &mut sources);
    let scope = Scope { checked: [1].into(), pending: true, base: None };
    let outcome =
        run(&[(&project, &scope)], &sources, &Options::default(), &Silent::default()).expect("it runs");
    assert_eq!(outcome.findings, [], "the fault of the first migration is not asked for");
    let ran: Vec<_> = outcome.cases.iter().filter(|case| case.skipped.is_none()).collect();
    assert_eq!(ran.len(), 3);
    assert!(ran.iter().all(|case| case.migration.as_deref() == Some("2")));
}

#[test]
fn tables_of_every_kind_get_rows_and_those_that_get_none_are_named() {
    let outcome = data_case("filled");
    let without = outcome.remarks.iter().filter_map(|remark| Some(remark.split_once("without rows in ")?.1));
    // A server that is built without libxml takes no value of that type.
    let (markup, without): (Vec<&str>, Vec<&str>) = without.partition(|table| table.starts_with("markup"));
    assert!(markup.iter().all(|told| *told == "markup: unsupported XML feature"), "{markup:?}");
    assert_eq!(
        without,
        [
            "impossible: no row was found that satisfies CHECK impossible_id_check",
            "needs_nobody: nobody_id refers to nobody, which has no row",
            "nobody: no row was found that satisfies CHECK nobody_id_check",
            "refusing: no rows on Saturdays",
        ]
    );
}

#[test]
fn what_upgrades_on_rows_only_is_a_finding_and_no_dead_end() {
    data_case("rows-needed");
}

#[test]
fn what_only_rows_make_fail_is_told_from_what_fails_on_some_rows() {
    data_case("on-rows");
}

#[test]
fn what_rows_lose_on_their_way_is_said_and_what_is_meant_is_not() {
    data_case("losses");
}
