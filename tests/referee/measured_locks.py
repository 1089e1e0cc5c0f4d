"""Measures the cases of tests/it/measured on real servers and prints where they differ from what stands there.

    .venv/bin/python tests/referee/measured_locks.py BINDIR...

Each BINDIR holds the programs of one PostgreSQL. A server of its own is made for each in a temporary folder, as the
user `nobody` where root asks.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg2

FOLDER = Path(__file__).parent.parent / "it" / "measured"
SHORT = {
    "AccessShareLock": "AS", "RowShareLock": "RS", "RowExclusiveLock": "RX", "ShareUpdateExclusiveLock": "SUX",
    "ShareLock": "S", "ShareRowExclusiveLock": "SRX", "ExclusiveLock": "X", "AccessExclusiveLock": "AX",
}
STRENGTH = ["-", *SHORT.values()]
RELATIONS = """
    SELECT c.oid, c.relname, c.relkind::text, c.relfilenode, coalesce(seq_scan, 0)
    FROM pg_class c LEFT JOIN pg_stat_xact_user_tables ON relid = c.oid
    WHERE relkind IN ('r', 'p', 'i', 'I', 'm', 'v', 'S') AND c.oid >= 16384 AND c.relname !~ '^pg_toast'
"""
LOCKS = "SELECT relation, mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation IS NOT NULL"


def cases():
    """Name, expected effect by version, statements before, the statement."""
    for paragraph in (FOLDER / "cases.sql").read_text().strip().split("\n\n"):
        lines = paragraph.split("\n")
        comments = [line[3:] for line in lines if line.startswith("-- ")]
        expected = {}
        for line in comments[1:]:
            versions, _, effect = line.partition(": ")
            first, _, last = versions.partition("-")
            if first.isdecimal() and last.isdecimal():
                expected |= dict.fromkeys(range(int(first), int(last) + 1), effect)
        before, _, sql = "\n".join(["", *lines]).rpartition("\n-- then\n")
        bare = ["\n".join(line for line in text.split("\n") if not line.startswith("-- ")) for text in (before, sql)]
        yield comments[0], expected, *bare


def measured(connection, sql):
    """What a statement does in a transaction of its own, which is rolled back."""
    cursor = connection.cursor()
    cursor.execute(RELATIONS)
    before = {oid: rest for oid, *rest in cursor.fetchall()}
    try:
        cursor.execute(sql)
    except psycopg2.Error as error:
        connection.rollback()
        return {}, f"ERR {error.pgcode}"
    cursor.execute(LOCKS)
    taken = {}
    for oid, mode in cursor.fetchall():
        if STRENGTH.index(SHORT[mode]) > STRENGTH.index(taken.get(oid, "-")):
            taken[oid] = SHORT[mode]
    cursor.execute(RELATIONS)
    after = {oid: rest for oid, *rest in cursor.fetchall()}
    connection.rollback()
    found = {}
    for oid, (name, kind, file, scans) in before.items():
        effect = taken.get(oid, "-")
        now = after.get(oid)
        if now is None:
            effect += "+GONE"
        elif now[2] != file:
            effect += "+REWRITE"
        if now is not None and now[3] > scans:
            effect += f"+SCAN{now[3] - scans}"
        found[name] = (kind, effect)
    return found, None


def differences(connection, version, expected, sql):
    found, error = measured(connection, sql)
    wanted = expected[version]
    if error or wanted.startswith("ERR"):
        if not wanted.startswith(error or "no error"):
            yield f"{error}, not {wanted}"
        return
    told = {}
    for word in wanted.split():
        if word.startswith("rebuilt=") or word == "ok":
            continue
        name, _, effect = word.partition(":")
        told[name] = effect
        _, is_now = found.get(name, (None, "absent"))
        if is_now != effect:
            yield f"{name}:{is_now}, not {effect}"
    for name, (kind, effect) in found.items():
        # Of indexes and sequences the file tells what mattered to the case.
        if name not in told and kind not in "iIS" and effect != "-":
            yield f"{name}:{effect} is not told"


def serve(programs, folder):
    """Starts a server and gives back what stops it."""
    owner = pwd.getpwnam("nobody") if os.getuid() == 0 else None
    data = folder / "data"
    if owner:
        os.chown(folder, owner.pw_uid, owner.pw_gid)

    def run(program, *arguments):
        changed = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}
        command = [str(Path(programs) / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, **changed)

    run("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c autovacuum=off"
    run("pg_ctl", "-D", str(data), "-o", options, "-w", "-l", str(folder / "log"), "start")
    return lambda: run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")


def main():
    wrong = 0
    for programs in sys.argv[1:]:
        folder = Path(tempfile.mkdtemp(prefix="measured-locks-"))
        stop = serve(programs, folder)
        try:
            connect = lambda name: psycopg2.connect(host=str(folder), user="postgres", dbname=name)
            admin = connect("postgres")
            admin.autocommit = True
            version = admin.server_version // 10000
            execute = admin.cursor().execute
            execute("CREATE DATABASE bed")
            with connect("bed") as bed:
                bed.cursor().execute((FOLDER / "bed.sql").read_text())
            bed.close()
            count = 0
            for name, expected, before, sql in cases():
                execute("CREATE DATABASE one TEMPLATE bed")
                one = connect("one")
                if before.strip():
                    one.cursor().execute(before)
                    one.commit()
                for difference in differences(one, version, expected, sql):
                    wrong += 1
                    print(f"PostgreSQL {version}, {name}: {difference}")
                one.close()
                execute("DROP DATABASE one")
                count += 1
            print(f"PostgreSQL {version}: {count} cases")
            admin.close()
        finally:
            stop()
            shutil.rmtree(folder)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
