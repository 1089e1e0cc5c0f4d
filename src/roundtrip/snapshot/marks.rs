//! Whether rows of the catalog have changed, at a tenth of the price of reading them: how many there are, and which
//! transactions wrote them. Refuses to know what the rows say.

use std::collections::{BTreeSet, HashMap};

use super::super::answers::{Cells, cell};

/// Marks relations as opposed to parts of the catalog.
const RELATION: char = 'r';

/// Marks types that are not those of a table's rows.
const TYPES: char = 't';

/// Marks what names itself in the text of others: collations, operators, languages, foreign servers.
const OTHERS: char = 'o';

/// The transaction that wrote the row `x`, as a number; 0 for the rows which were there from the start, of whose
/// transaction `age` says the greatest number.
const VERSION: &str = "CASE WHEN age(x.xmin) = 2147483647 THEN 0 ELSE age('3'::xid)::int8 - age(x.xmin) END";

/// One row for each relation and each part of the catalog, with the sum of its rows' versions.
pub(super) fn query() -> String {
    let mut parts = vec![
        part(
            RELATION,
            "x.oid",
            "pg_class x WHERE x.oid >= 16384 AND x.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')",
        ),
        // Those of a composite type are the type's.
        format!(
            "SELECT {what}, CASE c.relkind WHEN 'c' THEN 0 ELSE c.oid END, x.version FROM pg_class c \
             CROSS JOIN LATERAL (SELECT {VERSION} AS version FROM pg_attribute x WHERE x.attrelid = c.oid \
             AND x.attnum > 0 OFFSET 0) x WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')",
            what = format_args!("CASE c.relkind WHEN 'c' THEN '{TYPES}' ELSE '{RELATION}' END::\"char\""),
        ),
        part(RELATION, "x.adrelid", "pg_attrdef x"),
        part(RELATION, "x.conrelid", "pg_constraint x WHERE x.oid >= 16384"),
        part(RELATION, "x.indrelid", "pg_index x WHERE x.indexrelid >= 16384"),
        part(
            RELATION,
            "i.indrelid",
            "pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indexrelid >= 16384",
        ),
        part(RELATION, "x.tgrelid", "pg_trigger x WHERE NOT x.tgisinternal"),
        part(RELATION, "x.ev_class", "pg_rewrite x WHERE x.oid >= 16384"),
        part(RELATION, "x.polrelid", "pg_policy x"),
        part(RELATION, "x.inhrelid", "pg_inherits x"),
        part(RELATION, "x.seqrelid", "pg_sequence x"),
        part(
            RELATION,
            "x.objid",
            "pg_sequence s CROSS JOIN LATERAL (SELECT d.objid, d.xmin FROM pg_depend d \
             WHERE d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid OFFSET 0) x",
        ),
        part(
            TYPES,
            "0",
            "pg_type x WHERE x.oid >= 16384 AND (x.typtype IN ('e', 'd', 'r') OR x.typtype = 'c' \
             AND (SELECT c.relkind = 'c' FROM pg_class c WHERE c.oid = x.typrelid))",
        ),
        part(TYPES, "0", "pg_enum x"),
        part('n', "0", "pg_namespace x"),
        part('f', "0", "pg_proc x WHERE x.oid >= 16384"),
        part('e', "0", "pg_extension x"),
        part('s', "0", "pg_statistic_ext x"),
        part('v', "0", "pg_event_trigger x"),
        part('p', "0", "pg_publication x"),
        part('p', "0", "pg_publication_rel x"),
        part('c', "0", "pg_description x WHERE x.objoid >= 16384"),
        part('m', "0", "pg_depend x WHERE x.refclassid = 'pg_extension'::regclass AND x.deptype = 'e'"),
    ];
    let others = ["am", "collation", "foreign_server", "language", "opclass", "operator", "ts_config"];
    parts.extend(others.map(|name| part(OTHERS, "0", &format!("pg_{name} x WHERE x.oid >= 16384"))));
    format!(
        "SELECT what, relation, count(*), sum(version) FROM ({}) x GROUP BY what, relation",
        parts.join(" UNION ALL ")
    )
}

fn part(what: char, relation: &str, from: &str) -> String {
    format!(
        "SELECT '{what}'::\"char\" AS what, {relation}::oid AS relation, {VERSION} AS version FROM {from}"
    )
}

/// The marks of one moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks(HashMap<(char, String), (String, String)>);

/// What has to be read again.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Stale {
    /// Oids of relations that are new, changed or gone.
    pub relations: BTreeSet<String>,
    /// Parts of the catalog.
    pub parts: BTreeSet<char>,
    /// Everything, whatever has changed.
    pub all: bool,
}

impl Marks {
    /// Reads the answer.
    pub fn read(rows: &[Cells]) -> Self {
        let text = |row, at| cell(row, at).to_owned();
        let what = |row| cell(row, 0).chars().next().unwrap_or(OTHERS);
        Self(rows.iter().map(|row| ((what(row), text(row, 1)), (text(row, 2), text(row, 3)))).collect())
    }

    /// What is not as it was.
    pub fn since(&self, earlier: &Self) -> Stale {
        let changed = self.0.iter().filter(|(key, mark)| earlier.0.get(*key) != Some(*mark));
        let gone = earlier.0.iter().filter(|(key, _)| !self.0.contains_key(*key));
        let mut stale = Stale::default();
        for ((what, relation), _) in changed.chain(gone) {
            match *what {
                RELATION => drop(stale.relations.insert(relation.clone())),
                OTHERS => stale.all = true,
                part => drop(stale.parts.insert(part)),
            }
        }
        stale
    }

    /// All relations there are.
    pub fn relations(&self) -> BTreeSet<String> {
        self.0.keys().filter(|(what, _)| *what == RELATION).map(|(_, relation)| relation.clone()).collect()
    }
}
