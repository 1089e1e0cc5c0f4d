"""One small history, written as each tool of SQL migrations wants it, and how the tool is run on it.

A history is a list of steps (name, up, down, out): `out` asks for the tool's way out of its transaction. A tool is a function
from steps to files, and the commands that run them up and, where it can, down.
"""

import json
import os
from dataclasses import dataclass, field


@dataclass
class Step:
    name: str
    up: list
    down: list
    # Whether the migration asks to run outside of a transaction.
    out: bool = False


@dataclass
class Tool:
    render: object
    up: list
    # Its own table or schema.
    own: str
    down: list = None
    # Whether a migration can leave its transaction.
    way_out: bool = True
    environment: dict = field(default_factory=dict)
    # Why mig-check may say that CONCURRENTLY fails where this version of the tool runs it.
    stricter: str = ""
    # Why there is nothing to compare with, where no registry offers the tool; what stands beside its row instead.
    absent: str = ""


TABLES = Step(
    "tables",
    [
        "CREATE TYPE genre AS ENUM ('novel', 'poem; or none')",
        "CREATE TABLE books (id bigserial PRIMARY KEY, title text NOT NULL DEFAULT 'a;b', kind genre)",
        # Statements that share a transaction leave the same number here.
        "CREATE TABLE seen (what text, number bigint DEFAULT txid_current())",
        "INSERT INTO seen (what) VALUES ('tables')",
    ],
    ["DROP TABLE seen", "DROP TABLE books", "DROP TYPE genre"],
)
FUNCTION = """CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  NEW.title := NEW.title || ';';
  RETURN NEW;
END
$body$"""
TRIGGER = Step(
    "trigger",
    [FUNCTION, "CREATE TRIGGER touched BEFORE UPDATE ON books FOR EACH ROW EXECUTE FUNCTION touch()"],
    ["DROP TRIGGER touched ON books", "DROP FUNCTION touch()"],
)
INDEX = Step(
    "index", ["CREATE INDEX CONCURRENTLY books_title ON books (title)"], ["DROP INDEX CONCURRENTLY books_title"], True
)
TOGETHER = Step(
    "together",
    [
        "INSERT INTO seen (what) VALUES ('together')",
        "ALTER TABLE books ADD COLUMN pages int CHECK (pages > 0)",
        "INSERT INTO seen (what) VALUES ('together too')",
    ],
    ["ALTER TABLE books DROP COLUMN pages"],
)
APART = Step(
    "apart",
    ["INSERT INTO seen (what) VALUES ('apart')", "INSERT INTO seen (what) VALUES ('apart too')"],
    ["DELETE FROM seen WHERE what LIKE 'apart%'"],
    True,
)


def history(tool, probe_up, probe_down):
    """All steps; what leaves its transaction only where the tool lets it. The probes see everything that was done, and
    that it was undone."""
    first = Step("first", ["SELECT 0"], [probe_down])
    last = Step("last", [probe_up], ["SELECT 1"])
    apart = [INDEX, APART] if tool.way_out else []
    return [first, TABLES, TRIGGER, *apart, TOGETHER, last]


def sql(statements):
    return "".join(f"{statement};\n" for statement in statements)


def forward(folder, digits, render=lambda step: sql(step.up)):
    return lambda steps: {f"{folder}/{digits.format(i + 1, s.name)}.sql": render(s) for i, s in enumerate(steps)}


def pairs(folder, digits, mark=""):
    def render(steps):
        files = {}
        for i, step in enumerate(steps):
            name = f"{folder}/{digits.format(i + 1, step.name)}"
            marker = mark if step.out else ""
            files |= {f"{name}.up.sql": marker + sql(step.up), f"{name}.down.sql": marker + sql(step.down)}
        return files

    return render


def with_files(render, files):
    return lambda steps: render(steps) | files


def goose(step):
    def block(statements):
        body = lambda s: f"-- +goose StatementBegin\n{s};\n-- +goose StatementEnd\n" if "$body$" in s else f"{s};\n"
        return "".join(map(body, statements))

    mark = "-- +goose NO TRANSACTION\n" if step.out else ""
    return f"{mark}-- +goose Up\n{block(step.up)}-- +goose Down\n{block(step.down)}"


def dbmate(step):
    mark = " transaction:false" if step.out else ""
    return f"-- migrate:up{mark}\n{sql(step.up)}-- migrate:down{mark}\n{sql(step.down)}"


def drizzle(steps):
    files = forward("drizzle", "{:04}_{}", lambda step: "--> statement-breakpoint\n".join(f"{s};\n" for s in step.up))
    files = files(steps)
    tags = [os.path.basename(path)[:-4] for path in files]
    entries = [
        {"idx": i, "version": "7", "when": 1700000000000 + i, "tag": tag, "breakpoints": True}
        for i, tag in enumerate(tags)
    ]
    journal = {"version": "7", "dialect": "postgresql", "entries": entries}
    return files | {"drizzle/meta/_journal.json": json.dumps(journal, indent=2)}


def sqitch(steps):
    lines = [f"{s.name} 2024-01-01T00:00:{i:02}Z A <a@example.org> # {s.name}" for i, s in enumerate(steps)]
    files = {
        "sqitch.conf": "[core]\n\tengine = pg\n",
        "sqitch.plan": "%syntax-version=1.0.0\n%project=shop\n\n" + "\n".join(lines) + "\n",
    }
    for step in steps:
        wrap = (lambda text: text) if step.out else (lambda text: f"BEGIN;\n{text}COMMIT;\n")
        files |= {
            f"deploy/{step.name}.sql": wrap(sql(step.up)),
            f"revert/{step.name}.sql": wrap(sql(step.down)),
            f"verify/{step.name}.sql": "SELECT 1;\n",
        }
    return files


def node_pg_migrate(step):
    return f"-- Up Migration\n{sql(step.up)}-- Down Migration\n{sql(step.down)}"


def diesel(steps):
    files = {"diesel.toml": '[migrations_directory]\ndir = "migrations"\n'}
    for i, step in enumerate(steps):
        folder = f"migrations/2024-01-{i + 1:02}-000000_{step.name}"
        files |= {f"{folder}/up.sql": sql(step.up), f"{folder}/down.sql": sql(step.down)}
        if step.out:
            files[f"{folder}/metadata.toml"] = "run_in_transaction = false\n"
    return files


def prisma(steps):
    folders = {f"prisma/migrations/{i + 1:014}_{s.name}/migration.sql": sql(s.up) for i, s in enumerate(steps)}
    return folders | {"prisma/migrations/migration_lock.toml": 'provider = "postgresql"\n'}


def flyway(steps):
    files = {
        f"sql/V{i + 1}__{step.name}.sql": sql(step.up).replace("books", "${table}") for i, step in enumerate(steps)
    }
    conf = {f"sql/V{i + 1}__{s.name}.sql.conf": "executeInTransaction=false\n" for i, s in enumerate(steps) if s.out}
    return files | conf | {"flyway.conf": "flyway.placeholders.table=books\n"}


def graphile(steps):
    """What its `commit` makes of each of these."""
    return [("--! no-transaction\n" if step.out else "") + sql(step.up) for step in steps]


DRIZZLE = """
const { drizzle } = require("drizzle-orm/node-postgres");
const { migrate } = require("drizzle-orm/node-postgres/migrator");
const db = drizzle(process.env.DATABASE_URL);
migrate(db, { migrationsFolder: "drizzle" }).then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
"""
# What `prisma migrate deploy` asks of its schema engine. The engine itself is run, as WebAssembly, because its binary comes from
# no registry; its driver for pg cuts a script at every semicolon, where the binary sends it whole, so this one does that.
PRISMA = """
const fs = require("fs"), path = require("path");
const { PrismaPg } = require("@prisma/adapter-pg");
const { bindMigrationAwareSqlAdapterFactory } = require("@prisma/driver-adapter-utils");
(async () => {
  const home = path.join(process.env.NODE_PATH, "@prisma/schema-engine-wasm");
  const engine = await import(path.join(home, "schema_engine_bg.js"));
  const { instance } = await WebAssembly.instantiate(fs.readFileSync(path.join(home, "schema_engine_bg.wasm")), { "./schema_engine_bg.js": engine });
  engine.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  const factory = new PrismaPg({ connectionString: process.env.DATABASE_URL }), connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const driver = await connect();
    driver.executeScript = async (script) => { await driver.client.query(script); };
    return driver;
  };
  const adapter = bindMigrationAwareSqlAdapterFactory(factory);
  const schema = 'datasource db {\\n  provider = "postgresql"\\n}\\n';
  const running = await engine.SchemaEngine.new({ datamodels: [["schema.prisma", schema]] }, () => {}, adapter);
  const base = path.resolve("prisma/migrations"), lock = "migration_lock.toml";
  const folders = fs.readdirSync(base).filter((name) => name !== lock).sort();
  const text = (name) => fs.readFileSync(path.join(base, name), "utf8");
  const file = (folder) => ({ path: "migration.sql", content: { tag: "ok", value: text(folder + "/migration.sql") } });
  await running.applyMigrations({
    migrationsList: {
      baseDir: base, lockfile: { path: lock, content: text(lock) }, shadowDbInitScript: "",
      migrationDirectories: folders.map((folder) => ({ path: folder, migrationFile: file(folder) })),
    },
    filters: { externalTables: [], externalEnums: [] },
  });
  process.exit(0);
})().catch((error) => { console.error(error); process.exit(1); });
"""
REFINERY = '[main]\ndb_type = "Postgres"\ndb_host = "127.0.0.1"\ndb_port = "%d"\ndb_user = "postgres"\ndb_pass = ""\ndb_name = "theirs"\n'
NO_REGISTRY = "neither crates.io, PyPI, npm nor Debian offers it; what its row says is read from its source"


def tools(npm, port, url):
    """All tools by name, for a server at a port."""
    jdbc = f"-url=jdbc:postgresql://127.0.0.1:{port}/theirs"
    sqitch_uri = url("theirs").replace("postgres:", "db:pg:", 1)
    cargo = lambda dependency: {"Cargo.toml": f"[dependencies]\n{dependency}\n"}
    gomod = lambda module: {"go.mod": f"require {module}\n"}
    flyway_run = ["flyway", jdbc, "-user=postgres", "-locations=filesystem:sql", "-configFiles=flyway.conf", "migrate"]
    return {
        "dbmate": Tool(
            forward("db/migrations", "{:03}_{}", dbmate),
            [f"{npm}/dbmate", "--no-dump-schema", "up"],
            "schema_migrations",
            [f"{npm}/dbmate", "--no-dump-schema", "rollback"],
            environment={"DATABASE_URL": url("theirs") + "?sslmode=disable"},
        ),
        "node-pg-migrate": Tool(
            with_files(
                forward("migrations", "17000000000{:02}_{}", node_pg_migrate),
                {"package.json": '{ "dependencies": { "node-pg-migrate": "*" } }'},
            ),
            [f"{npm}/node-pg-migrate", "up"],
            "pgmigrations",
            [f"{npm}/node-pg-migrate", "down"],
            way_out=False,
        ),
        "drizzle": Tool(drizzle, ["node", "-e", DRIZZLE], "drizzle", way_out=False),
        "prisma": Tool(prisma, ["node", "-e", PRISMA], "_prisma_migrations", way_out=False),
        "supabase": Tool(
            with_files(
                forward("supabase/migrations", "{:014}_{}"), {"supabase/config.toml": 'project_id = "referee"\n'}
            ),
            [f"{npm}/supabase", "migration", "up", "--yes", "--include-all", "--db-url", url("theirs") + "?sslmode=disable"],
            "supabase_migrations",
            way_out=False,
            stricter="older versions of the tool fail with CONCURRENTLY",
        ),
        "graphile-migrate": Tool(
            graphile,
            [f"{npm}/graphile-migrate", "migrate"],
            "graphile_migrate",
            environment={"ROOT_DATABASE_URL": url("postgres"), "SHADOW_DATABASE_URL": url("shadow")},
        ),
        "sqitch": Tool(
            sqitch,
            ["sqitch", "deploy", "--no-verify", sqitch_uri],
            "sqitch",
            ["sqitch", "revert", "-y", sqitch_uri],
            environment={"SQITCH_EMAIL": "a@example.org", "SQITCH_FULLNAME": "A"},
        ),
        "sqlx": Tool(
            with_files(
                pairs("migrations", "{}_{}", "-- no-transaction\n"),
                cargo('sqlx = { version = "0.8", features = ["migrate", "postgres"] }'),
            ),
            ["sqlx", "migrate", "run"],
            "_sqlx_migrations",
            ["sqlx", "migrate", "revert"],
        ),
        "diesel": Tool(
            diesel,
            ["diesel", "migration", "run"],
            "__diesel_schema_migrations",
            ["diesel", "migration", "revert"],
        ),
        "refinery": Tool(
            with_files(
                forward("migrations", "V{}__{}"), cargo('refinery = "0.8"') | {"refinery.toml": REFINERY % port}
            ),
            ["refinery", "migrate", "-c", "refinery.toml", "-p", "migrations"],
            "refinery_schema_history",
            way_out=False,
        ),
        "goose": Tool(
            forward("migrations", "{:05}_{}", goose),
            ["goose", "-dir", "migrations", "postgres", url("theirs"), "up"],
            "goose_db_version",
            ["goose", "-dir", "migrations", "postgres", url("theirs"), "down"],
            absent=NO_REGISTRY,
        ),
        "golang-migrate": Tool(
            with_files(pairs("migrations", "{}_{}"), gomod("github.com/golang-migrate/migrate/v4 v4.0.0")),
            ["migrate", "-path", "migrations", "-database", url("theirs") + "?sslmode=disable", "up"],
            "schema_migrations",
            ["migrate", "-path", "migrations", "-database", url("theirs") + "?sslmode=disable", "down", "1"],
            way_out=False,
            absent=NO_REGISTRY,
        ),
        "flyway": Tool(flyway, flyway_run, "flyway_schema_history", absent=NO_REGISTRY),
    }
