//! Statements on rows, sessions and transactions.

use super::*;
use crate::operation::{Next, ReindexTarget, TransactionVerb};

#[test]
fn changes_name_their_tables_and_what_they_read() {
    assert_eq!(
        operation("INSERT INTO b (x) SELECT a.x FROM a JOIN app.c ON true WHERE x IN (SELECT y FROM d)"),
        Operation::Insert {
            table: name("b"),
            columns: vec!["x".into()],
            computed: vec![],
            reads: vec![name("a"), name("app.c"), name("d")],
            listed: false,
            defaults: false,
            on_conflict: false,
        }
    );
    assert_eq!(
        operation(
            "UPDATE ONLY t AS x SET a = o + x.o, (b, c) = (SELECT p, 2 FROM s) FROM u WHERE x.id = u.id"
        ),
        Operation::Update {
            table: name("t"),
            columns: vec!["a".into(), "b".into(), "c".into()],
            copied: vec!["o".into(), "p".into()],
            filtered: true,
            filter: Some(Box::new(expression("x.id = u.id"))),
            reads: vec![name("s"), name("u")],
        }
    );
    assert_eq!(
        operation("DELETE FROM t"),
        Operation::Delete { table: name("t"), filtered: false, filter: None }
    );
    assert_eq!(
        operation("TRUNCATE a, ONLY b.c RESTART IDENTITY CASCADE"),
        Operation::Truncate { tables: vec![name("a"), name("b.c")], cascade: true, restart_identity: true }
    );
    for (sql, fills, options) in [
        ("COPY t TO stdout", false, &[][..]),
        (
            "COPY t FROM stdin WITH (FORMAT csv, FORCE_NULL (a, \"B\"), NULL '', FREEZE)",
            true,
            &["format=csv", "force_null=(a, B)", "null=", "freeze"],
        ),
        (
            "COPY t FROM '/x' CSV HEADER DELIMITER AS ';' FORCE NOT NULL a, b",
            true,
            &["format=csv", "header", "delimiter=;", "force_not_null=(a, b)"],
        ),
        ("COPY BINARY t FROM stdin", true, &["format=binary"]),
    ] {
        let options = settings(options);
        assert_eq!(operation(sql), Operation::Copy { table: Some(name("t")), fills, options }, "{sql}");
    }
}

#[test]
fn parts_of_a_column_name_it_once() {
    let columns = |text: &str| match operation(text) {
        Operation::Update { columns, .. } | Operation::Insert { columns, .. } => columns,
        other => panic!("{other:?}"),
    };
    assert_eq!(columns("UPDATE t SET list[1] = 1, list[2] = 2, p.x = 1, p.y = 2, a = 1"), ["list", "p", "a"]);
    assert_eq!(columns("UPDATE t SET a = 1, a = 2"), ["a", "a"]);
    assert_eq!(columns("INSERT INTO t (a, a) VALUES (1, 2)"), ["a", "a"]);
}

#[test]
fn an_insert_says_which_values_are_not_written_in_it() {
    for (values, expected) in [
        ("VALUES (1, 'default', 'now()')", &[] as &[&str]),
        ("VALUES (DEFAULT, gen_random_uuid(), 'x'), (1, 'y', now())", &["a", "b"]),
        ("SELECT 1, lower('x'), (SELECT max(c) FROM t)", &["b", "c"]),
        ("DEFAULT VALUES", &[]),
    ] {
        let Operation::Insert { computed, .. } = operation(&format!("INSERT INTO t (a, b, c) {values}"))
        else {
            panic!("{values}")
        };
        assert_eq!(computed, expected, "{values}");
    }
}

#[test]
fn changes_inside_with_are_steps_of_their_own() {
    let text = "WITH gone AS (DELETE FROM a WHERE x RETURNING *) INSERT INTO b SELECT * FROM gone";
    assert_eq!(
        operations(text),
        [
            Operation::Delete { table: name("a"), filtered: true, filter: Some(Box::new(expression("x"))) },
            Operation::Insert {
                table: name("b"),
                columns: vec![],
                computed: vec![],
                reads: vec![],
                listed: false,
                defaults: false,
                on_conflict: false
            }
        ]
    );
    assert_eq!(places(text), ["DELETE FROM a WHERE x RETURNING *", text]);
}

#[test]
fn merge_is_what_its_branches_do() {
    let text = "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED AND s.gone THEN DELETE \
                WHEN MATCHED THEN UPDATE SET a = s.a WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)";
    let operations = operations(text);
    assert_eq!(operations[0], Operation::Delete { table: name("t"), filtered: true, filter: None });
    assert!(matches!(&operations[1], Operation::Update { columns, .. } if *columns == ["a"]));
    assert_eq!(
        operations[2],
        Operation::Insert {
            table: name("t"),
            columns: vec!["id".into()],
            computed: vec![],
            reads: vec![name("s")],
            listed: false,
            defaults: false,
            on_conflict: false
        }
    );
}

#[test]
fn queries_name_tables_and_calls() {
    assert_eq!(
        operation("WITH x AS (SELECT * FROM a) SELECT setval('s', max(id)) FROM x, b"),
        Operation::Query { reads: vec![name("a"), name("b")], calls: vec!["setval".into(), "max".into()] }
    );
    assert_eq!(
        operation("CALL app.refresh(now())"),
        Operation::Query { reads: vec![], calls: vec!["app.refresh".into(), "now".into()] }
    );
    assert!(matches!(operation("EXPLAIN DELETE FROM t"), Operation::Query { .. }));
    assert!(matches!(operation("EXPLAIN (ANALYZE, BUFFERS) DELETE FROM t"), Operation::Delete { .. }));
}

#[test]
fn settings_lose_their_quotes() {
    for (sql, expected, value, is_local) in [
        ("SET lock_timeout = '5s'", "lock_timeout", Some("5s"), false),
        ("SET LOCAL statement_timeout TO 0", "statement_timeout", Some("0"), true),
        ("SET search_path = App, \"Public\"", "search_path", Some("app, Public"), false),
        ("SET TIME ZONE 'UTC'", "timezone", Some("UTC"), false),
        ("SET lock_timeout TO DEFAULT", "lock_timeout", None, false),
        ("RESET lock_timeout", "lock_timeout", None, false),
        ("RESET ALL", "all", None, false),
        ("SET ROLE admin", "role", Some("admin"), false),
        ("SET my.setting = -1", "my.setting", Some("-1"), false),
    ] {
        let Operation::Set { name, value: found, local } = operation(sql) else { panic!("{sql}") };
        assert_eq!((name.as_str(), found.as_deref(), local), (expected, value, is_local), "{sql}");
    }
}

#[test]
fn transaction_statements_are_verbs() {
    for (sql, verb) in [
        ("BEGIN ISOLATION LEVEL SERIALIZABLE", TransactionVerb::Begin),
        ("START TRANSACTION", TransactionVerb::Begin),
        ("COMMIT AND CHAIN", TransactionVerb::Commit(Next::Transaction)),
        ("END", TransactionVerb::Commit(Next::Nothing)),
        ("COMMIT WORK AND NO CHAIN", TransactionVerb::Commit(Next::Nothing)),
        ("ROLLBACK AND CHAIN", TransactionVerb::Rollback(Next::Transaction)),
        ("ABORT", TransactionVerb::Rollback(Next::Nothing)),
        ("ROLLBACK TO SAVEPOINT a", TransactionVerb::Savepoint),
        ("RELEASE a", TransactionVerb::Savepoint),
    ] {
        assert_eq!(operation(sql), Operation::Transaction(verb), "{sql}");
    }
    assert!(matches!(operation("COMMIT PREPARED 'x'"), Operation::Other { kind: "COMMIT PREPARED", .. }));
}

#[test]
fn locks_and_rebuilds() {
    assert_eq!(
        operation("LOCK TABLE a, ONLY b IN share row  exclusive MODE NOWAIT"),
        Operation::Lock {
            tables: vec![name("a"), name("b")],
            mode: "SHARE ROW EXCLUSIVE".into(),
            nowait: true
        }
    );
    assert!(matches!(operation("LOCK a"), Operation::Lock { mode, .. } if mode == "ACCESS EXCLUSIVE"));
    for (sql, what, concurrently, options) in [
        ("REINDEX INDEX CONCURRENTLY x", ReindexTarget::Index, true, &[][..]),
        ("REINDEX (CONCURRENTLY, VERBOSE) TABLE x", ReindexTarget::Table, true, &["verbose"]),
        ("REINDEX (CONCURRENTLY off, TABLESPACE y) TABLE x", ReindexTarget::Table, false, &["tablespace=y"]),
        ("REINDEX SCHEMA x", ReindexTarget::Schema, false, &[]),
        ("REINDEX DATABASE x", ReindexTarget::Database, false, &[]),
    ] {
        let options = settings(options);
        let expected = Operation::Reindex { what, name: Some(name("x")), concurrently, options };
        assert_eq!(operation(sql), expected, "{sql}");
    }
}

#[test]
fn do_blocks_are_looked_into() {
    let text = "DO $$ DECLARE r int; BEGIN IF NOT EXISTS (SELECT 1) THEN ALTER TABLE t ADD COLUMN a int; END IF;\n\
                SELECT count(*) INTO r FROM u; EXECUTE 'DROP TABLE x'; EXECUTE 'DROP TABLE ' || y; PERFORM f(); \
                EXECUTE format('ALTER TABLE %I DROP ' || 'COLUMN %s', 'B', 'c'); END $$ LANGUAGE plpgsql";
    let mut bodies = operations(text);
    assert_eq!(bodies.remove(0), Operation::Do);
    assert!(matches!(&bodies[0], Operation::AddColumn { table, .. } if *table == name("t")));
    assert_eq!(bodies[1], Operation::Query { reads: vec![name("u")], calls: vec!["count".into()] });
    assert!(matches!(&bodies[2], Operation::DropTable { table, .. } if *table == name("x")));
    assert!(matches!(&bodies[3], Operation::Opaque { .. }));
    assert!(matches!(&bodies[4], Operation::Query { calls, .. } if *calls == ["f"]));
    assert!(matches!(&bodies[5], Operation::DropColumn { table, .. } if *table == name("B")));
    assert_eq!(places(text)[1], "ADD COLUMN a int");
    assert_eq!(places(text)[4], "EXECUTE 'DROP TABLE ' || y");
}

#[test]
fn do_blocks_that_cannot_be_read_say_so() {
    assert_eq!(operation("DO $$ BEGIN NULL; END $$"), Operation::Do);
    for unknown in ["DO LANGUAGE plpython3u $$ pass $$", "DO $$ BEGIN nonsense here; END $$"] {
        assert!(operations(unknown).iter().any(Operation::is_unknown), "{unknown}");
    }
    let escaped = "DO E'BEGIN\\n DROP TABLE a; END'";
    assert_eq!(places(escaped), [escaped, "DROP TABLE a"]);
}

#[test]
fn rejected_by_postgresql_is_rejected_here() {
    for text in [
        "ALTER TABLE t RENAME a TO b, ADD c int",
        "ALTER TABLE t ADD c int, SET SCHEMA s",
        "ALTER TABLE t ADD c bigint(20)",
        "CREATE TABLE t",
        "CREATE SCHEMA s CREATE TABLE t",
        "ALTER TABLE t",
        "DROP TABLE IF EXISTS",
        "CREATE INDEX i ON t (a) NULLS NOT",
        "COPY t",
    ] {
        assert!(matches!(operation(text), Operation::Unparsed { .. }), "{text}");
    }
}

#[test]
fn conditions_say_what_is_never_true() {
    let of = |condition: &str| {
        let read = expression(condition);
        (read.compares_with_null, read.not_in_query)
    };
    assert_eq!(of("a = NULL"), (true, false));
    assert_eq!(of("b = 1 OR (NULL::text <> a)"), (true, false));
    assert_eq!(of("a != NULL"), (true, false));
    assert_eq!(of("a IS NULL AND b IS DISTINCT FROM NULL AND c = 'NULL'"), (false, false));
    assert_eq!(of("a NOT IN (SELECT b FROM c)"), (false, true));
    assert_eq!(of("a NOT IN (1, 2) AND b IN (SELECT b FROM c)"), (false, false));
}
