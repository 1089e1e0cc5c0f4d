"""What PostgreSQL's tree says of constraints, columns and options, in the words that examples/sql_operations.rs has.

A fact that may be said in several ways is the set of them, or any of several lists.
"""

from pglast import ast
from pglast.enums import ConstrType as C

CONSTRAINTS = {
    C.CONSTR_CHECK: "CHECK",
    C.CONSTR_NOTNULL: "NOTNULL",
    C.CONSTR_UNIQUE: "UNIQUE",
    C.CONSTR_PRIMARY: "PRIMARY",
    C.CONSTR_FOREIGN: "FOREIGN",
    C.CONSTR_EXCLUSION: "EXCLUSION",
}
REFERENTIAL = {
    "a": {None, "NO ACTION"},
    "r": {"RESTRICT"},
    "c": {"CASCADE"},
    "n": {"SET NULL"},
    "d": {"SET DEFAULT"},
    None: {None},
}
TYPES = {"int2": {"smallint", "int2"}, "int4": {"int", "integer", "int4"}, "int8": {"bigint", "int8"}}


class AnyOf(list):
    """Facts of which one has to be there."""


def names(nodes):
    return [it.sval for it in nodes or ()]


def setting_value(name, node):
    """What an option is set to. One that is on may say so or not."""
    if node is None:
        return None
    if isinstance(node, ast.Boolean):
        return {None, "true", "on"} if node.boolval else "false"
    if name == "generated":
        return {"a": "always", "d": "by default"}[chr(node.ival)]
    if isinstance(node, ast.TypeName):
        parts = [it for it in names(node.names) if it != "pg_catalog"]
        return TYPES.get(parts[0], ".".join(parts))
    if isinstance(node, tuple):
        parts = names(node)
        return ".".join(parts) if name in ("owned_by", "sequence_name") else f"({', '.join(parts)})"
    if isinstance(node, ast.A_Star):
        return "*"
    return str(node.ival) if isinstance(node, ast.Integer) else getattr(node, "sval", None) or getattr(node, "fval", "")


def settings(nodes):
    """The options of a list, each its name and what it is set to."""
    found = []
    for node in nodes or ():
        name = f"{node.defnamespace}.{node.defname}" if node.defnamespace else node.defname
        found.append([name, setting_value(name, node.arg)])
    return found


def flags(**written):
    return [[name, None] for name, on in written.items() if on]


def referential(action, columns=()):
    """`ON DELETE` and `ON UPDATE`; for some columns, if they are named."""
    listed = f" ({', '.join(names(columns))})" if columns else ""
    return {said and said + listed for said in REFERENTIAL[action]}


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
    key = None
    if foreign:
        deleted = referential(node.fk_del_action, node.fk_del_set_cols)
        updated = referential(node.fk_upd_action)
        key = [node.pktable.relname, names(node.pk_attrs), deleted, updated, node.fk_matchtype == "f"]
    return [
        node.conname,
        CONSTRAINTS[node.contype],
        not_valid,
        unenforced,
        columns,
        key,
        bool(node.is_no_inherit),
        bool(node.deferrable),
        bool(node.initdeferred),
        [
            bool(node.nulls_not_distinct),
            bool(node.without_overlaps),
            names(node.including),
            settings(node.options),
            node.indexspace,
        ],
    ]


def column_constraints(nodes, column):
    """Those that are no property of the column. NOT ENFORCED and DEFERRABLE stand after the constraint that they are of."""
    found = []
    for node in nodes or ():
        if node.contype in CONSTRAINTS and node.contype != C.CONSTR_NOTNULL:
            found.append(constraint(node, column))
        elif node.contype == C.CONSTR_ATTR_NOT_ENFORCED and found:
            found[-1][3] = True
            found[-1][2] = {True, False}
        elif node.contype in (C.CONSTR_ATTR_DEFERRABLE, C.CONSTR_ATTR_DEFERRED) and found:
            found[-1][7] = True
            found[-1][8] |= node.contype == C.CONSTR_ATTR_DEFERRED
    return found


def generated(nodes):
    """How a column fills itself, as it is last said."""
    how = None
    for node in nodes or ():
        if node.contype == C.CONSTR_IDENTITY:
            how = ["ALWAYS" if node.generated_when == "a" else "BY DEFAULT", settings(node.options)]
        if node.contype == C.CONSTR_GENERATED:
            how = ["STORED" if node.generated_kind == "s" else "VIRTUAL", []]
    return how
