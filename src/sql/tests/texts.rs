//! Types, expressions, names, and the cutting of texts into statements.

use super::*;

#[test]
fn types_have_the_names_that_format_type_gives_them() {
    for (written, canonical) in [
        ("int", "integer"),
        ("INT4", "integer"),
        ("pg_catalog.int8", "bigint"),
        ("\"int4\"", "integer"),
        ("\"integer\"", "\"integer\""),
        ("varchar(20)", "character varying(20)"),
        ("character varying ( 20 )", "character varying(20)"),
        ("char", "character(1)"),
        ("\"char\"", "\"char\""),
        ("nchar(3)", "character(3)"),
        ("bit varying(5)", "bit varying(5)"),
        ("timestamptz", "timestamp with time zone"),
        ("timestamp(3) with time zone", "timestamp(3) with time zone"),
        ("TIMESTAMP", "timestamp without time zone"),
        ("timestamptz(6)", "timestamp(6) with time zone"),
        ("time", "time without time zone"),
        ("bool", "boolean"),
        ("decimal(10, 2)", "numeric(10,2)"),
        ("numeric(10,-2)", "numeric(10,-2)"),
        ("float", "double precision"),
        ("float(24)", "real"),
        ("float(25)", "double precision"),
        ("double precision", "double precision"),
        ("bigserial", "bigserial"),
        ("serial4", "serial"),
        ("text[]", "text[]"),
        ("int ARRAY", "integer[]"),
        ("int[3][4]", "integer[][]"),
        ("varchar(3)[]", "character varying(3)[]"),
        ("interval day to second (3)", "interval day to second(3)"),
        ("interval(3)", "interval(3)"),
        ("app.Mood", "app.mood"),
        ("\"App\".\"Mood\"", "\"App\".\"Mood\""),
        ("geometry(Point, 4326)", "geometry(point,4326)"),
        ("text COLLATE \"C\"", "text COLLATE \"C\""),
        ("vector(3)", "vector(3)"),
        ("not a type!", "not a type!"),
    ] {
        assert_eq!(data_type(written).to_string(), canonical, "{written}");
    }
    assert!(data_type("SERIAL").is_serial());
}

#[test]
fn expressions_name_their_functions_and_columns() {
    let read = expression(
        "coalesce(t.a, Lower(\"B\"), pg_catalog.now(), CURRENT_TIMESTAMP) > (SELECT max(c) FROM x)",
    );
    assert!(read.understood);
    assert_eq!(read.functions, ["coalesce", "lower", "pg_catalog.now", "current_timestamp", "max"]);
    assert_eq!(read.columns, ["a", "B", "c"]);
    assert_eq!(expression("a -- why\n  +  'x  y'").text, "a + 'x  y'");
    for null in ["NULL", "((null))", "NULL::int", "CAST(NULL AS text)"] {
        assert!(expression(null).is_null, "{null}");
    }
    for unknown in ["a,", "a b", "a, b", "a FROM t", "1; DROP TABLE t", "(a", ""] {
        assert!(!expression(unknown).understood, "{unknown}");
    }
}

#[test]
fn only_tests_that_are_never_null_demand_something() {
    for (check, demanded) in [
        ("a IS NOT NULL", vec!["a"]),
        ("(t.a) IS NOT NULL AND b NOTNULL", vec!["a", "b"]),
        ("a IS NOT NULL OR b IS NOT NULL", vec![]),
        ("a IS NOT NULL OR (b > 0 AND a IS NOT NULL)", vec!["a"]),
        ("NOT (a IS NULL)", vec!["a"]),
        ("NOT a ISNULL", vec!["a"]),
        ("a IS DISTINCT FROM NULL", vec!["a"]),
        ("a > 0", vec![]),
        ("NOT (a IS NULL OR b IS NULL)", vec![]),
    ] {
        assert_eq!(expression(check).demands_not_null, demanded, "{check}");
    }
}

#[test]
fn names_are_folded_as_postgresql_folds_them() {
    let table = |sql: &str| match operation(sql) {
        Operation::DropTable { table, .. } => table,
        other => panic!("{other:?}"),
    };
    assert_eq!(table("DROP TABLE Public.Users"), name("public.users"));
    assert_eq!(table("DROP TABLE \"A \"\"b\"\"\""), name("A \"b\""));
    assert_eq!(table("DROP TABLE U&\"d\\0061ta\""), name("data"));
    assert_eq!(table("DROP TABLE U&\"d!0061ta\" UESCAPE '!'"), name("data"));
    assert_eq!(table("DROP TABLE db.app.t"), name("app.t"));
    assert_eq!(table(&format!("DROP TABLE {}", "x".repeat(70))), name(&"x".repeat(63)));
}

#[test]
fn statements_are_cut_where_they_end() {
    let text = "-- one; not two\nSELECT 1; /* a /* nested; */ ; */ SELECT ';' ; ;\nSELECT $a$;$b$;$a$;\
                SELECT \"a;b\"; SELECT E'\\';'; SELECT 1";
    let found: Vec<&str> = lower(text).into_iter().map(|it| &text[it.range]).collect();
    assert_eq!(
        found,
        ["SELECT 1", "SELECT ';'", "SELECT $a$;$b$;$a$", "SELECT \"a;b\"", "SELECT E'\\';'", "SELECT 1"]
    );
}

#[test]
fn semicolons_inside_bodies_and_rules_end_nothing() {
    for text in [
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END;",
        "CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC INSERT INTO t VALUES (1); END",
        "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b);",
        "CREATE FUNCTION f() RETURNS int AS $$ BEGIN; END; $$ LANGUAGE plpgsql",
    ] {
        assert!(!operation(text).is_unknown(), "{text}");
    }
}

#[test]
fn a_mistake_costs_its_statement_and_says_where() {
    let text = "CREATE TABLE a (id int);\nCREATE TABEL b (id int);\nDROP TABLE (;\nDROP TABLE c;";
    let lowered = lower(text);
    assert_eq!(lowered.len(), 4);
    let step = &lowered[1].steps[0];
    assert_eq!(
        step.operation,
        Operation::Unparsed { message: "syntax error at or near \"TABEL\"".to_owned() }
    );
    assert_eq!(&text[step.range.clone()], "TABEL");
    assert!(matches!(lowered[2].steps[0].operation, Operation::Unparsed { .. }));
    assert!(matches!(lowered[3].steps[0].operation, Operation::DropTable { .. }));
    let half = operation_at_end("ALTER TABLE t ADD COLUMN");
    assert_eq!(half, "syntax error at end of input");
}

#[test]
fn what_postgresql_refuses_is_refused_at_the_same_word() {
    for (statement, word) in [
        ("CREATE TABLE t (a int) PARTITION BY MAGIC (a)", "MAGIC"),
        ("CREATE TABLE t (a int GENERATED BY DEFAULT AS (1) STORED)", "BY"),
        ("CREATE TABLE t (a int, FOREIGN KEY (a) REFERENCES u ON UPDATE SET NULL (a))", "ON"),
        ("ALTER TABLE t ALTER CONSTRAINT k NOT VALID", "NOT"),
        ("CREATE POLICY p ON t AS UGLY", "UGLY"),
        ("CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f('x')", "'x'"),
        (
            "CREATE CONSTRAINT TRIGGER g AFTER DELETE ON t NOT ENFORCED FOR EACH ROW EXECUTE FUNCTION f()",
            "NOT",
        ),
        ("ALTER TABLE t DROP FOREIGN KEY k", "FOREIGN"),
        ("ALTER TABLE t DROP PRIMARY KEY", "PRIMARY"),
        ("ALTER TABLE t DROP IF EXISTS COLUMN a", "COLUMN"),
        ("ALTER TABLE t DROP COLUMN `a`", "`"),
        ("ALTER TABLE t ADD FOREIGN KEY (`a`) REFERENCES u", "`"),
        ("ALTER TABLE t RENAME a TO b, ADD c int", ","),
        ("ALTER TABLE t ADD c int, RENAME a TO b, DROP d", "RENAME"),
        ("('a', 1)", "'a'"),
        ("COPY t TO STDOUT WHERE a > 0", "WHERE"),
        ("COPY (SELECT 1) FROM STDIN", "FROM"),
        ("MERGE INTO t USING u ON true WHEN MATCHED THEN INSERT DEFAULT VALUES", "INSERT"),
        ("MERGE INTO t USING u ON true WHEN NOT MATCHED THEN UPDATE SET a = 1", "UPDATE"),
        ("MERGE INTO t USING u ON true WHEN NOT MATCHED BY SOURCE THEN INSERT DEFAULT VALUES", "INSERT"),
        ("MERGE INTO t USING u ON true WHEN NOT MATCHED THEN INSERT VALUES (1), (2)", ","),
        ("SELECT UNIQUE a FROM t", "a"),
        ("SELECT UNIQUE (case when a then b end) FROM t", "case"),
    ] {
        assert!(matches!(operation(statement), Operation::Unparsed { .. }), "{statement}");
        assert_eq!(places(statement), [word], "{statement}");
    }
    for statement in [
        "CREATE TABLE t (a int) PARTITION BY LIST (a)",
        "CREATE TABLE t (a int, FOREIGN KEY (a) REFERENCES u ON DELETE SET NULL (a) ON UPDATE SET DEFAULT)",
        "CREATE POLICY p ON t AS PERMISSIVE",
        "COPY t FROM STDIN WHERE a > 0",
        "MERGE INTO t USING u ON true WHEN NOT MATCHED BY SOURCE THEN DELETE",
        "SET NAMES 'UTF8'",
        "SET NAMES DEFAULT",
    ] {
        assert!(!operation(statement).is_unknown(), "{statement}");
    }
}

fn operation_at_end(text: &str) -> String {
    match operation(text) {
        Operation::Unparsed { message } => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_quote_that_never_closes_costs_its_statement() {
    let text = "SELECT 1;\nINSERT INTO t VALUES ('it);\nSELECT 2;\nSELECT $x$ oh;\nDROP TABLE a;";
    let messages: Vec<_> = lower(text)
        .into_iter()
        .map(|it| match it.steps.into_iter().next() {
            Some(Step { operation: Operation::Unparsed { message }, .. }) => message,
            _ => String::new(),
        })
        .collect();
    let unterminated = ["", "unterminated quoted string", "", "unterminated dollar-quoted string", ""];
    assert_eq!(messages, unterminated);
    assert_eq!(operation_at_end("/* SELECT 1;"), "unterminated /* comment");
}

#[test]
fn what_psql_understands_does_not_choke() {
    let text = "\\connect app\nCOPY t (a, b) FROM stdin;\n1\tit's; -- x\n\\.\n\nSELECT 'q' \\gexec\n\\i more.sql\nDROP TABLE t;";
    let lowered = lower(text);
    let operations: Vec<&Operation> = lowered.iter().map(|it| &it.steps[0].operation).collect();
    assert!(matches!(operations[0], Operation::Other { kind: "psql meta-command", .. }));
    assert_eq!(*operations[1], Operation::Copy { table: Some(name("t")), fills: true, options: vec![] });
    assert!(matches!(operations[2], Operation::Query { .. }));
    assert!(matches!(operations[3], Operation::Opaque { .. }));
    assert!(matches!(operations[4], Operation::Opaque { .. }));
    assert!(matches!(operations[5], Operation::DropTable { .. }));
    assert_eq!(operations.len(), 6);
}

#[test]
fn meta_commands_end_where_psql_ends_them() {
    let text = "\\set a 'x \\\\ y' \\\\ SELECT 1\\; SELECT 2 \\gset p_ \\echo :p_x\n\\copy t (a) from stdin\n1;\n\\.\n\
                \\copy app.u to 'x;y' csv\nDROP TABLE t;";
    let found: Vec<&str> = lower(text).into_iter().map(|it| &text[it.range]).collect();
    let expected = [
        "\\set a 'x \\\\ y'",
        "SELECT 1",
        "SELECT 2",
        "\\gset p_ \\echo :p_x",
        "\\copy t (a) from stdin",
        "\\copy app.u to 'x;y' csv",
        "DROP TABLE t",
    ];
    assert_eq!(found, expected);
    let copies: Vec<Operation> =
        lower(text).into_iter().skip(4).map(|it| it.steps[0].operation.clone()).collect();
    assert_eq!(copies[0], Operation::Copy { table: Some(name("t")), fills: true, options: vec![] });
    assert_eq!(
        copies[1],
        Operation::Copy { table: Some(name("app.u")), fills: false, options: settings(&["format=csv"]) }
    );
}

#[test]
fn what_stands_under_a_condition_of_psql_may_run() {
    let text = "DROP TABLE a;\n\\if :old\nDROP TABLE b;\n\\elif :{?new}\nDROP TABLE c;\n\\else\nDROP TABLE d;\n\\endif\nDROP TABLE e;";
    let dropped: Vec<Certainty> = lower(text)
        .into_iter()
        .flat_map(|it| it.steps)
        .filter(|step| matches!(step.operation, Operation::DropTable { .. }))
        .map(|step| step.certainty)
        .collect();
    let may = |condition: &str| Certainty::May(condition.to_owned());
    let expected = [
        Certainty::Certain,
        may("psql's `\\if :old` holds"),
        may("psql's `\\elif :{?new}` holds"),
        may("psql's `\\elif :{?new}` does not hold"),
        Certainty::Certain,
    ];
    assert_eq!(dropped, expected);
}

#[test]
fn variables_of_psql_stand_for_names_strings_and_numbers() {
    for (statement, step) in [
        (
            "ALTER TABLE :\"schema\".t ADD COLUMN a text DEFAULT :'value'",
            "ADD COLUMN a text DEFAULT :'value'",
        ),
        ("DROP TABLE :name", "DROP TABLE :name"),
        ("SELECT a[1:2], b[:n], c::text, :x::int, :{?y} FROM t WHERE d = :'z'", ""),
        ("ALTER SEQUENCE s RESTART WITH :start", ""),
    ] {
        assert!(!operation(statement).is_unknown(), "{statement}");
        assert_eq!(places(statement), [if step.is_empty() { statement } else { step }]);
    }
    assert!(operation("SELECT a : b, FROM t").is_unknown());
    assert!(operation(":whatever").is_unknown());
}

#[test]
fn comments_are_found_outside_quotes_and_data() {
    let text = "-- a\nSELECT '-- no' /* b */;\nCOPY t FROM stdin;\n-- data\n\\.\nDO $$ -- body\n$$; -- c";
    let found: Vec<&str> = comments(text).into_iter().map(|range| &text[range]).collect();
    assert_eq!(found, ["-- a", "/* b */", "-- c"]);
}

#[test]
fn depth_does_not_exhaust_the_stack() {
    let chain = format!("ALTER TABLE t ADD CHECK ({})", vec!["a"; 4_000].join(" + "));
    assert!(matches!(operation(&chain), Operation::AddConstraint { .. }));
    let nested = format!("SELECT {}1{}", "(".repeat(1_000), ")".repeat(1_000));
    assert!(matches!(operation(&nested), Operation::Query { .. }));
    let deeper = format!("SELECT {}1{}", "(".repeat(100_000), ")".repeat(100_000));
    assert!(matches!(operation(&deeper), Operation::Opaque { .. }));
    for operator in ["NOT ", "- "] {
        let prefixed = format!("SELECT {}true", operator.repeat(50_000));
        assert!(matches!(operation(&prefixed), Operation::Opaque { .. }), "{operator}");
    }
    assert!(!expression(&"(".repeat(100_000)).understood);
}

#[test]
fn large_statements_are_read_without_their_values() {
    let rows = vec!["(1, 'x', ARRAY[1,2,3])"; 50_000].join(", ");
    let insert = format!("INSERT INTO app.t (a, b, c) VALUES {rows} ON CONFLICT DO NOTHING; DROP TABLE x");
    let lowered = lower(&insert);
    assert_eq!(
        lowered[0].steps[0].operation,
        Operation::Insert {
            table: name("app.t"),
            columns: vec!["a".into(), "b".into(), "c".into()],
            computed: vec![],
            reads: vec![],
            listed: true,
            defaults: false,
            on_conflict: true,
        }
    );
    assert!(matches!(lowered[1].steps[0].operation, Operation::DropTable { .. }));
    let ids = vec!["1"; 200_000].join(",");
    let delete = format!("DELETE FROM t WHERE id IN ({ids})");
    assert!(matches!(operation(&delete), Operation::Delete { filtered: true, .. }));
}

#[test]
fn chains_of_operators_that_would_take_too_long_are_said() {
    for link in ["+1", "::int", ".a", " || 'x'"] {
        let lowered = lower(&format!("SELECT b{}; DROP TABLE x", link.repeat(60_000)));
        assert!(matches!(lowered[0].steps[0].operation, Operation::Opaque { .. }), "{link}");
        assert!(matches!(lowered[1].steps[0].operation, Operation::DropTable { .. }), "{link}");
    }
    let filter = vec!["a.b = 1 + 1"; 10_000].join(" OR ");
    let delete = operation(&format!("DELETE FROM t WHERE {filter}"));
    assert!(matches!(delete, Operation::Delete { filtered: true, .. }));
}
