"""Runs one small history with each tool of SQL migrations, and with what mig-check reads of it, and compares the schemas.

    python tests/referee/frameworks.py [TOOL…]        (all without names)

Each tool migrates a database of a disposable PostgreSQL, and psql runs what `mig-check sql` prints into another one; both
are dumped with pg_dump, without the tool's own table. `mig-check roundtrip` then runs the project with its own engine, where no
upgrade may fail. Tools come from npm (graphile-migrate, dbmate, drizzle-orm, node-pg-migrate, into a temporary folder or the
one that REFEREE_TOOLS names), or have to be in PATH (sqitch, goose, sqlx, diesel, refinery, flyway, migrate, tern): one that
is missing is an error. It wants a built target/debug/mig-check, and PG_BINDIR or Debian's PostgreSQL; as root it runs the
server as `postgres`.
"""

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MIG_CHECK = os.path.join(ROOT, "target", "debug", "mig-check")
PORT = 54398

TABLES = """CREATE TYPE genre AS ENUM ('novel', 'poem; or none');
CREATE TABLE books (id bigserial PRIMARY KEY, title text NOT NULL DEFAULT 'a;b', kind genre);
"""
FUNCTION = """CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  NEW.title := NEW.title || ';';
  RETURN NEW;
END
$body$;
"""
TRIGGER = "CREATE TRIGGER touched BEFORE UPDATE ON books FOR EACH ROW EXECUTE FUNCTION touch();\n"
INDEX = "CREATE INDEX CONCURRENTLY books_title ON books (title);\n"
COLUMN = "ALTER TABLE books ADD COLUMN pages int CHECK (pages > 0);\n"
DROPS = [
    "DROP TABLE books;\nDROP TYPE genre;\n",
    "DROP TRIGGER touched ON books;\nDROP FUNCTION touch();\n",
    "DROP INDEX CONCURRENTLY books_title;\n",
    "ALTER TABLE books DROP COLUMN pages;\n",
]
UPS = [TABLES, FUNCTION + TRIGGER, INDEX, COLUMN]
NAMES = ["tables", "trigger", "index", "column"]


def numbered(render, suffix=".sql", folder="migrations", digits="{:03}_{}"):
    """Files 001_tables.sql and so on, with what `render(index)` gives."""
    return {f"{folder}/{digits.format(i + 1, name)}{suffix}": render(i) for i, name in enumerate(NAMES)}


def pairs(folder, digits, up=lambda i: UPS[i]):
    files = numbered(up, ".up.sql", folder, digits)
    return files | numbered(lambda i: DROPS[i], ".down.sql", folder, digits)


def goose(i):
    mark = "-- +goose NO TRANSACTION\n" if i == 2 else ""
    up = UPS[i] if i != 1 else f"-- +goose StatementBegin\n{FUNCTION}-- +goose StatementEnd\n{TRIGGER}"
    return f"{mark}-- +goose Up\n{up}-- +goose Down\n{DROPS[i]}"


def dbmate(i):
    mark = " transaction:false" if i == 2 else ""
    return f"-- migrate:up{mark}\n{UPS[i]}-- migrate:down{mark}\n{DROPS[i]}"


def graphile(tools, folder):
    """graphile-migrate checks a hash: it has to commit its files itself."""
    files = {".gmrc": json.dumps({"migrationsFolder": "./migrations"})}
    write(folder, files)
    environment = {
        "ROOT_DATABASE_URL": url("postgres"),
        "SHADOW_DATABASE_URL": url("shadow"),
        "DATABASE_URL": url("current"),
    }
    psql("postgres", "CREATE DATABASE shadow", "CREATE DATABASE current")
    for i, up in enumerate(UPS):
        write(folder, {"migrations/current.sql": ("--! no-transaction\n" if i == 2 else "") + up})
        run([f"{tools}/graphile-migrate", "commit", "--message", NAMES[i]], folder, environment)


DRIZZLE = """
const { drizzle } = require("drizzle-orm/node-postgres");
const { migrate } = require("drizzle-orm/node-postgres/migrator");
const db = drizzle(process.env.DATABASE_URL);
migrate(db, { migrationsFolder: "drizzle" }).then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
"""


def drizzle():
    breaks = [
        TABLES.replace(";\n", ";\n--> statement-breakpoint\n", 1),
        FUNCTION + "--> statement-breakpoint\n" + TRIGGER,
        INDEX.replace("CONCURRENTLY ", ""),
        COLUMN,
    ]
    files = numbered(lambda i: breaks[i], folder="drizzle", digits="{:04}_{}")
    tags = [os.path.basename(path)[:-4] for path in files]
    entries = [
        {"idx": i, "version": "7", "when": 1700000000000 + i, "tag": tag, "breakpoints": True}
        for i, tag in enumerate(tags)
    ]
    return files | {
        "drizzle/meta/_journal.json": json.dumps(
            {"version": "7", "dialect": "postgresql", "entries": entries}, indent=2
        )
    }


def sqitch():
    lines = [f"{name} 2024-01-0{i + 1}T00:00:00Z A <a@example.org> # {name}" for i, name in enumerate(NAMES)]
    lines.insert(2, "@v1 2024-01-02T12:00:00Z A <a@example.org> # first")
    lines.append("trigger [trigger@v1] 2024-01-06T00:00:00Z A <a@example.org> # again")
    files = {
        "sqitch.conf": "[core]\n\tengine = pg\n",
        "sqitch.plan": "%syntax-version=1.0.0\n%project=shop\n\n" + "\n".join(lines) + "\n",
    }
    for i, name in enumerate(NAMES):
        wrap = (lambda sql: sql) if i == 2 else (lambda sql: f"BEGIN;\n{sql}COMMIT;\n")
        name = "trigger@v1" if name == "trigger" else name
        files |= {
            f"deploy/{name}.sql": wrap(UPS[i]),
            f"revert/{name}.sql": wrap(DROPS[i]),
            f"verify/{name}.sql": "SELECT 1;\n",
        }
    files["deploy/trigger.sql"] = FUNCTION.replace("CREATE", "CREATE OR REPLACE").replace("';'", "'!'")
    files |= {
        "revert/trigger.sql": FUNCTION.replace("CREATE", "CREATE OR REPLACE"),
        "verify/trigger.sql": "SELECT 1;\n",
    }
    return files


def node_pg_migrate():
    ups = [TABLES, FUNCTION + TRIGGER, INDEX.replace("CONCURRENTLY ", ""), COLUMN]
    drops = [drop.replace("CONCURRENTLY ", "") for drop in DROPS]
    files = numbered(lambda i: f"-- Up Migration\n{ups[i]}-- Down Migration\n{drops[i]}", digits="170000000000{}_{}")
    return files | {"package.json": '{ "dependencies": { "node-pg-migrate": "*" } }'}


def diesel():
    files = {"diesel.toml": '[migrations_directory]\ndir = "migrations"\n'}
    for i, name in enumerate(NAMES):
        folder = f"migrations/2024-01-0{i + 1}-000000_{name}"
        files |= {f"{folder}/up.sql": UPS[i], f"{folder}/down.sql": DROPS[i]}
    return files | {"migrations/2024-01-03-000000_index/metadata.toml": "run_in_transaction = false\n"}


def flyway():
    files = {
        f"sql/{'later/' if i == 3 else ''}V{i + 1}__{name}.sql": UPS[i].replace("books", "${table}")
        for i, name in enumerate(NAMES)
    }
    return files | {
        "flyway.conf": "flyway.placeholders.table=books\n",
        "sql/R__view.sql": "CREATE OR REPLACE VIEW v AS SELECT id FROM ${table};\n",
    }


REFINERY = '[main]\ndb_type = "Postgres"\ndb_host = "127.0.0.1"\ndb_port = "%d"\ndb_user = "postgres"\ndb_pass = ""\ndb_name = "theirs"\n'

# Files of the project, the command that migrates, and what is the tool's own.
TOOLS = {
    "dbmate": (
        lambda: numbered(dbmate, folder="db/migrations"),
        ["{npm}/dbmate", "--no-dump-schema", "up"],
        "schema_migrations",
    ),
    "node-pg-migrate": (node_pg_migrate, ["{npm}/node-pg-migrate", "up"], "pgmigrations"),
    "drizzle": (drizzle, ["node", "-e", DRIZZLE], "drizzle"),
    "graphile-migrate": (graphile, ["{npm}/graphile-migrate", "migrate"], "graphile_migrate"),
    "sqitch": (sqitch, ["sqitch", "deploy", "--no-verify", "{uri}"], "sqitch"),
    "goose": (
        lambda: numbered(goose, digits="{:05}_{}"),
        ["goose", "-dir", "migrations", "postgres", "{url}", "up"],
        "goose_db_version",
    ),
    "sqlx": (
        lambda: pairs("migrations", "{}_{}", lambda i: ("-- no-transaction\n" if i == 2 else "") + UPS[i])
        | {"Cargo.toml": '[dependencies]\nsqlx = { version = "0.8", features = ["migrate", "postgres"] }\n'},
        ["sqlx", "migrate", "run"],
        "_sqlx_migrations",
    ),
    "diesel": (diesel, ["diesel", "migration", "run"], "__diesel_schema_migrations"),
    "refinery": (
        lambda: {
            f"migrations/V{i + 1}__{name}.sql": UPS[i].replace("CONCURRENTLY ", "") for i, name in enumerate(NAMES)
        }
        | {"Cargo.toml": '[dependencies]\nrefinery = "0.8"\n', "refinery.toml": REFINERY % PORT},
        ["refinery", "migrate", "-c", "refinery.toml", "-p", "migrations"],
        "refinery_schema_history",
    ),
    "golang-migrate": (
        lambda: pairs("migrations", "{}_{}") | {"go.mod": "require github.com/golang-migrate/migrate/v4 v4.0.0\n"},
        ["migrate", "-path", "migrations", "-database", "{url}?sslmode=disable", "up"],
        "schema_migrations",
    ),
    "flyway": (
        flyway,
        [
            "flyway",
            "-url=jdbc:{jdbc}",
            "-user=postgres",
            "-locations=filesystem:sql",
            "-configFiles=flyway.conf",
            "migrate",
        ],
        "flyway_schema_history",
    ),
}


def url(database):
    return f"postgres://postgres@127.0.0.1:{PORT}/{database}"


def run(command, folder, environment=None):
    environment = os.environ | {"PGSSLMODE": "disable"} | (environment or {})
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)[:200]}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def psql(database, *commands):
    arguments = [part for command in commands for part in ("-c", command)]
    run([f"{BINDIR}/psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", url(database), *arguments], ".")


def write(folder, files):
    for path, text in files.items():
        path = os.path.join(folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)


def schema(database, own):
    """The dump of a schema without what is the tool's own, nor what differs from dump to dump."""
    exclude = [f"--exclude-table=*.{own}*", f"--exclude-schema={own}"]
    dump = run([f"{BINDIR}/pg_dump", "--schema-only", "--no-owner", *exclude, url(database)], ".")
    return [
        line for line in dump.splitlines() if line and not line.startswith(("--", "\\", "SET ", "SELECT pg_catalog"))
    ]


def compare(name, npm):
    files, command, own = TOOLS[name]
    folder = tempfile.mkdtemp(prefix=f"referee-{name}-")
    psql(
        "postgres",
        *(f"DROP DATABASE IF EXISTS {base}" for base in ("theirs", "ours", "shadow", "current")),
        "CREATE DATABASE theirs",
        "CREATE DATABASE ours",
    )
    if name == "graphile-migrate":
        files(npm, folder)
    else:
        write(folder, files())
    words = {
        "npm": npm,
        "url": url("theirs"),
        "uri": url("theirs").replace("postgres:", "db:pg:", 1),
        "jdbc": f"postgresql://127.0.0.1:{PORT}/theirs",
    }
    command = [
        re.sub(r"\{(\w+)\}", lambda word: words.get(word[1], word[0]), part) if part != DRIZZLE else part
        for part in command
    ]
    environment = {
        "DATABASE_URL": url("theirs"),
        "NODE_PATH": os.path.dirname(npm),
        "SQITCH_EMAIL": "a@example.org",
        "SQITCH_FULLNAME": "A",
    }
    if name == "dbmate":
        environment["DATABASE_URL"] += "?sslmode=disable"
    if name == "graphile-migrate":
        environment |= {"ROOT_DATABASE_URL": url("postgres"), "SHADOW_DATABASE_URL": url("shadow")}
    run(command, folder, environment)
    sql = run([MIG_CHECK, "sql", "--path", folder], folder)
    with open(os.path.join(folder, "ours.txt"), "w") as file:
        file.write(sql)
    run([f"{BINDIR}/psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", url("ours"), "-f", "ours.txt"], folder)
    os.remove(os.path.join(folder, "ours.txt"))
    theirs, ours = schema("theirs", own), schema("ours", own)
    report = json.loads(
        subprocess.run(
            [MIG_CHECK, "roundtrip", folder, "--server", "local", "--format", "json"],
            cwd=folder,
            capture_output=True,
            text=True,
        ).stdout
    )
    failed = [finding["rule"] for finding in report["findings"] if finding["rule"].endswith("upgrade-fails")]
    shutil.rmtree(folder)
    if theirs == ours and not failed and len(theirs) > 10:
        return None
    differs = [f"- {line}" for line in theirs if line not in ours] + [
        f"+ {line}" for line in ours if line not in theirs
    ]
    return "\n".join([*failed, *differs, f"{len(theirs)} lines of theirs, {len(ours)} of ours"])


def npm_tools():
    folder = os.environ.get("REFEREE_TOOLS") or tempfile.mkdtemp(prefix="referee-npm-")
    if not os.path.isdir(f"{folder}/node_modules/drizzle-orm"):
        run(
            [
                "npm",
                "install",
                "--no-fund",
                "--no-audit",
                "--prefix",
                folder,
                "node-pg-migrate",
                "graphile-migrate",
                "dbmate",
                "drizzle-orm",
                "pg",
            ],
            folder,
        )
    return f"{folder}/node_modules/.bin"


def server(folder):
    """Starts a PostgreSQL that is gone when this ends; gives the words in front of every command of its owner."""
    owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if owner:
        shutil.chown(folder, "postgres")
    run([*owner, f"{BINDIR}/initdb", "-D", f"{folder}/data", "-A", "trust", "-U", "postgres"], folder)
    options = f"-p {PORT} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    subprocess.run(
        [*owner, f"{BINDIR}/pg_ctl", "-D", f"{folder}/data", "-o", options, "-l", f"{folder}/log", "-w", "start"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return owner


def main():
    wanted = sys.argv[1:] or list(TOOLS)
    npm = npm_tools()
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="referee-pg-") as folder:
        owner = server(folder)
        try:
            for name in wanted:
                program = TOOLS[name][1][0].replace("{npm}", npm)
                if not shutil.which(program):
                    found = f"{program} is not in PATH: install it, or name the tools that are to run"
                else:
                    try:
                        found = compare(name, npm)
                    except RuntimeError as error:
                        found = str(error)
                wrong += found is not None
                print(f"{name}: {'the same schema' if found is None else found}", flush=True)
        finally:
            run([*owner, f"{BINDIR}/pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "stop"], folder)
    sys.exit(1 if wrong else 0)


BINDIR = os.environ.get("PG_BINDIR") or max(glob.glob("/usr/lib/postgresql/*/bin"), default="/usr/bin")

if __name__ == "__main__":
    main()
