"""What PostgreSQL's tree says of each action of ALTER TABLE, in the words that examples/sql_operations.rs has."""

from pglast.enums import AlterTableType as AT, ConstrType as C, DropBehavior

from postgres_objects import foreign
from postgres_options import AnyOf, column_constraints, constraint, flags, generated, names, settings

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


def qualified(relation):
    return ".".join(filter(None, [relation.schemaname, relation.relname]))


def role(node):
    kind = node.roletype.name.removeprefix("ROLESPEC_")
    return node.rolename if kind == "CSTRING" else kind


def action_object(node):
    """What an action names."""
    kind = node.subtype
    if kind in (AT.AT_EnableTrigAll, AT.AT_DisableTrigAll):
        return "ALL"
    if kind in (AT.AT_EnableTrigUser, AT.AT_DisableTrigUser):
        return "USER"
    if kind == AT.AT_ChangeOwner:
        return role(node.newowner)
    if kind in (AT.AT_AddInherit, AT.AT_DropInherit):
        return qualified(node.def_)
    if kind == AT.AT_DetachPartitionFinalize:
        return qualified(node.def_.name)
    if kind == AT.AT_AddOf:
        return ".".join(names(node.def_.names))
    if kind == AT.AT_ReplicaIdentity:
        return {"f": "FULL", "n": "NOTHING", "d": "DEFAULT"}.get(node.def_.identity_type, node.def_.name)
    if kind == AT.AT_SetAccessMethod:
        return node.name or "DEFAULT"
    return node.def_.conname if kind == AT.AT_AlterConstraint else node.name


def constraint_attributes(node):
    """What ALTER CONSTRAINT sets. What is not deferrable is not deferred, whether that is written or not."""
    if node.alterEnforceability:
        return [["enforced", None if node.is_enforced else "false"]]
    if node.alterInheritability:
        return [["inherit", "false" if node.noinherit else None]]
    on, off = [["deferrable", None]], [["deferrable", "false"]]
    late, early = [["initdeferred", None]], [["initdeferred", "false"]]
    if node.initdeferred:
        return AnyOf([late, on + late, late + on])
    if node.deferrable:
        return AnyOf([on, on + early, early + on])
    return AnyOf([off, early, off + early, early + off])


def foreign_action(node):
    """What an action on something else than a table gives it; None where that is an operation on a column."""
    if node.subtype == AT.AT_ChangeOwner:
        return [["owner", role(node.newowner).lower() if node.newowner.rolename is None else node.newowner.rolename]]
    if node.subtype == AT.AT_SetTableSpace:
        return [["tablespace", node.name]]
    if node.subtype == AT.AT_SetRelOptions:
        return settings(node.def_)
    if node.subtype == AT.AT_ResetRelOptions:
        return [[f"reset {name}", None] for name, _ in settings(node.def_)]
    return None


def action_options(node):
    if node.subtype == AT.AT_GenericOptions:
        return foreign(node.def_)
    if node.subtype == AT.AT_AlterConstraint:
        return constraint_attributes(node.def_)
    return settings(node.def_) if node.subtype in (AT.AT_SetRelOptions, AT.AT_ResetRelOptions) else []


def column_options(node):
    """What an action on a column sets."""
    kind, set_to = node.subtype, node.def_
    if kind == AT.AT_AddIdentity:
        when = "always" if set_to.generated_when == "a" else "by default"
        return [["generated", when], *settings(set_to.options)]
    if kind in (AT.AT_SetIdentity, AT.AT_SetOptions, AT.AT_ResetOptions):
        return settings(set_to)
    if kind == AT.AT_AlterColumnGenericOptions:
        return foreign(set_to)
    if kind == AT.AT_SetStatistics:
        return [["statistics", "default" if set_to is None else str(set_to.ival)]]
    if kind in (AT.AT_SetStorage, AT.AT_SetCompression):
        return [["storage" if kind == AT.AT_SetStorage else "compression", set_to.sval]]
    return flags(if_exists=node.missing_ok)


def command(node):
    """The operation of one ALTER TABLE action, and its facts."""
    cascade = node.behavior == DropBehavior.DROP_CASCADE
    kind = node.subtype
    if kind in ACTIONS:
        return "AlterTable", [ACTIONS[kind], action_object(node), action_options(node)]
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
        return "AttachPartition", [node.def_.name.relname, bool(node.def_.bound.is_default)]
    if kind == AT.AT_DetachPartition:
        return "DetachPartition", [node.def_.name.relname, bool(node.def_.concurrent)]
    if kind in COLUMN_ACTIONS:
        return "AlterColumn", [node.name or str(node.num), COLUMN_ACTIONS[kind], column_options(node)]
    raise KeyError(kind)
