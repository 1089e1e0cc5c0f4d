//! Bodies in PL/pgSQL: what is read of them, and what must hold for it to run.

use super::*;

/// What a body does beside queries: the text that says so, and what it depends on.
fn done(body: &str) -> Vec<(String, String)> {
    let sql = format!("DO $do$ {body} $do$");
    let steps = lower(&sql).into_iter().flat_map(|it| it.steps);
    steps
        .filter(|step| !matches!(step.operation, Operation::Do | Operation::Query { .. }))
        .map(|step| {
            let condition = match step.certainty {
                Certainty::Certain => String::new(),
                Certainty::May(condition) => condition,
            };
            (sql[step.range].to_owned(), condition)
        })
        .collect()
}

#[test]
fn what_a_branch_does_depends_on_its_condition() {
    const TURNS: &str = "the loop around it has anything to go through";
    for (body, expected) in [
        (
            "BEGIN DROP TABLE a; BEGIN DROP TABLE b; END; END",
            vec![("DROP TABLE a", ""), ("DROP TABLE b", "")],
        ),
        (
            "BEGIN IF x > 1 THEN DROP TABLE a; ELSIF y THEN DROP TABLE b; ELSE DROP TABLE c; END IF; DROP TABLE d; END",
            vec![
                ("DROP TABLE a", "`x > 1` is true"),
                ("DROP TABLE b", "`y` is true"),
                ("DROP TABLE c", "none of the conditions before it is true"),
                ("DROP TABLE d", ""),
            ],
        ),
        (
            "BEGIN IF x THEN IF y THEN DROP TABLE a; END IF; ELSE DROP TABLE b; END IF; END",
            vec![("DROP TABLE a", "`x` is true and `y` is true"), ("DROP TABLE b", "`x` is false")],
        ),
        ("BEGIN IF x THEN RETURN; END IF; DROP TABLE a; END", vec![("DROP TABLE a", "`x` is false")]),
        (
            "BEGIN CASE v WHEN 1 THEN DROP TABLE a; ELSE DROP TABLE b; END CASE; END",
            vec![("DROP TABLE a", "`v` is 1"), ("DROP TABLE b", "no case before it applies")],
        ),
        (
            "DECLARE r record; BEGIN FOR r IN SELECT 1 LOOP DROP TABLE a; END LOOP; LOOP DROP TABLE b; EXIT; END LOOP; END",
            vec![("DROP TABLE a", TURNS), ("DROP TABLE b", "")],
        ),
        ("BEGIN DROP TABLE a; RETURN; DROP TABLE b; END", vec![("DROP TABLE a", "")]),
        ("BEGIN RAISE NOTICE 'x'; DROP TABLE a; RAISE 'no'; DROP TABLE b; END", vec![("DROP TABLE a", "")]),
        (
            "BEGIN LOOP EXIT WHEN x; RETURN; END LOOP; DROP TABLE a; END",
            vec![("DROP TABLE a", "EXIT leaves what stands before it")],
        ),
        (
            "BEGIN LOOP DROP TABLE a; EXIT WHEN x; DROP TABLE b; END LOOP; DROP TABLE c; END",
            vec![("DROP TABLE a", ""), ("DROP TABLE b", "`x` is false"), ("DROP TABLE c", "")],
        ),
        (
            "BEGIN LOOP IF x THEN EXIT; END IF; DROP TABLE a; EXIT; DROP TABLE b; END LOOP; DROP TABLE c; END",
            vec![("DROP TABLE a", "`x` is false"), ("DROP TABLE c", "")],
        ),
        (
            "BEGIN <<l>> BEGIN EXIT l WHEN x; DROP TABLE a; END; DROP TABLE b; END",
            vec![("DROP TABLE a", "`x` is false"), ("DROP TABLE b", "")],
        ),
        (
            "BEGIN <<l>> LOOP LOOP EXIT l WHEN x; EXIT; END LOOP; DROP TABLE a; EXIT; END LOOP; DROP TABLE b; END",
            vec![("DROP TABLE a", "`x` is false"), ("DROP TABLE b", "")],
        ),
        (
            "BEGIN FOR i IN 1..2 LOOP CONTINUE WHEN x; DROP TABLE a; END LOOP; DROP TABLE b; END",
            vec![
                ("DROP TABLE a", "`x` is false and the loop around it has anything to go through"),
                ("DROP TABLE b", ""),
            ],
        ),
        (
            "BEGIN FOR i IN 1..n LOOP RETURN; END LOOP; DROP TABLE a; END",
            vec![("DROP TABLE a", "the loop before it has nothing to go through")],
        ),
        (
            "BEGIN CASE v WHEN 1 THEN RETURN; ELSE NULL; END CASE; DROP TABLE a; END",
            vec![("DROP TABLE a", "`v` is not 1")],
        ),
        ("BEGIN DROP TABLE a; EXCEPTION WHEN others THEN RAISE; END", vec![("DROP TABLE a", "")]),
        (
            "BEGIN LOOP BEGIN DROP TABLE a; EXCEPTION WHEN others THEN EXIT; RAISE; END; END LOOP; END",
            vec![("DROP TABLE a", "nothing in its block fails")],
        ),
        (
            "BEGIN BEGIN PERFORM x(); RETURN; EXCEPTION WHEN others THEN NULL; END; DROP TABLE a; END",
            vec![("DROP TABLE a", "something in the block before it fails")],
        ),
        (
            "BEGIN IF x THEN RAISE EXCEPTION 'no'; DROP TABLE b; END IF; DROP TABLE a; END",
            vec![("DROP TABLE a", "")],
        ),
        ("BEGIN WHILE x LOOP DROP TABLE a; END LOOP; END", vec![("DROP TABLE a", "`x` is true")]),
        (
            "BEGIN DROP TABLE a; EXCEPTION WHEN undefined_table OR sqlstate '42883' THEN DROP TABLE b; END",
            vec![
                ("DROP TABLE a", "nothing in its block fails"),
                ("DROP TABLE b", "something in its block fails with undefined_table or sqlstate '42883'"),
            ],
        ),
        (
            "BEGIN IF x THEN ALTER TABLE t ADD a int, DROP b; END IF; END",
            vec![("ADD a int", "`x` is true"), ("DROP b", "`x` is true")],
        ),
    ] {
        let expected: Vec<(String, String)> =
            expected.into_iter().map(|(text, condition)| (text.to_owned(), condition.to_owned())).collect();
        assert_eq!(done(body), expected, "{body}");
    }
}

#[test]
fn guards_make_a_statement_repeatable_and_not_uncertain() {
    for body in [
        "BEGIN IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'x') THEN CREATE TYPE x AS ENUM (); END IF; END",
        "BEGIN IF NOT EXISTS (SELECT FROM information_schema.columns) THEN ALTER TABLE t ADD a int; END IF; END",
        "BEGIN IF to_regclass('i') IS NULL THEN CREATE INDEX i ON t (a); END IF; END",
        "BEGIN IF EXISTS (SELECT FROM pg_constraint) THEN ALTER TABLE t DROP CONSTRAINT k; END IF; END",
        "BEGIN CREATE TYPE x AS ENUM (); EXCEPTION WHEN duplicate_object THEN NULL; END",
        "BEGIN ALTER TABLE t ADD a int; EXCEPTION WHEN duplicate_column THEN RAISE NOTICE 'there'; END",
    ] {
        let found = done(body);
        assert!(matches!(found.as_slice(), [(_, condition)] if condition.is_empty()), "{found:?}");
    }
    for body in [
        "BEGIN IF NOT EXISTS (SELECT FROM users) THEN CREATE TYPE x AS ENUM (); END IF; END",
        "BEGIN IF EXISTS (SELECT FROM pg_type) THEN CREATE TYPE x AS ENUM (); END IF; END",
        "BEGIN IF EXISTS (SELECT FROM pg_attribute) THEN ALTER TABLE t RENAME a TO b; END IF; END",
    ] {
        assert_ne!(done(body)[0].1, "", "{body}");
    }
    let column =
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_attribute) THEN ALTER TABLE t ADD a int; END IF; END $$";
    assert!(matches!(&operations(column)[1], Operation::AddColumn { if_not_exists: true, .. }));
    let table = "DO $$ BEGIN DROP TABLE t; EXCEPTION WHEN undefined_table THEN NULL; END $$";
    assert!(matches!(&operations(table)[1], Operation::DropTable { if_exists: true, .. }));
}

/// The tables that a body drops.
fn dropped(body: &str) -> Vec<String> {
    operations(&format!("DO $do$ {body} $do$"))
        .into_iter()
        .filter_map(|operation| match operation {
            Operation::DropTable { table, .. } => Some(table.to_string()),
            Operation::Opaque { .. } => Some("?".to_owned()),
            _ => None,
        })
        .collect()
}

#[test]
fn texts_that_depend_on_nothing_are_executed() {
    for (body, expected) in [
        ("BEGIN EXECUTE 'DROP TABLE a'; END", vec!["a"]),
        ("BEGIN EXECUTE 'DROP' || (' TABLE ' || quote_ident('A b')); END", vec!["\"A b\""]),
        ("BEGIN EXECUTE format('DROP TABLE %2$I.%1$I -- %% %L', 'a', 's', 'x'); END", vec!["s.a"]),
        ("BEGIN EXECUTE concat('DROP ', 'TABLE ', 7::text, 'a'); END", vec!["?"]),
        ("DECLARE t CONSTANT text := 'a'; BEGIN EXECUTE 'DROP TABLE ' || t; END", vec!["a"]),
        ("DECLARE t text := 'a'; BEGIN t := 'b'; EXECUTE 'DROP TABLE ' || t; END", vec!["?"]),
        ("DECLARE t text := 'a'; BEGIN SELECT 'b' INTO t; EXECUTE 'DROP TABLE ' || t; END", vec!["?"]),
        (
            "DECLARE t text; BEGIN FOREACH t IN ARRAY ARRAY['a', 'b'] LOOP EXECUTE format('DROP TABLE %I', t); END LOOP; END",
            vec!["a", "b"],
        ),
        (
            "DECLARE t text; l text[] := ARRAY['a']; BEGIN FOREACH t IN ARRAY l LOOP EXECUTE 'DROP TABLE ' || t; END LOOP; END",
            vec!["a"],
        ),
        ("BEGIN EXECUTE 'DO $x$ BEGIN DROP TABLE a; END $x$'; END", vec!["a"]),
        ("BEGIN EXECUTE 'DROP TABLE ' || current_user; END", vec!["?"]),
    ] {
        let found = dropped(body);
        let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
        // What a broken text runs is said elsewhere.
        let found: Vec<String> = if found.is_empty() { vec!["?".to_owned()] } else { found };
        assert_eq!(found, expected, "{body}");
    }
}

#[test]
fn bodies_in_bodies_end_somewhere() {
    let nested = |depth: usize| {
        (0..depth).fold("DROP TABLE a".to_owned(), |inner, level| {
            format!("DO $x{level}$ BEGIN EXECUTE $y{level}${inner}$y{level}$; END $x{level}$")
        })
    };
    assert!(operations(&nested(8)).iter().any(|it| matches!(it, Operation::DropTable { .. })));
    assert!(operations(&nested(9)).iter().any(Operation::is_unknown));
    assert!(operations(&nested(2_000)).iter().any(Operation::is_unknown));
}

#[test]
fn bodies_of_functions_do_nothing_until_they_are_called() {
    let body = |sql: &str| match operation(sql) {
        Operation::CreateFunction { body, .. } => body,
        other => panic!("{other:?}"),
    };
    let plpgsql = body(
        "CREATE FUNCTION f() RETURNS void AS $$ BEGIN IF x THEN DROP TABLE a; END IF; END $$ LANGUAGE plpgsql",
    );
    assert!(matches!(plpgsql.as_slice(), [(Operation::DropTable { .. }, Certainty::May(_))]));
    let sql = body("CREATE PROCEDURE p() LANGUAGE sql AS 'DROP TABLE a; SELECT 1'");
    assert!(matches!(
        sql.as_slice(),
        [(Operation::DropTable { .. }, Certainty::Certain), (Operation::Query { .. }, _)]
    ));
    let atomic = body(
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC; UPDATE t SET a = CASE WHEN b THEN 1 END; RETURN (SELECT c FROM u); END",
    );
    assert!(matches!(
        atomic.as_slice(),
        [(Operation::Update { .. }, Certainty::Certain), (Operation::Query { reads, .. }, _)] if reads == &[name("u")]
    ));
    let returned = body("CREATE FUNCTION f() RETURNS bigint RETURN (SELECT count(*) FROM u)");
    assert!(matches!(returned.as_slice(), [(Operation::Query { reads, .. }, _)] if reads == &[name("u")]));
    assert!(body("CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'f.so'").is_empty());
}
