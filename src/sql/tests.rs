//! What statements lower to, family by family.

mod ddl;
mod options;
mod plain;
mod plpgsql;
mod referee;
mod rows;
mod security;
mod texts;

use super::*;
use crate::operation::{Name, Setting};

/// The operations of a text that is one statement.
fn operations(sql: &str) -> Vec<Operation> {
    let mut lowered = lower(sql);
    assert_eq!(lowered.len(), 1, "{sql}: {lowered:#?}");
    lowered.remove(0).steps.into_iter().map(|step| step.operation).collect()
}

/// The operation of a statement that does one thing.
fn operation(sql: &str) -> Operation {
    let mut operations = operations(sql);
    assert_eq!(operations.len(), 1, "{sql}: {operations:#?}");
    operations.remove(0)
}

/// The text under each step of a text.
fn places(sql: &str) -> Vec<&str> {
    lower(sql).into_iter().flat_map(|it| it.steps).map(|step| &sql[step.range]).collect()
}

fn name(name: &str) -> Name {
    match name.split_once('.') {
        Some((schema, name)) => Name::qualified(schema, name),
        None => Name::unqualified(name),
    }
}

/// Options, each as its name, with what follows the equals sign if there is one.
fn settings(options: &[&str]) -> Vec<Setting> {
    let setting = |option: &&str| match option.split_once('=') {
        Some((name, value)) => Setting::new(name, value),
        None => Setting::flag(option),
    };
    options.iter().map(setting).collect()
}
