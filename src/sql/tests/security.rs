//! Policies, functions and partitions: what rules about access and bounds ask.

use super::*;
use crate::operation::*;

fn policy(sql: &str) -> Policy {
    match operation(sql) {
        Operation::CreatePolicy(policy) => *policy,
        other => panic!("{sql}: {other:?}"),
    }
}

#[test]
fn a_policy_says_for_which_command_and_rows_it_speaks() {
    let plain = policy("CREATE POLICY p ON app.t USING (exists (SELECT 1 FROM u))");
    assert_eq!((plain.name.as_str(), plain.table.to_string().as_str()), ("p", "app.t"));
    assert!(plain.permissive && plain.command == PolicyCommand::All && plain.check.is_none());
    assert_eq!(plain.using.expect("USING").text, "exists (SELECT 1 FROM u)");
    let full =
        policy("CREATE POLICY \"P q\" ON t AS RESTRICTIVE FOR UPDATE TO joe USING (a = 1) WITH CHECK (true)");
    assert_eq!(full.name, "P q");
    assert!(!full.permissive && full.command == PolicyCommand::Update);
    assert_eq!(full.check.expect("CHECK").text, "true");
    assert!(policy("CREATE POLICY p ON t AS PERMISSIVE FOR INSERT WITH CHECK (a > 0)").permissive);
    assert_eq!(
        operation("DROP POLICY IF EXISTS p ON app.t"),
        Operation::DropPolicy { name: "p".into(), table: name("app.t"), if_exists: true }
    );
}

#[test]
fn a_function_says_its_path() {
    let path = |option: &str| {
        let sql = format!("CREATE FUNCTION f() RETURNS int LANGUAGE sql {option} AS 'SELECT 1'");
        let Operation::CreateFunction { traits, .. } = operation(&sql) else { panic!("{sql}") };
        traits.search_path
    };
    assert_eq!(path("SECURITY DEFINER"), None);
    assert_eq!(path("SET work_mem = '1MB'"), None);
    assert_eq!(
        path("SET search_path = app, \"Odd\", pg_temp"),
        Some(vec!["app".into(), "Odd".into(), "pg_temp".into()])
    );
    assert_eq!(path("SET Search_Path TO 'app'"), Some(vec!["app".into()]));
    assert_eq!(path("SET search_path = ''"), Some(vec![]));
    assert_eq!(path("SET search_path FROM CURRENT"), Some(vec![]));
    assert_eq!(path("SET search_path TO app SET work_mem = '1MB'"), Some(vec!["app".into()]));
}

#[test]
fn a_function_says_its_language_and_the_form_of_its_body() {
    let traits = |rest: &str| match operation(&format!("CREATE FUNCTION f() RETURNS int {rest}")) {
        Operation::CreateFunction { traits, .. } => (traits.language, traits.standard_body),
        other => panic!("{rest}: {other:?}"),
    };
    assert_eq!(traits("LANGUAGE SQL AS 'SELECT 1'"), (Some("sql".into()), false));
    assert_eq!(traits("LANGUAGE 'plpgsql' AS 'BEGIN RETURN 1; END'"), (Some("plpgsql".into()), false));
    assert_eq!(traits("RETURN 1"), (None, true));
    assert_eq!(traits("LANGUAGE sql BEGIN ATOMIC SELECT 1; END"), (Some("sql".into()), true));
}

#[test]
fn partitions_say_their_kind_of_bound() {
    let table = |sql: &str| match operation(sql) {
        Operation::CreateTable(create) => (create.strategy, create.bound),
        other => panic!("{sql}: {other:?}"),
    };
    assert_eq!(table("CREATE TABLE p (a int) PARTITION BY LIST (a)"), (Some(Strategy::List), None));
    assert_eq!(table("CREATE TABLE p (a int) PARTITION BY hash (a)"), (Some(Strategy::Hash), None));
    assert_eq!(
        table("CREATE TABLE q PARTITION OF p FOR VALUES IN (1) PARTITION BY RANGE (a)"),
        (Some(Strategy::Range), Some(Strategy::List))
    );
    assert_eq!(
        table("CREATE TABLE q PARTITION OF p FOR VALUES WITH (MODULUS 4, REMAINDER 0)").1,
        Some(Strategy::Hash)
    );
    assert_eq!(table("CREATE TABLE q PARTITION OF p DEFAULT"), (None, None));
}
