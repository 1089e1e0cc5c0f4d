//! The tools, one row each. Beside each row stands where it was read what the tool does.

use super::{Downgrades, Hashes, Layout, OptOut, Order, Placeholders, Sends, Sign};
use crate::frontend::sql_files::{names, sections};
use crate::history::{Framework, Language, TransactionRule};

const fn sql(
    name: &'static str,
    transaction: TransactionRule,
    no_transaction: Option<&'static str>,
    version_table: &'static str,
) -> Framework {
    // `downgrades` is set from the row and the files when a project is read.
    Framework { name, language: Language::Sql, no_transaction, downgrades: true, transaction, version_table }
}

/// SQL that no tool is known for: psql runs each statement by itself. What a row does not say is as here.
pub(in crate::frontend) const LOOSE: Layout = Layout {
    framework: sql("SQL", TransactionRule::None, None, ""),
    downgrades: Downgrades::Never,
    name: names::any,
    nested: false,
    order: Order::Text,
    gapless: false,
    sections: sections::whole,
    hashes: Hashes::None,
    opt_out: OptOut::None,
    sends: Sends::Statements,
    placeholders: Placeholders::None,
    signs: &[],
};

/// All tools; the first whose signs are found is the one.
pub(in crate::frontend) const LAYOUTS: &[Layout] = &[
    // drizzle-orm src/migrator.ts: the journal names the files, `--> statement-breakpoint` parts the statements;
    // src/pg-core/dialect.ts `migrate`: one transaction around all pending migrations. It has no downgrades, and passes
    // over entries that are not `when` later than the newest one that ran.
    Layout {
        framework: sql("Drizzle", TransactionRule::AllPending, None, "__drizzle_migrations"),
        downgrades: Downgrades::Never,
        name: names::plain,
        order: Order::Journal,
        sections: sections::drizzle,
        sends: Sends::Script,
        signs: &[Sign::File("meta/_journal.json")],
        ..LOOSE
    },
    // sqitch lib/App/Sqitch/Engine/pg.pm `run_file`: psql --file, without --single-transaction; the scripts bring
    // their own BEGIN and COMMIT. The order is that of sqitch.plan; lib/App/Sqitch/Plan/Change.pm `_path_segments`: the
    // earlier script of a reworked change is named after the tag that follows it, `users@v1.0.sql`.
    Layout {
        framework: sql("Sqitch", TransactionRule::None, None, "sqitch.changes"),
        downgrades: Downgrades::Always,
        name: names::sqitch,
        order: Order::Plan,
        signs: &[Sign::File("sqitch.plan")],
        ..LOOSE
    },
    // prisma-engines schema-engine, postgres connector `apply_migration_script`: the file is one simple query, and
    // Prisma opens no transaction. (Since Prisma 7.4 it takes files with CONCURRENTLY apart; older ones fail there.)
    // Folders run in the order of their names; there are no downgrades.
    Layout {
        framework: sql("Prisma Migrate", TransactionRule::OneMessage, None, "_prisma_migrations"),
        downgrades: Downgrades::Never,
        name: names::prisma,
        order: Order::Text,
        sends: Sends::Script,
        signs: &[Sign::Names],
        ..LOOSE
    },
    // Hasura CLI, "Migrations and metadata": <milliseconds>_<name>/up.sql and down.sql, each sent as one run_sql;
    // graphql-engine issue 2939: run_sql wraps it in a transaction, and files have no way out of it.
    Layout {
        framework: sql("Hasura", TransactionRule::PerMigration, None, "hdb_catalog.schema_migrations"),
        downgrades: Downgrades::IfAny,
        name: names::hasura,
        order: Order::Number,
        sends: Sends::Script,
        signs: &[Sign::Near("config.yaml", "metadata_directory"), Sign::Folder("hasura")],
        ..LOOSE
    },
    // diesel_migrations src/file_based_migrations.rs: <version>_<name>/up.sql and down.sql in one batch_execute;
    // migrations_internals `version_from_string`: dashes do not count; metadata.toml may take it out of its transaction.
    Layout {
        framework: sql(
            "Diesel",
            TransactionRule::PerMigration,
            Some("run_in_transaction = false"),
            "__diesel_schema_migrations",
        ),
        downgrades: Downgrades::Always,
        name: names::diesel,
        order: Order::Text,
        opt_out: OptOut::DieselMetadata,
        sends: Sends::Script,
        signs: &[Sign::Names],
        ..LOOSE
    },
    // goose internal/sqlparser/parser.go: annotations; statements end at semicolons or between StatementBegin and
    // StatementEnd and are sent one by one; a transaction a file unless `NO TRANSACTION` stands in it.
    Layout {
        framework: sql(
            "goose",
            TransactionRule::PerMigration,
            Some("-- +goose NO TRANSACTION"),
            "goose_db_version",
        ),
        downgrades: Downgrades::Always,
        name: names::numbered_or_go,
        order: Order::Number,
        sections: sections::goose,
        opt_out: OptOut::Section,
        placeholders: Placeholders::GooseEnvironment,
        signs: &[Sign::Text("-- +goose ")],
        ..LOOSE
    },
    // dbmate pkg/dbmate/migration.go: blocks and their options; pkg/dbmate/db.go: each block is one Exec, in a
    // transaction of its own unless it says transaction:false. Files are ordered by name.
    Layout {
        framework: sql(
            "dbmate",
            TransactionRule::PerMigration,
            Some("-- migrate:up transaction:false"),
            "schema_migrations",
        ),
        downgrades: Downgrades::Always,
        name: names::dbmate,
        order: Order::File,
        sections: sections::dbmate,
        opt_out: OptOut::Section,
        sends: Sends::Blocks,
        signs: &[Sign::Text("-- migrate:up"), Sign::Text("--migrate:up")],
        ..LOOSE
    },
    // node-pg-migrate src/sqlMigration.ts: `-- Up Migration` and `-- Down Migration`; src/migration.ts: a migration is
    // known by its whole name, and ordered by the number in front; most are programs. src/runner.ts
    // `singleTransaction`: by default one transaction around all pending migrations.
    Layout {
        framework: sql("node-pg-migrate", TransactionRule::AllPending, None, "pgmigrations"),
        downgrades: Downgrades::IfAny,
        name: names::node_pg_migrate,
        order: Order::Number,
        sections: sections::node_pg_migrate,
        sends: Sends::Script,
        signs: &[Sign::Text("-- up migration"), Sign::Near("package.json", "\"node-pg-migrate\"")],
        ..LOOSE
    },
    // graphile-migrate src/migration.ts `runStringMigration`: committed/000001.sql in a transaction each, unless, after
    // its header, it opens with `--! no-transaction` (src/header.ts); there are no downgrades. `chain` reads the hashes.
    // src/current.ts: `--!include` is gone once a migration is committed.
    Layout {
        framework: sql(
            "Graphile Migrate",
            TransactionRule::PerMigration,
            Some("--! no-transaction"),
            "graphile_migrate.migrations",
        ),
        downgrades: Downgrades::Never,
        name: names::graphile,
        order: Order::Number,
        sections: sections::graphile,
        hashes: Hashes::Graphile,
        opt_out: OptOut::Section,
        sends: Sends::Script,
        placeholders: Placeholders::Graphile,
        signs: &[Sign::Near(".gmrc", ""), Sign::Near(".gmrc.js", ""), Sign::Text("--! previous:")],
        ..LOOSE
    },
    // refinery_core src/util.rs `STEM_RE`, `find_migration_files`: V1__name.sql, also in folders below; a migration in
    // Rust is a program. src/drivers/tokio_postgres.rs: a transaction around each.
    Layout {
        framework: sql("Refinery", TransactionRule::PerMigration, None, "refinery_schema_history"),
        downgrades: Downgrades::Never,
        name: names::refinery,
        nested: true,
        order: Order::Dotted,
        sends: Sends::Script,
        signs: &[Sign::Near("Cargo.toml", "refinery")],
        ..LOOSE
    },
    // flyway-core ResourceNameParser.java, MigrationVersion.java: V1_2__name.sql, U1_2__, R__name.sql, also in folders
    // below; BaselineMigrationConfigurationExtension.java: B1_2__name.sql stands for all up to it on a new database.
    // PostgreSQLParser.java `detectCanExecuteInTransaction` and ParserSqlScript.java: statement by statement, in a
    // transaction unless none of them can be; SqlScriptMetadata.java: <file>.conf; PlaceholderReplacingReader.java.
    Layout {
        framework: sql(
            "Flyway",
            TransactionRule::PerMigration,
            Some("executeInTransaction=false"),
            "flyway_schema_history",
        ),
        downgrades: Downgrades::IfAny,
        name: names::flyway,
        nested: true,
        order: Order::Dotted,
        opt_out: OptOut::Flyway,
        placeholders: Placeholders::Flyway,
        signs: &[Sign::Names],
        ..LOOSE
    },
    // ory/x popx/match.go: <version>_<name>[.<dialect>][.autocommit].(up|down).sql, also in folders below;
    // popx/migrator.go `shouldNotUseTransaction`; popx/migration_content.go: a Go template.
    Layout {
        framework: sql("popx", TransactionRule::PerMigration, Some(".autocommit.up.sql"), "schema_migration"),
        downgrades: Downgrades::Always,
        name: names::popx,
        nested: true,
        order: Order::Text,
        opt_out: OptOut::Path(".autocommit."),
        sends: Sends::Script,
        placeholders: Placeholders::GoTemplate,
        signs: &[Sign::Near("go.mod", "ory/x"), Sign::Near("go.mod", "ory/pop"), Sign::Name(".autocommit.")],
        ..LOOSE
    },
    // gobuffalo/pop migrator.go: `mrx`, and a transaction around each, with no way out; .fizz is translated by it.
    Layout {
        framework: sql("Soda", TransactionRule::PerMigration, None, "schema_migration"),
        downgrades: Downgrades::Always,
        name: names::soda,
        order: Order::Text,
        sends: Sends::Script,
        placeholders: Placeholders::GoTemplate,
        signs: &[Sign::Near("go.mod", "gobuffalo/pop")],
        ..LOOSE
    },
    // tern migrate/migrate.go: 001_name.sql without gaps, `---- create above / drop below ----`; one Exec in a
    // transaction, or statement by statement under `---- tern: disable-tx ----`; a Go template.
    Layout {
        framework: sql(
            "tern",
            TransactionRule::PerMigration,
            Some("---- tern: disable-tx ----"),
            "schema_version",
        ),
        downgrades: Downgrades::IfAny,
        name: names::numbered,
        order: Order::Number,
        gapless: true,
        sections: sections::tern,
        opt_out: OptOut::Section,
        placeholders: Placeholders::GoTemplate,
        signs: &[Sign::Text("---- create above / drop below ----"), Sign::File("tern.conf")],
        ..LOOSE
    },
    // Supabase CLI pkg/migration/file.go `ExecBatch`: <version>_<name>.sql as one pipeline together with its version,
    // which the server runs as one transaction; there is no way out of it, and no downgrade. (Its version 3.1, which is
    // another program, runs CONCURRENTLY and VACUUM apart from the rest; older ones fail there.)
    Layout {
        framework: sql(
            "Supabase",
            TransactionRule::PerMigration,
            None,
            "supabase_migrations.schema_migrations",
        ),
        downgrades: Downgrades::Never,
        name: names::supabase,
        order: Order::Text,
        signs: &[Sign::Ends("supabase/migrations")],
        ..LOOSE
    },
    // sqlx-core src/migrate/source.rs: <integer>_<name>.sql, or .up.sql with .down.sql; sqlx-postgres
    // src/migrate.rs: one message, in a transaction unless the file begins with `-- no-transaction`.
    Layout {
        framework: sql("sqlx", TransactionRule::PerMigration, Some("-- no-transaction"), "_sqlx_migrations"),
        downgrades: Downgrades::IfAny,
        name: names::sqlx,
        order: Order::Number,
        opt_out: OptOut::Beginning("-- no-transaction"),
        sends: Sends::Script,
        signs: &[Sign::SqlxMigrate],
        ..LOOSE
    },
    // golang-migrate source/parse.go `Regex`; database/postgres/postgres.go `Run`: the file is one Exec without a
    // transaction (x-multi-statement is off unless asked for).
    Layout {
        framework: sql("golang-migrate", TransactionRule::OneMessage, None, "schema_migrations"),
        downgrades: Downgrades::Always,
        name: names::golang_migrate,
        order: Order::Number,
        sends: Sends::Script,
        signs: &[Sign::Near("go.mod", "golang-migrate/migrate"), Sign::Near("go.mod", "mattes/migrate")],
        ..LOOSE
    },
    // Pairs of files whose tool cannot be told. Those that use them mostly send a file as one message, as
    // golang-migrate does.
    Layout {
        framework: sql("SQL files", TransactionRule::OneMessage, None, ""),
        downgrades: Downgrades::Always,
        name: names::pairs,
        order: Order::Number,
        sends: Sends::Script,
        signs: &[Sign::Names],
        ..LOOSE
    },
    // atlas cmd/atlas/internal/cmdapi/migrate.go `flagTxMode`, `txmodeFor`: statement by statement, in a transaction a
    // file unless it says otherwise; sql/migrate/dir.go: by name. Atlas plans the way back itself.
    Layout {
        framework: sql(
            "Atlas",
            TransactionRule::PerMigration,
            Some("-- atlas:txmode none"),
            "atlas_schema_revisions.atlas_schema_revisions",
        ),
        downgrades: Downgrades::Never,
        name: names::numbered,
        order: Order::File,
        sections: sections::atlas,
        opt_out: OptOut::Section,
        signs: &[Sign::File("atlas.sum")],
        ..LOOSE
    },
    // A dump of a schema, as Rails keeps one beside its migrations in Ruby: `db:schema:load` hands it to psql.
    Layout {
        framework: sql("structure.sql", TransactionRule::None, None, "schema_migrations"),
        downgrades: Downgrades::Never,
        name: names::structure,
        signs: &[Sign::Names],
        ..LOOSE
    },
    // Numbered files that only go forward. So many folders hold such files that the folder's name must agree.
    Layout {
        framework: sql("SQL files", TransactionRule::OneMessage, None, ""),
        downgrades: Downgrades::Never,
        name: names::plain,
        order: Order::Number,
        sends: Sends::Script,
        signs: &[Sign::Folder("migrat")],
        ..LOOSE
    },
];
