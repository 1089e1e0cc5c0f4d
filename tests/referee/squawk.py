"""Holds lint to squawk on SQL migrations, statement by statement, and lists each way in which they differ once.

    cargo build
    python -m pip install squawk-cli
    python tests/referee/squawk.py FOLDER…

Every statement of an upgrade that `mig-check sql` reads is given to both. Of the rules of both that speak of the same hazard
(RULES below; squawk's rules of style and its opt-in rules have no place there) one may speak of it where the other is silent:
such statements are counted by who speaks, of what, and why the other is silent, as far as the file shows that, with an example.
Who of them is right, and how a server shows that, is written down in squawk.md beside this script.
"""

import collections
import json
import os
import re
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MIG_CHECK = os.path.join(ROOT, "target", "debug", "mig-check")

# What squawk calls a hazard, and what mig-check calls it.
RULES = {
    "require-concurrent-index-creation": {"blocking-index-build"},
    "require-concurrent-index-deletion": {"blocking-index-drop"},
    "require-concurrent-reindex": {"blocking-reindex"},
    "require-concurrent-partition-detach": {"blocking-detach"},
    "ban-concurrent-index-creation-in-transaction": {"concurrently-in-transaction"},
    "adding-foreign-key-constraint": {"foreign-key-without-not-valid"},
    "constraint-missing-not-valid": {
        "check-without-not-valid",
        "exclusion-constraint",
        "foreign-key-without-not-valid",
        "primary-key-without-index",
        "unique-constraint-without-index",
        "validate-in-same-transaction",
    },
    "adding-field-with-default": {"volatile-default", "rewriting-column"},
    "adding-required-field": {"not-null-without-default", "rewriting-column"},
    "adding-not-nullable-field": {"set-not-null-scan"},
    "adding-serial-primary-key-field": {"primary-key-without-index", "rewriting-column", "volatile-default"},
    "disallowed-unique-constraint": {"unique-constraint-without-index"},
    "changing-column-type": {"type-change-rewrite"},
    "renaming-column": {"rename-column"},
    "renaming-table": {"rename-table"},
    "ban-drop-column": {"drop-column-without-backup"},
    "ban-drop-table": {"drop-table-without-backup"},
    "ban-drop-database": {"database-dropped"},
    "ban-drop-not-null": {"not-null-dropped"},
    "ban-truncate-cascade": {"truncate-without-backup"},
    "ban-create-domain-with-constraint": {"constrained-domain"},
    "ban-alter-domain-with-add-constraint": {"domain-constraint-scan"},
    "prefer-repack": {"table-rewrite"},
}
HAZARDS = set().union(*RULES.values())


class Statement:
    """A statement of an upgrade, and what both say of it."""

    def __init__(self, path, line, wrapped):
        self.path, self.line, self.wrapped, self.text = path, line, wrapped, ""
        self.squawk, self.ours = set(), set()

    @property
    def end(self):
        return self.line + self.text.rstrip("\n").count("\n")


def statements(folder):
    """All statements of upgrades below a folder, by file."""
    out = subprocess.run([MIG_CHECK, "sql"], cwd=folder, capture_output=True, text=True).stdout
    files, statement, wrapped = collections.defaultdict(list), None, False
    for line in out.splitlines():
        if re.match(r"-- .* up(:|$)", line) or line in ("BEGIN;", "COMMIT;"):
            wrapped, statement = line == "BEGIN;", None
        place = re.fullmatch(r"-- (.*\.sql):(\d+)", line)
        if place and os.path.exists(os.path.join(folder, place[1])):
            statement = Statement(place[1], int(place[2]), wrapped)
            files[statement.path].append(statement)
        elif statement is not None:
            statement.text += line + "\n"
    return files


def at(statements, line):
    """The statement that a line is of, if it is one of an upgrade."""
    return next((it for it in reversed(statements) if it.line <= line <= it.end), None)


def ask(folder, files):
    """Writes down what both say."""
    for wrapped in (True, False):
        paths = [path for path, of_it in files.items() if of_it[0].wrapped == wrapped]
        option = ["--assume-in-transaction"] if wrapped else []
        for start in range(0, len(paths), 200):
            command = ["squawk", "--reporter", "json", *option, *paths[start : start + 200]]
            out = subprocess.run(command, cwd=folder, capture_output=True, text=True).stdout
            for said in json.loads(out or "[]"):
                statement = at(files[said["file"]], said["line"] + 1)
                if statement and said["rule_name"] in RULES:
                    statement.squawk.add(said["rule_name"])
    command = [MIG_CHECK, "lint", ".", "--format", "json", "--preset", "pedantic"]
    out = subprocess.run(command, cwd=folder, capture_output=True, text=True).stdout
    for said in json.loads(out)["findings"]:
        statement = at(files.get(said["place"]["path"], []), said["place"]["line"])
        if statement and said["direction"] == "up":
            also = re.findall(r"^Also ([a-z-]+): ", "\n".join(said["notes"]), re.MULTILINE)
            statement.ours.update([said["rule"], *also])


def name(text):
    """What a table is called, whatever its schema and quotes."""
    return text.replace('"', "").split(".")[-1].lower()


def circumstance(statement, before):
    """What of the file may be why one of them is silent."""
    text = statement.text
    table = re.search(r"(?:ALTER TABLE|\bON|DROP TABLE)(?: ONLY| IF EXISTS)* ([\w.\"]+)", text, re.IGNORECASE)
    kind = "" if not re.match(r"\s*DO\b", text, re.IGNORECASE) else "in a DO block, "
    made = (
        re.search(r"CREATE (TEMP\w* )?TABLE (?:IF NOT EXISTS )?([\w.\"]+)", it.text, re.IGNORECASE) for it in before
    )
    if table and any(it and name(it[2]) == name(table[1]) for it in made):
        kind += "the table is new, "
    if re.search(r"\bIF (NOT )?EXISTS\b", text, re.IGNORECASE):
        kind += "with IF EXISTS, "
    return kind


def main(folders):
    kinds, agreed, total = collections.defaultdict(list), 0, 0
    for folder in map(os.path.abspath, folders):
        files = statements(folder)
        if not files:
            continue
        ask(folder, files)
        for path, all_of_it in files.items():
            for number, statement in enumerate(all_of_it):
                total += 1
                where = circumstance(statement, all_of_it[:number])
                place = f"{os.path.basename(folder)}/{path}:{statement.line}"
                for rule in statement.squawk:
                    if RULES[rule] & statement.ours:
                        agreed += 1
                    else:
                        instead = ", ".join(sorted(statement.ours & HAZARDS)) or "nothing"
                        kinds["squawk", rule, f"{where}mig-check says {instead}"].append(place)
                for rule in statement.ours & HAZARDS:
                    if not any(rule in RULES[theirs] for theirs in statement.squawk):
                        instead = ", ".join(sorted(statement.squawk)) or "nothing"
                        kinds["mig-check", rule, f"{where}squawk says {instead}"].append(place)
    print(f"{total} statements, {agreed} hazards that both name, {sum(map(len, kinds.values()))} that one of them names")
    for (who, rule, why), places in sorted(kinds.items(), key=lambda it: (it[0][0], it[0][1], -len(it[1]))):
        print(f"{len(places):6} {who} alone: {rule}; {why}: {places[0]}")


if __name__ == "__main__":
    main(sys.argv[1:])
