"""What PostgreSQL's tree says of what roles, routines, foreign objects, privileges and names are given, and of triggers
and views, in the words that examples/sql_operations.rs has. None stands for what is not compared."""

from pglast import ast
from pglast.enums import AlterTableType as AT, DropBehavior, ObjectType as O, VariableSetKind as V, ViewCheckOption

from postgres_options import AnyOf, flags, names, settings

# Where the manual has another word than the tree.
CALLED = {
    "FDW": "FOREIGN DATA WRAPPER",
    "FOREIGN SERVER": "SERVER",
    "LARGEOBJECT": "LARGE OBJECT",
    "MATVIEW": "MATERIALIZED VIEW",
    "OPCLASS": "OPERATOR CLASS",
    "OPFAMILY": "OPERATOR FAMILY",
    "STATISTIC EXT": "STATISTICS",
    "TSCONFIGURATION": "TEXT SEARCH CONFIGURATION",
    "TSDICTIONARY": "TEXT SEARCH DICTIONARY",
    "TSPARSER": "TEXT SEARCH PARSER",
    "TSTEMPLATE": "TEXT SEARCH TEMPLATE",
}
VERBS = ["", "set ", "", "drop "]
TIMINGS = {2: "BEFORE", 0: "AFTER", 64: "INSTEAD OF"}
EVENTS = {4: "INSERT", 8: "DELETE", 16: "UPDATE", 32: "TRUNCATE"}


def called(kind):
    word = kind.name.removeprefix("OBJECT_").replace("_", " ")
    return CALLED.get(word, word)


def altered(kind):
    """The statements that alter such an object: those of a role have three names."""
    return {"ALTER ROLE", "ALTER USER", "ALTER GROUP"} if kind == O.OBJECT_ROLE else f"ALTER {called(kind)}"


def other(kind, *options):
    return [("Other", [kind, [it for part in options for it in part]])]


def role(node):
    kind = node.roletype.name.removeprefix("ROLESPEC_")
    return node.rolename if kind == "CSTRING" else kind.lower()


def roles(nodes):
    return ", ".join(map(role, nodes or ()))


def foreign(nodes):
    """The options of a foreign object, with what is done to them."""
    return [[VERBS[it.defaction] + it.defname, it.arg.sval if it.arg else None] for it in nodes or ()]


def parameter(node):
    """`SET` and `RESET` of an object; None if it is set to something else than constants."""
    if node.kind == V.VAR_RESET_ALL:
        return [["reset all", None]]
    if node.kind == V.VAR_RESET:
        return [[f"reset {node.name}", None]]
    if node.kind == V.VAR_SET_CURRENT:
        return [[f"set {node.name}", "FROM CURRENT"]]
    if node.kind == V.VAR_SET_DEFAULT:
        return [[f"set {node.name}", None]]
    values = [getattr(it, "val", None) for it in node.args]
    if not all(isinstance(it, (ast.String, ast.Integer, ast.Float)) for it in values):
        return None
    shown = [str(getattr(it, "ival", None) if isinstance(it, ast.Integer) else getattr(it, "sval", None) or it.fval) for it in values]
    return [[f"set {node.name}", ", ".join(shown)]]


def of_function(nodes):
    found = []
    for node in nodes:
        if isinstance(node.arg, ast.VariableSetStmt):
            given = parameter(node.arg)
            if given is None:
                return None
            found += given
        elif node.defname in ("support", "handler", "validator") and node.arg:
            found.append([node.defname, ".".join(names(node.arg))])
        else:
            found += settings([node])
    return found


def of_role(nodes):
    found = []
    for node in nodes or ():
        listed = isinstance(node.arg, tuple) and all(isinstance(it, ast.RoleSpec) for it in node.arg)
        found += [[node.defname, roles(node.arg)]] if listed else settings([node])
    return found


def privileges(nodes):
    found = []
    for it in nodes or ():
        listed = f" ({', '.join(names(it.cols))})" if it.cols else ""
        found.append(["privilege", (it.priv_name or "all") + listed])
    return found or [["privilege", "all"]]


def granted(node):
    """GRANT and REVOKE, by themselves or by default."""
    option = flags(grant_option=node.grant_option)
    given = privileges(node.privileges), [["grantees", roles(node.grantees)]]
    grantor = [["granted_by", role(node.grantor)]] if node.grantor else []
    cascade = flags(cascade=node.behavior == DropBehavior.DROP_CASCADE)
    return [cascade, *given, option, grantor] if node.is_grant else [cascade, option, *given, grantor]


def granted_role(node):
    given = privileges(node.granted_roles), [["grantees", roles(node.grantee_roles)]]
    grantor = [["granted_by", role(node.grantor)]] if node.grantor else []
    cascade = flags(cascade=node.behavior == DropBehavior.DROP_CASCADE)
    option = settings(node.opt)
    return [cascade, *given, option, grantor] if node.is_grant else [cascade, option, *given, grantor]


def by_default(node):
    where = []
    for it in node.options or ():
        where.append([it.defname, roles(it.arg) if it.defname == "roles" else ", ".join(names(it.arg))])
    kind = "ALTER DEFAULT PRIVILEGES" + ("" if node.action.is_grant else " REVOKE")
    cascade, *said = granted(node.action)
    return other(kind, cascade, where, *said)


def renamed(node):
    kind, to = node.renameType, node.newname
    guarded = flags(if_exists=node.missing_ok)
    foreign_table = O.OBJECT_FOREIGN_TABLE
    if kind == O.OBJECT_COLUMN and node.relationType in (O.OBJECT_TABLE, foreign_table):
        return [("RenameColumn", [node.subname, to])]
    if kind == O.OBJECT_COLUMN:
        return other(altered(node.relationType), guarded, [[f"rename {node.subname}", to]])
    if kind == O.OBJECT_ATTRIBUTE:
        cascade = flags(cascade=node.behavior == DropBehavior.DROP_CASCADE)
        return other("ALTER TYPE", cascade, [[f"rename {node.subname}", to]])
    if kind == O.OBJECT_TABCONSTRAINT:
        return [("RenameConstraint", [node.subname, to])]
    if kind == O.OBJECT_DOMCONSTRAINT:
        return other("ALTER DOMAIN", [[f"rename {node.subname}", to]])
    own = {O.OBJECT_TABLE: "RenameTable", foreign_table: "RenameTable", O.OBJECT_INDEX: "RenameIndex", O.OBJECT_TYPE: "RenameType"}.get(kind)
    return [(own, [to])] if own else other(altered(kind), guarded, [["rename", to]])


def trigger(node):
    function = [it.sval for it in node.funcname]
    return [
        node.trigname,
        node.relation.schemaname,
        node.relation.relname,
        bool(node.replace),
        bool(node.isconstraint),
        TIMINGS[node.timing],
        sorted(name for bit, name in EVENTS.items() if node.events & bit),
        names(node.columns),
        bool(node.row),
        [bool(node.deferrable), bool(node.initdeferred)],
        node.whenClause is not None,
        function[-1],
    ]


def view(node):
    checks = {ViewCheckOption.LOCAL_CHECK_OPTION: "local", ViewCheckOption.CASCADED_CHECK_OPTION: "cascaded"}
    check = checks.get(node.withCheckOption)
    temporary = flags(temporary=node.view.relpersistence == "t")
    # The grammar makes a WITH RECURSIVE of the word; another may stand in the query itself.
    options = settings(node.options) + ([["check_option", check]] if check else [])
    said = AnyOf([temporary + options, temporary + flags(recursive=True) + options])
    return [node.view.relname, False, bool(node.replace), False, False, said]


def attribute(command):
    cascade = flags(cascade=command.behavior == DropBehavior.DROP_CASCADE)
    if command.subtype == AT.AT_AddColumn:
        return ["ALTER TYPE ADD ATTRIBUTE", ["attribute", command.def_.colname], cascade]
    if command.subtype == AT.AT_DropColumn:
        return ["ALTER TYPE DROP ATTRIBUTE", ["attribute", command.name], flags(if_exists=command.missing_ok) + cascade]
    return ["ALTER TYPE ALTER ATTRIBUTE", ["attribute", command.name], cascade]


def assigned(targets):
    """The columns that are assigned. Parts of one array or composite may each be: that is one column."""
    columns = []
    for it in targets or ():
        if not (it.indirection and it.name in columns):
            columns.append(it.name)
    return columns


def insert(node):
    target = node.relation
    defaults = node.selectStmt is None
    return [target.schemaname, target.relname, assigned(node.cols), defaults, node.onConflictClause is not None]


def moved_all(node):
    kind = f"ALTER {called(node.objtype)} ALL IN TABLESPACE"
    owners = [["roles", roles(node.roles)]] if node.roles else []
    return other(kind, owners, [["tablespace", node.new_tablespacename]], flags(nowait=node.nowait))


def of_server(node):
    written = [["type", node.servertype]] if node.servertype else []
    written += [["version", node.version]] if node.version else []
    return other("CREATE SERVER", flags(if_not_exists=node.if_not_exists), written, foreign(node.options))


def set_of(kind, node):
    given = parameter(node.setstmt)
    return other(kind, given) if given is not None else None


def expected(node):
    """The operations of such a statement; None for any other."""
    known = KNOWN.get(type(node))
    return known(node) if known else None


def function(node):
    given = of_function(node.actions)
    return other(altered(node.objtype), given) if given is not None else None


def wrapper(verb):
    return lambda it: other(f"{verb} FOREIGN DATA WRAPPER", of_function(it.func_options or ()), foreign(it.options))


def created_role(node):
    kind = node.stmt_type.name.removeprefix("ROLESTMT_")
    return other(f"CREATE {kind}", of_role(node.options))


def altered_role(node):
    # Members of a group are said in another way.
    return other({"ALTER ROLE", "ALTER USER"}, of_role(node.options)) if node.action == 1 and not any(
        it.defname == "rolemembers" for it in node.options or ()
    ) else None


KNOWN = {
    ast.AlterDatabaseSetStmt: lambda it: set_of("ALTER DATABASE", it),
    ast.AlterDefaultPrivilegesStmt: by_default,
    ast.AlterFdwStmt: wrapper("ALTER"),
    ast.AlterForeignServerStmt: lambda it: other(
        "ALTER SERVER", [["version", it.version]] if it.has_version and it.version else [], foreign(it.options)
    ),
    ast.AlterFunctionStmt: function,
    ast.AlterObjectSchemaStmt: lambda it: None
    if it.objectType in (O.OBJECT_TABLE, O.OBJECT_FOREIGN_TABLE)
    else other(altered(it.objectType), flags(if_exists=it.missing_ok), [["schema", it.newschema]]),
    ast.AlterOwnerStmt: lambda it: None
    if it.objectType == O.OBJECT_LARGEOBJECT
    else other(altered(it.objectType), [["owner", role(it.newowner)]]),
    ast.AlterRoleSetStmt: lambda it: set_of({"ALTER ROLE", "ALTER USER"}, it),
    ast.AlterRoleStmt: altered_role,
    ast.AlterSystemStmt: lambda it: set_of("ALTER SYSTEM", it),
    ast.AlterTableMoveAllStmt: moved_all,
    ast.AlterUserMappingStmt: lambda it: other("ALTER USER MAPPING", foreign(it.options)),
    ast.CreateFdwStmt: wrapper("CREATE"),
    ast.CreateForeignServerStmt: of_server,
    ast.CreateRoleStmt: created_role,
    ast.CreateTrigStmt: lambda it: [("CreateTrigger", trigger(it))],
    ast.CreateUserMappingStmt: lambda it: other(
        "CREATE USER MAPPING", flags(if_not_exists=it.if_not_exists), foreign(it.options)
    ),
    ast.GrantRoleStmt: lambda it: other("GRANT" if it.is_grant else "REVOKE", *granted_role(it)),
    ast.GrantStmt: lambda it: other("GRANT" if it.is_grant else "REVOKE", *granted(it)),
    ast.ImportForeignSchemaStmt: lambda it: other("IMPORT FOREIGN SCHEMA", foreign(it.options)),
    ast.InsertStmt: lambda it: None if it.withClause else [("Insert", insert(it))],
    ast.RenameStmt: renamed,
    ast.ViewStmt: lambda it: [("CreateView", view(it))],
}
