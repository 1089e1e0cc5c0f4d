//! Where extensions come from that a server lacks. Refuses to know which migration needs one.

/// Those of PostgreSQL's own source, which most packages carry, but not all.
const CONTRIB: &str = " amcheck autoinc bloom btree_gin btree_gist citext cube dblink dict_int dict_xsyn earthdistance \
    file_fdw fuzzystrmatch hstore insert_username intagg intarray isn lo ltree moddatetime pageinspect pg_buffercache \
    pg_freespacemap pg_prewarm pg_stat_statements pg_surgery pg_trgm pg_visibility pg_walinspect pgcrypto pgrowlocks \
    pgstattuple postgres_fdw refint seg sslinfo tablefunc tcn tsm_system_rows tsm_system_time unaccent uuid-ossp xml2 ";

/// An extension, or how a family of them begins; its package of Debian and PGDG; an image that has it. `{pg}` stands
/// for the major version; an image without it has tags of its own.
const OTHERS: &[(&str, &str, &str)] = &[
    ("postgis", "postgresql-{pg}-postgis-3", "postgis/postgis"),
    ("address_standardizer", "postgresql-{pg}-postgis-3", "postgis/postgis"),
    ("vector", "postgresql-{pg}-pgvector", "pgvector/pgvector:pg{pg}"),
    ("timescaledb", "", "timescale/timescaledb:latest-pg{pg}"),
    ("citus", "", "citusdata/citus"),
    ("pgrouting", "postgresql-{pg}-pgrouting", "pgrouting/pgrouting"),
    ("pg_cron", "postgresql-{pg}-cron", ""),
    ("pg_partman", "postgresql-{pg}-partman", ""),
    ("pg_repack", "postgresql-{pg}-repack", ""),
    ("pgaudit", "postgresql-{pg}-pgaudit", ""),
    ("hypopg", "postgresql-{pg}-hypopg", ""),
    ("hll", "postgresql-{pg}-hll", ""),
    ("ip4r", "postgresql-{pg}-ip4r", ""),
    ("orafce", "postgresql-{pg}-orafce", ""),
    ("pgtap", "postgresql-{pg}-pgtap", ""),
    ("plperl", "postgresql-plperl-{pg}", ""),
    ("plpython3u", "postgresql-plpython3-{pg}", ""),
    ("pltcl", "postgresql-pltcl-{pg}", ""),
];

/// What to do about an extension that a server of this version lacks.
pub(in crate::roundtrip) fn remedy(extension: &str, major: u16) -> String {
    if CONTRIB.contains(&format!(" {extension} ")) {
        return format!(
            "{extension} is one of PostgreSQL's contrib modules: use --server docker, or --server local with a \
             PostgreSQL of your distribution and its contrib package"
        );
    }
    let row = OTHERS.iter().find(|(name, ..)| {
        extension.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    });
    let of_version = |text: &str| text.replace("{pg}", &major.to_string());
    let (package, image) =
        row.map_or_else(Default::default, |(_, package, image)| (of_version(package), of_version(image)));
    let install = match package.as_str() {
        "" => format!("install {extension} for a PostgreSQL of this machine"),
        package => format!("install {extension}, as with apt-get install {package},"),
    };
    let image = match image.as_str() {
        "" => "an image that has it".to_owned(),
        image if image.contains(':') => image.to_owned(),
        image => format!("one of {image} for PostgreSQL {major}"),
    };
    format!("{install} and use --server local; or choose {image} with --image")
}

#[cfg(test)]
mod tests {
    use super::remedy;

    #[test]
    fn an_extension_is_said_with_its_package_and_its_image() {
        assert_eq!(
            remedy("vector", 17),
            "install vector, as with apt-get install postgresql-17-pgvector, and use --server local; \
             or choose pgvector/pgvector:pg17 with --image"
        );
        assert!(remedy("postgis_topology", 15).contains("one of postgis/postgis for PostgreSQL 15"));
        assert!(remedy("plpython3u", 15).contains("postgresql-plpython3-15"));
        assert!(remedy("pgcrypto", 18).contains("contrib"));
        assert_eq!(
            remedy("shop", 16),
            "install shop for a PostgreSQL of this machine and use --server local; or choose an image that has it with --image"
        );
    }
}
