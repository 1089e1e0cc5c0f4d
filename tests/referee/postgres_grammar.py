"""Compares what mig-check says of SQL statements with PostgreSQL's own grammar, statement by statement.

    pip install pglast                      (PostgreSQL's parser as a Python module; its version is the grammar's)
    cargo build --example sql_operations
    python tests/referee/postgres_grammar.py FILE-OR-FOLDER…        (all .sql files in it)

A statement that PostgreSQL accepts must be lowered, one that it rejects must be reported; flags and names of what the
rules look at must be equal. Prints each difference with its file, then how many statements agree; fails if any differ.
psql's own commands and variables are no part of the grammar: statements with them are only counted.
"""

import collections
import json
import os
import re
import subprocess
import sys

from pglast import ast, parse_sql
from pglast.enums import AlterTableType as AT, ConstrType as C, DropBehavior, ObjectType as O

HERE = os.path.dirname(os.path.abspath(__file__))
BUILT = os.path.join(HERE, "..", "..", "target", "debug", "examples", "sql_operations")
TOOL = os.environ.get("SQL_OPERATIONS", BUILT)
SHOWN = 20

ACTIONS = {
    AT.AT_AlterConstraint: "ALTER CONSTRAINT",
    AT.AT_ChangeOwner: "OWNER TO",
    AT.AT_ClusterOn: "CLUSTER ON",
    AT.AT_DropCluster: "SET WITHOUT CLUSTER",
    AT.AT_SetLogged: "SET LOGGED",
    AT.AT_SetUnLogged: "SET UNLOGGED",
    AT.AT_DropOids: "SET WITHOUT OIDS",
    AT.AT_SetAccessMethod: "SET ACCESS METHOD",
    AT.AT_SetTableSpace: "SET TABLESPACE",
    AT.AT_SetRelOptions: "SET",
    AT.AT_ResetRelOptions: "RESET",
    AT.AT_EnableTrig: "ENABLE TRIGGER",
    AT.AT_EnableTrigAll: "ENABLE TRIGGER",
    AT.AT_EnableTrigUser: "ENABLE TRIGGER",
    AT.AT_EnableAlwaysTrig: "ENABLE ALWAYS TRIGGER",
    AT.AT_EnableReplicaTrig: "ENABLE REPLICA TRIGGER",
    AT.AT_DisableTrig: "DISABLE TRIGGER",
    AT.AT_DisableTrigAll: "DISABLE TRIGGER",
    AT.AT_DisableTrigUser: "DISABLE TRIGGER",
    AT.AT_EnableRule: "ENABLE RULE",
    AT.AT_EnableAlwaysRule: "ENABLE ALWAYS RULE",
    AT.AT_EnableReplicaRule: "ENABLE REPLICA RULE",
    AT.AT_DisableRule: "DISABLE RULE",
    AT.AT_AddInherit: "INHERIT",
    AT.AT_DropInherit: "NO INHERIT",
    AT.AT_AddOf: "OF",
    AT.AT_DropOf: "NOT OF",
    AT.AT_ReplicaIdentity: "REPLICA IDENTITY",
    AT.AT_EnableRowSecurity: "ENABLE ROW LEVEL SECURITY",
    AT.AT_DisableRowSecurity: "DISABLE ROW LEVEL SECURITY",
    AT.AT_ForceRowSecurity: "FORCE ROW LEVEL SECURITY",
    AT.AT_NoForceRowSecurity: "NO FORCE ROW LEVEL SECURITY",
    AT.AT_GenericOptions: "OPTIONS",
    AT.AT_DetachPartitionFinalize: "DETACH PARTITION FINALIZE",
}
COLUMN_ACTIONS = {
    AT.AT_SetExpression: {"SET EXPRESSION"},
    AT.AT_DropExpression: {"DROP EXPRESSION"},
    AT.AT_SetStatistics: {"SET STATISTICS"},
    AT.AT_SetOptions: {"SET"},
    AT.AT_ResetOptions: {"RESET"},
    AT.AT_SetStorage: {"SET STORAGE"},
    AT.AT_SetCompression: {"SET COMPRESSION"},
    AT.AT_AlterColumnGenericOptions: {"OPTIONS"},
    AT.AT_AddIdentity: {"ADD GENERATED"},
    AT.AT_SetIdentity: {"SET GENERATED", "SET SEQUENCE OPTION", "RESTART"},
    AT.AT_DropIdentity: {"DROP IDENTITY"},
}
CONSTRAINTS = {
    C.CONSTR_CHECK: "CHECK",
    C.CONSTR_NOTNULL: "NOTNULL",
    C.CONSTR_UNIQUE: "UNIQUE",
    C.CONSTR_PRIMARY: "PRIMARY",
    C.CONSTR_FOREIGN: "FOREIGN",
    C.CONSTR_EXCLUSION: "EXCLUSION",
}
DROPS = {
    O.OBJECT_TABLE: "DropTable",
    O.OBJECT_INDEX: "DropIndex",
    O.OBJECT_TYPE: "DropType",
    O.OBJECT_SEQUENCE: "DropSequence",
    O.OBJECT_VIEW: "DropView",
    O.OBJECT_MATVIEW: "DropView",
    O.OBJECT_SCHEMA: "DropSchema",
}


def constraint(node):
    checked = node.contype in (C.CONSTR_CHECK, C.CONSTR_FOREIGN)
    unenforced = checked and not node.is_enforced
    # The grammar also says that what is not enforced is not validated.
    not_valid = bool(node.skip_validation) and not unenforced
    return [node.conname, CONSTRAINTS[node.contype], not_valid, unenforced]


def column_constraints(nodes):
    """Those that are no property of the column. A clause NOT ENFORCED stands after the constraint that it is of."""
    found = []
    for node in nodes or ():
        if node.contype in CONSTRAINTS and node.contype != C.CONSTR_NOTNULL:
            found.append(constraint(node))
        elif node.contype == C.CONSTR_ATTR_NOT_ENFORCED and found:
            found[-1][3] = True
            found[-1][2] = False
    return found


def added_column(command):
    node = command.def_
    kinds = {it.contype for it in node.constraints or ()}
    return [
        node.colname,
        bool(command.missing_ok),
        bool(kinds & {C.CONSTR_NOTNULL, C.CONSTR_PRIMARY}),
        C.CONSTR_DEFAULT in kinds,
        bool(kinds & {C.CONSTR_IDENTITY, C.CONSTR_GENERATED}),
        column_constraints(node.constraints),
    ]


def command(node):
    """The operation of one ALTER TABLE action, and its facts."""
    cascade = node.behavior == DropBehavior.DROP_CASCADE
    kind = node.subtype
    if kind in ACTIONS:
        return "AlterTable", [ACTIONS[kind]]
    if kind == AT.AT_AddColumn:
        return "AddColumn", added_column(node)
    if kind == AT.AT_DropColumn:
        return "DropColumn", [node.name, bool(node.missing_ok), cascade]
    if kind == AT.AT_AlterColumnType:
        return "AlterColumnType", [node.name, node.def_.raw_default is not None]
    if kind == AT.AT_ColumnDefault:
        return "SetDefault", [node.name, node.def_ is not None]
    if kind == AT.AT_SetNotNull:
        return "SetNotNull", [node.name]
    if kind == AT.AT_DropNotNull:
        return "DropNotNull", [node.name]
    if kind == AT.AT_AddConstraint:
        return "AddConstraint", constraint(node.def_)
    if kind == AT.AT_DropConstraint:
        return "DropConstraint", [node.name, bool(node.missing_ok), cascade]
    if kind == AT.AT_ValidateConstraint:
        return "ValidateConstraint", [node.name]
    if kind == AT.AT_AttachPartition:
        return "AttachPartition", [node.def_.name.relname]
    if kind == AT.AT_DetachPartition:
        return "DetachPartition", [node.def_.name.relname, bool(node.def_.concurrent)]
    if kind in COLUMN_ACTIONS:
        return "AlterColumn", [node.name or str(node.num), COLUMN_ACTIONS[kind]]
    raise KeyError(kind)


def create_table(node):
    relation, elements = node.relation, node.tableElts or ()
    columns = [it for it in elements if isinstance(it, ast.ColumnDef)]
    constraints = []
    for element in elements:
        if isinstance(element, ast.ColumnDef):
            constraints += column_constraints(element.constraints)
        elif isinstance(element, ast.Constraint):
            constraints.append(constraint(element))
    return [
        relation.schemaname,
        relation.relname,
        bool(node.if_not_exists),
        relation.relpersistence,
        node.partbound is not None,
        node.partspec is not None,
        [it.colname for it in columns if it.typeName is not None],
        constraints,
    ]


def create_index(node):
    return [
        node.relation.schemaname,
        node.relation.relname,
        node.idxname,
        bool(node.unique),
        bool(node.concurrent),
        bool(node.if_not_exists),
        not node.relation.inh,
        [it.name for it in node.indexParams],
        len(node.indexIncludingParams or ()),
        node.accessMethod,
        node.whereClause is not None,
    ]


def last_name(item):
    if isinstance(item, ast.TypeName):
        return item.names[-1].sval
    return item[-1].sval if isinstance(item, tuple) else item.sval


def option(node, name):
    """Whether an option of a statement is on."""
    on = False
    for it in node.params or ():
        if it.defname == name:
            written = [getattr(it.arg, kind, None) for kind in ("sval", "ival", "boolval")]
            on = it.arg is None or any(str(value).lower() in ("true", "on", "1") for value in written)
    return on


def expected(node):
    """The operations of a statement as PostgreSQL's tree has them; None for those that are not compared in depth."""
    if isinstance(node, ast.AlterTableStmt) and node.objtype == O.OBJECT_TABLE:
        return [command(it) for it in node.cmds]
    if isinstance(node, ast.CreateStmt):
        return [("CreateTable", create_table(node))]
    if isinstance(node, ast.IndexStmt):
        return [("CreateIndex", create_index(node))]
    if isinstance(node, ast.DropStmt) and node.removeType in DROPS:
        cascade = node.behavior == DropBehavior.DROP_CASCADE
        flags = [bool(node.missing_ok), cascade, bool(node.concurrent)]
        return [(DROPS[node.removeType], [last_name(it), *flags]) for it in node.objects]
    if isinstance(node, ast.CreateEnumStmt):
        return [("CreateEnum", [it.sval for it in node.vals or ()])]
    if isinstance(node, ast.AlterEnumStmt) and node.oldVal is None:
        return [("AddEnumValue", [node.newVal, bool(node.skipIfNewValExists)])]
    if isinstance(node, ast.RefreshMatViewStmt):
        return [("RefreshView", [bool(node.concurrent)])]
    if isinstance(node, ast.ReindexStmt):
        return [("Reindex", [option(node, "concurrently")])]
    if isinstance(node, ast.TruncateStmt):
        return [("Truncate", [len(node.relations), node.behavior == DropBehavior.DROP_CASCADE])]
    if isinstance(node, ast.UpdateStmt) and node.withClause is None:
        return [("Update", [[it.name for it in node.targetList], node.whereClause is not None])]
    if isinstance(node, ast.DeleteStmt) and node.withClause is None:
        return [("Delete", [node.whereClause is not None])]
    return None


NAMED = {
    ast.AlterObjectSchemaStmt: {"SetTableSchema", "Other"},
    ast.CallStmt: {"Query"},
    ast.CopyStmt: {"Copy"},
    ast.CreateDomainStmt: {"CreateDomain"},
    ast.CreateExtensionStmt: {"CreateExtension"},
    ast.CreateFunctionStmt: {"CreateFunction"},
    ast.CreateSchemaStmt: {"CreateSchema"},
    ast.CreateSeqStmt: {"CreateSequence"},
    ast.CreateTableAsStmt: {"CreateTable", "CreateView"},
    ast.CreateTrigStmt: {"CreateTrigger"},
    ast.DoStmt: {"Do"},
    ast.LockStmt: {"Lock"},
    ast.TransactionStmt: {"Transaction", "Other"},
    ast.VariableSetStmt: {"Set", "Other"},
    ast.ViewStmt: {"CreateView"},
    ast.RenameStmt: {"RenameTable", "RenameColumn", "RenameConstraint", "RenameIndex", "RenameType", "Other"},
}


def same(ours, theirs):
    if isinstance(theirs, set):
        return ours in theirs
    if isinstance(theirs, (list, tuple)):
        return isinstance(ours, list) and len(ours) == len(theirs) and all(map(same, ours, theirs))
    return ours == theirs


def facts(step):
    has = step["has"]
    # Without USING the grammar says btree.
    if step["is"] == "CreateIndex" and has[9] is None:
        has[9] = "btree"
    return has


def differences(statement):
    """What mig-check gets wrong about one statement; None if psql must read it first."""
    text, steps = statement["text"], statement["steps"]
    if text.startswith("\\") or "\0" in text:
        return None
    kinds = [step["is"] for step in steps]
    try:
        tree = parse_sql(text)
    except Exception as error:
        if re.search(r"(?<![:\w]):['\"{]?\w", text):
            return None
        return [] if "Unparsed" in kinds else [f"PostgreSQL says: {error}"]
    if "Unparsed" in kinds:
        return [f"PostgreSQL accepts it, we say: {steps[kinds.index('Unparsed')]['has'][0]}"]
    if len(tree) != 1:
        return [f"PostgreSQL reads {len(tree)} statements"]
    node = tree[0].stmt
    wanted = expected(node)
    if any(it["is"] == "Other" and it["has"] == ["statement"] for it in steps):
        return [f"no kind for {type(node).__name__}"]
    if wanted is None:
        names = NAMED.get(type(node))
        return [f"{kinds} for {type(node).__name__}"] if names and not set(kinds) & names else []
    if kinds != [name for name, _ in wanted]:
        return [f"{kinds} where PostgreSQL has {[name for name, _ in wanted]}"]
    pairs = zip(steps, wanted)
    return [f"{facts(step)} where PostgreSQL has {want}" for step, (_, want) in pairs if not same(facts(step), want)]


def sql_files(paths):
    for path in paths:
        if os.path.isfile(path):
            yield path
        for folder, _, names in sorted(os.walk(path)):
            yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith(".sql"))


def count_differs(path, ours):
    """Whether PostgreSQL finds another number of statements in a file that it accepts as a whole."""
    try:
        text = open(path, encoding="utf-8-sig", newline="").read()
        theirs = len(parse_sql(text))
    except Exception:
        return None
    return [f"{ours} statements where PostgreSQL has {theirs}"] if ours != theirs else []


def main(paths):
    files = [path for path in sql_files(paths) if os.path.isfile(path) and "\n" not in path]
    tool = subprocess.run([TOOL], input="\n".join(files).encode(), stdout=subprocess.PIPE, check=True)
    counts, shown = collections.Counter(), collections.Counter()
    for line in tool.stdout.splitlines():
        read = json.loads(line)
        judged = [(read["path"], "", count_differs(read["path"], len(read["statements"])))]
        judged += [(read["path"], it["text"], differences(it)) for it in read["statements"]]
        counts["files" if judged[0][2] is not None else "files that PostgreSQL rejects"] += 1
        for path, text, found in judged[1:]:
            counts["not judged" if found is None else "differ" if found else "agree"] += 1
        for path, text, found in judged:
            for difference in found or ():
                counts["differences"] += 1
                shown[difference] += 1
                if shown[difference] <= SHOWN:
                    print(f"{path}: {' '.join(text.split())[:160]}\n    {difference}")
    print(dict(counts))
    return 1 if counts["differences"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) if len(sys.argv) > 1 else __doc__)
