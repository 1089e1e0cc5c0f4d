"""What PostgreSQL's tree says of a statement, in the words that examples/sql_operations.rs has for an operation.

A fact that may be said in several ways is the set of them.
"""

import re

from pglast import ast
from pglast.enums import AlterTableType as AT, ConstrType as C, DropBehavior, ObjectType as O

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


ON_DELETE = {
    "a": {None, "NO ACTION"},
    "r": {"RESTRICT"},
    "c": {"CASCADE"},
    "n": {"SET NULL"},
    "d": {"SET DEFAULT"},
    None: {None},
}


def names(nodes):
    return [it.sval for it in nodes or ()]


def constraint(node, column=None):
    """Its name, its kind, what it leaves out, and what it is on; one that is written on a column is on that column."""
    checked = node.contype in (C.CONSTR_CHECK, C.CONSTR_FOREIGN)
    unenforced = checked and not node.is_enforced
    # The grammar also says that what is not enforced is not validated, whether that is written or not.
    not_valid = {True, False} if unenforced else bool(node.skip_validation)
    foreign = node.contype == C.CONSTR_FOREIGN
    columns = names(node.fk_attrs if foreign else node.keys) or ([column] if column else [])
    if node.contype in (C.CONSTR_CHECK, C.CONSTR_EXCLUSION):
        columns = []
    return [
        node.conname,
        CONSTRAINTS[node.contype],
        not_valid,
        unenforced,
        columns,
        node.pktable.relname if foreign else None,
        names(node.pk_attrs),
        ON_DELETE[node.fk_del_action if foreign else None],
    ]


def column_constraints(nodes, column):
    """Those that are no property of the column. A clause NOT ENFORCED stands after the constraint that it is of."""
    found = []
    for node in nodes or ():
        if node.contype in CONSTRAINTS and node.contype != C.CONSTR_NOTNULL:
            found.append(constraint(node, column))
        elif node.contype == C.CONSTR_ATTR_NOT_ENFORCED and found:
            found[-1][3] = True
            found[-1][2] = {True, False}
    return found


def generated(nodes):
    """How a column fills itself, as it is last said."""
    how = None
    for node in nodes or ():
        if node.contype == C.CONSTR_IDENTITY:
            how = "ALWAYS" if node.generated_when == "a" else "BY DEFAULT"
        if node.contype == C.CONSTR_GENERATED:
            how = "STORED" if node.generated_kind == "s" else "VIRTUAL"
    return how


def added_column(command):
    node = command.def_
    kinds = {it.contype for it in node.constraints or ()}
    return [
        node.colname,
        bool(command.missing_ok),
        bool(kinds & {C.CONSTR_NOTNULL, C.CONSTR_PRIMARY}),
        C.CONSTR_DEFAULT in kinds,
        generated(node.constraints),
        column_constraints(node.constraints, node.colname),
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
        # Parts of one array or composite may each be assigned: that is one column.
        columns = list(dict.fromkeys(it.name for it in node.targetList))
        return [("Update", [columns, node.whereClause is not None])]
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
