"""Runs single Alembic revisions as mig-check asks, in one process and, where env.py allows it, in one run of env.py.

Reads commands from standard input and answers on what was standard output, one JSON object a line. Whatever the
project prints goes to standard error.
"""

import argparse
import json
import os
import re
import sys
import traceback


def main():
    commands = os.fdopen(os.dup(0), encoding="utf-8")
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    from mig_check_drift import Drift
    from mig_check_wall import Wall

    # As if started by `python -m alembic` in the project's directory.
    sys.path[0] = ""
    start = json.loads(commands.readline())
    wall = Wall(start["port"], start["password"], start["database"])
    wall.raise_up()
    try:
        import alembic
        import sqlalchemy
    except ImportError as error:
        reply(replies, broken="import", module=error.name, message=str(error))
        return
    wall.watch_sqlalchemy()
    Driver(commands, replies, wall, Drift, start, alembic, sqlalchemy).serve()


def reply(replies, **fields):
    replies.write(json.dumps(fields) + "\n")
    replies.flush()


class Swallowed(Exception):
    """A migration failed and env.py went on as if it had not."""


def compile_once():
    """A revision is imported afresh for each of its runs; its code is the same each time."""
    from importlib.machinery import SourceFileLoader

    source_to_code = SourceFileLoader.source_to_code
    compiled = {}

    def known(loader, data, path, **keywords):
        if (path, data) not in compiled:
            compiled[path, data] = source_to_code(loader, data, path, **keywords)
        return compiled[path, data]

    SourceFileLoader.source_to_code = known


class Driver:
    def __init__(self, commands, replies, wall, drift, start, alembic, sqlalchemy):
        self.commands = commands
        self.replies = replies
        self.wall = wall
        self.drift = drift
        self.start = start
        self.versions = {"alembic": alembic.__version__, "sqlalchemy": sqlalchemy.__version__}
        # What the environment of the current run of env.py asked for.
        self.contexts = []
        self.own_transactions = True
        self.pending = None
        self.failure = None
        self.used = set()
        # Those that one run of env.py migrates, where it has a name for each.
        self.databases = []
        # Why there is no application of Flask, where env.py asks for the current one.
        self.without_application = None

    def serve(self):
        try:
            self.load()
            self.probe()
        except BaseException as error:
            if self.without_application and "application context" in str(error):
                error = self.without_application
            reply(self.replies, broken="project", **describe(error, self.start))
            return
        if not self.contexts:
            reply(self.replies, databases=self.databases)
            return
        first = self.contexts[0]
        schemas = {context.version_table_schema for context in self.contexts}
        reply(
            self.replies,
            ready=True,
            python=sys.version.split()[0],
            version_table=first.version_table,
            # With a schema for each tenant there is a table in each.
            version_table_schema=schemas.pop() if len(schemas) == 1 else None,
            one_run=self.one_run,
            **self.versions,
        )
        while True:
            command = self.take()
            if command is None:
                return
            if command["do"] == "release":
                self.wall.forget_connections()
                reply(self.replies, ok=True)
            elif command["do"] == "compare":
                self.compare()
            elif command["do"] == "all":
                self.run_all(command)
            elif self.one_run:
                self.run_following(command)
            else:
                self.run_one(command)

    def load(self):
        from alembic.config import Config
        from alembic.runtime.environment import EnvironmentContext
        from alembic.script import ScriptDirectory

        path = self.start["config"]
        options = argparse.Namespace(config=path, name=self.start["section"], x=self.start["arguments"] or None, raiseerr=True, cmd=None)
        if path.endswith(".toml"):
            config = Config(toml_file=path, ini_section=self.start["section"], cmd_opts=options)
        else:
            config = Config(path, ini_section=self.start["section"], cmd_opts=options)
        if not config.get_main_option("script_location"):
            config.set_main_option("script_location", self.start["scripts"].replace("%", "%%"))
        self.config = config
        compile_once()
        self.urls()
        self.flask()
        self.scripts = ScriptDirectory.from_config(config)
        # Reads every revision file now, so that one that cannot be read is not taken for a failing migration.
        self.scripts.get_heads()
        self.environment = EnvironmentContext
        configure = EnvironmentContext.configure

        def configured(context, *arguments, **keywords):
            if not self.own_transactions:
                keywords["transaction_per_migration"] = True
            return configure(context, *arguments, **keywords)

        EnvironmentContext.configure = configured
        run = EnvironmentContext.run_migrations

        def run_one_database(context, **keywords):
            # The name by which the usual templates for several databases tell their revisions which one is meant.
            name = keywords.get("engine_name")
            if name is not None and name not in self.databases:
                self.databases.append(name)
            if name is None or name == self.start["engine_name"]:
                run(context, **keywords)

        EnvironmentContext.run_migrations = run_one_database

    def environment_file(self):
        try:
            with open(os.path.join(self.start["scripts"], "env.py"), encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            return ""

    def urls(self):
        """A URL for projects whose settings name none, or none of PostgreSQL."""
        from importlib.util import find_spec

        text = self.environment_file()
        wanted = ("asyncpg", "psycopg") if "async_engine" in text else ("psycopg2", "psycopg", "pg8000", "asyncpg")
        driver = next((name for name in wanted if find_spec(name)), None)
        if driver == "psycopg2":
            # What a URL without a driver means; projects that put another in look for that form.
            driver = None
        self.wall.set_urls(self.start["url_variables"], driver)
        try:
            given = self.config.get_main_option("sqlalchemy.url") or ""
        except Exception:
            # An interpolation of a variable that is not set.
            given = ""
        if not given.startswith(("postgresql", "postgres:")):
            self.config.set_main_option("sqlalchemy.url", self.wall.url(driver))

    def flask(self):
        """Flask-Migrate's env.py reads its settings from the current application."""
        if "current_app" not in self.environment_file():
            return
        from flask.cli import NoAppException, ScriptInfo, load_dotenv

        # What `flask db` does before it runs a command: .env and .flaskenv, and the application that they name.
        if os.environ.get("FLASK_SKIP_DOTENV", "0").lower() in ("0", "false", "no"):
            load_dotenv()
        os.environ["FLASK_RUN_FROM_CLI"] = "true"
        try:
            application = ScriptInfo(app_import_path=os.environ.get("FLASK_APP")).load_app()
        except NoAppException as error:
            # env.py may make its own.
            self.without_application = error
            return
        application.app_context().push()
        migrate = getattr(application.extensions.get("migrate"), "migrate", None)
        if hasattr(migrate, "call_configure_callbacks"):
            self.config = migrate.call_configure_callbacks(self.config)

    def run_environment(self, steps, own_transactions):
        """Runs env.py once; what it raises comes through."""
        self.contexts = []
        self.own_transactions = own_transactions

        def migrations(heads, context):
            self.contexts.append(context)
            return steps(heads, context)

        try:
            with self.environment(self.config, self.scripts, fn=migrations, as_sql=False):
                self.scripts.run_env()
        finally:
            # An engine that outlives the run must not meet the next one with connections of this one.
            self.wall.forget_connections()

    def probe(self):
        """Runs env.py without a migration: does it work, and may several migrations run in one go of it?"""
        self.run_environment(lambda heads, context: [], own_transactions=True)
        if not self.contexts and not (self.databases and self.start["engine_name"] is None):
            raise RuntimeError("env.py never calls context.run_migrations()")
        if len(self.contexts) > 1 and len(self.wall.targets) > 1:
            raise RuntimeError(
                f"env.py migrates {len(self.wall.targets)} databases in one run and does not tell them apart by "
                "context.run_migrations(engine_name=…), as Alembic's template does"
            )
        external = any(getattr(context, "_in_external_transaction", False) for context in self.contexts)
        self.one_run = len(self.contexts) == 1 and not external

    def take(self):
        if self.pending is not None:
            command, self.pending = self.pending, None
            return command
        line = self.commands.readline()
        return json.loads(line) if line else None

    def step(self, revision, direction):
        """A migration step whose failure is remembered, also if env.py hides it."""
        try:
            return self.remembering(revision, direction)
        except BaseException as error:
            self.failure = error
            raise

    def remembering(self, revision, direction):
        from alembic.runtime.migration import MigrationStep
        from alembic.util import load_python_file

        script = self.scripts.get_revision(revision)
        if revision in self.used:
            # A process of its own would have imported it afresh: columns belong to one table only.
            script.module = load_python_file(*os.path.split(script.path))
        self.used.add(revision)
        make = MigrationStep.upgrade_from_script if direction == "up" else MigrationStep.downgrade_from_script
        step = make(self.scripts.revision_map, script)
        function = step.migration_fn

        def remembered(*arguments, **keywords):
            try:
                return function(*arguments, **keywords)
            except BaseException as error:
                self.failure = error
                raise

        step.migration_fn = remembered
        return step

    def answer(self, error):
        known, self.failure = self.failure, None
        error = known or error
        if error is None:
            reply(self.replies, ok=True)
            return
        told = describe(error, self.start)
        if known is None and told["code"] is None and not isinstance(error, Swallowed):
            # Neither the migration nor the server on its behalf: env.py itself.
            reply(self.replies, broken="project", **told)
        else:
            reply(self.replies, failed=True, **told)

    def run_one(self, command):
        """One migration in a run of env.py of its own, under the project's own transactions."""
        def steps(heads, context):
            return [self.step(command["revision"], command["direction"])]

        try:
            self.run_environment(steps, own_transactions=True)
        except BaseException as error:
            self.answer(error)
        else:
            self.answer(None)

    def run_following(self, command):
        """This migration and all that are asked for next, in one run of env.py, until one fails."""
        owed = True

        def steps(heads, context):
            nonlocal owed
            following = command
            while following is not None:
                owed = True
                # What a new run would not know: which enum types it has made already.
                context.impl.memo.clear()
                yield self.step(following["revision"], following["direction"])
                # Alembic comes back when the step's transaction has ended.
                owed = False
                reply(self.replies, ok=True)
                following = self.take()
                if following is not None and following["do"] != "run":
                    self.pending = following
                    return

        try:
            self.run_environment(steps, own_transactions=False)
        except BaseException as error:
            if owed:
                self.answer(error)
        else:
            if owed:
                self.answer(Swallowed("env.py ends before the migration has"))

    def run_all(self, command):
        """Many migrations in one run of env.py, under the project's own transactions."""
        def steps(heads, context):
            for revision in command["revisions"]:
                reply(self.replies, begun=revision)
                yield self.step(revision, command["direction"])

        try:
            self.run_environment(steps, own_transactions=True)
        except BaseException as error:
            self.answer(error)
        else:
            self.answer(None)

    def compare(self):
        """How the models differ from the database as it is."""
        drift = self.drift(self.config, self.scripts)
        try:
            self.run_environment(drift.compare, own_transactions=True)
        except BaseException as error:
            reply(self.replies, broken="project", **describe(error, self.start))
        else:
            reply(self.replies, **drift.told())


def describe(error, start):
    """What is told of an exception: its message, the server's words, and the project's own frames."""
    origin = getattr(error, "orig", None) or error
    cause = origin if getattr(origin, "diag", None) else getattr(origin, "__cause__", None) or origin
    diagnosis = getattr(cause, "diag", None)
    code = getattr(origin, "pgcode", None) or getattr(origin, "sqlstate", None) or getattr(cause, "sqlstate", None)
    text = str(cause if code else error).strip() or type(error).__name__
    message = getattr(diagnosis, "message_primary", None) or text.splitlines()[0]
    if not code:
        message = f"{type(error).__name__}: {message}" if str(error).strip() else type(error).__name__
    # Addresses differ from run to run.
    message = re.sub(r" at 0x[0-9a-fA-F]+", "", message)
    frames = []
    for frame in traceback.extract_tb(error.__traceback__):
        path = os.path.abspath(frame.filename)
        if is_own(path, start):
            frames.append({"path": path, "line": frame.lineno, "name": frame.name})
    return {
        "kind": type(error).__name__,
        "message": message,
        "code": code if isinstance(code, str) else None,
        "statement": getattr(error, "statement", None),
        "detail": getattr(diagnosis, "message_detail", None) or getattr(cause, "detail", None),
        "hint": getattr(diagnosis, "message_hint", None) or getattr(cause, "hint", None),
        "module": getattr(error, "name", None) if isinstance(error, ModuleNotFoundError) else None,
        "settings": missing_settings(error),
        "argument": missing_argument(error, start),
        "frames": frames,
        "syntax": [error.filename, error.lineno] if isinstance(error, SyntaxError) else None,
    }


def missing_settings(error):
    """What a project asked os.environ for, or what a settings class of pydantic's lacks."""
    raised_in = traceback.extract_tb(error.__traceback__)[-1:]
    asked = type(os.environ).__getitem__.__code__.co_filename
    if isinstance(error, KeyError) and any(frame.filename == asked for frame in raised_in):
        return [str(error.args[0])]
    if type(error).__name__ != "ValidationError" or not callable(getattr(error, "errors", None)):
        return []
    missing = [fault for fault in error.errors() if fault["type"] in ("missing", "value_error.missing")]
    return [".".join(str(part) for part in fault["loc"]) for fault in missing]


def missing_argument(error, start):
    """What env.py looks up in vain, if it reads arguments of -x."""
    raised_in = traceback.extract_tb(error.__traceback__)[-1:]
    environment = os.path.join(start["scripts"], "env.py")
    if not isinstance(error, KeyError) or not any(frame.filename == environment for frame in raised_in):
        return None
    with open(environment, encoding="utf-8", errors="replace") as file:
        return str(error.args[0]) if "get_x_argument" in file.read() else None


def is_own(path, start):
    """Whether a file is the project's: not the interpreter's, not a package's, not ours."""
    if path.startswith(os.path.dirname(os.path.abspath(__file__)) + os.sep) or "<" in path:
        return False
    foreign = ("site-packages", "dist-packages", os.path.dirname(os.__file__))
    if any(part in path for part in foreign):
        return False
    return os.path.exists(path)


if __name__ == "__main__":
    main()
