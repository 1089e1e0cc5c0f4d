//! The rows. Measured on PostgreSQL 12 to 18: `pg_locks` of the backend, `relfilenode` before and after, sequential
//! scans counted; where a row and a server differ, the row is wrong.

use super::Effect::{Fails, Locks};
use super::Lock::{
    AccessExclusive as AX, AccessShare as AS, RowShare as RS, Share as S, ShareRowExclusive as SRX,
    ShareUpdateExclusive as SUX,
};
use super::Shape as Is;
use super::Work::{Brief, Rewrite, Scan};
use super::{Effect, Row, Shape, Touch, Work};

/// The schema that every row runs against.
pub const BED: &[&str] = &[
    "CREATE TABLE p (id bigint PRIMARY KEY, k integer UNIQUE)",
    "INSERT INTO p SELECT i, i FROM generate_series(1, 100) i",
    "CREATE TABLE t (id bigint PRIMARY KEY, a integer NOT NULL, b varchar(50), c text, n integer)",
    "INSERT INTO t SELECT i, i, 'b', 'c', i FROM generate_series(1, 100) i",
    "CREATE INDEX t_a_idx ON t (a)",
    "CREATE TABLE nokey (id bigint NOT NULL)",
    "INSERT INTO nokey SELECT i FROM generate_series(1, 100) i",
    "CREATE DOMAIN positive AS integer CHECK (VALUE > 0)",
    "CREATE TYPE mood AS ENUM ('good')",
    "CREATE TABLE pt (id integer, v integer) PARTITION BY RANGE (id)",
    "CREATE TABLE pt1 PARTITION OF pt FOR VALUES FROM (0) TO (100)",
    "CREATE MATERIALIZED VIEW mv AS SELECT id FROM t",
    "CREATE FUNCTION trg() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE DOMAIN any_number AS integer",
    "CREATE TABLE td (id integer, v any_number)",
    "INSERT INTO td SELECT i, i FROM generate_series(1, 100) i",
    "CREATE TABLE nullable (id bigint)",
    "INSERT INTO nullable SELECT i FROM generate_series(1, 100) i",
    "CREATE VIEW va AS SELECT a FROM t",
    "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION trg()",
    "CREATE SEQUENCE numbers",
    "CREATE TABLE ty (v varchar(50), tx text, n integer, d numeric(10,2), e timestamp(3), e0 timestamp, j json, \
     iv interval(3), tm time(3), vb varbit(10), ci cidr, inn inet, ch char(10), si smallint, r real, dt date, \
     av varchar(10)[], dm any_number, ck varchar(50) CHECK (ck <> ''), ix varchar(50))",
    "INSERT INTO ty (v, n, dm) SELECT 'v', i, i FROM generate_series(1, 100) i",
    "CREATE INDEX ty_ix_idx ON ty (ix)",
];

pub(super) const fn touch(relation: &'static str, lock: super::Lock, work: Work) -> Touch {
    Touch { relation, lock, work }
}

pub(super) const fn row(shape: Shape, sql: &'static str, effect: Effect) -> Row {
    Row { shape, versions: (12, 18), before: &[], sql, effect }
}

pub(super) const fn after(
    shape: Shape,
    before: &'static [&'static str],
    sql: &'static str,
    effect: Effect,
) -> Row {
    Row { shape, versions: (12, 18), before, sql, effect }
}

pub(super) const fn since(version: u16, row: Row) -> Row {
    Row { versions: (version, row.versions.1), ..row }
}

pub(super) const fn until(version: u16, row: Row) -> Row {
    Row { versions: (row.versions.0, version), ..row }
}

const GENERATED: &[&str] = &["CREATE TABLE g (x integer, y integer GENERATED ALWAYS AS (x) STORED)"];
const CHECK_NOT_VALID: &str = "ALTER TABLE t ADD CONSTRAINT ck CHECK (n IS NOT NULL) NOT VALID";
const CHECK_VALID: &str = "ALTER TABLE t ADD CONSTRAINT ck CHECK (n IS NOT NULL)";
const KEY_NOT_VALID: &str = "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (n) REFERENCES p (k) NOT VALID";
const KEY_VALID: &str = "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (n) REFERENCES p (k)";

/// Every statement shape that rules speak of, oldest version first.
#[rustfmt::skip]
pub const ROWS: &[Row] = &[
    row(Is::CreateIndex, "CREATE INDEX i ON t (n)", Locks(&[touch("t", S, Scan)])),
    row(Is::DropIndex, "DROP INDEX t_a_idx", Locks(&[touch("t", AX, Brief), touch("t_a_idx", AX, Brief)])),
    row(Is::ConcurrentIndexInTransaction, "CREATE INDEX CONCURRENTLY i ON t (n)", Fails("25001")),
    row(Is::DropConcurrentlyInTransaction, "DROP INDEX CONCURRENTLY t_a_idx", Fails("25001")),
    row(Is::ReindexConcurrentlyInTransaction, "REINDEX INDEX CONCURRENTLY t_a_idx", Fails("25001")),
    since(14, row(Is::DetachConcurrentlyInTransaction, "ALTER TABLE pt DETACH PARTITION pt1 CONCURRENTLY", Fails("25001"))),
    row(Is::VacuumInTransaction, "VACUUM t", Fails("25001")),
    since(14, row(Is::ReindexPartitionedInTransaction, "REINDEX TABLE pt", Fails("25001"))),
    since(14, after(Is::ReindexPartitionedInTransaction, &["CREATE INDEX pti ON pt (v)"], "REINDEX INDEX pti", Fails("25001"))),
    row(Is::ReindexIndex, "REINDEX INDEX t_a_idx", Locks(&[touch("t", S, Scan), touch("t_a_idx", AX, Rewrite)])),
    row(Is::ReindexTable, "REINDEX TABLE t", Locks(&[touch("t", S, Scan), touch("t_a_idx", AX, Rewrite)])),
    row(Is::AddCheck, CHECK_VALID, Locks(&[touch("t", AX, Scan)])),
    row(Is::AddCheckNotValid, CHECK_NOT_VALID, Locks(&[touch("t", AX, Brief)])),
    after(Is::ValidateCheck, &[CHECK_NOT_VALID], "ALTER TABLE t VALIDATE CONSTRAINT ck", Locks(&[touch("t", SUX, Scan)])),
    row(Is::AddForeignKey, KEY_VALID, Locks(&[touch("t", SRX, Scan), touch("p", SRX, Scan)])),
    row(Is::AddForeignKeyNotValid, KEY_NOT_VALID, Locks(&[touch("t", SRX, Brief), touch("p", SRX, Brief)])),
    after(Is::ValidateForeignKey, &[KEY_NOT_VALID], "ALTER TABLE t VALIDATE CONSTRAINT fk", Locks(&[touch("t", SUX, Scan), touch("p", RS, Scan)])),
    after(Is::DropForeignKey, &[KEY_VALID], "ALTER TABLE t DROP CONSTRAINT fk", Locks(&[touch("t", AX, Brief), touch("p", AX, Brief)])),
    after(Is::DropTableWithForeignKey, &[KEY_VALID, "DROP MATERIALIZED VIEW mv", "DROP VIEW va"], "DROP TABLE t", Locks(&[touch("t", AX, Brief), touch("p", AX, Brief)])),
    row(Is::AddUnique, "ALTER TABLE t ADD CONSTRAINT u UNIQUE (n)", Locks(&[touch("t", AX, Scan)])),
    after(Is::AddUniqueUsingIndex, &["CREATE UNIQUE INDEX u ON t (n)"], "ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX u", Locks(&[touch("t", AX, Brief)])),
    row(Is::AddPrimaryKey, "ALTER TABLE nokey ADD PRIMARY KEY (id)", Locks(&[touch("nokey", AX, Scan)])),
    row(Is::AddExclude, "ALTER TABLE t ADD CONSTRAINT x EXCLUDE (n WITH =)", Locks(&[touch("t", AX, Scan)])),
    row(Is::SetNotNull, "ALTER TABLE t ALTER COLUMN n SET NOT NULL", Locks(&[touch("t", AX, Scan)])),
    after(Is::SetNotNullProven, &[CHECK_VALID], "ALTER TABLE t ALTER COLUMN n SET NOT NULL", Locks(&[touch("t", AX, Brief)])),
    after(Is::SetNotNullAndDropCheck, &[CHECK_VALID], "ALTER TABLE t ALTER COLUMN n SET NOT NULL, DROP CONSTRAINT ck", Locks(&[touch("t", AX, Scan)])),
    row(Is::AddColumnVolatile, "ALTER TABLE t ADD COLUMN x double precision DEFAULT random()", Locks(&[touch("t", AX, Rewrite)])),
    row(Is::AddColumnNotNull, "ALTER TABLE t ADD COLUMN x integer NOT NULL", Fails("23502")),
    row(Is::AddColumnCheck, "ALTER TABLE t ADD COLUMN x integer CHECK (x > 0)", Locks(&[touch("t", AX, Scan)])),
    row(Is::AddColumnForeignKey, "ALTER TABLE t ADD COLUMN x integer REFERENCES p (k)", Locks(&[touch("t", AX, Brief), touch("p", SRX, Brief)])),
    row(Is::AddColumnForeignKeyChecked, "ALTER TABLE t ADD COLUMN x integer DEFAULT 1 REFERENCES p (k)", Locks(&[touch("t", AX, Scan), touch("p", SRX, Scan)])),
    row(Is::AddColumnUnique, "ALTER TABLE t ADD COLUMN x integer UNIQUE", Locks(&[touch("t", AX, Scan)])),
    row(Is::AddColumnDomain, "ALTER TABLE t ADD COLUMN x positive", Locks(&[touch("t", AX, Rewrite)])),
    row(Is::DropColumn, "ALTER TABLE t DROP COLUMN c", Locks(&[touch("t", AX, Brief)])),
    row(Is::DropTable, "DROP TABLE nokey", Locks(&[touch("nokey", AX, Brief)])),
    row(Is::TypeRewrite, "ALTER TABLE t ALTER COLUMN n TYPE bigint", Locks(&[touch("t", AX, Rewrite)])),
    after(Is::TypeCheckScan, &["ALTER TABLE t ADD CHECK (b <> '')"], "ALTER TABLE t ALTER COLUMN b TYPE varchar(100)", Locks(&[touch("t", AX, Scan)])),
    row(Is::TypeBrief, "ALTER TABLE t ALTER COLUMN b TYPE varchar(100)", Locks(&[touch("t", AX, Brief)])),
    row(Is::RenameColumn, "ALTER TABLE t RENAME COLUMN b TO bb", Locks(&[touch("t", AX, Brief)])),
    row(Is::RenameTable, "ALTER TABLE t RENAME TO tt", Locks(&[touch("t", AX, Brief)])),
    since(14, row(Is::DetachPartition, "ALTER TABLE pt DETACH PARTITION pt1", Locks(&[touch("pt", AX, Brief), touch("pt1", AX, Brief)]))),
    after(Is::AttachPartition, &["CREATE TABLE ptnew (id integer, v integer)", "INSERT INTO ptnew VALUES (150, 1)"], "ALTER TABLE pt ATTACH PARTITION ptnew FOR VALUES FROM (100) TO (200)", Locks(&[touch("ptnew", AX, Scan), touch("pt", SUX, Brief)])),
    row(Is::RefreshView, "REFRESH MATERIALIZED VIEW mv", Locks(&[touch("mv", AX, Rewrite), touch("t", AS, Scan)])),
    row(Is::Cluster, "CLUSTER t USING t_a_idx", Locks(&[touch("t", AX, Rewrite)])),
    row(Is::SetLogged, "ALTER TABLE nokey SET UNLOGGED", Locks(&[touch("nokey", AX, Rewrite)])),
    row(Is::Truncate, "TRUNCATE nokey", Locks(&[touch("nokey", AX, Rewrite)])),
    after(Is::TruncateCascade, &[KEY_VALID], "TRUNCATE p CASCADE", Locks(&[touch("p", AX, Rewrite), touch("t", AX, Rewrite)])),
    row(Is::DropTrigger, "DROP TRIGGER tr ON t", Locks(&[touch("t", AX, Brief)])),
    row(Is::CreatePartitionOf, "CREATE TABLE pt2 PARTITION OF pt FOR VALUES FROM (100) TO (200)", Locks(&[touch("pt", AX, Brief)])),
    after(Is::CreatePartitionBesideDefault, &["CREATE TABLE ptd PARTITION OF pt DEFAULT", "INSERT INTO ptd VALUES (500, 1)"], "CREATE TABLE pt2 PARTITION OF pt FOR VALUES FROM (100) TO (200)", Locks(&[touch("pt", AX, Brief), touch("ptd", AX, Scan)])),
    row(Is::AlterDomainConstraint, "ALTER DOMAIN any_number ADD CONSTRAINT c CHECK (VALUE > 0)", Locks(&[touch("td", S, Scan)])),
    after(Is::TypeOfForeignKey, &[KEY_VALID], "ALTER TABLE t ALTER COLUMN n TYPE bigint", Locks(&[touch("t", AX, Rewrite), touch("p", AX, Scan)])),
    after(Is::BriefTypeOfForeignKey, &["ALTER TABLE p ADD COLUMN v varchar(50) UNIQUE", "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (b) REFERENCES p (v) NOT VALID"], "ALTER TABLE t ALTER COLUMN b TYPE varchar(100)", Locks(&[touch("t", AX, Brief), touch("p", AX, Brief)])),
    row(Is::TypeOfViewColumn, "ALTER TABLE t ALTER COLUMN a TYPE bigint", Fails("0A000")),
    row(Is::DropColumnOfView, "ALTER TABLE t DROP COLUMN a", Fails("2BP01")),
    row(Is::DropIndexOfConstraint, "DROP INDEX t_pkey", Fails("2BP01")),
    after(Is::PrimaryKeyOnNullable, &["CREATE UNIQUE INDEX nullable_key ON nullable (id)"], "ALTER TABLE nullable ADD PRIMARY KEY USING INDEX nullable_key", Locks(&[touch("nullable", AX, Scan)])),
    after(Is::DropTypeInUse, &["CREATE TABLE moods (m mood)"], "DROP TYPE mood", Fails("2BP01")),
    row(Is::RenameIndex, "ALTER INDEX t_a_idx RENAME TO i", Locks(&[touch("t_a_idx", SUX, Brief)])),
    row(Is::RenameIndexAsTable, "ALTER TABLE t_a_idx RENAME TO i", Locks(&[touch("t_a_idx", AX, Brief)])),
    row(Is::ReplicaIdentity, "ALTER TABLE t REPLICA IDENTITY FULL", Locks(&[touch("t", AX, Brief)])),
    row(Is::TypeCollation, "ALTER TABLE t ALTER COLUMN b TYPE varchar(50) COLLATE \"C\"", Locks(&[touch("t", AX, Brief)])),
    after(Is::TypeCollationOfIndex, &["CREATE INDEX t_b_idx ON t (b)"], "ALTER TABLE t ALTER COLUMN b TYPE varchar(50) COLLATE \"C\"", Locks(&[touch("t", AX, Scan)])),
    after(Is::AttachBesideDefault, &["CREATE TABLE ptd PARTITION OF pt DEFAULT", "INSERT INTO ptd VALUES (500, 1)", "CREATE TABLE ptnew (id integer NOT NULL, v integer, CHECK (id >= 100 AND id < 200))", "INSERT INTO ptnew VALUES (150, 1)"], "ALTER TABLE pt ATTACH PARTITION ptnew FOR VALUES FROM (100) TO (200)", Locks(&[touch("ptd", AX, Scan), touch("ptnew", AX, Brief), touch("pt", SUX, Brief)])),
    row(Is::BoundOfAnotherStrategy, "CREATE TABLE pt2 PARTITION OF pt FOR VALUES IN (100)", Fails("42P16")),
    since(14, row(Is::BodyInAnotherLanguage, "CREATE FUNCTION one() RETURNS integer LANGUAGE plpgsql RETURN 1", Fails("42P13"))),
    row(Is::KeyWithoutPartitionColumn, "CREATE TABLE parts (id bigint PRIMARY KEY, day date) PARTITION BY RANGE (day)", Fails("0A000")),
    until(14, after(Is::TypeOfGenerated, GENERATED, "ALTER TABLE g ALTER COLUMN x TYPE bigint", Fails("42601"))),
    since(15, after(Is::TypeOfGenerated, GENERATED, "ALTER TABLE g ALTER COLUMN x TYPE bigint", Fails("0A000"))),
    since(15, after(Is::DropOfGenerated, GENERATED, "ALTER TABLE g DROP COLUMN x", Fails("2BP01"))),
    after(Is::TypeOfDependent, &["CREATE TRIGGER ta BEFORE UPDATE OF n ON t FOR EACH ROW EXECUTE FUNCTION trg()"], "ALTER TABLE t ALTER COLUMN n TYPE bigint", Fails("0A000")),
    after(Is::TypeOfDependent, &["CREATE TRIGGER tw BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.n > 0) EXECUTE FUNCTION trg()"], "ALTER TABLE t ALTER COLUMN n TYPE bigint", Fails("0A000")),
    after(Is::TypeOfDependent, &["CREATE POLICY pa ON t USING (n > 0)"], "ALTER TABLE t ALTER COLUMN n TYPE bigint", Fails("0A000")),
    after(Is::DropOfDependent, &["CREATE TRIGGER ta BEFORE UPDATE OF n ON t FOR EACH ROW EXECUTE FUNCTION trg()"], "ALTER TABLE t DROP COLUMN n", Fails("2BP01")),
    after(Is::DropOfDependent, &["CREATE POLICY pa ON t USING (n > 0)"], "ALTER TABLE t DROP COLUMN n", Fails("2BP01")),
    row(Is::PartitionKeyChanged, "ALTER TABLE pt ALTER COLUMN id TYPE bigint", Fails("42P16")),
    row(Is::PartitionKeyChanged, "ALTER TABLE pt DROP COLUMN id", Fails("42P16")),
    after(Is::DropReferencedTable, &[KEY_VALID], "DROP TABLE p", Fails("2BP01")),
    after(Is::DropReferencedColumn, &[KEY_VALID], "ALTER TABLE p DROP COLUMN k", Fails("2BP01")),
    after(Is::DropReferencedKey, &[KEY_VALID], "ALTER TABLE p DROP CONSTRAINT p_k_key", Fails("2BP01")),
    after(Is::DropNeededSequence, &["CREATE TABLE numbered (n bigint DEFAULT nextval('numbers'))"], "DROP SEQUENCE numbers", Fails("2BP01")),
    row(Is::DropNeededFunction, "DROP FUNCTION trg()", Fails("2BP01")),
    after(Is::DropFilledSchema, &["CREATE SCHEMA app", "CREATE TABLE app.t (a integer)"], "DROP SCHEMA app", Fails("2BP01")),
    after(Is::ReplaceView, &["CREATE VIEW two AS SELECT 1 AS a, 2 AS b"], "CREATE OR REPLACE VIEW two AS SELECT 1 AS a", Fails("42P16")),
    after(Is::ReplaceView, &["CREATE VIEW two AS SELECT 1 AS a, 2 AS b"], "CREATE OR REPLACE VIEW two AS SELECT 2 AS b, 1 AS a", Fails("42P16")),
    after(Is::ReplaceFunction, &["CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'"], "CREATE OR REPLACE FUNCTION f(a integer) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'", Fails("42P13")),
    after(Is::ReplaceFunction, &["CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'"], "CREATE OR REPLACE FUNCTION f(b integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'", Fails("42P13")),
    after(Is::ReplaceFunction, &["CREATE FUNCTION f(a integer DEFAULT 1) RETURNS integer LANGUAGE sql AS 'SELECT 1'"], "CREATE OR REPLACE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'", Fails("42P13")),
    after(Is::ReplaceFunctionByProcedure, &["CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'"], "CREATE OR REPLACE PROCEDURE f(a integer) LANGUAGE sql AS 'SELECT 1'", Fails("42809")),
    after(Is::EnumLabelMissing, &["CREATE TYPE fewer AS ENUM ('bad')", "CREATE TABLE moods (m mood)", "INSERT INTO moods VALUES ('good')"], "ALTER TABLE moods ALTER COLUMN m TYPE fewer USING m::text::fewer", Fails("22P02")),
    after(Is::TextTooLong, &["UPDATE t SET b = 'longer' WHERE id = 1"], "ALTER TABLE t ALTER COLUMN b TYPE varchar(2)", Fails("22001")),
    after(Is::NumberTooLarge, &["UPDATE t SET n = 100000 WHERE id = 1"], "ALTER TABLE t ALTER COLUMN n TYPE smallint", Fails("22003")),
    after(Is::BitsOfAnotherLength, &["CREATE TABLE bits (b bit(10))", "INSERT INTO bits VALUES (B'1111100000')"], "ALTER TABLE bits ALTER COLUMN b TYPE bit(20)", Fails("22026")),
    row(Is::ForeignKeyOfAnotherType, "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (c) REFERENCES p (k)", Fails("42804")),
    after(Is::TypeApartFromForeignKey, &[KEY_VALID], "ALTER TABLE t ALTER COLUMN n TYPE text", Fails("42804")),
    row(Is::TableColumnTwice, "CREATE TABLE twice (a integer, a integer)", Fails("42701")),
    row(Is::KeyColumnTwice, "ALTER TABLE t ADD UNIQUE (a, a)", Fails("42701")),
    row(Is::AssignedTwice, "UPDATE t SET n = 1, n = 2", Fails("42601")),
    row(Is::InsertedTwice, "INSERT INTO t (id, a, a) VALUES (0, 1, 2)", Fails("42701")),
    row(Is::EnumValueUsed, "ALTER TYPE mood ADD VALUE 'bad'; SELECT 'bad'::mood", Fails("55P04")),
];
