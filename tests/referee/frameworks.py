"""Runs one small history with each tool of SQL migrations and with mig-check's own engine, and compares what is there.

    python tests/referee/frameworks.py [TOOL…]        (all without names)

Each tool migrates a database of a disposable PostgreSQL up, and down where it can; `mig-check roundtrip` runs the same files on
a disposable server of its own. A query over the catalog writes down what each left: columns, constraints, indexes and their
validity, triggers, functions, types; and which statements shared a transaction. In mig-check's run that query is a statement of
the last upgrade and of the last downgrade. `mig-check sql` is run by psql and compared, too. Then three more histories end in
a migration that may fail: CREATE INDEX CONCURRENTLY alone and beside another statement, without asking for a way out, and a
second statement that fails: both have to fail with the tool and with mig-check, or with neither, and leave the same.

Tools come from npm (into a temporary folder or the one that REFEREE_TOOLS names), Debian (sqitch) or crates.io (sqlx-cli,
diesel_cli, refinery_cli, in PATH); one of these that is missing is an error. Tools that no registry offers are run if they are in
PATH. It wants a built target/debug/mig-check, and PG_BINDIR or Debian's PostgreSQL; as root it runs the server as `postgres`.
"""

import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

from framework_histories import INDEX, TABLES, Step, graphile, history, tools

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MIG_CHECK = os.path.join(ROOT, "target", "debug", "mig-check")
PORT = 54398
PACKAGES = [
    "node-pg-migrate",
    "graphile-migrate",
    "dbmate",
    "drizzle-orm",
    "pg",
    "supabase",
    "@prisma/adapter-pg@7",
    "@prisma/driver-adapter-utils@7",
    "@prisma/schema-engine-wasm@8.1.0-2.59be4fda12412a79eeb9c2ae727b6aa723593323",
]

# One line for everything that a migration can leave, but for what is a tool's own (`%s`).
CATALOG = """
WITH own AS (
  SELECT c.oid, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = 'public' AND c.relname NOT LIKE '%s%%'
)
SELECT line FROM (
  SELECT format('column %%s.%%s %%s %%s %%s', own.relname, attname, format_type(atttypid, atttypmod), attnotnull,
    pg_get_expr(adbin, adrelid)) AS line
  FROM own JOIN pg_class c USING (oid) JOIN pg_attribute a ON attrelid = own.oid AND attnum > 0 AND NOT attisdropped
  LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE relkind IN ('r', 'v', 'p')
  UNION ALL SELECT format('constraint %%s %%s %%s', conname, pg_get_constraintdef(k.oid), convalidated)
  FROM pg_constraint k JOIN own ON own.oid = conrelid
  UNION ALL SELECT format('index %%s %%s', pg_get_indexdef(indexrelid), indisvalid)
  FROM pg_index JOIN own ON own.oid = indrelid
  UNION ALL SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN own ON own.oid = tgrelid WHERE NOT tgisinternal
  UNION ALL SELECT pg_get_functiondef(p.oid) FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT format('type %%s %%s', typname, enumlabel)
  FROM pg_type t JOIN pg_enum ON enumtypid = t.oid WHERE typnamespace = 'public'::regnamespace
) lines ORDER BY line
"""
SEEN = "SELECT string_agg(what, ' + ' ORDER BY what) AS line FROM seen GROUP BY number ORDER BY line"


def url(database):
    return f"postgres://postgres@127.0.0.1:{PORT}/{database}"


def run(command, folder, environment=None, fails=False):
    """What a command prints; with `fails` whether it did."""
    environment = os.environ | {"PGSSLMODE": "disable"} | (environment or {})
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120
    )
    if fails:
        return done.returncode != 0
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)[:200]}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def psql(database, *commands):
    arguments = [part for command in commands for part in ("-c", command)]
    return run([f"{BINDIR}/psql", "-qXAt", "-v", "ON_ERROR_STOP=1", "-d", url(database), *arguments], ".")


def write(folder, files):
    for path, text in files.items():
        path = os.path.join(folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)


def fresh(*databases):
    for base in databases:
        psql("postgres", f"DROP DATABASE IF EXISTS {base} WITH (FORCE)", f"CREATE DATABASE {base}")


class Project:
    """Files of a tool in a folder of their own."""

    def __init__(self, tool, steps, npm):
        self.tool = tool
        self.count = len(steps)
        self.folder = tempfile.mkdtemp(prefix="referee-project-")
        self.environment = {"DATABASE_URL": url("theirs"), "NODE_PATH": os.path.dirname(npm)} | tool.environment
        if tool.render is graphile:
            self.commit(steps, npm)
        else:
            write(self.folder, tool.render(steps))

    def commit(self, steps, npm):
        """graphile-migrate checks a hash: it has to commit its files itself. What fails is not committed by it."""
        write(self.folder, {".gmrc": json.dumps({"migrationsFolder": "./migrations"})})
        fresh("shadow", "theirs")
        for body in graphile(steps):
            write(self.folder, {"migrations/current.sql": body})
            run([f"{npm}/graphile-migrate", "commit"], self.folder, self.environment)

    def up(self, fails=False):
        fresh("theirs")
        return run(self.tool.up, self.folder, self.environment, fails)

    def down(self):
        times = 1 if self.tool.down[1] == "revert" else self.count
        for _ in range(times):
            run(self.tool.down, self.folder, self.environment)

    def findings(self):
        """What mig-check's own run finds, by rule."""
        command = [MIG_CHECK, "roundtrip", self.folder, "--server", "local", "--no-data", "--format", "json"]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        if done.returncode not in (0, 1):
            raise RuntimeError(done.stderr)
        return [finding["rule"] for finding in json.loads(done.stdout)["findings"]]

    def printed(self):
        """Runs what `mig-check sql` prints."""
        fresh("ours")
        script = os.path.join(self.folder, "ours.txt")
        with open(script, "w") as file:
            file.write(run([MIG_CHECK, "sql", "--path", self.folder], self.folder))
        run([f"{BINDIR}/psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", url("ours"), "-f", script], self.folder)

    def remove(self):
        shutil.rmtree(self.folder)


def difference(what, theirs, ours):
    """Lines that only one of them has."""
    theirs, ours = theirs.splitlines(), ours.splitlines()
    gone = [f"- {line}" for line in theirs if line not in ours]
    come = [f"+ {line}" for line in ours if line not in theirs]
    return [f"{what}: {line}" for line in gone + come]


def reader(path):
    def read():
        if not os.path.exists(path):
            return f"mig-check's run did not reach its end, so {os.path.basename(path)} was not written"
        with open(path) as file:
            return file.read()

    return read


def same_history(tool, npm, notes):
    """The whole history up and down."""
    catalog = " ".join((CATALOG % tool.own).split())
    copied = {name: reader(os.path.join(notes, name)) for name in ("up", "seen", "down")}
    written = lambda query, name: f"COPY ({query}) TO '{notes}/{name}'"
    bare = Project(tool, history(tool, "SELECT 1", "SELECT 1"), npm)
    bare.up()
    theirs = {"up": psql("theirs", f"COPY ({catalog}) TO STDOUT"), "seen": psql("theirs", f"COPY ({SEEN}) TO STDOUT")}
    if tool.down:
        bare.down()
        theirs["down"] = psql("theirs", f"COPY ({catalog}) TO STDOUT")
    if tool.own and len(theirs["up"].splitlines()) < 10:
        return ["the tool left next to nothing"]
    probes = Project(tool, history(tool, written(catalog, "up"), written(catalog, "down")), npm)
    wrong = [f"mig-check finds {rule}" for rule in probes.findings() if "upgrade-fails" in rule or "hash" in rule]
    probes.remove()
    seen = Project(tool, history(tool, written(SEEN, "seen"), "SELECT 1"), npm)
    seen.findings()
    seen.remove()
    for name, text in theirs.items():
        wrong += difference(name, text, copied[name]())
    bare.printed()
    wrong += difference("mig-check sql", theirs["up"], psql("ours", f"COPY ({catalog}) TO STDOUT"))
    bare.remove()
    return wrong


# The end of a history that may fail, by what is asked with it.
ENDS = {
    "CONCURRENTLY alone": Step("end", INDEX.up, INDEX.down),
    "CONCURRENTLY beside another": Step("end", ["CREATE TABLE stays (id int)", *INDEX.up], ["SELECT 1"]),
    "a second statement that fails": Step("end", ["CREATE TABLE stays (id int)", "SELECT 1 / 0"], ["SELECT 1"]),
    "the same, out of its transaction": Step("end", ["CREATE TABLE stays (id int)", "SELECT 1 / 0"], ["SELECT 1"], True),
}


def same_end(tool, npm, what, end):
    """Whether the last migration fails, and what it leaves: mig-check says that in its first statement's transaction."""
    project = Project(tool, [TABLES, end], npm)
    fails = project.up(fails=True)
    stays = psql("theirs", "SELECT to_regclass('stays') IS NOT NULL").strip() == "t"
    ours = any("upgrade-fails" in rule for rule in project.findings())
    fresh("ours")
    printed = run([MIG_CHECK, "sql", "--path", project.folder], project.folder)
    script = os.path.join(project.folder, "ours.txt")
    with open(script, "w") as file:
        file.write(printed)
    run([f"{BINDIR}/psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", url("ours"), "-f", script], project.folder, fails=True)
    ours_stays = psql("ours", "SELECT to_regclass('stays') IS NOT NULL").strip() == "t"
    project.remove()
    if tool.stricter and "CONCURRENTLY" in what and ours and not fails:
        return []
    said = lambda fails, stays: ("fails" if fails else "runs") + (", its first statement stays" if stays else "")
    theirs, ours = said(fails, stays), said(ours, ours_stays)
    return [] if theirs == ours else [f"the tool {theirs}, mig-check {ours}"]


def compare(tool, npm, notes):
    for name in os.listdir(notes):
        os.remove(os.path.join(notes, name))
    wrong = same_history(tool, npm, notes)
    for what, end in ENDS.items():
        # graphile-migrate commits nothing that fails, so such a file cannot be there.
        if (end.out and not tool.way_out) or tool.render is graphile:
            continue
        wrong += [f"{what}: {line}" for line in same_end(tool, npm, what, end)]
    return wrong


def npm_tools():
    folder = os.environ.get("REFEREE_TOOLS") or tempfile.mkdtemp(prefix="referee-npm-")
    if not os.path.isdir(f"{folder}/node_modules/@prisma/schema-engine-wasm"):
        run(["npm", "install", "--no-fund", "--no-audit", "--prefix", folder, *PACKAGES], folder)
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


def stop(owner, folder):
    run([*owner, f"{BINDIR}/pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "stop"], folder)


def main():
    npm = npm_tools()
    known = tools(npm, PORT, url)
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="referee-pg-") as folder, tempfile.TemporaryDirectory() as notes:
        # Both servers write here, whoever they run as.
        os.chmod(notes, 0o777)
        owner = server(folder)
        try:
            for name in sys.argv[1:] or known:
                tool = known[name]
                if not shutil.which(tool.up[0]):
                    if tool.absent:
                        print(f"{name}: not compared: {tool.absent}", flush=True)
                        continue
                    found = [f"{tool.up[0]} is not in PATH: install it, or name the tools that are to run"]
                else:
                    try:
                        found = compare(tool, npm, notes)
                    except RuntimeError as error:
                        found = [str(error)]
                wrong += bool(found)
                same = "the same, up and down" if tool.down else "the same, up"
                same += f" ({tool.stricter})" if tool.stricter else ""
                print(f"{name}: " + ("\n  ".join(found) or same), flush=True)
        finally:
            stop(owner, folder)
    sys.exit(1 if wrong else 0)


BINDIR = os.environ.get("PG_BINDIR") or max(glob.glob("/usr/lib/postgresql/*/bin"), default="/usr/bin")

if __name__ == "__main__":
    main()
