//! What is parsed without squawk's own checks is what squawk parses and finds nothing wrong with.

use std::path::Path;

use squawk_syntax::SourceFile;
use squawk_syntax::ast::AstNode;

use super::super::{plain, split};

/// Whether a statement was parsed so. Then squawk must have the same tree, and no objection.
fn is_plain(sql: &str) -> bool {
    let Some(statement) = plain::parse(sql) else { return false };
    let squawk = SourceFile::parse(sql);
    assert_eq!(squawk.errors(), [], "{sql}");
    let root = statement.syntax().ancestors().last().expect("a root");
    assert_eq!(format!("{root:#?}"), format!("{:#?}", squawk.syntax_node()), "{sql}");
    true
}

fn judge(folder: &Path, counts: &mut (usize, usize)) {
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).expect("a folder").flatten().map(|it| it.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            judge(&path, counts);
        } else if path.extension().is_some_and(|extension| extension == "sql") {
            let bytes = std::fs::read(&path).expect("a file");
            let text = String::from_utf8_lossy(&bytes);
            for piece in split::pieces(&text) {
                counts.0 += 1;
                counts.1 += usize::from(is_plain(&text[piece.range]));
            }
        }
    }
}

#[test]
fn what_is_plain_is_what_squawk_finds_nothing_wrong_with() {
    let mut counts = (0, 0);
    for folder in ["fixtures", "migrations"] {
        judge(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut counts);
    }
    let (all, plain) = counts;
    assert!(plain * 2 > all, "only {plain} of {all} statements");
    for sql in [
        "CREATE TABLE t (a varchar(10) DEFAULT now(), b numeric(10, 2) CHECK (b > -1), c text DEFAULT CURRENT_TIMESTAMP)",
        "ALTER TABLE t ADD COLUMN a timestamptz(3) NOT NULL DEFAULT 'x'::text, DROP COLUMN b",
        "INSERT INTO t (a, b) VALUES (1, 'x'), (NULL, E'\\n')",
        "CREATE TABLE p PARTITION OF t (a NOT NULL) FOR VALUES FROM (1) TO (2)",
        "CREATE VIEW v AS SELECT t.a, count(*) FROM t LEFT JOIN u ON t.id = u.id WHERE t.b > 1 GROUP BY t.a",
        "UPDATE t SET a = u.b FROM u WHERE u.id = t.id",
        "WITH x AS (SELECT 1 AS a) SELECT a FROM x JOIN y USING (a)",
    ] {
        assert!(is_plain(sql), "{sql}");
    }
}

#[test]
fn what_squawk_objects_to_is_never_plain() {
    for sql in [
        "CREATE TABLE t (a)",
        "CREATE TABLE left (a int)",
        "CREATE SCHEMA s CREATE TABLE t (a)",
        "CREATE TABLE t (a int DEFAULT left)",
        "CREATE TABLE t (a int DEFAULT nullif(1))",
        "CREATE TABLE t (a varchar(1 + 1))",
        "CREATE TABLE t (a varchar(f(1)))",
        "CREATE TABLE t (a int CHECK (a IN ()))",
        "CREATE TABLE t (a int CHECK (a IN 1))",
        "CREATE TABLE t (a int DEFAULT DEFAULT)",
        "CREATE TABLE t (a text DEFAULT 'x' 'y')",
        "CREATE TABLE t (a text DEFAULT U&'\\zzzz')",
        "CREATE TABLE t (U&\"\\zzzz\" text)",
        "CREATE TABLE t (a int[] DEFAULT [1])",
        "CREATE TABLE t (a int CHECK (any(a)))",
        "ALTER TABLE t ALTER a SET STORAGE wild",
        "ALTER FUNCTION f(a int DEFAULT 1, int) STABLE STABLE",
        "INSERT INTO t SELECT * FROM u JOIN v",
        "INSERT INTO t SELECT * FROM u NATURAL JOIN v USING (a)",
        "INSERT INTO t SELECT DISTINCT",
        "INSERT INTO t (FROM u SELECT a)",
        "INSERT INTO t (FROM u)",
        "SELECT 1 + (SELECT)",
        "SELECT (1, SELECT 2)",
        "SELECT * FROM LATERAL t",
        "UPDATE t SET a[1] = DEFAULT",
        "UPDATE t SET",
        "INSERT INTO t VALUES (1) INSERT INTO t VALUES (2)",
        "INSERT INTO t VALUES (DEFAULT + 1)",
        "CREATE TABLE t PARTITION OF p FOR VALUES WITH (modulus 1)",
        "CREATE UNIQUE INDEX i ON t (a) WHERE a OVERLAPS b",
        "DELETE FROM t WHERE a = ANY",
        "CREATE TABLE t (a int",
        "CREATE TABLE t (a int DEFAULT 'x)",
    ] {
        assert!(!SourceFile::parse(sql).errors().is_empty(), "squawk accepts {sql}");
        assert!(plain::parse(sql).is_none(), "{sql}");
    }
}
