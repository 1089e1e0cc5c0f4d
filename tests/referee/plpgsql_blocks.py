"""Runs random blocks of PL/pgSQL on a server, and compares what each has done with what mig-check says that it does.

    cargo build --example sql_operations
    python tests/referee/plpgsql_blocks.py [HOW-MANY [SEED]]

Every block creates tables among branches, loops, jumps and handlers. When it has run, a table that mig-check calls
certain must be there, and one that it does not name at all must not be; a block that fails has done nothing. The server
is one of the installed binaries (PG_BINDIR, as for frameworks.py), in a folder of its own that is removed at the end.
"""

import collections
import json
import os
import random
import subprocess
import sys
import tempfile

from frameworks import BINDIR, PORT, server, stop

HERE = os.path.dirname(os.path.abspath(__file__))
TOOL = os.path.join(HERE, "..", "..", "target", "debug", "examples", "sql_operations")
DEEPEST = 4


class Block:
    """A block, and how many tables it names."""

    def __init__(self, chance):
        self.chance, self.tables, self.loops, self.text = chance, 0, 0, ""
        self.text = f"DO $do$ DECLARE r record; e text; BEGIN {self.statements(0, [])} END $do$"

    def condition(self):
        # What a reader cannot know, but the server.
        return self.chance.choice(["now() > '2000-01-01'", "now() < '2000-01-01'"])

    def statements(self, depth, loops):
        return " ".join(self.statement(depth, loops) for _ in range(self.chance.randint(1, 4)))

    def statement(self, depth, loops):
        kinds = ["table"] * 4 + ["jump"] * 2 + ["raise"]
        if depth < DEEPEST:
            kinds += ["if", "case", "loop", "for", "each", "while", "block", "caught"]
        return getattr(self, self.chance.choice(kinds))(depth, loops)

    def table(self, depth, loops):
        self.tables += 1
        return f"CREATE TABLE IF NOT EXISTS t{self.tables} ();"

    def jump(self, depth, loops):
        verb = self.chance.choice(["RETURN", "EXIT", "EXIT", "CONTINUE"] if loops else ["RETURN"])
        label = self.chance.choice(["", *loops]) if loops and verb != "RETURN" else ""
        when = f" WHEN {self.condition()}" if verb != "RETURN" and self.chance.random() < 0.6 else ""
        jump = f"{verb} {label}{when};"
        return f"IF {self.condition()} THEN {jump} END IF;" if self.chance.random() < 0.5 else jump

    def raise_(self, depth, loops):
        return f"IF {self.condition()} THEN RAISE EXCEPTION 'no'; END IF;"

    def if_(self, depth, loops):
        inner = lambda: self.statements(depth + 1, loops)
        more = "".join(f" ELSIF {self.condition()} THEN {inner()}" for _ in range(self.chance.randint(0, 1)))
        last = f" ELSE {inner()}" if self.chance.random() < 0.5 else ""
        return f"IF {self.condition()} THEN {inner()}{more}{last} END IF;"

    def case(self, depth, loops):
        inner = lambda: self.statements(depth + 1, loops)
        last = f" ELSE {inner()}" if self.chance.random() < 0.8 else ""
        return f"CASE WHEN {self.condition()} THEN {inner()} WHEN {self.condition()} THEN {inner()}{last} END CASE;"

    def turns(self, head, depth, loops, last=""):
        self.loops += 1
        label = f"l{self.loops}"
        return f"<<{label}>> {head} LOOP {self.statements(depth + 1, [*loops, label])} {last} END LOOP;"

    def loop(self, depth, loops):
        return self.turns("", depth, loops, "EXIT;")

    def for_(self, depth, loops):
        return self.turns(f"FOR r IN SELECT 1 WHERE {self.condition()}", depth, loops)

    def each(self, depth, loops):
        return self.turns("FOREACH e IN ARRAY ARRAY['a', 'b']", depth, loops)

    def while_(self, depth, loops):
        return self.turns(f"WHILE {self.condition()}", depth, loops, "EXIT;")

    def block(self, depth, loops):
        return f"BEGIN {self.statements(depth + 1, loops)} END;"

    def caught(self, depth, loops):
        inner = lambda: self.statements(depth + 1, loops)
        end = self.chance.choice(["", " RAISE;"])
        return f"BEGIN {inner()} EXCEPTION WHEN others THEN {inner()}{end} END;"


for keyword in ("raise", "if", "for", "while"):
    setattr(Block, keyword, getattr(Block, keyword + "_"))


def done(blocks, folder):
    """The tables that each block leaves, or None of one that fails."""
    script = "SET client_min_messages = 'error'; SET statement_timeout = '2s';\n" + "".join(
        f"BEGIN; {block.text}; SELECT 'of', {number}; SELECT {number}, relname FROM pg_class WHERE relkind = 'r' "
        f"AND relnamespace = 'public'::regnamespace; ROLLBACK;\n"
        for number, block in enumerate(blocks)
    )
    psql = [f"{BINDIR}/psql", "-XqAtF", " ", "-h", folder, "-p", str(PORT), "-U", "postgres", "postgres"]
    out = subprocess.run(psql, input=script, capture_output=True, text=True, check=True).stdout
    found = [None] * len(blocks)
    for first, second in map(str.split, out.splitlines()):
        if first == "of":
            found[int(second)] = set()
        else:
            found[int(first)].add(second)
    return found


def said(blocks, folder):
    """What is certain of each block, and what may be."""
    path = os.path.join(folder, "blocks.sql")
    with open(path, "w") as file:
        file.writelines(block.text + ";\n" for block in blocks)
    out = subprocess.run([TOOL], input=path, capture_output=True, text=True, check=True).stdout
    for statement in json.loads(out)["statements"]:
        made = [step for step in statement["steps"] if step["is"] == "CreateTable"]
        certain = {step["has"][1] for step in made if not step["may"]}
        yield certain, {step["has"][1] for step in made} - certain


def main(how_many, seed):
    chance = random.Random(seed)
    blocks = [Block(chance) for _ in range(how_many)]
    counts, wrong = collections.Counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        claims = list(said(blocks, folder))
        owner = server(folder)
        try:
            facts = done(blocks, folder)
        finally:
            stop(owner, folder)
    assert len(claims) == len(blocks), "a block is a statement"
    for block, (certain, may), made in zip(blocks, claims, facts):
        if made is None:
            counts["blocks that fail"] += 1
            continue
        counts["blocks"] += 1
        counts["certain"] += len(certain)
        counts["may be"] += len(may)
        counts["may be, and are"] += len(may & made)
        if certain - made or made - certain - may:
            wrong += 1
            print(f"{block.text}\n    certain, and not made: {sorted(certain - made)}")
            print(f"    made, and not named: {sorted(made - certain - may)}")
    print(dict(counts), "wrong:", wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    arguments = [int(it) for it in sys.argv[1:]]
    sys.exit(main(*(arguments + [500, 1][len(arguments) :])))
