//! What the user brings: rows for a migration, and what is there before the first one.

use std::path::PathBuf;

use mig_check::finding::Severity;
use mig_check::history::Scope;
use mig_check::roundtrip::{Data, Options, Outcome, run};
use mig_check::source::Sources;

use crate::roundtrip::{Silent, alembic_project, check, fixture, python, sql_project, told};

fn own_rows(files: PathBuf) -> (Outcome, String) {
    let mut sources = Sources::new();
    let project = alembic_project(&fixture("own-rows"), &mut sources);
    let data = Some(Data { files: Some(files), ..Data::default() });
    let options = Options { python: Some(python()), data, ..Options::default() };
    let scope = Scope::all(&project);
    let outcome = run(&[(&project, &scope)], &sources, &options, &Silent::default()).expect("it runs");
    let told = told(&outcome, &sources);
    (outcome, told)
}

#[test]
fn rows_of_the_users_own_are_met_alone_and_among_made_up_ones() {
    let (outcome, told) = own_rows(fixture("own-rows").join("rows"));
    check("own-rows", &told);
    let [finding] = &outcome.findings[..] else { panic!("{told}") };
    assert_eq!((finding.severity, finding.rule.id), (Severity::Error, "upgrade-fails-on-rows"));
}

#[test]
fn rows_that_do_not_fit_are_named_with_their_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = |text: &[u8]| {
        std::fs::write(folder.path().join("2.sql"), text).expect("a file");
        let (outcome, told) = own_rows(folder.path().to_owned());
        assert_eq!(outcome.failures.len(), 1, "{told}");
        outcome.failures[0].what.replace(&*folder.path().to_string_lossy(), "ROWS")
    };
    assert_eq!(
        refused(b"INSERT INTO genre VALUES (1, 'poem');"),
        "the rows of ROWS/2.sql are refused: duplicate key value violates unique constraint \"genre_pkey\""
    );
    assert_eq!(
        refused(b"COPY public.book (id, pages) FROM stdin;\n1\t2\n\\.\n"),
        "the rows of ROWS/2.sql are refused: column \"pages\" of relation \"book\" does not exist"
    );
    assert_eq!(refused(b"\xff\xfe"), "ROWS/2.sql cannot be read: stream did not contain valid UTF-8");
}

/// Runs the project that needs a role, a schema and a table of others.
fn prepared(prepare: Option<PathBuf>, data: Data) -> Outcome {
    let mut sources = Sources::new();
    let project = sql_project("prepared/migrations", &mut sources);
    let good = sql_project("good", &mut sources);
    let scopes = (Scope::all(&project), Scope::all(&good));
    let projects = [(&project, &scopes.0), (&project, &scopes.0), (&good, &scopes.1)];
    let options = Options { data: Some(data), prepare, ..Options::default() };
    run(&projects, &sources, &options, &Silent::default()).expect("it runs")
}

#[test]
fn what_others_make_is_there_before_the_first_migration() {
    // The second time the role of the first must be gone.
    let outcome = prepared(Some(fixture("prepared/prepare.sql")), Data::default());
    assert_eq!(outcome.failures, []);
    assert_eq!(outcome.findings, []);
    assert!(outcome.cases.iter().all(|case| case.skipped.is_none()), "{:?}", outcome.cases);

    let outcome = prepared(None, Data::default());
    assert_eq!(outcome.findings[0].message, "The upgrade fails: schema \"old\" does not exist");
    let note = "If others make it where you deploy, a file for --prepare makes it here";
    assert!(outcome.findings[0].notes.iter().any(|known| known == note), "{:?}", outcome.findings[0].notes);
}

#[test]
fn a_project_that_does_not_come_to_its_end_leaves_the_next_one_nothing() {
    let rows = tempfile::tempdir().expect("a folder");
    std::fs::write(rows.path().join("1.sql"), "INSERT INTO nowhere VALUES (1);").expect("a file");
    let data = Data { files: Some(rows.path().to_owned()), ..Data::default() };
    let outcome = prepared(Some(fixture("prepared/prepare.sql")), data);
    let said: Vec<&str> = outcome.failures.iter().map(|failure| failure.what.as_str()).collect();
    assert!(said.len() > 1 && said.iter().all(|what| what.contains("1.sql are refused")), "{said:?}");
}

#[test]
fn a_file_that_prepares_nothing_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("prepare.sql");
    let what = || {
        let outcome = prepared(Some(file.clone()), Data::default());
        assert_eq!(outcome.failures.len(), 3);
        outcome.failures[0].what.replace(&*folder.path().to_string_lossy(), "HERE")
    };
    assert_eq!(what(), "there is no HERE/prepare.sql to prepare databases with");
    std::fs::write(&file, "CREATE ROLE shop_reader; CREATE TABLE;").expect("a file");
    assert_eq!(what(), "HERE/prepare.sql does not prepare a database: syntax error at or near \";\"");
}
