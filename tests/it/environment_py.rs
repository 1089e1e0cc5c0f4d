//! What is read of `env.py`, in the forms in which people write it.

use mig_check::finding::Preset;
use mig_check::history::{Project, Scope, SessionSetting, TransactionRule};
use mig_check::lint::Settings;
use mig_check::operation::Name;

use super::bench;
use super::frontends_alembic::project_with;

const INI: (&str, &str) =
    ("alembic.ini", "[alembic]\nscript_location = scripts\nversion_schema = from_ini\n");
const REVISION: (&str, &str) = (
    "scripts/versions/a.py",
    "from alembic import op\nrevision = 'a'\ndown_revision = None\ndef upgrade():\n    op.drop_table('t')\n",
);

fn project(env: &str, others: &[(&str, &str)]) -> Project {
    let env = format!("from alembic import context\nconfig = context.config\n{env}");
    let files: Vec<(&str, &str)> =
        [INI, REVISION, ("scripts/env.py", &env)].into_iter().chain(others.iter().copied()).collect();
    project_with(&files).1
}

#[test]
fn the_version_table_is_read_through_variables_functions_and_settings() {
    let table = |env: &str| {
        let settings =
            "import enum\nclass Schemas(str, enum.Enum):\n    API = 'api'\nTABLE = 'from_settings'\n";
        project(env, &[("app/__init__.py", ""), ("app/settings.py", settings)]).version_table
    };
    let plain = Name::unqualified("alembic_version");
    for (env, expected) in [
        ("context.configure(url='x')", plain.clone()),
        ("context.configure(url='x', version_table='v')", Name::unqualified("v")),
        ("context.configure(version_table='v', version_table_schema='s')", Name::qualified("s", "v")),
        (
            "from app.settings import Schemas, TABLE\ndef run_migrations_online():\n    schema = Schemas.API\n    \
             with connect() as connection:\n        context.configure(connection=connection, version_table=TABLE, \
             version_table_schema=schema)\nif context.is_offline_mode():\n    context.configure(version_table='no')\n\
             else:\n    run_migrations_online()\n",
            Name::qualified("api", "from_settings"),
        ),
        (
            "def do_run(connection):\n    context.configure(connection=connection, version_table=name())\n\
             def name():\n    return 'v_' + 'x'\nasync def main():\n    async with engine.connect() as c:\n        \
             await c.run_sync(do_run)\nimport asyncio\nasyncio.run(main())\n",
            Name::unqualified("v_x"),
        ),
        (
            "schema = config.get_main_option('version_schema')\ncontext.configure(version_table_schema=schema)",
            Name::qualified("from_ini", "alembic_version"),
        ),
        (
            "from flask import current_app\nconf = current_app.extensions['migrate'].configure_args\n\
             context.configure(connection=None, version_table='v', **conf)",
            Name::unqualified("v"),
        ),
        ("args = {'version_table': 'v'}\ncontext.configure(**args)", Name::unqualified("v")),
        ("import os\ncontext.configure(version_table=os.environ['T'])", plain),
    ] {
        assert_eq!(table(env), Some(expected), "{env}");
    }
}

#[test]
fn transactions_are_read_through_variables() {
    let rule = |env: &str| project(env, &[]).framework.transaction;
    let own = "own = True\ndef run(connection=None):\n    context.configure(transaction_per_migration=own)\nrun()\n";
    assert_eq!(rule(own), TransactionRule::PerMigration);
    assert_eq!(rule("context.configure(transaction_per_migration=False)"), TransactionRule::AllPending);
    assert_eq!(rule("this is no Python"), TransactionRule::AllPending);
}

#[test]
fn timeouts_are_read_wherever_they_are_written() {
    let read = |env: &str| project(env, &[]).session;
    let setting = |name: &str, value: &str, local: bool| SessionSetting {
        name: name.to_owned(),
        value: value.to_owned(),
        local,
    };
    let five = vec![setting("lock_timeout", "5s", false)];
    for (env, expected) in [
        ("e = create_engine(url, connect_args={'options': '-c lock_timeout=5s'})", five.clone()),
        ("e = create_engine(url, connect_args={'server_settings': {'lock_timeout': '5s'}})", five.clone()),
        ("def run(connection):\n    connection.execute(text(\"SET lock_timeout TO '5s'\"))\n", five.clone()),
        (
            "@event.listens_for(engine, 'connect')\ndef limit(connection, _):\n    \
             connection.cursor().execute('SET SESSION lock_timeout = \"5s\"')\n",
            five.clone(),
        ),
        ("c.execute(text(\"SELECT set_config('lock_timeout', '5s', false)\"))", five),
        ("c.execute('SET LOCAL lock_timeout = 4000')", vec![setting("lock_timeout", "4000", true)]),
        ("c.execute(f\"SET lock_timeout = '{limit}'\")", vec![setting("lock_timeout", "", false)]),
        (
            "o = '-c lock_timeout=3000 -c statement_timeout=60000'",
            vec![setting("lock_timeout", "3000", false), setting("statement_timeout", "60000", false)],
        ),
        ("# SET lock_timeout = '5s'\nraise LockTimeout('lock_timeout expired')", Vec::new()),
    ] {
        assert_eq!(read(env), expected, "{env}");
    }
}

#[test]
fn no_lock_timeout_is_missed_where_env_py_sets_one() {
    let found = |env: &str| {
        let env = format!("from alembic import context\n{env}");
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in [INI, REVISION, ("scripts/env.py", &env)] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        let strict = Settings { preset: Preset::Strict, ..Settings::default() };
        bench::read_with(folder.path(), Scope::all, &strict).text().contains("no lock_timeout is set")
    };
    assert!(found(""));
    assert!(!found("connect(options='-c lock_timeout=2000')"));
    assert!(!found("connect(options=f'-c lock_timeout={limit}')"));
}
