//! Alembic's env.py in the forms that projects write it, good and bad.

use std::path::Path;

use mig_check::history::Scope;
use mig_check::roundtrip::{Environment, Options, Outcome, Secret, run};
use mig_check::source::Sources;

use crate::roundtrip::{Silent, alembic_project, python, sql_project, told};

const TABLE: &str = r#"
import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade():
    op.create_table("book", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("book")
"#;

/// Its downgrade fails, and the next revision must not notice.
const COLUMN: &str = r#"
import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"


def upgrade():
    op.add_column("book", sa.Column("title", sa.Text))


def downgrade():
    op.drop_column("book", "titel")
"#;

const INDEX: &str = r#"
from alembic import op

revision = "3"
down_revision = "2"


def upgrade():
    op.create_index("book_title", "book", ["title"])


def downgrade():
    op.drop_index("book_title")
"#;

/// What every run over these three revisions says.
const EXPECTED: &str = "\
skipped 2 up again: the downgrade fails
skipped all head to base: 2: its downgrade fails
migrations/versions/2.py:13:5 downgrade-fails: The downgrade fails: column \"titel\" of relation \"book\" does not exist
    note: The statement was: ALTER TABLE book DROP COLUMN titel
";

fn lay_out(folder: &Path, environment: &str, ini: &str) {
    let versions = folder.join("migrations/versions");
    std::fs::create_dir_all(&versions).expect("a folder");
    for (name, text) in [("1.py", TABLE), ("2.py", COLUMN), ("3.py", INDEX)] {
        std::fs::write(versions.join(name), text.trim_start()).expect("a file");
    }
    std::fs::write(folder.join("migrations/env.py"), environment).expect("a file");
    let ini = format!("[alembic]\nscript_location = %(here)s/migrations\n{ini}\n");
    std::fs::write(folder.join("alembic.ini"), ini).expect("a file");
}

/// Runs a project with this env.py, and a good project of SQL after it.
fn run_with(environment: &str, ini: &str, python: &Path) -> (Outcome, String) {
    let options = Options { python: Some(python.to_owned()), ..Options::default() };
    run_as(environment, ini, &options)
}

fn run_as(environment: &str, ini: &str, options: &Options) -> (Outcome, String) {
    let folder = tempfile::tempdir().expect("a folder");
    lay_out(folder.path(), environment, ini);
    let mut sources = Sources::new();
    let mut project = alembic_project(folder.path(), &mut sources);
    "shop".clone_into(&mut project.root);
    let good = sql_project("good", &mut sources);
    let scopes = (Scope::all(&project), Scope::all(&good));
    let projects = [(&project, &scopes.0), (&good, &scopes.1)];
    let outcome = run(&projects, &sources, options, &Silent::default()).expect("it runs");
    let ran = outcome.cases.iter().filter(|case| case.project == good.root && case.skipped.is_none()).count();
    assert_eq!(ran, 3 * 2 + 2, "the other project is not touched");
    let told = told(&outcome, &sources).replace(&*folder.path().to_string_lossy(), "FOLDER");
    (outcome, told)
}

fn works(environment: &str, ini: &str, how: &str) {
    let (outcome, told) = run_with(environment, ini, &python());
    assert_eq!(told, EXPECTED, "{environment}");
    assert!(outcome.remarks.iter().any(|remark| remark.ends_with(how)), "{:?}", outcome.remarks);
}

const PLAIN: &str = "
from alembic import context
from sqlalchemy import engine_from_config

engine = engine_from_config(context.config.get_section(context.config.config_ini_section), prefix='sqlalchemy.')
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
";

const ASYNCHRONOUS: &str = "
import asyncio
from alembic import context
from sqlalchemy.ext.asyncio import async_engine_from_config, create_async_engine

def migrate(connection):
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()

async def main():
    engine = create_async_engine(URL)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()

asyncio.run(main())
";

#[test]
fn the_usual_environment_runs_in_one_go() {
    works(
        PLAIN,
        "sqlalchemy.url = postgresql://me:secret@database.invalid:5433/shop",
        "in one run of env.py",
    );
}

#[test]
fn a_url_that_is_missing_or_odd_is_ours_to_give() {
    works(PLAIN, "", "in one run of env.py");
    works(PLAIN, "sqlalchemy.url = driver://user:pass@localhost/dbname", "in one run of env.py");
    works(PLAIN, "sqlalchemy.url = sqlite:///shop.db", "in one run of env.py");
    works(PLAIN, "sqlalchemy.url = postgresql://%(SHOP_USER)s@localhost/shop", "in one run of env.py");
    let variable = "import os\n".to_owned() + &PLAIN.replace("engine_from_config(context.config.get_section(context.config.config_ini_section), prefix='sqlalchemy.')", "__import__('sqlalchemy').create_engine(os.environ['DATABASE_URL'])");
    works(&variable, "", "in one run of env.py");
}

#[test]
fn asynchronous_environments_run_with_either_driver() {
    for driver in ["asyncpg", "psycopg"] {
        let url = format!("'postgresql+{driver}://me:secret@database.invalid/shop'");
        works(&ASYNCHRONOUS.replace("URL", &url), "", "in one run of env.py");
    }
    works(
        &ASYNCHRONOUS.replace("URL", "context.config.get_main_option('sqlalchemy.url')"),
        "",
        "in one run of env.py",
    );
}

#[test]
fn an_engine_that_outlives_a_run_is_no_harm() {
    let kept = PLAIN
        .replace(
            "engine = ",
            "import builtins\nengine = builtins.__dict__.setdefault('kept_engine', None) or ",
        )
        .replace("with engine.connect", "builtins.kept_engine = engine\nwith engine.connect");
    works(&kept, "", "in one run of env.py");
    let kept = ASYNCHRONOUS
        .replace("engine = create_async_engine(URL)", "import builtins\n    engine = builtins.__dict__.get('kept_async') or create_async_engine(os.environ['DATABASE_URL'])\n    builtins.kept_async = engine")
        .replace("    await engine.dispose()\n", "")
        .replace("import asyncio", "import asyncio, os");
    works(&kept, "", "in one run of env.py");
}

#[test]
fn a_transaction_of_the_projects_own_makes_one_run_for_each_migration() {
    let outer = PLAIN.replace("engine.connect()", "engine.begin()");
    works(&outer, "", "in one run of env.py for each migration");
}

#[test]
fn an_environment_that_hides_failures_hides_nothing() {
    let hiding = PLAIN.replace("        context.run_migrations()", "        try:\n            context.run_migrations()\n        except Exception:\n            connection.rollback()");
    works(&hiding, "", "in one run of env.py");
}

const TENANTS: &str = "
from alembic import context
from sqlalchemy import engine_from_config, text

engine = engine_from_config(context.config.get_section(context.config.config_ini_section), prefix='sqlalchemy.')
with engine.connect() as connection:
    for schema in ['north', 'south']:
        connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS {schema}'))
        connection.execute(text(f'SET search_path TO {schema}'))
        connection.commit()
        connection.dialect.default_schema_name = schema
        context.configure(connection=connection, version_table_schema=schema)
        with context.begin_transaction():
            context.run_migrations()
";

#[test]
fn a_schema_for_each_tenant_is_migrated_in_each_run() {
    works(TENANTS, "", "in one run of env.py for each migration");
}

const DATABASES: &str = "
from alembic import context
from sqlalchemy import create_engine

for name in ['shop', 'billing']:
    with create_engine('postgresql://me@database.invalid/' + name).connect() as connection:
        context.configure(connection=connection, upgrade_token=name + '_upgrades')
        with context.begin_transaction():
            context.run_migrations()
";

#[test]
fn several_databases_without_names_are_refused() {
    let told = fails(DATABASES);
    assert!(
        told.contains("env.py migrates 2 databases in one run and does not tell them apart by context.run_migrations(engine_name=…)"),
        "{told}"
    );
}

fn fails(environment: &str) -> String {
    let (outcome, told) = run_with(environment, "", &python());
    assert_eq!(outcome.failures.len(), 1, "{told}");
    assert_eq!(outcome.failures[0].project, "shop");
    told
}

#[test]
fn an_environment_that_raises_is_told_with_its_own_frames() {
    assert_eq!(
        fails("import os\n\n\ndef url():\n    return os.environ['SHOP_URL']\n\n\nurl()\n"),
        "\
failure: Alembic cannot run this project: KeyError: 'SHOP_URL'
  migrations/env.py:8 in <module>
  migrations/env.py:5 in url
    remedy: set SHOP_URL in [alembic.env] of mig-check's configuration; where a URL of PostgreSQL is wanted any will do, for every connection is led to mig-check's own server
"
    );
    assert_eq!(
        fails("import shop.models\n").lines().next(),
        Some("failure: Alembic cannot run this project: ModuleNotFoundError: No module named 'shop'")
    );
    assert!(fails("def broken(:\n").contains("SyntaxError"));
    assert!(fails("raise SystemExit(1)\n").contains("SystemExit: 1"));
    assert!(fails("import os\nos._exit(7)\n").contains("ended in the middle of its work (exit status: 7)"));
    assert!(fails("").contains("env.py never calls context.run_migrations()"));
}

/// Options with variables and arguments for env.py.
fn given(variables: &[(&str, &str)], arguments: &[&str]) -> Options {
    let secret = |(name, value): &(&str, &str)| ((*name).to_owned(), Secret((*value).to_owned()));
    let environment = Environment {
        variables: variables.iter().map(secret).collect(),
        arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
    };
    Options { python: Some(python()), environment, ..Options::default() }
}

#[test]
fn variables_and_arguments_that_an_environment_needs_are_given_to_it() {
    let needy = "import os\nassert os.environ['SHOP_MODE'] == 'plain sailing'\n\
                 from alembic import context\n\
                 assert context.get_x_argument(as_dictionary=True)['tenant'] == 'a=b'\n"
        .to_owned()
        + PLAIN;
    let options = given(&[("SHOP_MODE", "plain sailing")], &["tenant=a=b"]);
    let (outcome, told) = run_as(&needy, "", &options);
    assert_eq!((told.as_str(), outcome.failures), (EXPECTED, Vec::new()));

    let (_, told) = run_as(&needy, "", &given(&[("SHOP_MODE", "plain sailing")], &[]));
    assert!(told.starts_with("failure: Alembic cannot run this project: KeyError: 'tenant'\n"), "{told}");
    assert!(told.contains("remedy: give env.py its argument with -x tenant=…"), "{told}");
}

#[test]
fn a_variable_leads_to_no_other_server_and_its_value_is_never_shown() {
    let elsewhere = "postgresql://shop:hunter22@database.invalid:5433/shop";
    let variables = [("DATABASE_URL", elsewhere), ("PGHOST", "database.invalid"), ("SHOP_KEY", "hunter22")];
    let url = "__import__('sqlalchemy').create_engine(os.environ['DATABASE_URL'])";
    let reads = "import os\n".to_owned()
        + &PLAIN.replace(
            "engine_from_config(context.config.get_section(context.config.config_ini_section), prefix='sqlalchemy.')",
            url,
        );
    let (_, told) = run_as(&reads, "", &given(&variables, &[]));
    assert_eq!(told, EXPECTED);

    let raising = "import os\nraise ValueError('no shop of ' + os.environ['SHOP_KEY'])\n";
    let (_, told) = run_as(raising, "", &given(&variables, &[]));
    assert!(told.contains("ValueError: no shop of [SHOP_KEY]\n"), "{told}");
    let dying = "import os, sys\nprint(os.environ['SHOP_KEY'], file=sys.stderr, flush=True)\nos._exit(7)\n";
    let (_, told) = run_as(dying, "", &given(&variables, &[]));
    assert!(told.contains("[SHOP_KEY]") && !told.contains("hunter22"), "{told}");
}

#[test]
fn settings_that_a_class_lacks_are_named() {
    let settings = "from pydantic import BaseModel\n\n\nclass Settings(BaseModel):\n    shop_url: str\n    \
                    shop_key: str\n\n\nSettings()\n";
    let told = fails(settings);
    assert!(told.starts_with("failure: Alembic cannot run this project: ValidationError: 2 "), "{told}");
    assert!(
        told.contains("migrations/env.py:9 in <module>\n    remedy: set shop_url, shop_key in"),
        "{told}"
    );
}

#[test]
fn other_databases_are_refused_by_name() {
    let told = fails(&PLAIN.replace("engine_from_config(context.config.get_section(context.config.config_ini_section), prefix='sqlalchemy.')", "__import__('sqlalchemy').create_engine('sqlite://')"));
    assert!(
        told.contains("env.py connects to sqlite: mig-check only lets migrations reach its own PostgreSQL"),
        "{told}"
    );
    let told = fails("import socket\nsocket.create_connection(('127.0.0.1', 9))\n");
    assert!(
        told.contains("mig-check lets migrations reach its own server only, not 127.0.0.1 port 9"),
        "{told}"
    );
}

#[test]
fn an_interpreter_that_is_missing_or_lacks_alembic_is_named() {
    let (_, told) = run_with(PLAIN, "", Path::new("/nowhere/python"));
    assert!(told.starts_with("failure: /nowhere/python does not start: No such file"), "{told}");
    assert!(
        told.contains("remedy: name the interpreter that has the project's packages with --python"),
        "{told}"
    );

    let bare = tempfile::tempdir().expect("a folder");
    let made =
        std::process::Command::new("python3").args(["-m", "venv", "--without-pip"]).arg(bare.path()).status();
    assert!(made.expect("python3").success());
    let interpreter = bare.path().join("bin/python");
    let (_, told) = run_with(PLAIN, "", &interpreter);
    let expected = format!("failure: Alembic is not installed in {}\n", interpreter.display());
    assert!(told.starts_with(&expected), "{told}");
}
