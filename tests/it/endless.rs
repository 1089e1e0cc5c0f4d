//! Migrations that never come to their end: they are cut off, said, and cost the next ones nothing.

use std::time::Duration;

use mig_check::finding::Leg;
use mig_check::history::Scope;
use mig_check::roundtrip::{Data, Options, Outcome, run};
use mig_check::source::Sources;

use crate::roundtrip::{Silent, alembic_project, check, fixture, python, told};

fn cut_off(case: &str, data: Option<Data>, seconds: u64) -> Outcome {
    let mut sources = Sources::new();
    let project = alembic_project(&fixture(case), &mut sources);
    let scope = Scope::all(&project);
    let time_limit = Some(Duration::from_secs(seconds));
    let options = Options { python: Some(python()), data, time_limit, ..Options::default() };
    let outcome = run(&[(&project, &scope)], &sources, &options, &Silent::default()).expect("it runs");
    check(case, &told(&outcome, &sources));
    assert_eq!(outcome.failures, []);
    outcome
}

/// Which legs of a migration, or of the whole history, were run.
fn legs(outcome: &Outcome, migration: Option<&str>) -> Vec<Leg> {
    let ran =
        outcome.cases.iter().filter(|case| case.migration.as_deref() == migration && case.skipped.is_none());
    ran.filter_map(|case| case.leg).collect()
}

#[test]
fn one_that_asks_again_and_again_on_some_rows_is_tried_on_others() {
    let outcome = cut_off("endless", Some(Data::default()), 5);
    assert_eq!(legs(&outcome, Some("2")), [Leg::Up, Leg::Down, Leg::UpAgain]);
    assert_eq!(legs(&outcome, Some("3")), [Leg::Up, Leg::Down, Leg::UpAgain]);
}

#[test]
fn one_that_waits_for_its_own_lock_is_told_what_it_waits_for() {
    cut_off("waits-for-itself", None, 600);
}

#[test]
fn one_that_only_sleeps_is_named_among_all() {
    let outcome = cut_off("endless-together", None, 5);
    assert_eq!(legs(&outcome, Some("2")), [Leg::Up, Leg::Down, Leg::UpAgain]);
    assert_eq!(legs(&outcome, None), [Leg::AllUp, Leg::AllDown]);
}

#[test]
fn a_statement_that_does_not_end_is_ended_on_the_server_too() {
    let outcome = cut_off("endless-sql", None, 5);
    assert_eq!(legs(&outcome, Some("2")), [Leg::Up, Leg::Down, Leg::UpAgain]);
}
