//! The catalog queries: lean ones, joined by oid in Rust. Good for PostgreSQL 12 to 18. Refuses to know when they are
//! asked.

/// Schemas that are not the server's own.
const SCHEMAS: &str = "SELECT oid FROM pg_namespace WHERE nspname NOT IN ('pg_catalog', 'information_schema') \
    AND nspname !~ '^pg_(toast|temp)'";

/// One answer of the catalog, in the order in which [`queries`] asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(super) enum Answer {
    Namespaces,
    Relations,
    Columns,
    Constraints,
    Indexes,
    Sequences,
    Functions,
    Triggers,
    Rules,
    Policies,
    Types,
    Labels,
    TypeColumns,
    Extensions,
    Statistics,
    Inheritance,
    EventTriggers,
    Publications,
    Comments,
    Members,
    Roles,
    Clock,
}

/// A question to the catalog.
#[derive(Debug)]
pub(super) struct Query {
    pub answer: Answer,
    pub sql: String,
    pub reach: Reach,
}

fn query(answer: Answer, reach: Reach, sql: impl Into<String>) -> Query {
    Query { answer, reach, sql: sql.into() }
}

/// What a query reads at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// The relations whose oids it is given as `$1`; a row has the oid in this column. 0 stands for what belongs to none.
    Relations(usize),
    /// All that there is, again when this mark has changed.
    All(char),
    /// All that there is, each time.
    Always,
}

/// Grants as sorted text, with the defaults spelled out so that they equal grants of the same.
fn grants(column: &str, kind: char, owner: &str) -> String {
    format!(
        "(SELECT string_agg(a::text, ' ' ORDER BY a::text) \
         FROM unnest(coalesce({column}, acldefault('{kind}', {owner}))) a)"
    )
}

/// All queries, in the order of their answers. They want an empty search path, so that every name that the server prints
/// is qualified.
pub(super) fn queries(major: u16) -> Vec<Query> {
    let compression = if major >= 14 { "a.attcompression" } else { "''" };
    let unique_nulls = if major >= 15 { "i.indnullsnotdistinct" } else { "false" };
    let enforced = if major >= 18 { "co.conenforced" } else { "true" };
    let relation_grants = format!(
        "CASE WHEN c.relkind = 'S' THEN {} ELSE {} END",
        grants("c.relacl", 's', "c.relowner"),
        grants("c.relacl", 'r', "c.relowner")
    );
    let namespace_grants = grants("nspacl", 'n', "nspowner");
    let function_grants = grants("p.proacl", 'f', "p.proowner");
    let type_grants = grants("t.typacl", 'T', "t.typowner");
    vec![
        query(
            Answer::Namespaces,
            Reach::All('n'),
            format!(
                "SELECT oid, nspname, pg_get_userbyid(nspowner), {namespace_grants} FROM pg_namespace \
             WHERE oid IN ({SCHEMAS})"
            ),
        ),
        query(
            Answer::Relations,
            Reach::Relations(0),
            format!(
                "SELECT c.oid, c.relnamespace, c.relname, c.relkind, c.relpersistence, \
             array_to_string(c.reloptions, ', '), c.relrowsecurity, c.relforcerowsecurity, c.relreplident, \
             pg_get_userbyid(c.relowner), {relation_grants}, m.amname, pg_get_expr(c.relpartbound, c.oid), \
             CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END, \
             CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END, c.relispopulated \
             FROM pg_class c LEFT JOIN pg_am m ON m.oid = c.relam AND m.amname <> 'heap' \
             WHERE c.relnamespace IN ({SCHEMAS}) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.oid = ANY($1)"
            ),
        ),
        query(
            Answer::Columns,
            Reach::Relations(0),
            format!(
                "SELECT a.attrelid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, \
             a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid), \
             CASE WHEN a.attcollation <> t.typcollation THEN l.collname END, \
             CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END, {compression}, \
             array_to_string(a.attoptions, ', '), array_to_string(a.attacl, ' ') \
             FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid \
             LEFT JOIN pg_collation l ON l.oid = a.attcollation \
             LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
             WHERE c.relnamespace IN ({SCHEMAS}) AND a.attnum > 0 AND NOT a.attisdropped \
             AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attrelid = ANY($1)"
            ),
        ),
        query(
            Answer::Constraints,
            Reach::Relations(1),
            format!(
                "SELECT co.oid, co.conrelid, co.contypid, co.conname, co.contype, pg_get_constraintdef(co.oid), \
             co.convalidated, co.conindid, {enforced}, co.conparentid FROM pg_constraint co \
             WHERE co.connamespace IN ({SCHEMAS}) AND co.contype <> 't' AND co.conrelid = ANY($1)"
            ),
        ),
        query(
            Answer::Indexes,
            Reach::Relations(1),
            format!(
                "SELECT i.indexrelid, i.indrelid, c.relnamespace, c.relname, pg_get_indexdef(i.indexrelid), \
             i.indisvalid, i.indisclustered, i.indisreplident, {unique_nulls}, \
             array_to_string(c.reloptions, ', ') FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
             WHERE c.relnamespace IN ({SCHEMAS}) AND i.indrelid = ANY($1)"
            ),
        ),
        query(
            Answer::Sequences,
            Reach::Relations(0),
            "SELECT s.seqrelid, format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, \
         s.seqcache, s.seqcycle, d.refobjid, d.refobjsubid, d.deptype FROM pg_sequence s \
         LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid \
         AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0 WHERE s.seqrelid = ANY($1)",
        ),
        query(
            Answer::Functions,
            Reach::All('f'),
            format!(
                "SELECT p.oid, p.pronamespace, p.proname, pg_get_function_identity_arguments(p.oid), p.prokind, \
             CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) ELSE p.prosrc END, \
             pg_get_userbyid(p.proowner), {function_grants} FROM pg_proc p WHERE p.pronamespace IN ({SCHEMAS})"
            ),
        ),
        query(
            Answer::Triggers,
            Reach::Relations(1),
            "SELECT t.oid, t.tgrelid, t.tgname, pg_get_triggerdef(t.oid), t.tgenabled FROM pg_trigger t \
         WHERE NOT t.tgisinternal AND t.tgrelid = ANY($1)",
        ),
        query(
            Answer::Rules,
            Reach::Relations(1),
            format!(
                "SELECT r.oid, r.ev_class, r.rulename, pg_get_ruledef(r.oid), r.ev_enabled FROM pg_rewrite r \
             JOIN pg_class c ON c.oid = r.ev_class \
             WHERE r.rulename <> '_RETURN' AND c.relnamespace IN ({SCHEMAS}) AND r.ev_class = ANY($1)"
            ),
        ),
        query(
            Answer::Policies,
            Reach::Relations(1),
            "SELECT p.oid, p.polrelid, p.polname, p.polcmd, p.polpermissive, \
         (SELECT string_agg(CASE WHEN r = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(r)::text END, ', ' \
          ORDER BY pg_get_userbyid(r)::text) FROM unnest(p.polroles) r), \
         pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid) FROM pg_policy p WHERE p.polrelid = ANY($1)",
        ),
        query(
            Answer::Types,
            Reach::All('t'),
            format!(
                "SELECT t.oid, t.typnamespace, t.typname, t.typtype, pg_get_userbyid(t.typowner), {type_grants}, \
             format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault, \
             (SELECT format_type(r.rngsubtype, NULL) FROM pg_range r WHERE r.rngtypid = t.oid), t.typrelid \
             FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid WHERE t.typnamespace IN ({SCHEMAS}) \
             AND (t.typtype IN ('e', 'd', 'r') OR c.relkind = 'c')"
            ),
        ),
        query(
            Answer::Labels,
            Reach::All('t'),
            "SELECT enumtypid, enumlabel FROM pg_enum ORDER BY enumtypid, enumsortorder",
        ),
        query(
            Answer::TypeColumns,
            Reach::All('t'),
            "SELECT a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a \
         JOIN pg_class c ON c.oid = a.attrelid WHERE c.relkind = 'c' AND a.attnum > 0 AND NOT a.attisdropped \
         ORDER BY a.attrelid, a.attnum",
        ),
        query(
            Answer::Extensions,
            Reach::All('e'),
            "SELECT e.oid, e.extname, e.extversion, e.extnamespace::regnamespace FROM pg_extension e",
        ),
        query(
            Answer::Statistics,
            Reach::All('s'),
            format!(
                "SELECT s.oid, s.stxnamespace, s.stxname, pg_get_statisticsobjdef(s.oid) FROM pg_statistic_ext s \
             WHERE s.stxnamespace IN ({SCHEMAS})"
            ),
        ),
        query(
            Answer::Inheritance,
            Reach::Relations(0),
            "SELECT inhrelid, inhparent::regclass FROM pg_inherits WHERE inhrelid = ANY($1) ORDER BY inhrelid, inhseqno",
        ),
        query(
            Answer::EventTriggers,
            Reach::All('v'),
            "SELECT e.oid, e.evtname, e.evtevent, e.evtfoid::regproc, e.evtenabled, array_to_string(e.evttags, ', ') \
         FROM pg_event_trigger e",
        ),
        query(
            Answer::Publications,
            Reach::All('p'),
            "SELECT p.oid, p.pubname, p.puballtables, concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, \
         CASE WHEN p.pubupdate THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END, \
         CASE WHEN p.pubtruncate THEN 'truncate' END), (SELECT string_agg(r.prrelid::regclass::text, ', ' \
         ORDER BY r.prrelid::regclass::text) FROM pg_publication_rel r WHERE r.prpubid = p.oid) \
         FROM pg_publication p",
        ),
        query(
            Answer::Comments,
            Reach::All('c'),
            "SELECT classoid, objoid, objsubid, description FROM pg_description WHERE objoid >= 16384 \
         AND classoid IN ('pg_namespace'::regclass, 'pg_class'::regclass, 'pg_constraint'::regclass, \
         'pg_proc'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass, 'pg_type'::regclass, \
         'pg_rewrite'::regclass)",
        ),
        query(
            Answer::Members,
            Reach::All('m'),
            "SELECT objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'",
        ),
        query(
            Answer::Roles,
            Reach::Always,
            "SELECT rolname, rolsuper, rolcanlogin, rolcreatedb, rolcreaterole, rolinherit, rolbypassrls \
         FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> 'postgres'",
        ),
        query(Answer::Clock, Reach::Always, "SELECT pg_postmaster_start_time(), clock_timestamp()"),
    ]
}
