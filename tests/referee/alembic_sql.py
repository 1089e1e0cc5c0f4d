"""Renders every revision of an Alembic project with real Alembic, offline, and compares with mig-check.

    python tests/referee/alembic_sql.py PROJECT…        (each a checked-out project)

Revisions are rendered one by one without the project's env.py: PostgreSQL dialect, literal binds. Modules that the
project's revisions import and that are not installed are stood in for, so that only what needs them fails. Statements
are compared modulo white space and the order of neighbours, and every difference is printed with its cause; one that
has none known ends the script with an error. Nothing is connected to; revisions are imported, so run
this only on projects that you trust.
"""

import ast
import collections
import importlib.abc
import importlib.machinery
import importlib.util
import io
import json
import os
import re
import subprocess
import sys
import types
import warnings

import alembic.op
import sqlalchemy as sa
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext

warnings.simplefilter("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))
TOOL = os.path.join(HERE, "..", "..", "target", "debug", "examples", "alembic_sql")


class Stand(types.ModuleType):
    """Stands in for a module that is not installed: every attribute raises when it is used."""

    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Missing(f"{self.__name__}.{name}")


class Missing:
    def __init__(self, name):
        self._name = name

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Missing(f"{self._name}.{name}")

    def __call__(self, *args, **kwargs):
        raise RuntimeError(f"{self._name} is not installed here")

    def __mro_entries__(self, bases):
        return ()


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, self)

    def create_module(self, spec):
        return Stand(spec.name)

    def exec_module(self, module):
        pass


class Connection:
    """What `op.get_bind()` gives: sends what it is given with its parameters, and has no rows to give back."""

    def __init__(self, context):
        self.context = context
        self.dialect = context.dialect
        self.engine = self

    def execute(self, statement, parameters=None, **named):
        if isinstance(parameters, (list, tuple)) and len(parameters) == 1:
            parameters = parameters[0]
        values = {**(parameters or {}), **named}
        if isinstance(statement, str):
            statement = sa.text(statement)
        if isinstance(statement, sa.TextClause):
            statement = statement.bindparams(**values)
        elif values:
            raise RuntimeError("a statement with parameters of its own is not rendered here")
        self.context.impl._exec(statement)

    scalar = execute

    def connect(self):
        return self

    begin = begin_nested = connect

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        return False

    def close(self):
        pass

    commit = rollback = close

    def exec_driver_sql(self, statement):
        self.context.impl.static_output(statement + ";")

    def _run_ddl_visitor(self, visitor, element, **options):
        options["checkfirst"] = False
        mock = sa.create_mock_engine("postgresql://", lambda statement, *rest: self.context.impl._exec(statement))
        visitor(self.dialect, mock, **options).traverse_single(element)


def conventions(project):
    """Naming conventions that stand as literals in the project: one of them may be that of its metadata."""
    found = [None]
    for folder, folders, files in os.walk(project):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "node_modules"]
        for name in files:
            if not name.endswith(".py"):
                continue
            with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                text = file.read()
            if "%(table_name)s" not in text and "%(column_0_label)s" not in text:
                continue
            try:
                tree = ast.parse(text)
            except SyntaxError:
                continue
            for node in ast.walk(tree):
                if isinstance(node, (ast.Dict, ast.Tuple, ast.List)):
                    try:
                        value = dict(ast.literal_eval(node))
                    except (TypeError, ValueError):
                        continue
                    if "ix" in value or "pk" in value or "fk" in value or "ck" in value:
                        found.append(value)
    return found


def environment(context):
    """What `alembic.context` gives to revisions that ask it, offline."""
    surroundings = EnvironmentContext(Config(), None, as_sql=True)
    surroundings._migration_context = context
    return surroundings


def render(path, direction, naming):
    """The statements that real Alembic prints for one revision, or the error that keeps it from doing so."""
    out = io.StringIO()
    metadata = sa.MetaData(naming_convention=naming) if naming else sa.MetaData()
    context = MigrationContext.configure(
        dialect_name="postgresql",
        opts={
            "as_sql": True,
            "output_buffer": out,
            "literal_binds": True,
            "target_metadata": metadata,
        },
        dialect_opts={"paramstyle": "named"},
    )
    parts = []
    context.impl.static_output = parts.append
    context.impl.__class__ = type("Impl", (type(context.impl),), {"bind": property(lambda impl: Connection(context))})
    try:
        with environment(context), Operations.context(context):
            spec = importlib.util.spec_from_file_location("revision_under_test", path)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            function = getattr(module, direction, None)
            if function is None:
                return None, "no such function"
            function()
    except SystemExit as error:
        return None, f"SystemExit: {error}"
    except BaseException as error:  # noqa: BLE001 - whatever a revision raises is only recorded
        return None, f"{type(error).__name__}: {str(error).splitlines()[0][:160] if str(error) else ''}"
    return parts, None


def plain(sql):
    sql = re.sub(r"\s+", " ", sql).strip()
    while sql.endswith(";"):
        sql = sql[:-1].rstrip()
    sql = re.sub(r"\( ", "(", sql)
    return re.sub(r" (?=[,)])", "", sql)


def words(statements):
    """One text for all statements, so that where a text of several is cut does not matter."""
    parts = (plain(part) for text in statements for part in text.split(";"))
    return sorted(part for part in parts if part.upper() not in ("", "BEGIN", "COMMIT"))


def agree(real, ours):
    """Whether the statements are equal, where `$1` and `<name>` stand for values that only running would tell."""
    left = collections.Counter(real)
    open_ended = []
    for statement in ours:
        if left[statement]:
            left[statement] -= 1
        else:
            open_ended.append(statement)
    rest = list(left.elements())
    if len(rest) != len(open_ended):
        return False
    for statement in open_ended:
        parts = re.split(r"\$\d+|<[\w.()\[\]]+>", statement)
        pattern = ".*?".join(re.escape(part) for part in parts)
        found = next((other for other in rest if len(parts) > 1 and re.fullmatch(pattern, other, re.S)), None)
        if found is None:
            return False
        rest.remove(found)
    return True


def cause_of(path, real, statements):
    """Why the two differ, as far as it can be told; None if nobody knows."""
    ours = words([statement["sql"] for statement in statements])
    certain = words([statement["sql"] for statement in statements if statement["certain"]])
    opaque = next((statement["opaque"] for statement in statements if statement["opaque"]), None)
    if opaque:
        return f"mig-check cannot read a step because {re.sub('`[^`]*`', '`…`', opaque)}"
    doubled = [statement.replace("\\", "\\\\") for statement in ours]
    if agree([statement.replace("\\\\", "\\") for statement in real], ours) or agree(real, doubled):
        return "offline, SQLAlchemy doubles backslashes in literals, which a server of today does not undo"
    if agree(real, [re.sub(r"ARRAY\[\]::[\w() ]+\[\]", "ARRAY[]", statement) for statement in ours]):
        return "offline, SQLAlchemy writes an empty array without its type, which a server refuses"
    if agree(real, [re.sub(r"(?<![\w'])'null'", "NULL", statement) for statement in ours]):
        return "offline, SQLAlchemy writes NULL where it sends the null of JSON"
    if collections.Counter(" ".join(real).split()) == collections.Counter(" ".join(ours).split()):
        return "a backslash outside of literals, which is no SQL, divides the text for mig-check"
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    if not collections.Counter(certain) - collections.Counter(real):
        if re.search(r"as_sql|is_offline_mode", text):
            return "the revision does less offline"
        more = list((collections.Counter(ours) - collections.Counter(real)).elements())
        if agree(real, [statement for statement in ours if statement not in more]):
            return "mig-check shows what happens where a query or an inspector gives something, the referee gives nothing"
    if re.search(r"as_sql|is_offline_mode", text):
        return "the revision asks whether it runs offline"
    return None


def main(projects):
    sys.meta_path.append(Finder())
    totals = collections.Counter()
    causes = collections.Counter()
    reasons = collections.Counter()
    differences = []
    for project in projects:
        project = os.path.abspath(project)
        sys.path[:0] = [project]
        process = subprocess.run([TOOL, project], capture_output=True, text=True)
        if process.returncode:
            print("FAILED", project, process.stderr[-2000:])
            continue
        lines = [json.loads(line) for line in process.stdout.splitlines()]
        namings = conventions(project)
        for line in lines:
            if "problem" in line:
                totals["problems"] += 1
                print("problem", line["file"], line["problem"])
                continue
            path = line["path"]
            if line["directory"] not in sys.path:
                sys.path.insert(0, line["directory"])
            for direction, ours in (("upgrade", line["up"]), ("downgrade", line["down"])):
                if ours is None:
                    continue
                totals[direction] += 1
                opaque = [s["opaque"] for s in ours["statements"] if s["opaque"]]
                totals[f"{direction} with opaque"] += bool(opaque)
                totals["unparsed"] += sum(1 for s in ours["statements"] if s["unparsed"])
                for reason in set(opaque):
                    reasons[re.sub(r"`[^`]*`", "`…`", reason)] += 1
                sent = [s["sql"] for s in ours["statements"]]
                for naming in namings:
                    real, error = render(path, direction, naming)
                    if error or agree(words(real), words(sent)):
                        break
                if not error and any("__main__.Missing object" in part for part in real):
                    error = "it prints an object that stands in for a module that is not installed"
                if error:
                    totals[f"{direction} real fails"] += 1
                    causes[error] += 1
                    continue
                totals[f"{direction} real renders"] += 1
                if not opaque and agree(words(real), words(sent)):
                    totals[f"{direction} equal"] += 1
                    continue
                cause = cause_of(path, words(real), ours["statements"])
                differences.append((path, direction, cause, words(real), words(sent)))
        sys.path.remove(project)
    for path, direction, cause, real, ours in differences:
        print(f"--- {path} {direction}: {cause or 'UNEXPLAINED'}")
        if cause:
            continue
        for part in (collections.Counter(real) - collections.Counter(ours)).elements():
            near = min(ours, key=lambda other: -len(os.path.commonprefix([part, other])), default="")
            at = max(0, len(os.path.commonprefix([part, near])) - 60)
            print("  real:", part[at : at + 160])
            print("  ours:", near[at : at + 160])
        for part in (collections.Counter(ours) - collections.Counter(real)).elements():
            print("  more:", part[:160])
    print("== why the two differ")
    for cause, count in collections.Counter(cause for _, _, cause, _, _ in differences).most_common():
        print(f"{count:5} {cause or 'UNEXPLAINED'}")
    print("== opaque reasons")
    for reason, count in reasons.most_common(40):
        print(f"{count:5} {reason}")
    print("== why real Alembic fails")
    for cause, count in causes.most_common(15):
        print(f"{count:5} {cause}")
    print("== totals")
    for name, count in sorted(totals.items()):
        print(f"{count:6} {name}")
    if any(cause is None for _, _, cause, _, _ in differences):
        sys.exit("some differences are not explained")


if __name__ == "__main__":
    main(sys.argv[1:])
