"""Keeps a process that runs somebody's migrations away from every database but the disposable one.

Whatever URL the project's settings name, each PostgreSQL connection is led to mig-check's own listener; every other
database, driver and address is refused.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import socket
import sys
from urllib.parse import parse_qsl, urlsplit

HOST = "127.0.0.1"
DRIVERS = ("psycopg2", "psycopg", "asyncpg", "pg8000")
DIALECTS = {*DRIVERS, "psycopg_async"}
# Parts of a connection that lead elsewhere or prove who somebody is; all others (options, application_name) are kept.
LEADING = {
    "host",
    "hostaddr",
    "port",
    "user",
    "password",
    "passfile",
    "dbname",
    "database",
    "service",
    "servicefile",
    "require_auth",
    "channel_binding",
    "target_session_attrs",
    "krbsrvname",
    "gsslib",
    "gssdelegation",
    "load_balance_hosts",
    "unix_sock",
    "sock",
    "source_address",
    "krb5_principal",
}


class Refused(ConnectionRefusedError):
    """A connection that mig-check does not let a migration make."""


class Wall:
    """Where everything is led to."""

    def __init__(self, port, password, database):
        self.port = port
        self.password = password
        self.database = database
        self.targets = set()
        self.engines = {}

    def url(self, driver=None):
        scheme = "postgresql+" + driver if driver else "postgresql"
        return f"{scheme}://postgres:{self.password}@{HOST}:{self.port}/{self.database}"

    def raise_up(self):
        """Must be called before any code of the project is imported."""
        sys.meta_path.insert(0, _Patcher(self))
        for name in [name for name in DRIVERS if name in sys.modules]:
            self.patch(name, sys.modules[name])
        if hasattr(sys, "addaudithook"):
            sys.addaudithook(self._audit)

    def watch_sqlalchemy(self):
        """Refuses other databases as soon as an engine connects, and remembers the engines."""
        from sqlalchemy import event
        from sqlalchemy.engine import Engine

        def connecting(dialect, _record, _arguments, _parameters):
            if dialect.name != "postgresql":
                raise Refused(
                    f"env.py connects to {dialect.name}: mig-check only lets migrations reach its own PostgreSQL"
                )
            if dialect.driver not in DIALECTS:
                raise Refused(f"the driver {dialect.driver} is not known to mig-check, which cannot redirect it")

        def connected(connection, *_):
            self.engines[id(connection.engine)] = connection.engine

        event.listen(Engine, "do_connect", connecting)
        event.listen(Engine, "engine_connect", connected)

    def forget_connections(self):
        """Drops what the engines' pools hold: their database is about to be replaced."""
        for engine in self.engines.values():
            if getattr(engine.dialect, "is_async", False):
                engine.dispose(close=False)
            else:
                engine.dispose()
        self.engines.clear()

    def set_urls(self, names, driver):
        """Gives variables a URL; one of PostgreSQL keeps its scheme, which may name a driver."""
        for name in names:
            scheme, _, given = os.environ.get(name, "").partition("://")[0].partition("+")
            is_known = scheme in ("postgres", "postgresql") and (not given or given in DIALECTS)
            os.environ[name] = self.url(given if is_known else driver)

    def _audit(self, event, arguments):
        if event != "socket.connect":
            return
        sock, address = arguments
        if sock.type & socket.SOCK_DGRAM:
            return
        if sock.family == getattr(socket, "AF_UNIX", None):
            if ".s.PGSQL." in os.fsdecode(address):
                raise Refused(f"mig-check does not let migrations reach {os.fsdecode(address)}")
        elif tuple(address[:2]) != (HOST, self.port):
            raise Refused(
                f"mig-check lets migrations reach its own server only, not {address[0]} port {address[1]}"
            )

    def led(self, keywords):
        """Keyword arguments of a connection, led to the disposable database. The first host is remembered."""
        kept = {key: value for key, value in keywords.items() if key not in LEADING and not key.startswith(("ssl", "gss"))}
        self.targets.add((str(keywords.get("host")), str(keywords.get("port")), str(keywords.get("dbname") or keywords.get("database"))))
        kept.update(host=HOST, port=self.port, user="postgres", password=self.password)
        return kept

    def patch(self, name, module):
        getattr(self, "_patch_" + name)(module)

    def _libpq(self, parse):
        def arguments(dsn, keywords):
            merged = dict(parse(dsn)) if dsn else {}
            merged.update({key: value for key, value in keywords.items() if value is not None})
            led = self.led(merged)
            led.update(dbname=self.database, sslmode="disable", gssencmode="disable")
            return led

        return arguments

    def _patch_psycopg2(self, module):
        from psycopg2.extensions import parse_dsn

        arguments = self._libpq(parse_dsn)
        original = module._connect

        def connect(dsn, connection_factory=None, **keywords):
            return original(module.extensions.make_dsn(**arguments(dsn, keywords)), connection_factory)

        def asynchronous(dsn, connection_factory=None, **keywords):
            raise Refused("asynchronous psycopg2 connections cannot be redirected")

        def chosen(dsn, connection_factory=None, **keywords):
            waits = not (keywords.pop("async_", 0) or keywords.pop("async", 0))
            return (connect if waits else asynchronous)(dsn, connection_factory, **keywords)

        module._connect = chosen

    def _patch_psycopg(self, module):
        from psycopg.conninfo import conninfo_to_dict

        arguments = self._libpq(conninfo_to_dict)
        not_libpq = {
            "autocommit",
            "prepare_threshold",
            "context",
            "row_factory",
            "cursor_factory",
        }

        def patched(kind):
            original = kind.connect.__func__

            def connect(cls, conninfo="", **keywords):
                ours = {key: keywords.pop(key) for key in list(keywords) if key in not_libpq}
                return original(cls, "", **arguments(conninfo, keywords), **ours)

            kind.connect = classmethod(connect)

        patched(module.Connection)
        patched(module.AsyncConnection)
        module.connect = module.Connection.connect

    def _patch_asyncpg(self, module):
        inner = module.connection
        original = inner.connect
        wall = self

        def arguments(dsn, keywords):
            given = dict(parse_qsl(urlsplit(dsn).query)) if dsn else {}
            settings = {key: value for key, value in given.items() if key not in LEADING and not key.startswith("ssl")}
            led = wall.led(keywords)
            led.update(database=wall.database, ssl=False)
            if settings:
                led["server_settings"] = {**settings, **(led.get("server_settings") or {})}
            return led

        def connect(dsn=None, **keywords):
            return original(**arguments(dsn, keywords))

        inner.connect = connect
        module.connect = connect

    def _patch_pg8000(self, module):
        from pg8000 import core

        wall = self
        original = core.CoreConnection.__init__

        def initialise(connection, user, host="localhost", database=None, port=5432, password=None, **keywords):
            led = wall.led(dict(keywords, host=host, port=port, database=database))
            led.update(database=wall.database, ssl_context=None)
            original(connection, **led)

        core.CoreConnection.__init__ = initialise


class _Patcher(importlib.abc.MetaPathFinder):
    """Patches a driver when it is first imported."""

    def __init__(self, wall):
        self.wall = wall
        self.busy = set()

    def find_spec(self, name, path=None, target=None):
        if name not in DRIVERS or name in self.busy:
            return None
        self.busy.add(name)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self.busy.discard(name)
        if spec is None or spec.loader is None:
            return spec
        run = spec.loader.exec_module

        def exec_module(module):
            run(module)
            self.wall.patch(name, module)

        spec.loader.exec_module = exec_module
        return spec
