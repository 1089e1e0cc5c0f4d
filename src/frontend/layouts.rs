//! The table of tools that keep migrations as SQL files: how each names them, orders them, tells up from down, and
//! what it wraps in a transaction. Data only: [`super::sql_files`] reads by it. Beside each row stands its source.

use super::sql_files::{names, sections};
use crate::history::{Framework, Language, TransactionRule};

/// One tool.
pub(super) struct Layout {
    pub framework: Framework,
    /// Whether the tool can run downgrades.
    pub downgrades: Downgrades,
    /// Reads the path of a file below the folder: `0001_init.up.sql`, `2024-01-01_init/up.sql`.
    pub name: fn(&str) -> Option<names::FileName>,
    pub order: Order,
    /// Cuts a file into its directions.
    pub sections: fn(&str) -> Vec<sections::Section>,
    pub opt_out: OptOut,
    pub sends: Sends,
    /// What shows that a folder is this tool's: one is enough.
    pub signs: &'static [Sign],
}

/// Whether a tool can run downgrades.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Downgrades {
    Never,
    Always,
    /// It can, but a project may do without, and then does so everywhere.
    IfAny,
}

/// What decides which migration runs first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// The number that the version begins with, then the rest of it.
    Number,
    /// The numbers of the version between its dots.
    Dotted,
    /// The version as text.
    Text,
    /// The lines of `sqitch.plan`.
    Plan,
    /// The entries of `meta/_journal.json`.
    Journal,
}

/// How a migration says that it wants no transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OptOut {
    None,
    /// The text of the file begins so.
    Beginning(&'static str),
    /// The path of the file contains this.
    Path(&'static str),
    /// The first line is a comment with this word: `--! no-transaction`.
    FirstLine(&'static str),
    /// What [`sections`] found in the text.
    Section,
    /// `run_in_transaction = false` in `metadata.toml` beside the file.
    DieselMetadata,
    /// `executeInTransaction=false` in `<file>.conf`, or nothing in the file that could run in a transaction.
    Flyway,
}

/// What goes to the server as one message: several statements in it are one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sends {
    /// A direction of a file, or each part of it that [`sections`] marked.
    Script,
    /// Each statement.
    Statements,
}

/// Something on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// A file in the folder.
    File(&'static str),
    /// A text in one of the migrations, in any letter case.
    Text(&'static str),
    /// A file in the folder or above it, up to the repository's root, that contains a text.
    Near(&'static str, &'static str),
    /// A `Cargo.toml` in the folder or above it that depends on sqlx with its `migrate` feature.
    SqlxMigrate,
    /// A text in the path of a migration.
    Name(&'static str),
    /// A part of the folder's own path.
    Folder(&'static str),
    /// The names of the files are sign enough.
    Names,
}

const fn sql(
    name: &'static str,
    transaction: TransactionRule,
    no_transaction: Option<&'static str>,
    version_table: &'static str,
) -> Framework {
    // `downgrades` is set from the row and the files when a project is read.
    Framework { name, language: Language::Sql, no_transaction, downgrades: true, transaction, version_table }
}

/// SQL that no tool is known for: psql runs each statement by itself.
pub(super) const LOOSE: Layout = Layout {
    framework: sql("SQL", TransactionRule::None, None, ""),
    downgrades: Downgrades::Never,
    name: names::any,
    order: Order::Text,
    sections: sections::whole,
    opt_out: OptOut::None,
    sends: Sends::Statements,
    signs: &[],
};

/// All tools; the first whose signs are found is the one.
pub(super) const LAYOUTS: &[Layout] = &[
    // drizzle-orm src/migrator.ts: the journal names the files, `--> statement-breakpoint` parts the statements;
    // src/pg-core/dialect.ts `migrate`: one transaction around all pending migrations. It has no downgrades.
    Layout {
        framework: sql("Drizzle", TransactionRule::AllPending, None, "__drizzle_migrations"),
        downgrades: Downgrades::Never,
        name: names::plain,
        order: Order::Journal,
        sections: sections::drizzle,
        opt_out: OptOut::None,
        sends: Sends::Script,
        signs: &[Sign::File("meta/_journal.json")],
    },
    // sqitch lib/App/Sqitch/Engine/pg.pm `run_file`: psql --file, without --single-transaction; the scripts bring
    // their own BEGIN and COMMIT. The order is that of sqitch.plan.
    Layout {
        framework: sql("Sqitch", TransactionRule::None, None, "sqitch.changes"),
        downgrades: Downgrades::Always,
        name: names::sqitch,
        order: Order::Plan,
        sections: sections::whole,
        opt_out: OptOut::None,
        sends: Sends::Statements,
        signs: &[Sign::File("sqitch.plan")],
    },
    // prisma-engines schema-engine, postgres connector `apply_migration_script`: the file is one simple query, and
    // Prisma opens no transaction. (Since Prisma 7.4 it takes files with CONCURRENTLY apart; older ones fail there.)
    // Folders run in the order of their names; there are no downgrades.
    Layout {
        framework: sql("Prisma Migrate", TransactionRule::OneMessage, None, "_prisma_migrations"),
        downgrades: Downgrades::Never,
        name: names::prisma,
        order: Order::Text,
        sections: sections::whole,
        opt_out: OptOut::None,
        sends: Sends::Script,
        signs: &[Sign::Names],
    },
    // Hasura CLI, "Migrations and metadata": <milliseconds>_<name>/up.sql and down.sql, each sent as one run_sql;
    // graphql-engine issue 2939: run_sql wraps it in a transaction, and files have no way out of it.
    Layout {
        framework: sql("Hasura", TransactionRule::PerMigration, None, "hdb_catalog.schema_migrations"),
        downgrades: Downgrades::IfAny,
        name: names::hasura,
        order: Order::Number,
        sections: sections::whole,
        opt_out: OptOut::None,
        sends: Sends::Script,
        signs: &[Sign::Near("config.yaml", "metadata_directory"), Sign::Folder("hasura")],
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
        sections: sections::whole,
        opt_out: OptOut::DieselMetadata,
        sends: Sends::Script,
        signs: &[Sign::Names],
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
        sends: Sends::Statements,
        signs: &[Sign::Text("-- +goose ")],
    },
    // dbmate pkg/dbmate/migration.go: blocks and their options; pkg/dbmate/db.go: each block is one Exec, in a
    // transaction unless it says transaction:false. Files are ordered by name.
    Layout {
        framework: sql(
            "dbmate",
            TransactionRule::PerMigration,
            Some("-- migrate:up transaction:false"),
            "schema_migrations",
        ),
        downgrades: Downgrades::Always,
        name: names::dbmate,
        order: Order::Text,
        sections: sections::dbmate,
        opt_out: OptOut::Section,
        sends: Sends::Script,
        signs: &[Sign::Text("-- migrate:up"), Sign::Text("--migrate:up")],
    },
    // node-pg-migrate src/sqlMigration.ts: `-- Up Migration` and `-- Down Migration`; docs/src/cli.md: by default
    // one transaction around all pending migrations.
    Layout {
        framework: sql("node-pg-migrate", TransactionRule::AllPending, None, "pgmigrations"),
        downgrades: Downgrades::IfAny,
        name: names::numbered,
        order: Order::Number,
        sections: sections::node_pg_migrate,
        opt_out: OptOut::None,
        sends: Sends::Script,
        signs: &[Sign::Text("-- up migration"), Sign::Near("package.json", "\"node-pg-migrate\"")],
    },
    // graphile-migrate README.md: committed/000001.sql in a transaction each, unless it opens with
    // `--! no-transaction`; there are no downgrades.
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
        sections: sections::whole,
        opt_out: OptOut::FirstLine("no-transaction"),
        sends: Sends::Script,
        signs: &[Sign::Near(".gmrc", ""), Sign::Near(".gmrc.js", ""), Sign::Text("--! previous:")],
    },
    // refinery_core src/util.rs `STEM_RE`: V1__name.sql; src/drivers/tokio_postgres.rs: a transaction around each.
    Layout {
        framework: sql("Refinery", TransactionRule::PerMigration, None, "refinery_schema_history"),
        downgrades: Downgrades::Never,
        name: names::refinery,
        order: Order::Dotted,
        sections: sections::whole,
        opt_out: OptOut::None,
        sends: Sends::Script,
        signs: &[Sign::Near("Cargo.toml", "refinery")],
    },
    // flyway-core ResourceNameParser.java, MigrationVersion.java: V1_2__name.sql, U1_2__, R__name.sql;
    // PostgreSQLParser.java `detectCanExecuteInTransaction` and ParserSqlScript.java: statement by statement, in a
    // transaction unless none of them can be; documentation "Script Configuration": <file>.conf.
    Layout {
        framework: sql(
            "Flyway",
            TransactionRule::PerMigration,
            Some("executeInTransaction=false"),
            "flyway_schema_history",
        ),
        downgrades: Downgrades::IfAny,
        name: names::flyway,
        order: Order::Dotted,
        sections: sections::whole,
        opt_out: OptOut::Flyway,
        sends: Sends::Statements,
        signs: &[Sign::Names],
    },
    // ory/x popx/match.go: <version>_<name>[.<dialect>][.autocommit].(up|down).sql; popx/migrator.go
    // `shouldNotUseTransaction`.
    Layout {
        framework: sql("popx", TransactionRule::PerMigration, Some(".autocommit.up.sql"), "schema_migration"),
        downgrades: Downgrades::Always,
        name: names::popx,
        order: Order::Text,
        sections: sections::whole,
        opt_out: OptOut::Path(".autocommit."),
        sends: Sends::Script,
        signs: &[
            Sign::Near("go.mod", "ory/x"),
            Sign::Near("go.mod", "ory/pop"),
            Sign::Near("go.mod", "gobuffalo/pop"),
            Sign::Name(".autocommit."),
        ],
    },
    // sqlx-core src/migrate/source.rs: <integer>_<name>.sql, or .up.sql with .down.sql; sqlx-postgres
    // src/migrate.rs: one message, in a transaction unless the file begins with `-- no-transaction`.
    Layout {
        framework: sql("sqlx", TransactionRule::PerMigration, Some("-- no-transaction"), "_sqlx_migrations"),
        downgrades: Downgrades::IfAny,
        name: names::sqlx,
        order: Order::Number,
        sections: sections::whole,
        opt_out: OptOut::Beginning("-- no-transaction"),
        sends: Sends::Script,
        signs: &[Sign::SqlxMigrate],
    },
    // golang-migrate source/parse.go `Regex`; database/postgres/postgres.go `Run`: the file is one Exec without a
    // transaction (x-multi-statement is off unless asked for).
    Layout {
        framework: sql("golang-migrate", TransactionRule::OneMessage, None, "schema_migrations"),
        downgrades: Downgrades::Always,
        name: names::golang_migrate,
        order: Order::Number,
        sections: sections::whole,
        opt_out: OptOut::None,
        sends: Sends::Script,
        signs: &[Sign::Near("go.mod", "golang-migrate/migrate"), Sign::Near("go.mod", "mattes/migrate")],
    },
    // Pairs of files whose tool cannot be told. Those that use them mostly send a file as one message, as
    // golang-migrate does.
    Layout {
        framework: sql("SQL files", TransactionRule::OneMessage, None, ""),
        downgrades: Downgrades::Always,
        name: names::pairs,
        order: Order::Number,
        sections: sections::whole,
        opt_out: OptOut::None,
        sends: Sends::Script,
        signs: &[Sign::Names],
    },
    // Numbered files that only go forward. So many folders hold such files that the folder's name must agree.
    Layout {
        framework: sql("SQL files", TransactionRule::OneMessage, None, ""),
        downgrades: Downgrades::Never,
        name: names::plain,
        order: Order::Number,
        sections: sections::whole,
        opt_out: OptOut::None,
        sends: Sends::Script,
        signs: &[Sign::Folder("migrat")],
    },
];
