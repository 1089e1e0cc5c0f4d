"""What PostgreSQL's tree says of a statement, in the words that examples/sql_operations.rs has for an operation."""

import re

from pglast import ast
from pglast.enums import AlterTableType as AT, DropBehavior, ObjectType as O, OnCommitAction, TransactionStmtKind as T

from postgres_actions import command, foreign_action
from postgres_objects import assigned, attribute, called, expected as expected_of_object, other
from postgres_options import column_constraints, constraint, flags, generated, setting_value, settings

DROPS = {
    O.OBJECT_TABLE: "DropTable",
    O.OBJECT_INDEX: "DropIndex",
    O.OBJECT_TYPE: "DropType",
    O.OBJECT_SEQUENCE: "DropSequence",
    O.OBJECT_VIEW: "DropView",
    O.OBJECT_MATVIEW: "DropView",
    O.OBJECT_SCHEMA: "DropSchema",
    O.OBJECT_TRIGGER: "DropTrigger",
    O.OBJECT_POLICY: "DropPolicy",
}
ON_COMMIT = {OnCommitAction.ONCOMMIT_DELETE_ROWS: "DELETE ROWS", OnCommitAction.ONCOMMIT_DROP: "DROP"}
VERBS = {
    T.TRANS_STMT_BEGIN: "BEGIN",
    T.TRANS_STMT_START: "BEGIN",
    T.TRANS_STMT_COMMIT: "COMMIT",
    T.TRANS_STMT_ROLLBACK: "ROLLBACK",
    T.TRANS_STMT_SAVEPOINT: "SAVEPOINT",
    T.TRANS_STMT_RELEASE: "SAVEPOINT",
    T.TRANS_STMT_ROLLBACK_TO: "SAVEPOINT",
}
TABLES = (O.OBJECT_TABLE, O.OBJECT_FOREIGN_TABLE, O.OBJECT_MATVIEW)
EXTENSION_OPTIONS = ["schema", "new_version", "cascade"]
LOCK_MODES = [
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
]


def create_table(node):
    relation, elements = node.relation, node.tableElts or ()
    columns = [it for it in elements if isinstance(it, ast.ColumnDef)]
    constraints = []
    for element in elements:
        if isinstance(element, ast.ColumnDef):
            constraints += column_constraints(element.constraints, element.colname)
        elif isinstance(element, ast.Constraint):
            constraints.append(constraint(element))
    return [
        relation.schemaname,
        relation.relname,
        bool(node.if_not_exists),
        relation.relpersistence,
        node.partbound is not None,
        node.partspec is not None,
        [[it.colname, generated(it.constraints)] for it in columns if it.typeName is not None],
        constraints,
        False,
        False,
        settings(node.options),
        node.tablespacename,
        node.accessMethod,
        ON_COMMIT.get(node.oncommit),
    ]


def create_table_as(node):
    """A table, or a materialized view."""
    into = node.into
    if node.objtype == O.OBJECT_MATVIEW:
        # In the order in which they are written.
        options = settings(into.options) + ([["tablespace", into.tableSpaceName]] if into.tableSpaceName else [])
        method = [["access_method", into.accessMethod]] if into.accessMethod else []
        return "CreateView", [
            into.rel.relname, True, False, bool(node.if_not_exists), bool(into.skipData), method + options
        ]
    relation = into.rel
    return "CreateTable", [
        relation.schemaname,
        relation.relname,
        bool(node.if_not_exists),
        relation.relpersistence,
        False,
        False,
        [],
        [],
        bool(into.skipData),
        True,
        settings(into.options),
        into.tableSpaceName,
        into.accessMethod,
        ON_COMMIT.get(into.onCommit),
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
        [bool(it.opclass or it.collation or it.ordering.value or it.nulls_ordering.value) for it in node.indexParams],
        [it.name for it in node.indexIncludingParams or ()],
        node.accessMethod,
        node.whereClause is not None,
        bool(node.nulls_not_distinct),
        settings(node.options),
        node.tableSpace,
    ]


def last_name(item):
    if isinstance(item, ast.TypeName):
        return item.names[-1].sval
    return item[-1].sval if isinstance(item, tuple) else item.sval


def is_on(options, name):
    """Whether an option of a statement is on."""
    on = False
    for it in options or ():
        if it.defname == name:
            on = setting_value(name, it.arg) not in ("false", "off", "0")
    return on


def reindex(node):
    return [is_on(node.params, "concurrently"), [it for it in settings(node.params) if it[0] != "concurrently"]]


def vacuum(node):
    kind = "VACUUM FULL" if is_on(node.options, "full") else "VACUUM"
    return [kind if node.is_vacuumcmd else "ANALYZE", settings(node.options)]


def drop(node):
    cascade = node.behavior == DropBehavior.DROP_CASCADE
    facts = [bool(node.missing_ok), cascade, bool(node.concurrent)]
    if node.removeType == O.OBJECT_POLICY:
        # Nothing depends on a policy, so CASCADE says nothing.
        facts[1] = False
    kind = DROPS.get(node.removeType)
    if kind:
        return [(kind, [last_name(it), *facts]) for it in node.objects]
    return [("Other", [f"DROP {called(node.removeType)}", flags(if_exists=node.missing_ok, cascade=cascade)])]


def in_depth(node):
    """The one operation of a statement, for those that always are one."""
    if isinstance(node, ast.CreateStmt):
        return "CreateTable", create_table(node)
    if isinstance(node, ast.CreateTableAsStmt) and not node.is_select_into:
        return create_table_as(node)
    if isinstance(node, ast.IndexStmt):
        return "CreateIndex", create_index(node)
    if isinstance(node, ast.CreateEnumStmt):
        return "CreateEnum", [it.sval for it in node.vals or ()]
    if isinstance(node, ast.AlterEnumStmt) and node.oldVal is None:
        after = bool(node.newValIsAfter and node.newValNeighbor is not None)
        return "AddEnumValue", [node.newVal, bool(node.skipIfNewValExists), node.newValNeighbor, after]
    if isinstance(node, ast.CreateSeqStmt):
        sequence = node.sequence
        return "CreateSequence", [sequence.relname, bool(node.if_not_exists), sequence.relpersistence, settings(node.options)]
    if isinstance(node, ast.AlterSeqStmt):
        return "Other", ["ALTER SEQUENCE", flags(if_exists=node.missing_ok) + settings(node.options)]
    if isinstance(node, ast.RefreshMatViewStmt):
        return "RefreshView", [bool(node.concurrent), bool(node.skipData)]
    if isinstance(node, ast.ReindexStmt):
        return "Reindex", reindex(node)
    if isinstance(node, ast.VacuumStmt):
        return "Other", vacuum(node)
    if isinstance(node, ast.ClusterStmt):
        return "Other", ["CLUSTER", settings(node.params)]
    if isinstance(node, ast.CopyStmt):
        return "Copy", [bool(node.is_from), settings(node.options)]
    if isinstance(node, ast.CreateExtensionStmt):
        # They may stand in any order.
        options = sorted(settings(node.options), key=lambda it: EXTENSION_OPTIONS.index(it[0]))
        return "CreateExtension", [node.extname, bool(node.if_not_exists), options]
    if isinstance(node, ast.TransactionStmt) and node.kind in VERBS:
        return "Transaction", [VERBS[node.kind], bool(node.chain)]
    if isinstance(node, ast.LockStmt):
        return "Lock", [len(node.relations), LOCK_MODES[node.mode - 1], bool(node.nowait)]
    if isinstance(node, ast.TruncateStmt):
        cascade = node.behavior == DropBehavior.DROP_CASCADE
        return "Truncate", [len(node.relations), cascade, bool(node.restart_seqs)]
    return None


def many_of_one(node):
    """Whether several actions are on an object that mostly has one."""
    return len(node.cmds) > 1 and node.objtype in (O.OBJECT_INDEX, O.OBJECT_SEQUENCE)


def expected(node):
    """The operations of a statement as PostgreSQL's tree has them; None for those that are not compared in depth."""
    if isinstance(node, ast.AlterTableStmt) and (node.objtype in TABLES or many_of_one(node)):
        return [command(it) for it in node.cmds]
    if isinstance(node, ast.AlterTableStmt) and node.objtype == O.OBJECT_TYPE:
        return [("Other", [kind, [named, *words]]) for kind, named, words in map(attribute, node.cmds)]
    if isinstance(node, ast.AlterTableStmt):
        said = [foreign_action(it) for it in node.cmds]
        known = all(it is not None for it in said)
        return other(f"ALTER {called(node.objtype)}", flags(if_exists=node.missing_ok), *said) if known else None
    if isinstance(node, ast.DropStmt):
        return drop(node)
    if isinstance(node, ast.UpdateStmt) and node.withClause is None:
        return [("Update", [assigned(node.targetList), node.whereClause is not None])]
    if isinstance(node, ast.DeleteStmt) and node.withClause is None:
        return [("Delete", [node.whereClause is not None])]
    one = in_depth(node)
    return [one] if one else expected_of_object(node)


NAMED = {
    ast.AlterObjectSchemaStmt: {"SetTableSchema", "Other"},
    ast.CallStmt: {"Query"},
    ast.CreateDomainStmt: {"CreateDomain"},
    ast.CreateFunctionStmt: {"CreateFunction"},
    ast.CreateSchemaStmt: {"CreateSchema"},
    ast.CreateTableAsStmt: {"CreateTable"},
    ast.CreateTrigStmt: {"CreateTrigger"},
    ast.DoStmt: {"Do"},
    ast.TransactionStmt: {"Transaction", "Other"},
    ast.VariableSetStmt: {"Set", "Other"},
    ast.RenameStmt: {"RenameTable", "RenameColumn", "RenameConstraint", "RenameIndex", "RenameType", "Other"},
}

# Kinds of statements and actions that no text has: they are parts of others, or made after the grammar.
INTERNAL = {"PLAssignStmt", "RawStmt", "ReplicaIdentityStmt", "ReturnStmt", "SetOperationStmt"}
INTERNAL_ACTION = re.compile(r"AT_(ReAdd|AddIndex|Cooked|Replace|AddColumnToView)")


def kinds(node):
    """The kind of a statement, and those of its actions."""
    actions = node.cmds if isinstance(node, ast.AlterTableStmt) else ()
    return {type(node).__name__, *(it.subtype.name for it in actions)}


def all_kinds():
    statements = {name for name in dir(ast) if name.endswith("Stmt")} - INTERNAL
    return statements | {it.name for it in AT if not INTERNAL_ACTION.match(it.name)}
