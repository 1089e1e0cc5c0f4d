-- create_index
-- 12-18: t:S+SCAN1
CREATE INDEX i ON t (c);

-- create_unique_index
-- 12-18: t:S+SCAN1
CREATE UNIQUE INDEX i ON t (n);

-- drop_index
-- 12-18: t:AX t_a_idx:AX+GONE
DROP INDEX t_a_idx;

-- reindex_index
-- 12-18: t:S+SCAN1 t_a_idx:AX+REWRITE
REINDEX INDEX t_a_idx;

-- reindex_table
-- 12-18: t:S+SCAN3 t_a_idx:AX+REWRITE rebuilt=t_pkey,t_u_uidx
REINDEX TABLE t;

-- alter_index_rename
-- 12-18: t:- t_a_idx:SUX
ALTER INDEX t_a_idx RENAME TO i;

-- add_check
-- 12-18: t:AX+SCAN1
ALTER TABLE t ADD CONSTRAINT ck CHECK (n IS NOT NULL);

-- add_check_not_valid
-- 12-18: t:AX
ALTER TABLE t ADD CONSTRAINT ck CHECK (n IS NOT NULL) NOT VALID;

-- validate_check
-- 12-18: t:SUX+SCAN1
ALTER TABLE t ADD CONSTRAINT ck CHECK (n IS NOT NULL) NOT VALID;
-- then
ALTER TABLE t VALIDATE CONSTRAINT ck;

-- add_fk
-- 12-18: t:SRX+SCAN1 p:SRX+SCAN1
ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (n) REFERENCES p (k);

-- add_fk_not_valid
-- 12-18: t:SRX p:SRX
ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (n) REFERENCES p (k) NOT VALID;

-- validate_fk
-- 12-18: t:SUX+SCAN1 p:RS+SCAN1
ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (n) REFERENCES p (k) NOT VALID;
-- then
ALTER TABLE t VALIDATE CONSTRAINT fk;

-- drop_fk
-- 12-18: t:AX p:AX
ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (n) REFERENCES p (k);
-- then
ALTER TABLE t DROP CONSTRAINT fk;

-- create_table_with_fk
-- 12-18: p:SRX
CREATE TABLE fresh (id bigint PRIMARY KEY, p_id integer REFERENCES p (id));

-- drop_table_with_fk_to_p
-- 12-18: p:AX ch1:AX+GONE
CREATE TABLE ch1 (id bigint, p_id integer REFERENCES p (id));
-- then
DROP TABLE ch1;

-- add_unique
-- 12-18: t:AX+SCAN1
ALTER TABLE t ADD CONSTRAINT uq UNIQUE (n);

-- add_unique_using_index
-- 12-18: t:AX
CREATE UNIQUE INDEX uq ON t (n);
-- then
ALTER TABLE t ADD CONSTRAINT uq UNIQUE USING INDEX uq;

-- add_pk_using_index_nullable
-- 12-18: t2:AX+SCAN1
CREATE UNIQUE INDEX t2_key ON t2 (id);
-- then
ALTER TABLE t2 ADD CONSTRAINT t2_key PRIMARY KEY USING INDEX t2_key;

-- add_pk_using_index_notnull
-- 12-18: t2:AX
CREATE UNIQUE INDEX t2_key ON t2 (id);
ALTER TABLE t2 ALTER COLUMN id SET NOT NULL;
-- then
ALTER TABLE t2 ADD CONSTRAINT t2_key PRIMARY KEY USING INDEX t2_key;

-- add_pk
-- 12-18: t2:AX+SCAN2
ALTER TABLE t2 ADD PRIMARY KEY (id);

-- add_exclude
-- 12-18: t:AX+SCAN2
ALTER TABLE t ADD CONSTRAINT ex EXCLUDE (n WITH =);

-- set_not_null
-- 12-18: t:AX+SCAN1
ALTER TABLE t ALTER COLUMN n SET NOT NULL;

-- set_not_null_valid_check
-- 12-18: t:AX
ALTER TABLE t ADD CONSTRAINT ck CHECK (n IS NOT NULL);
-- then
ALTER TABLE t ALTER COLUMN n SET NOT NULL;

-- set_not_null_check_and_more
-- 12-18: t:AX
ALTER TABLE t ADD CONSTRAINT ck CHECK (n IS NOT NULL AND n > 0);
-- then
ALTER TABLE t ALTER COLUMN n SET NOT NULL;

-- set_not_null_nv_check
-- 12-18: t:AX+SCAN1
ALTER TABLE t ADD CONSTRAINT ck CHECK (n IS NOT NULL) NOT VALID;
-- then
ALTER TABLE t ALTER COLUMN n SET NOT NULL;

-- set_not_null_plus_drop_check_same_stmt
-- 12-18: t:AX+SCAN1
ALTER TABLE t ADD CONSTRAINT ck CHECK (n IS NOT NULL);
-- then
ALTER TABLE t ALTER COLUMN n SET NOT NULL, DROP CONSTRAINT ck;

-- add_not_null_not_valid_pg18
-- 12-17: ERR 42601 syntax error at or near "not"
-- 18-18: t:AX
ALTER TABLE t ADD CONSTRAINT nn NOT NULL n NOT VALID;

-- drop_not_null
-- 12-18: t:AX
ALTER TABLE t ALTER COLUMN m DROP NOT NULL;

-- set_default
-- 12-18: t:AX
ALTER TABLE t ALTER COLUMN n SET DEFAULT 5;

-- add_col
-- 12-18: t:AX
ALTER TABLE t ADD COLUMN nc integer;

-- add_col_const_default
-- 12-18: t:AX
ALTER TABLE t ADD COLUMN nc integer DEFAULT 5;

-- add_col_const_default_nn
-- 12-18: t:AX
ALTER TABLE t ADD COLUMN nc integer NOT NULL DEFAULT 5;

-- add_col_now_default
-- 12-18: t:AX
ALTER TABLE t ADD COLUMN nc timestamptz DEFAULT now();

-- add_col_clock_default
-- 12-18: t:AX+REWRITE+SCAN4 rebuilt=t_a_idx,t_pkey,t_u_uidx
ALTER TABLE t ADD COLUMN nc timestamptz DEFAULT clock_timestamp();

-- add_col_random_default
-- 12-18: t:AX+REWRITE+SCAN4 rebuilt=t_a_idx,t_pkey,t_u_uidx
ALTER TABLE t ADD COLUMN nc double precision DEFAULT random();

-- add_col_nextval_default
-- 12-18: t:AX+REWRITE+SCAN4 rebuilt=t_a_idx,t_pkey,t_u_uidx
ALTER TABLE t ADD COLUMN nc bigint DEFAULT nextval('sq');

-- add_col_uuid_default
-- 12-12: ERR 42883 function gen_random_uuid() does not exist
-- 13-18: t:AX+REWRITE+SCAN4 rebuilt=t_a_idx,t_pkey,t_u_uidx
ALTER TABLE t ADD COLUMN nc uuid DEFAULT gen_random_uuid();

-- add_col_nn_nodefault
-- 12-12: ERR 23502 column "nc" contains null values
-- 13-18: ERR 23502 column "nc" of relation "t" contains null values
ALTER TABLE t ADD COLUMN nc integer NOT NULL;

-- add_col_serial
-- 12-18: t:AX+REWRITE+SCAN4 rebuilt=t_a_idx,t_pkey,t_u_uidx
ALTER TABLE t ADD COLUMN nc serial;

-- add_col_identity
-- 12-18: t:AX+REWRITE+SCAN4 rebuilt=t_a_idx,t_pkey,t_u_uidx
ALTER TABLE t ADD COLUMN nc integer GENERATED ALWAYS AS IDENTITY;

-- add_col_gen_stored
-- 12-18: t:AX+REWRITE+SCAN4 rebuilt=t_a_idx,t_pkey,t_u_uidx
ALTER TABLE t ADD COLUMN nc integer GENERATED ALWAYS AS (n * 2) STORED;

-- add_col_gen_virtual
-- 12-17: ERR 42601 syntax error at or near "virtual"
-- 18-18: t:AX
ALTER TABLE t ADD COLUMN nc integer GENERATED ALWAYS AS (n * 2) VIRTUAL;

-- add_col_inline_check_nodefault
-- 12-18: t:AX+SCAN1
ALTER TABLE t ADD COLUMN nc integer CHECK (nc > 0);

-- add_col_inline_check_default
-- 12-18: t:AX+SCAN1
ALTER TABLE t ADD COLUMN nc integer DEFAULT 5 CHECK (nc > 0);

-- add_col_inline_fk_nodefault
-- 12-18: t:AX p:SRX
ALTER TABLE t ADD COLUMN nc integer REFERENCES p (id);

-- add_col_inline_fk_default
-- 12-18: t:AX+SCAN1 p:SRX+SCAN1
ALTER TABLE t ADD COLUMN nc integer DEFAULT 1 REFERENCES p (id);

-- add_col_inline_unique
-- 12-18: t:AX+SCAN1
ALTER TABLE t ADD COLUMN nc integer UNIQUE;

-- add_col_domain_constrained
-- 12-18: t:AX+REWRITE+SCAN4 rebuilt=t_a_idx,t_pkey,t_u_uidx
ALTER TABLE t ADD COLUMN nc positive;

-- add_col_domain_default
-- 12-18: t:AX+REWRITE+SCAN4 rebuilt=t_a_idx,t_pkey,t_u_uidx
ALTER TABLE t ADD COLUMN nc positive DEFAULT 1;

-- drop_column
-- 12-18: t:AX
ALTER TABLE t DROP COLUMN c;

-- type_varchar50_to_100
-- 12-18: t:AX
ALTER TABLE t ALTER COLUMN b TYPE varchar(100);

-- type_varchar50_to_20
-- 12-18: t:AX+REWRITE+SCAN4 rebuilt=t_a_idx,t_pkey,t_u_uidx
ALTER TABLE t ALTER COLUMN b TYPE varchar(20);

-- type_varchar50_to_text
-- 12-18: t:AX
ALTER TABLE t ALTER COLUMN b TYPE text;

-- type_varchar50_to_varchar
-- 12-18: t:AX
ALTER TABLE t ALTER COLUMN b TYPE varchar;

-- type_text_to_varchar
-- 12-18: t:AX
ALTER TABLE t ALTER COLUMN c TYPE varchar;

-- type_text_to_varchar100
-- 12-18: t:AX+REWRITE+SCAN4 rebuilt=t_a_idx,t_pkey,t_u_uidx
ALTER TABLE t ALTER COLUMN c TYPE varchar(100);

-- type_text_to_citextlike_char
-- 12-18: t:AX+REWRITE+SCAN4 rebuilt=t_a_idx,t_pkey,t_u_uidx
ALTER TABLE t ALTER COLUMN c TYPE char(10);

-- type_int_to_bigint
-- 12-18: t:AX+REWRITE+SCAN4 rebuilt=t_a_idx,t_pkey,t_u_uidx
ALTER TABLE t ALTER COLUMN n TYPE bigint;

-- type_int_to_text
-- 12-18: t:AX+REWRITE+SCAN4 rebuilt=t_pkey,t_u_uidx
DROP VIEW v;
-- then
ALTER TABLE t ALTER COLUMN a TYPE text;

-- type_numeric10_2_to_12_2
-- 12-18: t:AX
ALTER TABLE t ALTER COLUMN d TYPE numeric(12,2);

-- type_numeric10_2_to_12_4
-- 12-18: t:AX+REWRITE+SCAN4 rebuilt=t_a_idx,t_pkey,t_u_uidx
ALTER TABLE t ALTER COLUMN d TYPE numeric(12,4);

-- type_numeric10_2_to_unconstrained
-- 12-18: t:AX
ALTER TABLE t ALTER COLUMN d TYPE numeric;

-- type_numeric10_2_to_8_2
-- 12-18: t:AX+REWRITE+SCAN4 rebuilt=t_a_idx,t_pkey,t_u_uidx
ALTER TABLE t ALTER COLUMN d TYPE numeric(8,2);

-- type_timestamp3_to_6
-- 12-18: t:AX
ALTER TABLE t ALTER COLUMN e TYPE timestamp(6);

-- type_timestamp3_to_0
-- 12-18: t:AX+REWRITE+SCAN4 rebuilt=t_a_idx,t_pkey,t_u_uidx
ALTER TABLE t ALTER COLUMN e TYPE timestamp(0);

-- type_timestamp_to_tz_utc
-- 12-18: t:AX+REWRITE+SCAN4 rebuilt=t_a_idx,t_pkey,t_u_uidx
SET LOCAL TimeZone = 'UTC'; ALTER TABLE t ALTER COLUMN e TYPE timestamptz(3);

-- type_tz_to_timestamp_utc
-- 12-18: t:AX+REWRITE+SCAN4 rebuilt=t_a_idx,t_pkey,t_u_uidx
SET LOCAL TimeZone = 'UTC'; ALTER TABLE t ALTER COLUMN f TYPE timestamp(3);

-- type_timestamp3_to_tz6
-- 12-18: t:AX
SET LOCAL TimeZone = 'UTC'; ALTER TABLE t ALTER COLUMN e TYPE timestamptz(6);

-- type_json_to_jsonb
-- 12-18: t:AX+REWRITE+SCAN4 rebuilt=t_a_idx,t_pkey,t_u_uidx
ALTER TABLE t ALTER COLUMN j TYPE jsonb;

-- type_interval3_to_6
-- 12-18: t:AX
ALTER TABLE t ALTER COLUMN iv TYPE interval(6);

-- type_time3_to_6
-- 12-18: t:AX
ALTER TABLE t ALTER COLUMN tm TYPE time(6);

-- type_varbit10_to_20
-- 12-18: t:AX
ALTER TABLE t ALTER COLUMN vb TYPE varbit(20);

-- type_cidr_to_inet
-- 12-18: t:AX
ALTER TABLE t ALTER COLUMN ci TYPE inet;

-- type_char10_to_char20
-- 12-18: t:AX+REWRITE+SCAN4 rebuilt=t_a_idx,t_pkey,t_u_uidx
ALTER TABLE t ALTER COLUMN ch TYPE char(20);

-- type_xml_to_text
-- 12-18: t:AX
ALTER TABLE t ALTER COLUMN x TYPE text;

-- type_same_type_collate
-- 12-18: t:AX
ALTER TABLE t ALTER COLUMN b TYPE varchar(50) COLLATE "C";

-- type_varchar_using_identity
-- 12-18: t:AX
ALTER TABLE t ALTER COLUMN b TYPE varchar(100) USING b;

-- type_timestamp_to_tz_nonutc
-- 12-18: t:AX+REWRITE+SCAN4 rebuilt=t_a_idx,t_pkey,t_u_uidx
SET LOCAL TimeZone = 'America/New_York'; ALTER TABLE t ALTER COLUMN e TYPE timestamptz(3);

-- type_varchar_widen_indexed
-- 12-18: t:AX t_b_idx:AX+GONE
CREATE INDEX t_b_idx ON t (b);
-- then
ALTER TABLE t ALTER COLUMN b TYPE varchar(100);

-- type_varchar_to_text_indexed
-- 12-18: t:AX t_b_idx:AX+GONE
CREATE INDEX t_b_idx ON t (b);
-- then
ALTER TABLE t ALTER COLUMN b TYPE text;

-- type_varchar_widen_with_check
-- 12-18: t:AX+SCAN1
ALTER TABLE t ADD CHECK (b <> '');
-- then
ALTER TABLE t ALTER COLUMN b TYPE varchar(100);

-- type_varchar_widen_fk_col
-- 12-18: t3:AX p3:AX
CREATE TABLE p3 (v varchar(50) PRIMARY KEY);
CREATE TABLE t3 (v varchar(50) REFERENCES p3);
-- then
ALTER TABLE t3 ALTER COLUMN v TYPE varchar(100);

-- type_used_by_view
-- 12-18: ERR 0A000 cannot alter type of a column used by a view or rule
ALTER TABLE t ALTER COLUMN a TYPE bigint;

-- rename_column
-- 12-18: t:AX
ALTER TABLE t RENAME COLUMN c TO cc;

-- rename_table
-- 12-18: t:AX
ALTER TABLE t RENAME TO tt;

-- rename_constraint
-- 12-18: t:AX
ALTER TABLE t ADD CONSTRAINT ck CHECK (n IS NOT NULL);
-- then
ALTER TABLE t RENAME CONSTRAINT ck TO ck2;

-- set_schema
-- 12-18: t:AX
ALTER TABLE t SET SCHEMA other;

-- owner_to
-- 12-18: t:AX
ALTER TABLE t OWNER TO CURRENT_USER;

-- set_statistics
-- 12-18: t:SUX
ALTER TABLE t ALTER COLUMN n SET STATISTICS 500;

-- set_storage
-- 12-18: t:AX
ALTER TABLE t ALTER COLUMN c SET STORAGE EXTERNAL;

-- set_compression
-- 12-13: ERR 42601 syntax error at or near "compression"
-- 14-18: t:AX
ALTER TABLE t ALTER COLUMN c SET COMPRESSION pglz;

-- set_fillfactor
-- 12-18: t:SUX
ALTER TABLE t SET (fillfactor = 90);

-- set_autovacuum_off
-- 12-18: t:SUX
ALTER TABLE t SET (autovacuum_enabled = false);

-- replica_identity_full
-- 12-18: t:AX
ALTER TABLE t REPLICA IDENTITY FULL;

-- enable_rls
-- 12-18: t:AX
ALTER TABLE t ENABLE ROW LEVEL SECURITY;

-- create_policy
-- 12-18: t:AX
CREATE POLICY po ON t USING (n > 0);

-- set_unlogged
-- 12-18: t3:AX+REWRITE+SCAN1
CREATE TABLE t3 (id integer, g integer);
INSERT INTO t3 SELECT i, i FROM generate_series(1, 100) i;
-- then
ALTER TABLE t3 SET UNLOGGED;

-- set_logged
-- 12-18: t3:AX+REWRITE+SCAN1
CREATE UNLOGGED TABLE t3 (id integer, g integer);
INSERT INTO t3 SELECT i, i FROM generate_series(1, 100) i;
-- then
ALTER TABLE t3 SET LOGGED;

-- set_tablespace_same
-- 12-18: t:AX
ALTER TABLE t SET TABLESPACE pg_default;

-- cluster
-- 12-18: t:AX+REWRITE+SCAN4 rebuilt=t_a_idx,t_pkey,t_u_uidx
CLUSTER t USING t_a_idx;

-- truncate
-- 12-18: ul:AX+REWRITE
TRUNCATE ul;

-- truncate_cascade
-- 12-18: p:AX+REWRITE+SCAN2 t:AX+REWRITE+SCAN3 rebuilt=p_k_key,p_pkey,t_a_idx,t_pkey,t_u_uidx
TRUNCATE p CASCADE;

-- drop_table
-- 12-18: ul:AX+GONE
DROP TABLE ul;

-- drop_view
-- 12-18: v:AX+GONE t:-
DROP VIEW v;

-- create_view
-- 12-18: t:AS
CREATE VIEW v2 AS SELECT n FROM t;

-- create_or_replace_view
-- 12-18: v:AX t:AS
CREATE OR REPLACE VIEW v AS SELECT a FROM t WHERE a > 0;

-- create_matview
-- 12-18: t:AS+SCAN1
CREATE MATERIALIZED VIEW mv2 AS SELECT n FROM t;

-- refresh_mv
-- 12-18: mv:AX+REWRITE+SCAN1 t:AS+SCAN1 rebuilt=mv_id
REFRESH MATERIALIZED VIEW mv;

-- refresh_mv_concurrently
-- 12-13: mv:X+SCAN2 t:AS+SCAN1
-- 14-18: mv:X+SCAN1 t:AS+SCAN1
REFRESH MATERIALIZED VIEW CONCURRENTLY mv;

-- create_trigger
-- 12-18: t:SRX
CREATE TRIGGER tr2 BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION trg();

-- create_or_replace_trigger
-- 12-13: ERR 42601 syntax error at or near "trigger"
-- 14-18: t:SRX
CREATE OR REPLACE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION trg();

-- drop_trigger
-- 12-18: t:AX
DROP TRIGGER tr ON t;

-- disable_trigger
-- 12-18: t:SRX
ALTER TABLE t DISABLE TRIGGER tr;

-- disable_trigger_all
-- 12-18: t:SRX
ALTER TABLE t DISABLE TRIGGER ALL;

-- create_rule
-- 12-18: t:AX
CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING;

-- create_statistics
-- 12-18: t:SUX
CREATE STATISTICS st ON a, n FROM t;

-- comment_table
-- 12-18: t:SUX
COMMENT ON TABLE t IS 'x';

-- comment_column
-- 12-18: t:SUX
COMMENT ON COLUMN t.a IS 'x';

-- grant
-- 12-17: t:-
-- 18-18: t:AS
GRANT SELECT ON t TO PUBLIC;

-- analyze
-- 12-18: t:SUX
ANALYZE t;

-- lock_table
-- 12-18: t:AX
LOCK TABLE t;

-- attach_partition
-- 12-18: pt:SUX ptnew:AX+SCAN1 pt1:-
CREATE TABLE ptnew (id integer, v integer);
INSERT INTO ptnew VALUES (150, 1);
-- then
ALTER TABLE pt ATTACH PARTITION ptnew FOR VALUES FROM (100) TO (200);

-- attach_partition_with_check
-- 12-18: pt:SUX ptnew:AX pt1:-
CREATE TABLE ptnew (id integer NOT NULL, v integer, CHECK (id >= 100 AND id < 200));
INSERT INTO ptnew VALUES (150, 1);
-- then
ALTER TABLE pt ATTACH PARTITION ptnew FOR VALUES FROM (100) TO (200);

-- attach_partition_default_exists
-- 12-18: pt_d:SUX ptnew_d:AX+SCAN1 pt_def:AX+SCAN1
CREATE TABLE ptnew_d (id integer, v integer);
INSERT INTO ptnew_d VALUES (150, 1);
-- then
ALTER TABLE pt_d ATTACH PARTITION ptnew_d FOR VALUES FROM (100) TO (200);

-- create_partition_of
-- 12-18: pt:AX pt1:-
CREATE TABLE pt2 PARTITION OF pt FOR VALUES FROM (100) TO (200);

-- create_partition_of_default_exists
-- 12-18: pt_d:AX pt_def:AX+SCAN1
CREATE TABLE pt_d2 PARTITION OF pt_d FOR VALUES FROM (100) TO (200);

-- detach_partition
-- 12-13: pt:AX pt1:SUX
-- 14-18: pt:AX pt1:AX
ALTER TABLE pt DETACH PARTITION pt1;

-- drop_partition
-- 12-18: pt:AX pt1:AX+GONE
DROP TABLE pt1;

-- index_on_partitioned
-- 12-18: pt:S pt1:S+SCAN1
CREATE INDEX i ON pt (v);

-- index_on_only_partitioned
-- 12-18: pt:S pt1:-
CREATE INDEX i ON ONLY pt (v);

-- add_col_partitioned
-- 12-18: pt:AX pt1:AX
ALTER TABLE pt ADD COLUMN nc integer;

-- fk_to_partitioned
-- 12-18: t:SRX pp:SRX pp1:SRX
CREATE TABLE pp (id integer PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE pp1 PARTITION OF pp FOR VALUES FROM (0) TO (1000);
-- then
ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (n) REFERENCES pp (id) NOT VALID;

-- fk_on_partitioned_not_valid
-- 12-17: ERR 42809 cannot add NOT VALID foreign key on partitioned table "pt" referencing relation "p"
-- 18-18: pt:SRX pt1:SRX p:SRX
ALTER TABLE pt ADD CONSTRAINT fk FOREIGN KEY (v) REFERENCES p (k) NOT VALID;

-- alter_domain_add_check
-- 12-18: td:S+SCAN1
ALTER DOMAIN plain ADD CONSTRAINT c CHECK (VALUE > 0);

-- alter_domain_add_check_nv
-- 12-18: td:-
ALTER DOMAIN plain ADD CONSTRAINT c CHECK (VALUE > 0) NOT VALID;

-- alter_domain_set_not_null
-- 12-18: td:S+SCAN1
ALTER DOMAIN plain SET NOT NULL;

-- alter_type_add_value
-- 12-18: ok
ALTER TYPE en ADD VALUE 'c';

-- alter_type_add_value_new_type_same_tx
-- 12-18: ok
CREATE TYPE en2 AS ENUM ('a'); ALTER TYPE en2 ADD VALUE 'b';

-- alter_type_rename_value
-- 12-18: ok
ALTER TYPE en RENAME VALUE 'a' TO 'aa';

-- enum_add_and_use
-- 12-18: ERR 55P04 unsafe use of new value "c" of enum type en
ALTER TYPE en ADD VALUE 'c'; SELECT 'c'::en;

-- drop_index_owned_by_constraint
-- 12-18: ERR 2BP01 cannot drop index t_pkey because constraint t_pkey on table t requires it
DROP INDEX t_pkey;

-- drop_type_in_use
-- 12-18: ERR 2BP01 cannot drop type en because other objects depend on it
DROP TYPE en;

-- cic_in_tx
-- 12-18: ERR 25001 CREATE INDEX CONCURRENTLY cannot run inside a transaction block
CREATE INDEX CONCURRENTLY i ON t (n);

-- reindex_conc_in_tx
-- 12-18: ERR 25001 REINDEX CONCURRENTLY cannot run inside a transaction block
REINDEX INDEX CONCURRENTLY t_a_idx;

-- drop_idx_conc_in_tx
-- 12-18: ERR 25001 DROP INDEX CONCURRENTLY cannot run inside a transaction block
DROP INDEX CONCURRENTLY t_a_idx;

-- detach_conc_in_tx
-- 12-13: ERR 42601 syntax error at or near "concurrently"
-- 14-18: ERR 25001 ALTER TABLE ... DETACH CONCURRENTLY cannot run inside a transaction block
ALTER TABLE pt DETACH PARTITION pt1 CONCURRENTLY;

-- vacuum_in_tx
-- 12-18: ERR 25001 VACUUM cannot run inside a transaction block
VACUUM t;

-- create_database_in_tx
-- 12-18: ERR 25001 CREATE DATABASE cannot run inside a transaction block
CREATE DATABASE other_db;

-- alter_system_in_tx
-- 12-18: ERR 25001 ALTER SYSTEM cannot run inside a transaction block
ALTER SYSTEM SET work_mem = '8MB';

-- cic_on_partitioned
-- 12-18: ERR 25001 CREATE INDEX CONCURRENTLY cannot run inside a transaction block
CREATE INDEX CONCURRENTLY i ON pt (v);

-- update_all
-- 12-18: t:RX+SCAN1
UPDATE t SET c = 'x';

-- delete_all
-- 12-18: ul:RX+SCAN1
DELETE FROM ul;

-- insert_select
-- 12-18: ul:RX t:AS+SCAN1
INSERT INTO ul SELECT id, n FROM t;

-- select_into
-- 12-18: t:AS+SCAN1
SELECT * INTO copied FROM t;

-- copy_from_noop
-- 12-18: t:RX p:-
COPY t (id) FROM '/dev/null';

-- alter_seq_as_bigint
-- 12-18: sq2:SRX+REWRITE
ALTER SEQUENCE sq2 AS bigint;

-- setval
-- 12-18: sq:RX
SELECT setval('sq', 100);

-- drop_sequence
-- 12-18: sq:AX+GONE
DROP SEQUENCE sq;

-- not_enforced_check_pg18
-- 12-17: ERR 42601 syntax error at or near "enforced"
-- 18-18: t:AX
ALTER TABLE t ADD CONSTRAINT ck CHECK (n > 0) NOT ENFORCED;

-- not_enforced_fk_pg18
-- 12-17: ERR 42601 syntax error at or near "enforced"
-- 18-18: t:SRX p:SRX
ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (n) REFERENCES p (k) NOT ENFORCED;

-- alter_constraint_deferrable
-- 12-18: t:AX p:-
ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (n) REFERENCES p (k);
-- then
ALTER TABLE t ALTER CONSTRAINT fk DEFERRABLE;

-- inherit
-- 12-18: t3:AX ul:SUX
CREATE TABLE t3 (id bigint, v integer);
-- then
ALTER TABLE t3 INHERIT ul;

-- add_col_domain_unconstrained
-- 12-18: t:AX
ALTER TABLE t ADD COLUMN nc plain;

-- add_col_domain_unconstrained_default
-- 12-18: t:AX
ALTER TABLE t ADD COLUMN nc plain DEFAULT 1;

-- add_col_now_tz_default
-- 12-18: t:AX
ALTER TABLE t ADD COLUMN nc timestamp DEFAULT (now() AT TIME ZONE 'utc');

-- add_col_current_user_default
-- 12-18: t:AX
ALTER TABLE t ADD COLUMN nc text DEFAULT current_user;

-- add_col_enum_const
-- 12-18: t:AX
ALTER TABLE t ADD COLUMN nc en DEFAULT 'a';

-- add_col_userfn_immutable
-- 12-18: t:AX
CREATE FUNCTION one() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
-- then
ALTER TABLE t ADD COLUMN nc integer DEFAULT one();

-- add_col_userfn_default_volatile
-- aside: the body of a function in SQL is written into the default, which is a constant then; lint says that it may rewrite
-- 12-18: t:AX
CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 1';
-- then
ALTER TABLE t ADD COLUMN nc integer DEFAULT one();

-- add_col_uuidv7
-- 12-17: ERR 42883 function uuidv7() does not exist
-- 18-18: t:AX+REWRITE+SCAN4 rebuilt=t_a_idx,t_pkey,t_u_uidx
ALTER TABLE t ADD COLUMN nc uuid DEFAULT uuidv7();

-- add_col_if_not_exists_existing
-- 12-18: t:AX
ALTER TABLE t ADD COLUMN IF NOT EXISTS n integer;

-- create_index_if_not_exists_existing
-- 12-18: t:S
CREATE INDEX IF NOT EXISTS t_a_idx ON t (a);

-- set_expression_17
-- 12-16: ERR 42601 syntax error at or near "expression"
-- 17-18: t3:AX+REWRITE+SCAN1
CREATE TABLE t3 (id integer, g integer GENERATED ALWAYS AS (id) STORED);
INSERT INTO t3 (id) SELECT i FROM generate_series(1, 100) i;
-- then
ALTER TABLE t3 ALTER COLUMN g SET EXPRESSION AS (id * 2);

-- drop_expression
-- 12-12: ERR 42601 syntax error at or near "expression"
-- 13-18: t3:AX
CREATE TABLE t3 (id integer, g integer GENERATED ALWAYS AS (id) STORED);
INSERT INTO t3 (id) SELECT i FROM generate_series(1, 100) i;
-- then
ALTER TABLE t3 ALTER COLUMN g DROP EXPRESSION;

-- add_identity_existing
-- 12-18: t:AX
ALTER TABLE t ALTER COLUMN m ADD GENERATED BY DEFAULT AS IDENTITY;

-- set_access_method_same
-- 12-14: ERR 42601 syntax error at or near "access"
-- 15-18: t:AX
ALTER TABLE t SET ACCESS METHOD heap;

-- create_table_inherits
-- 12-18: ul:SUX
CREATE TABLE heir () INHERITS (ul);

-- create_table_like
-- 12-18: t:AS
CREATE TABLE alike (LIKE t);

-- drop_check
-- 12-18: t:AX
ALTER TABLE t ADD CONSTRAINT ck CHECK (n IS NOT NULL);
-- then
ALTER TABLE t DROP CONSTRAINT ck;

-- drop_unique
-- 12-18: t:AX
ALTER TABLE t ADD CONSTRAINT uq UNIQUE (n);
-- then
ALTER TABLE t DROP CONSTRAINT uq;

-- seq_owned_by
-- 12-18: t:AS sq:SRX
ALTER SEQUENCE sq OWNED BY t.n;

-- index_attach
-- 12-18: pt:AS pt1:AS pti:SUX pt1i:AX
CREATE INDEX pti ON ONLY pt (v);
CREATE INDEX pt1i ON pt1 (v);
-- then
ALTER INDEX pti ATTACH PARTITION pt1i;

-- cluster_on
-- 12-18: t:SUX
ALTER TABLE t CLUSTER ON t_a_idx;

-- enum_using
-- 12-18: t:AX+REWRITE+SCAN4 rebuilt=t_a_idx,t_pkey,t_u_uidx
UPDATE t SET c = 'a';
-- then
ALTER TABLE t ALTER COLUMN c TYPE en USING c::en;

-- type_varchar_to_enum_used_default
-- 12-18: t:AX+REWRITE+SCAN4 rebuilt=t_a_idx,t_pkey,t_u_uidx
UPDATE t SET b = 'a';
ALTER TABLE t ALTER COLUMN b SET DEFAULT 'a';
-- then
ALTER TABLE t ALTER COLUMN b DROP DEFAULT, ALTER COLUMN b TYPE en USING b::en, ALTER COLUMN b SET DEFAULT 'a';

-- type_noop_same
-- 12-18: ERR 0A000 cannot alter type of a column used by a view or rule
ALTER TABLE t ALTER COLUMN a TYPE integer;

-- type_noop_varchar_same
-- 12-18: t:AX
ALTER TABLE t ALTER COLUMN b TYPE varchar(50);

-- type_int_to_bigint_pk_fk
-- 12-18: p:AX+REWRITE+SCAN3 t:AX rebuilt=p_k_key
ALTER TABLE p ALTER COLUMN id TYPE bigint;

-- type_array_varchar_widen
-- 12-18: t3:AX+REWRITE+SCAN1
CREATE TABLE t3 (av varchar(10)[]);
INSERT INTO t3 VALUES ('{a}');
-- then
ALTER TABLE t3 ALTER COLUMN av TYPE varchar(20)[];

-- type_bit_widen
-- aside: it passes where no row has a value; lint says that it fails if one does not fit, and rewrites otherwise
-- 12-18: ERR 22026 bit string length 10 does not match type bit(20)
ALTER TABLE t ALTER COLUMN bi TYPE bit(20);

-- type_inet_to_cidr
-- 12-18: t3:AX+REWRITE+SCAN1
CREATE TABLE t3 (i inet);
INSERT INTO t3 VALUES ('10.0.0.1');
-- then
ALTER TABLE t3 ALTER COLUMN i TYPE cidr;

-- type_bpchar_to_text
-- 12-18: t:AX+REWRITE+SCAN4 rebuilt=t_a_idx,t_pkey,t_u_uidx
ALTER TABLE t ALTER COLUMN ch TYPE text;

-- type_int_to_oid
-- 12-18: ERR 42804 foreign key constraint "fk_nv" cannot be implemented
ALTER TABLE t ALTER COLUMN p_id TYPE oid;

-- type_smallint_to_int
-- 12-18: t3:AX+REWRITE+SCAN1
CREATE TABLE t3 (v smallint);
INSERT INTO t3 VALUES (1);
-- then
ALTER TABLE t3 ALTER COLUMN v TYPE integer;

-- type_real_to_double
-- 12-18: t3:AX+REWRITE+SCAN1
CREATE TABLE t3 (v real);
INSERT INTO t3 VALUES (1);
-- then
ALTER TABLE t3 ALTER COLUMN v TYPE double precision;

-- type_date_to_timestamp
-- 12-18: t3:AX+REWRITE+SCAN1
CREATE TABLE t3 (v date);
INSERT INTO t3 VALUES ('2024-01-01');
-- then
ALTER TABLE t3 ALTER COLUMN v TYPE timestamp;

-- type_text_to_jsonb
-- 12-18: t3:AX+REWRITE+SCAN1
CREATE TABLE t3 (v text);
INSERT INTO t3 VALUES ('{}');
-- then
ALTER TABLE t3 ALTER COLUMN v TYPE jsonb USING v::jsonb;

-- type_domain_to_base
-- 12-18: td:AX
ALTER TABLE td ALTER COLUMN v TYPE integer;

-- type_base_to_domain_nocons
-- 12-18: ERR 0A000 cannot alter type of a column used by a view or rule
ALTER TABLE t ALTER COLUMN a TYPE plain;

-- type_base_to_domain_cons
-- 12-18: ERR 0A000 cannot alter type of a column used by a view or rule
ALTER TABLE t ALTER COLUMN a TYPE positive;

-- type_collate_indexed
-- 12-18: t3:AX+SCAN1 t3i:AX+GONE
CREATE TABLE t3 (v text);
INSERT INTO t3 VALUES ('a');
CREATE INDEX t3i ON t3 (v);
-- then
ALTER TABLE t3 ALTER COLUMN v TYPE text COLLATE "C";

-- type_tz_notypmod_utc
-- 12-18: t3:AX
CREATE TABLE t3 (v timestamp);
INSERT INTO t3 VALUES ('2024-01-01');
-- then
SET LOCAL TimeZone = 'UTC'; ALTER TABLE t3 ALTER COLUMN v TYPE timestamptz;

-- type_tz_notypmod_using
-- 12-18: t3:AX+REWRITE+SCAN1
CREATE TABLE t3 (v timestamp);
INSERT INTO t3 VALUES ('2024-01-01');
-- then
SET LOCAL TimeZone = 'UTC'; ALTER TABLE t3 ALTER COLUMN v TYPE timestamptz USING v AT TIME ZONE 'UTC';

-- type_tz_notypmod_ny
-- 12-18: t3:AX+REWRITE+SCAN1
CREATE TABLE t3 (v timestamp);
INSERT INTO t3 VALUES ('2024-01-01');
-- then
SET LOCAL TimeZone = 'America/New_York'; ALTER TABLE t3 ALTER COLUMN v TYPE timestamptz;

-- drop_col_indexed
-- 12-18: t:AX t_a_idx:AX+GONE v:AX+GONE
ALTER TABLE t DROP COLUMN a CASCADE;

-- drop_col_used_by_view
-- 12-18: ERR 2BP01 cannot drop column a of table t because other objects depend on it
ALTER TABLE t DROP COLUMN a;

-- rename_col_used_by_view
-- 12-18: t:AX v:-
ALTER TABLE t RENAME COLUMN a TO aa;

-- drop_schema_cascade
-- aside: no table loses anything here; lint says that each table which does is locked
-- 12-18: t:-
CREATE TYPE other.kind AS ENUM ('x');
-- then
DROP SCHEMA other CASCADE;

-- drop_type_column_cascade
-- 12-18: t:AX
CREATE TYPE en2 AS ENUM ('x');
ALTER TABLE t ADD COLUMN ec en2;
-- then
DROP TYPE en2 CASCADE;

-- drop_fn_cascade
-- 12-18: t:AX
DROP FUNCTION trg() CASCADE;

-- drop_default
-- 12-18: t:AX
ALTER TABLE t ALTER COLUMN m DROP DEFAULT;

-- alter_fn_replace
-- 12-18: t:-
CREATE OR REPLACE FUNCTION trg() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';

-- create_ext_in_tx
-- 12-18: t:-
CREATE EXTENSION citext;

-- publication
-- 12-18: t:SUX
CREATE PUBLICATION pu FOR TABLE t;

-- add_pk_unique_include
-- 12-18: t:S+SCAN1
CREATE UNIQUE INDEX i ON t (n) INCLUDE (c);

-- create_index_gin
-- 12-18: t:S+SCAN1
CREATE INDEX i ON t USING gin (to_tsvector('english', c));

-- drop_partitioned_index
-- 12-18: pt:AX pt1:AX
CREATE INDEX pti ON pt (v);
-- then
DROP INDEX pti;

-- reindex_conc_partitioned
-- 12-13: pt:S pt1:-
-- 14-18: ERR 25001 REINDEX TABLE cannot run inside a transaction block
CREATE INDEX pti ON pt (v);
-- then
REINDEX TABLE pt;

-- set_reloption_toast
-- 12-18: t:SUX
ALTER TABLE t SET (toast.autovacuum_enabled = false);

-- set_reloption_parallel
-- 12-18: t:SUX
ALTER TABLE t SET (parallel_workers = 2);

-- set_user_catalog
-- 12-18: t:AX
ALTER TABLE t SET (user_catalog_table = true);

-- alter_table_multi
-- 12-18: t:AX
ALTER TABLE t ADD COLUMN nc integer, ALTER COLUMN c SET DEFAULT 'x', DROP COLUMN j;

-- force_rls
-- 12-18: t:AX
ALTER TABLE t FORCE ROW LEVEL SECURITY;

-- alter_policy
-- 12-18: t:AX
CREATE POLICY po ON t USING (n > 0);
-- then
ALTER POLICY po ON t USING (n > 1);

-- drop_policy
-- 12-18: t:AX
CREATE POLICY po ON t USING (n > 0);
-- then
DROP POLICY po ON t;

-- rename_trigger
-- 12-18: t:AX
ALTER TRIGGER tr ON t RENAME TO tr2;

-- rename_index_via_alter_table
-- 12-18: t:- t_a_idx:AX
ALTER TABLE t_a_idx RENAME TO i;

-- rename_view
-- 12-18: v:AX t:-
ALTER VIEW v RENAME TO v2;

-- drop_matview
-- 12-18: mv:AX+GONE t:-
DROP MATERIALIZED VIEW mv;

-- select_for_update
-- 12-18: t:RS+SCAN1
SELECT id FROM t FOR UPDATE;
