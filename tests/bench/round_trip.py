"""Measures the round trip of 200 revisions against what else goes up, down and up again, and prints the ratios.

    tests/prepare.sh python && .venv/bin/pip install pytest-alembic && cargo build --release
    .venv/bin/python tests/bench/round_trip.py [--long]

The history is made up: 50 tables with foreign keys, columns, indexes, checks. mig-check compares the catalog at each of its
600 states, with as many workers as it takes by itself and with one; pytest-alembic's default tests compare nothing; its
`downgrade_leaves_no_trace`, which compares, takes minutes and runs with --long only. One process of Alembic for each step is
measured on some steps and multiplied. psql replays the same SQL as a floor. Figures are the best of three runs, but for
those that take long. Nothing is asserted.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "referee"))
import frameworks  # noqa: E402

MIG_CHECK = ROOT / "target" / "release" / "mig-check"
REVISIONS = 200
STEPS = 3 * REVISIONS

TABLE = (
    """    op.create_table(
        "t{t}",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("price", sa.Numeric(10, 2), server_default=sa.text("0"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.func.now()),
        sa.Column("other_id", sa.Integer(), sa.ForeignKey("t{other}.id")),
    )
    op.create_index("ix_t{t}_name", "t{t}", ["name"])""",
    """    op.drop_table("t{t}")""",
)
COLUMNS = (
    """    op.add_column("t{t}", sa.Column("note", sa.Text()))
    op.add_column("t{t}", sa.Column("rank", sa.Integer(), server_default="0", nullable=False))""",
    """    op.drop_column("t{t}", "rank")
    op.drop_column("t{t}", "note")""",
)
INDEX = (
    """    op.create_index("ix_t{t}_rank", "t{t}", ["rank"])
    op.create_unique_constraint("uq_t{t}_note", "t{t}", ["id", "note"])""",
    """    op.drop_constraint("uq_t{t}_note", "t{t}")
    op.drop_index("ix_t{t}_rank", table_name="t{t}")""",
)
CHECK = (
    """    op.create_check_constraint("ck_t{t}_price", "t{t}", "price IS NOT NULL")
    op.alter_column("t{t}", "name", type_=sa.String(120), existing_type=sa.String(80))""",
    """    op.alter_column("t{t}", "name", type_=sa.String(80), existing_type=sa.String(120))
    op.drop_constraint("ck_t{t}_price", "t{t}")""",
)
REVISION = '''"""Change {n}."""

import sqlalchemy as sa
from alembic import op

revision = "r{n:04}"
down_revision = {down!r}


def upgrade():
{up}


def downgrade():
{back}
'''
ENV = """import os
from alembic import context
import sqlalchemy as sa

engine = sa.create_engine(os.environ.get("DATABASE_URL", "postgresql+psycopg2://nobody@localhost/nothing"))
connectable = context.config.attributes.get("connection", None) or engine
with connectable.connect() as connection:
    context.configure(connection=connection, target_metadata=sa.MetaData())
    with context.begin_transaction():
        context.run_migrations()
"""
TESTS = """import os
import pytest
import sqlalchemy as sa
from pytest_alembic.tests import *  # noqa
{trace}

@pytest.fixture
def alembic_config():
    return {{"file": "alembic.ini"}}

@pytest.fixture
def alembic_engine():
    return sa.create_engine(os.environ["DATABASE_URL"])
"""
TRACE = "from pytest_alembic.tests.experimental import test_downgrade_leaves_no_trace  # noqa"


def alembic_project(folder):
    """200 revisions, each made of one of four pairs of bodies."""
    versions = folder / "alembic" / "versions"
    versions.mkdir(parents=True)
    (folder / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/alembic\n")
    (folder / "alembic" / "env.py").write_text(ENV)
    for n in range(REVISIONS):
        table = n // 4
        up, back = (text.format(t=table, other=max(table - 1, 0)) for text in (TABLE, COLUMNS, INDEX, CHECK)[n % 4])
        down = f"r{n - 1:04}" if n else None
        (versions / f"r{n:04}.py").write_text(REVISION.format(n=n, down=down, up=up, back=back))


def sql_project(folder, alembic):
    """The same in SQL, as mig-check reads it."""
    folder.mkdir()
    for n in range(REVISIONS):
        for direction, flags in (("up", []), ("down", ["--down"])):
            rendered = subprocess.run(
                [MIG_CHECK, "sql", f"r{n:04}", *flags, "--path", alembic], check=True, capture_output=True, text=True
            )
            (folder / f"{n:04}_change.{direction}.sql").write_text(rendered.stdout)


def seconds(command, cwd, runs=3, **environment):
    best = None
    for _ in range(runs):
        begun = time.perf_counter()
        done = subprocess.run(
            list(map(str, command)), cwd=cwd, env=os.environ | environment, capture_output=True, text=True
        )
        took = time.perf_counter() - begun
        if done.returncode:
            sys.exit(f"{command} fails:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        best = took if best is None else min(best, took)
    return best


class Server:
    """A PostgreSQL for the others, without fsync; each run gets an empty database."""

    def __init__(self, folder):
        self.folder = folder
        self.owner = frameworks.server(folder)

    def psql(self, sql, database="postgres"):
        base = [f"{frameworks.BINDIR}/psql", "-qX", "-h", self.folder, "-p", str(frameworks.PORT), "-U", "postgres"]
        subprocess.run([*base, "-d", database, "-c", sql], check=True, capture_output=True)

    def empty(self):
        for statement in ("DROP DATABASE IF EXISTS bench", "CREATE DATABASE bench STRATEGY file_copy"):
            self.psql(statement)
        return f"postgresql://postgres@127.0.0.1:{frameworks.PORT}/bench"

    def stop(self):
        frameworks.stop(self.owner, self.folder)


def figures(folder, long):
    alembic, sql = folder / "project", folder / "sql"
    alembic_project(alembic)
    sql_project(sql, alembic)
    python = os.path.dirname(sys.executable)
    round_trip = [MIG_CHECK, "roundtrip", "--server", "local", "--fail-on", "never", "--format", "text=out.txt"]
    runs = [
        ("Alembic, catalog compared", ["--python", sys.executable, "--no-data", alembic]),
        ("Alembic, with rows", ["--python", sys.executable, alembic]),
        ("SQL files, catalog compared", ["--no-data", sql]),
        ("SQL files, with rows", [sql]),
    ]
    for workers, jobs in (("as many workers as processors", []), ("one worker", ["--jobs", "1"])):
        for name, arguments in runs:
            yield f"mig-check, {name}, {workers}", seconds([*round_trip, *jobs, *arguments], folder)
    server_folder = folder / "server"
    server_folder.mkdir()
    server = Server(str(server_folder))
    try:
        yield "the same SQL by psql", min(replay(server, sql) for _ in range(3))
        for name, trace, runs in (("pytest-alembic, its default tests", "", 3), ("downgrade_leaves_no_trace", TRACE, 1)):
            if trace and not long:
                continue
            (alembic / "test_migrations.py").write_text(TESTS.format(trace=trace))
            command = [f"{python}/pytest", "-q", "test_migrations.py"]
            command += ["-k", "trace"] if trace else ["-k", "not model_definitions"]
            yield name, min(seconds(command, alembic, 1, DATABASE_URL=server.empty()) for _ in range(runs))
        url, some = server.empty(), 5
        steps = ["upgrade +1", "downgrade -1", "upgrade +1"] * some
        took = sum(seconds([f"{python}/alembic", *step.split()], alembic, 1, DATABASE_URL=url) for step in steps)
        yield f"one process of Alembic for each step ({len(steps)} measured)", took / len(steps) * STEPS
    finally:
        server.stop()


def replay(server, sql):
    """The statements of all 600 steps, each in a transaction, without anything being compared."""
    server.empty()
    texts = []
    for n in range(REVISIONS):
        up, down = ((sql / f"{n:04}_change.{way}.sql").read_text() for way in ("up", "down"))
        texts += [f"BEGIN;\n{text}\nCOMMIT;\n" for text in (up, down, up)]
    script = sql.parent / "replay.sql"
    script.write_text("".join(texts))
    psql = [f"{frameworks.BINDIR}/psql", "-qX", "-v", "ON_ERROR_STOP=1", "-f", script]
    return seconds([*psql, f"postgresql://postgres@127.0.0.1:{frameworks.PORT}/bench"], sql, 1)


def main():
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.chmod(folder, 0o755)
        measured = {}
        for name, took in figures(pathlib.Path(folder), "--long" in sys.argv):
            measured[name] = took
            print(f"{took:8.2f} s  {name}", flush=True)
    ours = [name for name in measured if name.startswith("mig-check")]
    print("\nHow many times as long as mig-check, in the order above, the others take")
    for other in (name for name in measured if name not in ours):
        print(f"{other:55}" + "".join(f"{measured[other] / measured[name]:9.2f}" for name in ours))


if __name__ == "__main__":
    main()
