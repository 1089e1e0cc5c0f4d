"""Measures `mig-check lint` against squawk on the same SQL, and on histories that nobody has written yet.

    pip install squawk-cli && cargo build --release
    python tests/bench/lint_speed.py [FOLDER…]

The folders are checked-out projects; only their SQL files are copied, and squawk is given those that stand where mig-check
found migrations. Without a folder only the figures of mig-check alone are printed. Every figure is the best of three runs;
`one core` pins both programs to the same one. Nothing is asserted: a busy machine would decide.
"""

import json
import os
import shutil
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
MIG_CHECK = os.path.join(HERE, "..", "..", "target", "release", "mig-check")
LINT = [MIG_CHECK, "lint", "--config", "mig-check.toml", "--fail-on", "never", "--format"]
REVISIONS = 3000

# Bodies of upgrade() and downgrade(); {n} is the number of the revision, {m} that of the tables that it changes: no table
# of PostgreSQL has more than 1,600 columns.
BODIES = [
    (
        """    op.create_table(
        "books_{n}",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("price", sa.Numeric(10, 2), server_default=sa.text("0")),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("shelf_id", sa.BigInteger(), sa.ForeignKey("shelves_{m}.id", ondelete="CASCADE")),
        sa.UniqueConstraint("title", name="uq_books_{n}_title"),
        sa.CheckConstraint("price >= 0", name="ck_books_{n}_price"),
    )
    op.create_index("ix_books_{n}_seen_at", "books_{n}", ["seen_at"])""",
        """    op.drop_index("ix_books_{n}_seen_at", table_name="books_{n}")
    op.drop_table("books_{n}")""",
    ),
    (
        """    op.add_column("shelves_{m}", sa.Column("note_{n}", sa.Text(), nullable=True))
    op.add_column("shelves_{m}", sa.Column("rank_{n}", sa.Integer(), server_default="0", nullable=False))
    op.create_index("ix_shelves_rank_{n}", "shelves_{m}", ["rank_{n}"], unique=False)""",
        """    op.drop_index("ix_shelves_rank_{n}", table_name="shelves_{m}")
    op.drop_column("shelves_{m}", "rank_{n}")
    op.drop_column("shelves_{m}", "note_{n}")""",
    ),
    (
        """    op.add_column("shelves_{m}", sa.Column("code_{n}", sa.String(20)))
    op.alter_column("shelves_{m}", "code_{n}", type_=sa.String(40), existing_type=sa.String(20), nullable=False)""",
        """    op.alter_column("shelves_{m}", "code_{n}", type_=sa.String(20), existing_type=sa.String(40), nullable=True)
    op.drop_column("shelves_{m}", "code_{n}")""",
    ),
    (
        """    with op.batch_alter_table("readers_{m}", schema=None) as batch_op:
        batch_op.add_column(sa.Column("card_{n}", sa.Integer(), nullable=True))
        batch_op.create_unique_constraint("uq_readers_card_{n}", ["card_{n}"])""",
        """    with op.batch_alter_table("readers_{m}", schema=None) as batch_op:
        batch_op.drop_constraint("uq_readers_card_{n}", type_="unique")
        batch_op.drop_column("card_{n}")""",
    ),
    (
        """    op.execute("UPDATE readers_{m} SET name = trim(name) WHERE name IS NOT NULL AND id % {n} = 0")
    op.execute(sa.text("CREATE VIEW names_{n} AS SELECT r.id, r.name FROM readers_{m} r JOIN shelves_{m} s ON s.id = r.id"))""",
        """    op.execute("DROP VIEW names_{n}")""",
    ),
    (
        """    for table in ("shelves_{m}", "readers_{m}"):
        for column in ["made", "changed"]:
            op.add_column(table, sa.Column(f"{{column}}_{n}", sa.DateTime()))
            op.create_index(f"ix_{{table}}_{{column}}_{n}", table, [f"{{column}}_{n}"])""",
        """    for table in ("shelves_{m}", "readers_{m}"):
        for column in ["made", "changed"]:
            op.drop_column(table, f"{{column}}_{n}")""",
    ),
    (
        """    state = postgresql.ENUM("new", "used", "lost", name="state_{n}", create_type=False)
    state.create(op.get_bind(), checkfirst=True)
    op.add_column("readers_{m}", sa.Column("state_{n}", state, server_default="new", nullable=False))""",
        """    op.drop_column("readers_{m}", "state_{n}")
    postgresql.ENUM(name="state_{n}").drop(op.get_bind(), checkfirst=True)""",
    ),
]

REVISION = '''"""Change {n}."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "{revision}"
down_revision = {parent}
branch_labels = None
depends_on = None


def upgrade():
{up}


def downgrade():
{down}
'''

TABLES = 40

# Statements that one file may hold by the thousand.
STATEMENTS = {
    "rows": "INSERT INTO books (id, title) VALUES ({0}, 'title {0}');",
    "transactions": "BEGIN; UPDATE books SET title = '{0}' WHERE id = {0}; COMMIT;",
    "blocks": "DO $$ BEGIN UPDATE books SET seen = {0}; END $$;",
    "tables": "CREATE TABLE books_{0} (id int PRIMARY KEY, shelf int REFERENCES shelves (id));",
    "indexes": "CREATE INDEX i_{0} ON books_{0} (title);",
    "foreign keys": "ALTER TABLE books_{0} ADD CONSTRAINT k FOREIGN KEY (shelf) REFERENCES shelves (id) NOT VALID;",
    "types": "ALTER TABLE books_{0} ALTER COLUMN id TYPE bigint;",
    "grants": "GRANT SELECT ON books_{0} TO reader;",
    "allowed drops": "-- mig-check: allow(drop-table-without-backup) empty\nDROP TABLE books_{0};",
}

FIRST = (
    """    for m in range({count}):
        op.create_table(f"shelves_{{m}}", sa.Column("id", sa.BigInteger(), primary_key=True))
        op.create_table(
            f"readers_{{m}}", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("name", sa.Text())
        )""",
    """    for m in range({count}):
        op.drop_table(f"readers_{{m}}")
        op.drop_table(f"shelves_{{m}}")""",
)


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


def alembic_project(folder, revisions):
    """A history of that many revisions in a row, of all shapes in turn."""
    write(os.path.join(folder, "mig-check.toml"), "")
    write(os.path.join(folder, "alembic.ini"), "[alembic]\nscript_location = migrations\n")
    write(os.path.join(folder, "migrations", "env.py"), "")
    for n in range(revisions):
        up, down = BODIES[n % len(BODIES)] if n else FIRST
        numbers = {"n": n, "m": n % TABLES, "count": TABLES}
        text = REVISION.format(
            n=n,
            revision=f"{n:012x}",
            parent=repr(f"{n - 1:012x}") if n else None,
            up=up.format(**numbers),
            down=down.format(**numbers),
        )
        write(os.path.join(folder, "migrations", "versions", f"{n:012x}_change.py"), text)


def run(command, folder, cores):
    """Seconds and peak kilobytes of one run of a command whose output is thrown away."""
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        os.chdir(folder)
        os.sched_setaffinity(0, cores)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nothing, stream)
        try:
            os.execvp(command[0], command)
        finally:
            os._exit(127)
    _, status, usage = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"{command[0]} ended with {os.waitstatus_to_exitcode(status)} in {folder}")
    return time.perf_counter() - start, usage.ru_maxrss


def best(command, folder, cores):
    seconds, memory = zip(*(run(command, folder, cores) for _ in range(3)))
    return min(seconds), max(memory) / 1024


def say(what, seconds, memory):
    print(f"{what:48} {seconds * 1000:9.1f} ms {memory:8.1f} MB", flush=True)


def sql_file(folder, lines):
    """A project of one file."""
    write(os.path.join(folder, "mig-check.toml"), "")
    write(os.path.join(folder, "migrations", "0001_books.up.sql"), "".join(line + "\n" for line in lines))
    return folder


def growth(folder, one, few=2000):
    """How much longer a file of four times as many statements takes: four times, where nothing looks at all of them again
    and again."""
    for name, text in STATEMENTS.items():
        times = []
        for count in (few, 4 * few):
            project = sql_file(os.path.join(folder, f"{name} {count}"), (text.format(n) for n in range(count)))
            times.append(best([*LINT, "json"], project, one)[0])
        what = f"one file of {few} {name}, of {4 * few}"
        print(f"{what:48} {times[0] * 1000:9.1f} ms {times[1] * 1000:8.1f} ms: {times[1] / times[0]:.1f} times", flush=True)


def copy_sql(projects, folder):
    """Copies the SQL files of the projects and returns how many there are."""
    count = 0
    for project in projects:
        root = os.path.abspath(project)
        for directory, _, files in os.walk(root):
            for name in files:
                path = os.path.join(directory, name)
                if name.endswith(".sql") and os.path.isfile(path):
                    target = os.path.join(folder, os.path.basename(root), os.path.relpath(path, root))
                    os.makedirs(os.path.dirname(target), exist_ok=True)
                    shutil.copy(path, target)
                    count += 1
    return count


def read_by_both(folder):
    """The SQL files below the folders in which mig-check found migrations."""
    report = os.path.join(folder, "report.json")
    run([*LINT, "json=report.json"], folder, os.sched_getaffinity(0))
    with open(report) as file:
        found = {case["project"] for case in json.load(file)["cases"]}
    os.remove(report)
    paths = set()
    for project in found:
        for directory, _, files in os.walk(os.path.join(folder, project)):
            paths.update(os.path.relpath(os.path.join(directory, name), folder) for name in files if name.endswith(".sql"))
    return sorted(paths)


def against_squawk(projects, folder, one, every):
    write(os.path.join(folder, "mig-check.toml"), "")
    count = copy_sql(projects, folder)
    paths = read_by_both(folder)
    size = sum(os.path.getsize(os.path.join(folder, path)) for path in paths)
    print(f"{count} SQL files, {len(paths)} of them ({size / 1e6:.1f} MB) where migrations are")
    for name, cores in [("one core", one), (f"{len(every)} cores", every)]:
        seconds, memory = best([*LINT, "json"], folder, cores)
        theirs, their_memory = best(["squawk", "--no-error-on-unmatched-pattern", "--reporter", "json", *paths], folder, cores)
        say(f"mig-check, {name}", seconds, memory)
        say(f"squawk, {name}", theirs, their_memory)
        print(f"squawk / mig-check, {name}: {theirs / seconds:.2f}")


def main():
    every = os.sched_getaffinity(0)
    one = {min(every)}
    with tempfile.TemporaryDirectory() as folder:
        alembic_project(os.path.join(folder, "alembic"), REVISIONS)
        say(f"Alembic, {REVISIONS} revisions, one core", *best([*LINT, "json"], os.path.join(folder, "alembic"), one))
        say(f"Alembic, {REVISIONS} revisions, all cores", *best([*LINT, "json"], os.path.join(folder, "alembic"), every))
        alembic_project(os.path.join(folder, "half"), REVISIONS // 2)
        say(f"Alembic, {REVISIONS // 2} revisions, one core", *best([*LINT, "json"], os.path.join(folder, "half"), one))

        small = sql_file(os.path.join(folder, "small"), ["CREATE INDEX i ON books (title);"])
        say("one small file, cold", *best([*LINT, "json"], small, one))

        row = STATEMENTS["rows"]
        size = 10_000_000 // len(row.format(100_000) + "\n")
        large = sql_file(os.path.join(folder, "large"), (row.format(n) for n in range(size)))
        say("one file of 10 MB", *best([*LINT, "json"], large, one))
        growth(os.path.join(folder, "growth"), one)
        if sys.argv[1:]:
            against_squawk(sys.argv[1:], os.path.join(folder, "projects"), one, every)


if __name__ == "__main__":
    main()
