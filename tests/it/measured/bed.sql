CREATE SCHEMA other;
CREATE TABLE p (id integer PRIMARY KEY, k integer UNIQUE);
INSERT INTO p SELECT i, i FROM generate_series(1, 100) i;
CREATE TYPE en AS ENUM ('a', 'b');
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN plain AS integer;
CREATE TABLE t (
    id bigint PRIMARY KEY, a integer, b varchar(50), c text, d numeric(10,2), e timestamp(3), f timestamptz(3), j json,
    iv interval(3), tm time(3), vb varbit(10), bi bit(10), ci cidr, ch char(10), x xml, n integer,
    m integer NOT NULL, u integer, p_id integer
);
INSERT INTO t (id, a, b, c, d, e, f, j, iv, tm, vb, bi, ci, ch, n, m, u, p_id)
    SELECT i, i, 'b', 'c', i, '2024-01-01', '2024-01-01', '{}', '1 day', '12:00', B'1', B'1111100000', '10.0.0.0/8',
        'ch', i, i, i, i FROM generate_series(1, 100) i;
CREATE INDEX t_a_idx ON t (a);
CREATE UNIQUE INDEX t_u_uidx ON t (u);
ALTER TABLE t ADD CONSTRAINT fk_nv FOREIGN KEY (p_id) REFERENCES p (id) NOT VALID;
CREATE TABLE t2 (id bigint);
INSERT INTO t2 SELECT i FROM generate_series(1, 100) i;
CREATE TABLE ul (id bigint, v integer);
INSERT INTO ul SELECT i, i FROM generate_series(1, 100) i;
CREATE TABLE td (id integer, v plain, e en);
INSERT INTO td SELECT i, i, 'a' FROM generate_series(1, 100) i;
CREATE TABLE pt (id integer, v integer) PARTITION BY RANGE (id);
CREATE TABLE pt1 PARTITION OF pt FOR VALUES FROM (0) TO (100);
INSERT INTO pt SELECT i, i FROM generate_series(0, 99) i;
CREATE TABLE pt_d (id integer, v integer) PARTITION BY RANGE (id);
CREATE TABLE pt_def PARTITION OF pt_d DEFAULT;
INSERT INTO pt_d VALUES (500, 1);
CREATE SEQUENCE sq;
CREATE SEQUENCE sq2 AS integer;
CREATE VIEW v AS SELECT a FROM t;
CREATE MATERIALIZED VIEW mv AS SELECT id FROM t;
CREATE UNIQUE INDEX mv_id ON mv (id);
CREATE FUNCTION trg() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION trg();
