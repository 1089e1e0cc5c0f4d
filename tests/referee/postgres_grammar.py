"""Compares what mig-check says of SQL statements with PostgreSQL's own grammar, statement by statement.

    pip install pglast                      (PostgreSQL's parser as a Python module; its version is the grammar's)
    cargo build --example sql_operations
    python tests/referee/postgres_grammar.py FILE-OR-FOLDER…        (all .sql files in it)
    … --every-kind FILE-OR-FOLDER…      fails as well if there is a kind of statement or action that no file has

A file has to be cut where PostgreSQL cuts it. A statement that PostgreSQL accepts must be lowered, and its flags and
names equal its tree's; each action of ALTER TABLE must stand in its place. One that PostgreSQL rejects must be
reported, where PostgreSQL reports it. Prints each difference with its file, then how many statements agree and what
cannot be compared, by its cause; fails if any differ.
"""

import collections
import json
import os
import re
import subprocess
import sys

from pglast import ast, parse_sql
from pglast.enums import ObjectType
from pglast.parser import ParseError

from postgres_options import AnyOf
from postgres_tree import NAMED, all_kinds, expected, kinds

HERE = os.path.dirname(os.path.abspath(__file__))
BUILT = os.path.join(HERE, "..", "..", "target", "debug", "examples", "sql_operations")
TOOL = os.environ.get("SQL_OPERATIONS", BUILT)
SHOWN = 20
TRIVIA = re.compile(r"(?:\s|;|--[^\n]*|/\*(?:[^*/]|\*(?!/)|/(?!\*)|/\*.*?\*/)*\*/)*", re.S)
VARIABLE = re.compile(r"(?<![:\w])(?::(?P<quote>['\"]?)(?P<name>\w+)(?P=quote)|:\{\?\w+\})")

PGLAST = "taken by the parser of pglast alone: servers since 15 refuse junk after a parameter"
LATER = "refused by servers after their grammar, and by us"
BESIDE = "refused by an action of the grammar beside its rules: taken by us"
OVERLOOKED = "refused by a rule of the grammar: taken by us"
EARLIER = "refused by both, but by us one token too early"
NEWER = "taken by us, since a later PostgreSQL does"
OTHERS = "a type of ClickHouse, whose arguments are types"

# What differs, and why: a pattern of the statement and of the difference.
CAUSES = [
    (r"\$\d+_?[a-z\d]", "PostgreSQL accepts", PGLAST),
    (r"(?s)\bselect\b.*\binto\b", "PostgreSQL accepts", LATER),
    (r"(?s)\bas\b.*\breturn\b", "PostgreSQL accepts", LATER),
    (r"\bvariadic\b.*\bout\b", "PostgreSQL accepts", LATER),
    (r"\b[bx]'[^']* ", "PostgreSQL accepts", LATER),
    (r"\b(array|lowcardinality|map|nullable)\(", "PostgreSQL accepts|where PostgreSQL says", OTHERS),
    (r"", r"PostgreSQL says: (?!syntax error)", BESIDE),
    (r"\bdefault \d+ in \(", "PostgreSQL says", OVERLOOKED),
    (r"\bjson(_scalar|_serialize)?\(\)", "PostgreSQL says", OVERLOOKED),
    (r"^create (statistics|publication)\b", "PostgreSQL says", OVERLOOKED),
    (r"^analyze \([\w]+-", "PostgreSQL says", OVERLOOKED),
    (r"\bfrom rank\(\) over \(", "PostgreSQL says", OVERLOOKED),
    (r"^select\s+(distinct from|json_table\()|^grant all on \w+\.\*", "where PostgreSQL says", EARLIER),
    (r"\bgroup\s+by\s+all\b", "PostgreSQL says", NEWER),
    (r"\b(merge|split)\s+partitions?\b", "PostgreSQL says", NEWER),
    (r"\b(ignore|respect)\s+nulls\b", "PostgreSQL says", NEWER),
    (r"\bfor\s+all\s+sequences\b", "PostgreSQL says", NEWER),
    (r"\bset\s+[\w.]+\s*(=|to)\s*null\b", "PostgreSQL says", NEWER),
    (r"\bon\s+conflict\b.*\bdo\s+select\b", "PostgreSQL says", NEWER),
]


def cause_of(text, difference):
    """Why a difference is none of ours, if it is known."""
    for of_text, of_both, cause in CAUSES:
        if re.search(of_text, text, re.I) and re.search(of_both, difference):
            return cause
    return None


def same(ours, theirs):
    if isinstance(theirs, set):
        return ours in theirs
    if isinstance(theirs, AnyOf):
        return any(same(ours, it) for it in theirs)
    if isinstance(theirs, (list, tuple)):
        return isinstance(ours, list) and len(ours) == len(theirs) and all(map(same, ours, theirs))
    return ours == theirs


def facts(step):
    has = step["has"]
    # Without USING the grammar says btree.
    if step["is"] == "CreateIndex" and has[10] is None:
        has[10] = "btree"
    return has


def parse(text):
    """PostgreSQL's tree of a text, or what it says against it and where."""
    try:
        return parse_sql(text), None
    except ParseError as error:
        message, place = error.args if len(error.args) == 2 else (error.args[0], None)
        return None, (message, place)


def expanded(text):
    """What psql may send for a text with variables: names, then numbers, in their place."""
    for bare in ("{name}", "1"):
        def put(found):
            name, quote = found["name"] or "true", found["quote"] or ""
            return quote + name + quote if quote or found["name"] is None else bare.format(name=name)
        yield VARIABLE.sub(put, text)


def misplaced(step, message, place, text):
    """Whether the two do not mean the same token of a statement that both reject."""
    if place is None or "end of input" in message:
        return False
    start, end = (len(text.encode()[:at].decode(errors="ignore")) for at in step["at"])
    return not start <= place <= max(start, end - 1)


def rejected(text, steps, message, place):
    step = next((it for it in steps if it["is"] == "Unparsed"), None)
    if step is None:
        return [f"PostgreSQL says: {message}, at {place}"]
    if misplaced(step, message, place, text):
        return [f"{step['has'][0]} at {step['at']} where PostgreSQL says: {message}, at {place}"]
    return []


def out_of_place(steps, node):
    """The actions whose own text is not that action."""
    if not isinstance(node, ast.AlterTableStmt) or len(node.cmds) != len(steps):
        return []
    kind = "TYPE" if node.objtype == ObjectType.OBJECT_TYPE else "TABLE"
    if kind == "TABLE" and steps[0]["is"] == "Other":
        return []
    wrong = []
    for step, command in zip(steps, node.cmds):
        tree, _ = parse(f"ALTER {kind} t {step['text']}")
        alone = tree[0].stmt.cmds if tree and isinstance(tree[0].stmt, ast.AlterTableStmt) else ()
        if [it.subtype for it in alone] != [command.subtype]:
            wrong.append(f"{step['text']!r} is not the text of the action")
    return wrong


TARGETED = (ast.AlterTableStmt, ast.RenameStmt, ast.AlterObjectSchemaStmt, ast.DropStmt, ast.AlterSeqStmt)


def aimed(node):
    """IF EXISTS, ONLY and FOREIGN beside the name of what a statement is about."""
    relation = getattr(node, "relation", None)
    named_alone = isinstance(node, ast.AlterTableStmt) and node.objtype != ObjectType.OBJECT_TYPE
    renames = isinstance(node, ast.RenameStmt) and node.renameType != ObjectType.OBJECT_ATTRIBUTE
    only = bool(relation and (named_alone or renames) and not relation.inh)
    return [bool(node.missing_ok), only, is_foreign(node)]


def is_foreign(node):
    """Whether a statement alters a foreign table."""
    kinds = [getattr(node, it, None) for it in ("objtype", "relationType", "renameType", "objectType")]
    return not isinstance(node, ast.DropStmt) and ObjectType.OBJECT_FOREIGN_TABLE in kinds


def compared(steps, node):
    """What the operations of a statement have other than its tree."""
    kinds = [step["is"] for step in steps]
    if any(it["is"] == "Other" and it["has"] == ["statement"] for it in steps):
        return [f"no kind for {type(node).__name__}"]
    wanted = expected(node)
    if wanted is None:
        names = NAMED.get(type(node))
        return [f"{kinds} for {type(node).__name__}"] if names and not set(kinds) & names else []
    if kinds != [name for name, _ in wanted]:
        return [f"{kinds} where PostgreSQL has {[name for name, _ in wanted]}"]
    if isinstance(node, TARGETED) and (aim := aimed(node)) != (has := steps[0]["target"]):
        return [f"IF EXISTS, ONLY and FOREIGN are {has} where PostgreSQL has {aim}"]
    # An attribute's type is not compared.
    for step in steps:
        if step["is"] == "Other" and step["has"][0].endswith(" ATTRIBUTE"):
            step["has"][1] = [it for it in step["has"][1] if it[0] != "type"]
    pairs = zip(steps, wanted)
    wrong = [f"{facts(step)} where PostgreSQL has {want}" for step, (_, want) in pairs if not same(facts(step), want)]
    return wrong or out_of_place(steps, node)


def judge(statement, seen):
    """A cause why a statement is not judged, or None; then what mig-check gets wrong about it."""
    text, steps = statement["text"], statement["steps"]
    if text.startswith("\\"):
        return "a command of psql", []
    if "\0" in text:
        return "a NUL, which no text of PostgreSQL holds", []
    tree, error = parse(text)
    seen.update(*(kinds(it.stmt) for it in tree or ()))
    if error and VARIABLE.search(text):
        tree = next((tree for tree, _ in map(parse, expanded(text)) if tree), None)
    if tree is None:
        found = rejected(text, steps, *error)
    elif unparsed := [it for it in steps if it["is"] == "Unparsed"]:
        found = [f"PostgreSQL accepts it, we say: {unparsed[0]['has'][0]}"]
    elif len(tree) != 1:
        found = [f"PostgreSQL reads {len(tree)} statements"]
    else:
        found = compared(steps, tree[0].stmt)
    cause = cause_of(text, found[0]) if found else None
    return cause, [] if cause else found


def sql_files(paths):
    for path in paths:
        if os.path.isfile(path):
            yield path
        for folder, _, names in sorted(os.walk(path)):
            yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith(".sql"))


def cut_differently(text, statements):
    """How PostgreSQL cuts a text whose statements it accepts; None if something else stands in it."""
    kept = bytearray(text.encode())
    for it in statements:
        if it["text"].startswith("\\") or parse(it["text"])[1]:
            start, end = it["at"]
            kept[start:end] = b" " * (end - start)
    ours = [it for it in statements if kept[it["at"][0] : it["at"][1]].strip()]
    # Rows of COPY stand in nobody's statement.
    kept = re.sub(rb"(?im)^(.*\bfrom\s+stdin\b.*;[^\n]*\n)(?:(?!\\\.).*\n)*\\\.\s*$", rb"\1", bytes(kept))
    kept = kept.decode()
    tree, error = parse(kept)
    if error:
        return None
    theirs = []
    for it in tree:
        whole = kept[it.stmt_location : it.stmt_location + it.stmt_len if it.stmt_len else None]
        theirs.append(whole[TRIVIA.match(whole).end() :])
    if len(ours) != len(theirs):
        return [f"{len(ours)} statements where PostgreSQL has {len(theirs)}"]
    wrong = [
        f"{our['text'][:80]!r} where PostgreSQL cuts {their[:80]!r}"
        for our, their in zip(ours, theirs)
        if not their.startswith(our["text"]) or TRIVIA.fullmatch(their[len(our["text"]) :]) is None
    ]
    return wrong[:1]


def main(paths, every_kind):
    files = [path for path in sql_files(paths) if os.path.isfile(path) and "\n" not in path]
    tool = subprocess.run([TOOL], input="\n".join(files).encode(), stdout=subprocess.PIPE, check=True)
    counts, shown, seen = collections.Counter(), collections.Counter(), set()
    for line in tool.stdout.splitlines():
        read = json.loads(line)
        cut = cut_differently(read["text"], read["statements"])
        counts["files" if cut is not None else "files that cannot be cut by PostgreSQL"] += 1
        judged = [("", cut or [])]
        for it in read["statements"]:
            cause, found = judge(it, seen)
            counts[cause or ("differ" if found else "agree")] += 1
            judged.append((it["text"], found))
        for text, found in judged:
            for difference in found:
                counts["differences"] += 1
                shown[difference] += 1
                if shown[difference] <= SHOWN:
                    print(f"{read['path']}: {' '.join(text.split())[:160]}\n    {difference}")
    missing = sorted(all_kinds() - seen) if every_kind else []
    if missing:
        print(f"no file has {', '.join(missing)}")
    print(dict(counts))
    return 1 if counts["differences"] or missing else 0


if __name__ == "__main__":
    every_kind = "--every-kind" in sys.argv
    sys.exit(main([it for it in sys.argv[1:] if it != "--every-kind"], every_kind) if len(sys.argv) > 1 else __doc__)
