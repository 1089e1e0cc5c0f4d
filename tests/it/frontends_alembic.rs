//! What is read of Alembic's Python: equal to what real Alembic renders, placed exactly, honest about the rest.

use std::path::{Path, PathBuf};
use std::process::Command;

use mig_check::finding::Direction;
use mig_check::frontend::{Settings, alembic_script, load, load_with};
use mig_check::history::{
    Body, Certainty, Migration, ProblemKind, Project, Script, Statement, TransactionRule,
};
use mig_check::operation::Operation;
use mig_check::source::Sources;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn python() -> PathBuf {
    let python = root().join(".venv/bin/python");
    assert!(python.is_file(), "run tests/prepare.sh: {} is missing", python.display());
    python
}

fn only(path: &Path, sources: &mut Sources) -> Project {
    let mut projects = load(path, sources).expect("a project");
    assert_eq!(projects.len(), 1, "one project at {}", path.display());
    projects.remove(0)
}

/// A project of one revision with some functions.
fn project_of(code: &str) -> (Sources, Project) {
    project_with(&[("env.py", ""), ("versions/a.py", &format!("{HEAD}{code}"))])
}

const HEAD: &str = "import sqlalchemy as sa\nfrom alembic import op\nrevision = 'a'\ndown_revision = None\n";

pub fn project_with(files: &[(&str, &str)]) -> (Sources, Project) {
    let directory = laid_out(files);
    let mut sources = Sources::new();
    let project = only(directory.path(), &mut sources);
    (sources, project)
}

fn laid_out(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    for (path, text) in files {
        let path = directory.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("created");
        std::fs::write(path, text).expect("written");
    }
    directory
}

fn up(project: &Project) -> &Script {
    &project.migrations[0].up
}

fn sql(script: &Script) -> Vec<&str> {
    script.statements.iter().map(|statement| statement.sql.as_str()).collect()
}

fn reasons(script: &Script) -> Vec<&str> {
    fn opaque(operation: &Operation) -> Option<&str> {
        match operation {
            Operation::Opaque { reason } => Some(reason),
            _ => None,
        }
    }
    script.steps().filter_map(|(_, step)| opaque(&step.operation)).collect()
}

/// Statements without what does not matter: white space, semicolons.
fn plain(text: &str) -> String {
    let spaced = text.split_whitespace().collect::<Vec<_>>().join(" ");
    spaced.replace("( ", "(").replace(" )", ")").replace(" ,", ",").trim_end_matches(';').to_owned()
}

#[test]
fn every_construct_is_rendered_as_real_alembic_renders_it() {
    let fixtures = root().join("fixtures/frontends/alembic");
    let project = only(&fixtures, &mut Sources::new());
    assert!(project.migrations.len() >= 10);
    agrees(&project, &fixtures.join("expected"));
}

/// What is read of a project is what real Alembic rendered for it.
fn agrees(project: &Project, expected: &Path) {
    assert!(project.problems.is_empty(), "{:?}", project.problems);
    for Migration { id, up, down, .. } in &project.migrations {
        let expected = std::fs::read_to_string(expected.join(format!("{id}.sql"))).expect("expected SQL");
        let (upgrade, downgrade) = expected.split_once("-- downgrade\n").expect("both directions");
        for (script, expected) in [(Some(up), upgrade), (down.as_ref(), downgrade)] {
            let script = script.expect("a script");
            assert_eq!(reasons(script), Vec::<&str>::new(), "{id}");
            let expected = expected.trim_start_matches("-- upgrade\n");
            let expected: Vec<String> =
                expected.split(';').map(plain).filter(|text| !text.is_empty() && text != "BEGIN").collect();
            let ours: Vec<String> = sql(script).iter().flat_map(|sql| sql.split(';')).map(plain).collect();
            let expected: Vec<String> = match ours.contains(&"COMMIT".to_owned()) {
                true => expected,
                false => expected.into_iter().filter(|text| text != "COMMIT").collect(),
            };
            assert_eq!(ours, expected, "{id}: ours first, then Alembic's");
        }
    }
}

#[test]
fn a_naming_convention_names_what_alembic_names_by_it() {
    let fixtures = root().join("fixtures/frontends/alembic-naming");
    let expected = fixtures.join("expected");
    agrees(&only(&fixtures, &mut Sources::new()), &expected);
    // As the configuration says it, where env.py does not tell.
    let mut settings = Settings::default();
    for (kind, template) in [
        ("ix", "ix_%(column_0_label)s"),
        ("uq", "uq_%(table_name)s_%(column_0_N_name)s"),
        ("ck", "ck_%(table_name)s_%(constraint_name)s"),
        ("fk", "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s"),
        ("pk", "pk_%(table_name)s"),
    ] {
        settings.set_naming(kind, template).expect("a template");
    }
    let revision = std::fs::read_to_string(fixtures.join("versions/named.py")).expect("a revision");
    let environment = "from alembic import context\ncontext.configure(target_metadata=load_models())\n";
    let project = project_said(&[("env.py", environment), ("versions/named.py", &revision)], &settings);
    agrees(&project, &expected);
}

#[test]
fn asynchronous_steps_are_followed() {
    let (_, project) = project_of(
        "async def add(connection, name, *, size):\n    \
         await connection.execute(sa.text(f'ALTER TABLE t ADD {name} varchar({size})'))\n    \
         await connection.run_sync(lambda sync: sync.execute(sa.text('ANALYZE t')))\n\n\
         def upgrade():\n    op.run_async(add, 'c', size=3)\n    op.drop_column('t', 'd')\n",
    );
    assert_eq!(
        sql(up(&project)),
        ["ALTER TABLE t ADD c varchar(3)", "ANALYZE t", "ALTER TABLE t DROP COLUMN d"]
    );
}

#[test]
fn the_expected_sql_is_what_real_alembic_renders() {
    let output = Command::new(python())
        .arg(root().join("fixtures/frontends/alembic/regenerate.py"))
        .arg("--check")
        .output()
        .expect("python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_script_is_what_alembics_offline_mode_prints() {
    let directory = root().join("migrations/alembic");
    let mut sources = Sources::new();
    let project = only(&directory, &mut sources);
    let order = project.graph().order;
    let run = |arguments: &[&str]| {
        let output = Command::new(python())
            .args(["-m", "alembic"])
            .args(arguments)
            .arg("--sql")
            .current_dir(&directory)
            .env("DATABASE_URL", "postgresql://localhost/nothing")
            .output()
            .expect("alembic runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        plain(&String::from_utf8_lossy(&output.stdout))
    };
    assert_eq!(plain(&alembic_script(&project, &order, Direction::Up)), run(&["upgrade", "head"]));
    let tail: Vec<usize> = order[2..5].to_vec();
    assert_eq!(plain(&alembic_script(&project, &tail, Direction::Up)), run(&["upgrade", "0002:0005"]));
    let down: Vec<usize> = order[..9].iter().rev().copied().collect();
    assert_eq!(plain(&alembic_script(&project, &down, Direction::Down)), run(&["downgrade", "0009:base"]));
}

#[test]
fn a_step_points_at_the_words_of_its_author() {
    let (sources, project) = project_of(
        "def upgrade():\n    op.execute('''\n        DROP TABLE a;\n        DROP TABLE b\n    ''')\n    \
         op.alter_column('t', 'c', nullable=False, server_default='x')\n    op.drop_column('t', 'd')\n",
    );
    let places: Vec<&str> = up(&project).steps().map(|(_, step)| sources.text(step.span)).collect();
    assert_eq!(places, ["DROP TABLE a", "DROP TABLE b", "nullable=False", "server_default='x'", "'d'"]);
}

#[test]
fn a_branch_on_the_unknown_may_happen_both_ways() {
    let (_, project) = project_of(
        "def upgrade():\n    names = sa.inspect(op.get_bind()).get_table_names()\n    if 't' in names:\n        \
         op.drop_table('t')\n    else:\n        op.drop_table('u')\n    op.drop_table('v')\n",
    );
    let script = up(&project);
    assert_eq!(sql(script), ["DROP TABLE t", "DROP TABLE u", "DROP TABLE v"]);
    let certainty: Vec<&Certainty> = script.statements.iter().map(|statement| &statement.certainty).collect();
    let may = |text: &str| Certainty::May(text.to_owned());
    assert_eq!(
        certainty,
        [&may("table `t` exists"), &may("table `t` does not exist yet"), &Certainty::Certain]
    );
}

#[test]
fn what_follows_an_uncertain_return_is_uncertain() {
    let (_, project) = project_of(
        "def has(name):\n    return name in sa.inspect(op.get_bind()).get_table_names()\n\ndef upgrade():\n    \
         if has('t'):\n        return\n    op.drop_table('v')\n",
    );
    let script = up(&project);
    assert_eq!(script.statements[0].certainty, Certainty::May("table `t` does not exist yet".to_owned()));
}

#[test]
fn a_loop_over_rows_runs_its_body_once_as_something_that_may_happen() {
    let (_, project) = project_of(
        "def upgrade():\n    conn = op.get_bind()\n    total = 0\n    for row in conn.execute(sa.text('SELECT id FROM t')):\n        \
         total += 1\n        conn.execute(sa.text('UPDATE t SET a = :a WHERE id = :id'), {'a': 1, 'id': row.id})\n        \
         op.execute(f'DROP TABLE t_{row.id}')\n    op.execute(f'SELECT {total}')\n",
    );
    let script = up(&project);
    let first = &sql(script)[..2];
    assert_eq!(first, ["SELECT id FROM t", "UPDATE t SET a = 1 WHERE id = $1"]);
    assert_eq!(reasons(script).len(), 2, "the table's name and the total: {:?}", reasons(script));
    assert!(matches!(script.statements[1].certainty, Certainty::May(_)));
}

/// What each statement runs only if, in order.
fn guards(script: &Script) -> Vec<&str> {
    fn text(statement: &Statement) -> &str {
        match &statement.certainty {
            Certainty::May(condition) => condition,
            Certainty::Certain => "",
        }
    }
    script.statements.iter().map(text).collect()
}

#[test]
fn what_a_migration_asks_of_an_inspector_is_said_where_a_statement_depends_on_it() {
    let (_, project) = project_of(
        "def column_exists(table, column):\n    inspector = sa.inspect(op.get_bind())\n    \
         if table not in inspector.get_table_names():\n        return False\n    \
         return any(c['name'] == column for c in inspector.get_columns(table))\n\n\
         def upgrade():\n    bind = op.get_bind()\n    inspector = sa.inspect(bind)\n    \
         if not inspector.has_table('a'):\n        op.drop_table('u')\n    \
         if 'c' not in [col['name'] for col in inspector.get_columns('t')]:\n        \
         op.drop_table('u')\n    else:\n        op.drop_table('v')\n    \
         if column_exists('t', 'd'):\n        op.drop_table('u')\n    \
         if not bind.dialect.has_table(bind, 'b'):\n        op.drop_table('u')\n    \
         if 'i' in {i['name'] for i in inspector.get_indexes('t')}:\n        op.drop_table('u')\n    \
         if len(inspector.get_columns('t')) > 3:\n        op.drop_table('u')\n    \
         if inspector.has_table('x') or inspector.has_table('y'):\n        op.drop_table('u')\n    \
         if not inspector.has_table('z'):\n        return\n    op.drop_table('u')\n",
    );
    let script = up(&project);
    assert_eq!(reasons(script), Vec::<&str>::new());
    assert_eq!(
        guards(script),
        [
            "table `a` does not exist yet",
            "column `c` of table `t` does not exist yet",
            "column `c` of table `t` exists",
            "column `d` of table `t` exists",
            "table `b` does not exist yet",
            "index `i` of table `t` exists",
            "`len(inspector.get_columns('t')) > 3` is true",
            "`inspector.has_table('x') or inspector.has_table('y')` is true",
            "table `z` exists",
        ]
    );
}

#[test]
fn what_is_created_only_where_it_is_missing_may_run() {
    let (_, project) = project_of(
        "from sqlalchemy.dialects.postgresql import ENUM\n\ndef upgrade():\n    bind = op.get_bind()\n    \
         sa.Enum('x', name='a').create(bind, checkfirst=True)\n    sa.Enum('x', name='b').create(bind)\n    \
         ENUM('x', name='c').create(bind)\n    ENUM('x', name='d').create(bind, checkfirst=False)\n    \
         ENUM('x', name='e').drop(bind)\n    sa.Table('t', sa.MetaData()).drop(bind, True)\n",
    );
    assert_eq!(
        guards(up(&project)),
        [
            "type `a` does not exist yet",
            "",
            "type `c` does not exist yet",
            "",
            "type `e` exists",
            "table `t` exists"
        ]
    );
}

#[test]
fn what_a_migration_reads_from_a_file_of_the_project_is_followed() {
    let (_, project) = project_with(&[
        ("alembic.ini", "[alembic]\nscript_location = scripts\nprepend_sys_path = .\n"),
        ("shop/__init__.py", ""),
        ("shop/sql/d.sql", "DROP TABLE d"),
        ("scripts/env.py", ""),
        ("scripts/versions/a.sql", "DROP TABLE a"),
        ("scripts/sql/b.sql", "DROP TABLE b;\r\nDROP TABLE c;\r\n"),
        (
            "scripts/versions/a.py",
            &format!(
                "import os\nimport pkgutil\nfrom importlib import resources\nfrom pathlib import Path\n{HEAD}\
                 HERE = Path(__file__).resolve().parent\n\ndef upgrade():\n    \
                 with open(os.path.join(os.path.dirname(__file__), 'a.sql')) as f:\n        op.execute(f.read())\n    \
                 op.execute((HERE.parent / 'sql' / 'b.sql').read_text(encoding='utf-8'))\n    \
                 op.execute(pkgutil.get_data('shop', 'sql/d.sql').decode())\n    \
                 op.execute(resources.files('shop').joinpath('sql', 'd.sql').read_text())\n    \
                 op.execute(open(HERE / 'missing.sql').read())\n    op.execute(open('/etc/passwd').read())\n"
            ),
        ),
    ]);
    assert_eq!(
        sql(up(&project)),
        ["DROP TABLE a", "DROP TABLE b", "DROP TABLE c", "DROP TABLE d", "DROP TABLE d", "", ""]
    );
    assert_eq!(
        reasons(up(&project)),
        ["the file `missing.sql` is not in this project", "the file `passwd` is not in this project"]
    );
}

#[test]
fn nothing_that_cannot_be_read_is_dropped() {
    for (code, reason) in [
        (
            "from somewhere import magic\n\ndef upgrade():\n    magic(op.get_bind())\n",
            "`somewhere.magic` is handed the connection",
        ),
        (
            "from sqlalchemy.orm import Session\n\ndef upgrade():\n    s = Session(bind=op.get_bind())\n    s.add(1)\n",
            "it changes rows through an ORM session",
        ),
        (
            "import os\n\ndef upgrade():\n    op.execute(os.environ['SQL'])\n",
            "the environment variable `SQL` is only known",
        ),
        ("def upgrade():\n    op.create_thing('x')\n", "`create_thing` is no operation of Alembic's own"),
        (
            "def upgrade():\n    op.drop_constraint(None, 't')\n",
            "Alembic cannot drop a constraint that has no name",
        ),
        ("def upgrade():\n    while True:\n        x = 1\n", "the script takes too many steps to follow"),
        ("def upgrade():\n    op.execute(\"SELECT ':x'\")\n", "the parameter `:x` has no value"),
    ] {
        let (_, project) = project_of(code);
        let found = reasons(up(&project));
        assert!(found.len() == 1 && found[0].starts_with(reason), "{code}: {found:?}");
    }
}

#[test]
fn parameters_of_the_driver_are_filled_in_as_the_driver_fills_them() {
    let (_, project) = project_of(
        "def upgrade():\n    c = op.get_bind()\n    \
         c.execute(\"UPDATE t SET a = %s, b = '5%%' WHERE c IN %s\", (\"it's\", (1, 2)))\n    \
         c.execute('UPDATE t SET a = %s WHERE b = %s', [(1, None), (2, True)])\n    \
         c.execute('UPDATE t SET a = %s', 7)\n    \
         c.execute('UPDATE t SET a = %(a)s, b = %(a)s', a=[1, 2])\n    \
         c.exec_driver_sql(\"DELETE FROM t WHERE a LIKE '%%x'\")\n    \
         c.connection.cursor().execute(\"DELETE FROM t WHERE a LIKE '%x'\")\n    \
         c.connection.cursor().execute('DELETE FROM t WHERE a IN %s', ((1, 2),))\n    \
         c.connection.cursor().executemany('DELETE FROM t WHERE a = %s', [(1,), (2,)])\n    \
         c.execute(sa.text('DELETE FROM t WHERE a in\\n:a'), {'a': (1, 2)})\n    \
         c.execute(sa.text('INSERT INTO t VALUES (:a)'), [{'a': 1}, {'a': 2}])\n",
    );
    assert_eq!(reasons(up(&project)), Vec::<&str>::new());
    assert_eq!(
        sql(up(&project)),
        [
            "UPDATE t SET a = 'it''s', b = '5%' WHERE c IN (1, 2)",
            "UPDATE t SET a = 1 WHERE b = NULL",
            "UPDATE t SET a = 2 WHERE b = true",
            "UPDATE t SET a = 7",
            "UPDATE t SET a = ARRAY[1, 2], b = ARRAY[1, 2]",
            "DELETE FROM t WHERE a LIKE '%x'",
            "DELETE FROM t WHERE a LIKE '%x'",
            "DELETE FROM t WHERE a IN (1, 2)",
            "DELETE FROM t WHERE a = 1",
            "DELETE FROM t WHERE a = 2",
            "DELETE FROM t WHERE a in\n(1, 2)",
            "INSERT INTO t VALUES (1)",
            "INSERT INTO t VALUES (2)",
        ]
    );
    for (call, reason) in [
        (
            "'UPDATE t SET a = %s', (c.execute('SELECT 1').fetchall()[0],)",
            "rows are only known when the query runs",
        ),
        (
            "'UPDATE t SET a = %s', c.execute('SELECT 1').fetchall()",
            "rows are only known when the query runs",
        ),
        ("'UPDATE t SET a = %s'", "`%s` has no value, which the driver refuses"),
        ("'UPDATE t SET a = %(b)s', a=1", "`%(b)s` has no value, which the driver refuses"),
        ("'UPDATE t SET a = %s', (1, 2)", "it has fewer places than values, which the driver refuses"),
    ] {
        let (_, project) =
            project_of(&format!("def upgrade():\n    c = op.get_bind()\n    c.execute({call})\n"));
        assert_eq!(reasons(up(&project)), [reason], "{call}");
    }
}

#[test]
fn what_the_environment_may_set_is_read_as_it_is_otherwise_and_only_may_run() {
    let (_, project) = project_of(
        "import os\nSCHEMA = os.getenv('SCHEMA', 'Main')\n\ndef upgrade():\n    op.drop_table('t', schema=SCHEMA)\n    \
         op.execute(f\"UPDATE {SCHEMA.lower()}.u SET a = 1\")\n    \
         for n in range(int(os.environ.get('PARTS') or '2')):\n        op.drop_table(f'p_{n}')\n    \
         op.drop_table(os.environ.get('NAME'))\n    if SCHEMA == 'Main':\n        op.drop_table('v')\n    op.drop_table('w')\n",
    );
    let script = up(&project);
    assert_eq!(
        sql(script),
        [
            "DROP TABLE \"Main\".t",
            "UPDATE main.u SET a = 1",
            "DROP TABLE p_0",
            "DROP TABLE p_1",
            "",
            "DROP TABLE v",
            "DROP TABLE w"
        ]
    );
    let certain = |statement: &Statement| statement.certainty == Certainty::Certain;
    let certain: Vec<bool> = script.statements.iter().map(certain).collect();
    assert_eq!(certain, [false, false, false, false, true, false, true]);
    let Certainty::May(condition) = &script.statements[0].certainty else { panic!("it is certain") };
    assert!(condition.contains("the environment variable `SCHEMA`"), "{condition}");
    assert_eq!(reasons(script), ["the environment variable `NAME` is only known when the migration runs"]);
}

#[test]
fn what_env_py_hands_over_and_sets_is_known_to_revisions() {
    let (_, project) = project_with(&[
        (
            "types_.py",
            "from sqlalchemy.types import TypeDecorator, CHAR\nfrom sqlalchemy.dialects.postgresql import UUID\n\
             class Key(TypeDecorator):\n    impl = CHAR\n    def load_dialect_impl(self, dialect):\n        \
             if dialect.name == 'postgresql':\n            return dialect.type_descriptor(UUID())\n        \
             return dialect.type_descriptor(CHAR(32))\n",
        ),
        ("alembic.ini", "[alembic]\nscript_location = scripts\n"),
        (
            "scripts/env.py",
            "import sqlalchemy as sa\nfrom alembic import context\nfrom types_ import Key\nfrom models import tables\n\
             sa.Key = Key\ncontext.configure(version_table_schema='app')\n\
             context.run_migrations(tables=tables)\n",
        ),
        (
            "scripts/versions/a.py",
            &format!(
                "from alembic import context\n{HEAD}def upgrade(tables):\n    \
                 schema = context.get_context().version_table_schema\n    \
                 op.add_column('t', sa.Column('k', sa.Key()), schema=schema)\n    \
                 op.bulk_insert(tables.kind, [{{'name': 'a'}}])\n    op.execute(tables['kind'].delete())\n"
            ),
        ),
        ("models.py", "def make():\n    return [x for x in y()]\ntables = make()\n"),
    ]);
    assert_eq!(
        sql(up(&project)),
        ["ALTER TABLE app.t ADD COLUMN k UUID", "INSERT INTO kind (name) VALUES ('a')", "DELETE FROM kind"]
    );
}

#[test]
fn labels_are_synchronised_as_the_package_does_it() {
    let (_, project) = project_of(
        "from alembic_postgresql_enum import TableReference\n\ndef upgrade():\n    \
         op.sync_enum_values(enum_schema='public', enum_name='mood', new_values=['a', 'c'], affected_columns=[\
         TableReference(table_schema='public', table_name='t', column_name='m', \
         existing_server_default=\"'b'::mood\")], enum_values_to_rename=[('b', 'c')])\n",
    );
    let script = up(&project);
    assert_eq!(reasons(script), Vec::<&str>::new());
    let sql = sql(script);
    assert_eq!(
        sql[..2],
        [
            "ALTER TYPE \"public\".\"mood\" RENAME TO \"mood_old\"",
            "CREATE TYPE \"public\".\"mood\" AS ENUM('a', 'c')"
        ]
    );
    assert_eq!(
        sql[6..9],
        [
            "ALTER TABLE \"public\".\"t\" ALTER COLUMN \"m\" DROP DEFAULT",
            "ALTER TABLE \"public\".\"t\" ALTER COLUMN \"m\" TYPE \"public\".\"mood\" USING CASE WHEN \"m\"::text = 'b' \
             THEN 'c'::\"public\".\"mood\" ELSE \"m\"::text::\"public\".\"mood\" END",
            "ALTER TABLE \"public\".\"t\" ALTER COLUMN \"m\" SET DEFAULT 'c'::public.mood"
        ]
    );
    assert_eq!(sql.last(), Some(&"DROP TYPE \"public\".\"mood_old\""));
}

#[test]
fn a_helper_that_may_change_a_list_leaves_it_unknown() {
    let (_, project) = project_of(
        "def grow(found):\n    if read():\n        found.append('b')\n\ndef upgrade():\n    found = ['a']\n    \
         op.drop_table(found[0])\n    grow(found)\n    for name in found:\n        op.drop_table(name)\n",
    );
    let script = up(&project);
    assert_eq!(sql(script)[0], "DROP TABLE a");
    assert_eq!(reasons(script).len(), 1);
    assert!(matches!(script.statements[1].certainty, Certainty::May(_)));
}

#[test]
fn what_a_query_gave_runs_nothing_itself() {
    let (_, project) = project_of(
        "from sqlalchemy.orm import Session\n\ndef upgrade():\n    bind = op.get_bind()\n    \
         count = bind.execute(sa.text('SELECT count(*) FROM t')).scalar()\n    \
         names = Session(bind=bind).execute(sa.text('SELECT a FROM t')).scalars().all()\n    \
         if count and names:\n        op.drop_table('t')\n    \
         match count:\n        case 1:\n            op.drop_table('one')\n        case _:\n            op.drop_table('more')\n",
    );
    let script = up(&project);
    assert_eq!(reasons(script), Vec::<&str>::new());
    assert_eq!(
        sql(script),
        ["SELECT count(*) FROM t", "SELECT a FROM t", "DROP TABLE t", "DROP TABLE one", "DROP TABLE more"]
    );
    let may = |statement: &Statement| matches!(statement.certainty, Certainty::May(_));
    assert_eq!(script.statements.iter().map(may).collect::<Vec<_>>(), [false, false, true, true, true]);
}

#[test]
fn options_that_the_environment_sets_are_those_that_hold_otherwise() {
    let (_, project) = project_of(
        "import os\nWISH = os.environ.get('WISH', '').lower() == 'true'\n\ndef upgrade():\n    \
         op.create_index('i', 't', ['a'], postgresql_concurrently=WISH)\n    op.drop_table('u')\n",
    );
    let script = up(&project);
    assert_eq!(sql(script), ["CREATE INDEX i ON t (a)", "DROP TABLE u"]);
    assert!(matches!(&script.statements[0].certainty, Certainty::May(reason) if reason.contains("`WISH`")));
    assert_eq!(script.statements[1].certainty, Certainty::Certain);
}

#[test]
fn rows_have_parameters_for_what_python_adds_to_them() {
    let (_, project) = project_of(
        "import datetime\n\ndef upgrade():\n    t = op.create_table('t', sa.Column('a', sa.Text()), \
         sa.Column('b', sa.DateTime(), default=datetime.datetime.now), sa.Column('c', sa.DateTime(), default=sa.func.now()))\n    \
         op.bulk_insert(t, [{'a': 'x'}, {'a': 'y', 'b': None, 'c': None}])\n    \
         metadata = sa.MetaData()\n    metadata.reflect(op.get_bind())\n    found = metadata.tables['t']\n    \
         op.get_bind().execute(found.update().values(a='z').where(found.c.b == 2))\n",
    );
    assert_eq!(
        sql(up(&project))[1..],
        [
            "INSERT INTO t (a, b, c) VALUES ('x', $1, now())",
            "INSERT INTO t (a, b, c) VALUES ('y', NULL, NULL)",
            "UPDATE t SET a='z' WHERE t.b = 2"
        ]
    );
}

#[test]
fn values_of_the_clock_leave_the_statement_readable() {
    let (_, project) = project_of(
        "import uuid\n\ndef upgrade():\n    op.execute(f\"INSERT INTO t (id) VALUES ('{uuid.uuid4()}')\")\n    \
         if uuid.uuid4() == 'x':\n        op.drop_table('t')\n",
    );
    let script = up(&project);
    assert_eq!(sql(script), ["INSERT INTO t (id) VALUES ('<uuid.uuid4>')", "DROP TABLE t"]);
    assert!(matches!(script.statements[1].certainty, Certainty::May(_)));
}

#[test]
fn autocommit_blocks_split_transactions() {
    let (_, project) = project_of(
        "def upgrade():\n    op.drop_table('a')\n    with op.get_context().autocommit_block():\n        op.drop_table('b')\n    \
         op.drop_table('c')\n",
    );
    let numbers: Vec<Option<u32>> =
        up(&project).statements.iter().map(|statement| statement.transaction).collect();
    assert_eq!(numbers, [Some(0), None, Some(1)]);
}

#[test]
fn a_connection_that_commits_by_itself_is_in_no_transaction() {
    let (_, project) = project_of(
        "def upgrade():\n    op.drop_table('a')\n    \
         with op.get_bind().engine.connect().execution_options(isolation_level='AUTOCOMMIT') as conn:\n        \
         conn.execute(sa.text('DROP INDEX CONCURRENTLY b'))\n        conn.commit()\n        \
         with conn.begin():\n            conn.exec_driver_sql('DROP INDEX CONCURRENTLY c')\n    \
         op.drop_table('d')\n",
    );
    let sent =
        up(&project).statements.iter().map(|statement| (statement.sql.as_str(), statement.transaction));
    let expected = [
        ("DROP TABLE a", Some(0)),
        ("DROP INDEX CONCURRENTLY b", None),
        ("DROP INDEX CONCURRENTLY c", None),
        ("DROP TABLE d", Some(0)),
    ];
    assert_eq!(sent.collect::<Vec<_>>(), expected);
}

#[test]
fn parameters_that_a_text_is_given_are_filled_in() {
    let (_, project) = project_of(
        "def upgrade():\n    op.execute(sa.text('DELETE FROM t WHERE a = :a AND b = :b').params({'a': 4, 'b': 'x'}))\n    \
         op.execute(sa.text('DELETE FROM t WHERE a = :a').params(a=5))\n",
    );
    assert_eq!(sql(up(&project)), ["DELETE FROM t WHERE a = 4 AND b = 'x'", "DELETE FROM t WHERE a = 5"]);
}

#[test]
fn functions_that_do_nothing_or_refuse_are_told_apart() {
    let body = |code: &str| {
        let (_, project) = project_of(&format!("def upgrade():\n    op.drop_table('a')\n\n{code}"));
        project.migrations[0].down.as_ref().map(|script| script.body.clone())
    };
    assert_eq!(body(""), None);
    assert_eq!(body("def downgrade():\n    '''Nothing.'''\n    pass\n"), Some(Body::Empty));
    assert_eq!(body("def downgrade(): ...\n"), Some(Body::Empty));
    let raises = body("def downgrade():\n    '''No.'''\n    raise NotImplementedError('no')\n");
    assert!(matches!(raises, Some(Body::Raises { what, .. }) if what == "NotImplementedError('no')"));
    assert_eq!(body("def downgrade():\n    op.drop_table('b')\n"), Some(Body::Works));
}

#[test]
fn the_graph_is_read_in_every_form() {
    let (sources, project) = project_with(&[
        ("env.py", ""),
        (
            "versions/a.py",
            "'''First.\n\nMore.'''\nrevision: str = 'a'\ndown_revision: str | None = None\nbranch_labels = ('x',)\ndef upgrade(): pass\n",
        ),
        ("versions/b.py", "revision = 'b'\ndown_revision = 'a'\ndef upgrade(): pass\n"),
        ("versions/c.py", "revision = 'c'\ndown_revision = ['a']\ndepends_on = 'b'\ndef upgrade(): pass\n"),
        ("versions/d.py", "revision = 'd'\ndown_revision = ('b', 'c')\ndef upgrade(): pass\n"),
        ("versions/__init__.py", "x = 1\n"),
    ]);
    let of = |id: &str| project.migrations.iter().find(|migration| migration.id == id).expect("a migration");
    assert_eq!(
        (of("a").message.as_str(), of("a").branch_labels.as_slice()),
        ("First.", &["x".to_owned()][..])
    );
    let parents: Vec<&str> = of("d").parents.iter().map(|parent| sources.text(parent.span)).collect();
    assert_eq!(parents, ["'b'", "'c'"]);
    assert_eq!(of("c").depends_on[0].id, "b");
    let graph = project.graph();
    assert_eq!((graph.heads.len(), graph.faults.len()), (1, 0));
    assert!(project.problems.is_empty());
}

#[test]
fn a_bad_file_costs_only_itself() {
    let directory = tempfile::tempdir().expect("a directory");
    let versions = directory.path().join("versions");
    std::fs::create_dir_all(&versions).expect("created");
    let write = |name: &str, bytes: &[u8]| std::fs::write(versions.join(name), bytes).expect("written");
    std::fs::write(directory.path().join("env.py"), "").expect("written");
    write("a.py", b"\xef\xbb\xbfrevision = 'a'\r\ndown_revision = None\r\ndef upgrade():\r\n\tpass\r\n");
    write("b.py", b"revision = 'b'\ndef upgrade(:\n");
    write("c.py", b"");
    write("d.py", b"# caf\xe9\nrevision = 'd'\ndown_revision = 'a'\ndef upgrade(): pass\n");
    write("helpers.py", b"def help(): pass\n");
    write("deep.py", format!("x = {}", "(".repeat(200_000)).as_bytes());
    write(
        "circle.py",
        b"import circle\nfrom circle import x\nrevision = 'e'\ndown_revision = x\ndef upgrade(): x()\n",
    );
    let mut sources = Sources::new();
    let project = only(directory.path(), &mut sources);
    let ids: Vec<&str> = project.migrations.iter().map(|migration| migration.id.as_str()).collect();
    assert_eq!(ids, ["a", "e", "d"]);
    let problems: Vec<(String, ProblemKind)> = project
        .problems
        .iter()
        .map(|problem| (sources.file(problem.span.source).display_path(), problem.kind))
        .map(|(path, kind)| (path.rsplit('/').next().unwrap_or_default().to_owned(), kind))
        .collect();
    let expected = [
        ("b.py", ProblemKind::Syntax),
        ("c.py", ProblemKind::Empty),
        ("d.py", ProblemKind::Unreadable),
        ("deep.py", ProblemKind::Syntax),
        ("helpers.py", ProblemKind::Syntax),
    ];
    assert_eq!(problems, expected.map(|(name, kind)| (name.to_owned(), kind)));
}

#[test]
fn the_environment_gives_transactions_and_names() {
    let (_, project) = project_with(&[
        (
            "app/db.py",
            "from sqlalchemy import MetaData\nmetadata = MetaData(naming_convention={'uq': 'uq_%(table_name)s_%(column_0_name)s'})\n",
        ),
        ("alembic.ini", "[alembic]\nscript_location = %(here)s/scripts\n"),
        (
            "scripts/env.py",
            "from alembic import context\nfrom app.db import metadata\ntarget_metadata = metadata\ncontext.configure(target_metadata=target_metadata, transaction_per_migration=True, include_schemas=True, version_table='done', version_table_schema='audit')\n",
        ),
        (
            "scripts/versions/a.py",
            &format!("{HEAD}def upgrade():\n    op.create_unique_constraint(None, 't', ['c'])\n"),
        ),
    ]);
    assert_eq!(project.framework.transaction, TransactionRule::PerMigration);
    let told =
        ["one transaction per migration", "version table audit.done", "autogenerate compares all schemas"];
    assert_eq!(project.told, told);
    assert_eq!(sql(up(&project)), ["ALTER TABLE t ADD CONSTRAINT uq_t_c UNIQUE (c)"]);
}

#[test]
fn helpers_of_the_repository_are_followed_and_shown_where_they_are_called() {
    let (sources, project) = project_with(&[
        ("alembic.ini", "[alembic]\nscript_location = scripts\n"),
        ("lib/__init__.py", ""),
        (
            "lib/helpers.py",
            "from alembic import op\nfrom .names import TABLE\n\ndef drop_it():\n    op.drop_table(TABLE)\n",
        ),
        ("lib/names.py", "TABLE = 'former'\n"),
        ("scripts/env.py", ""),
        (
            "scripts/versions/a.py",
            &format!("from lib import helpers\n{HEAD}def upgrade():\n    helpers.drop_it()\n"),
        ),
    ]);
    let script = up(&project);
    assert_eq!(sql(script), ["DROP TABLE former"]);
    assert_eq!(sources.text(script.statements[0].span), "helpers.drop_it()");
}

#[test]
fn a_package_passes_on_what_it_imports_by_star_from_packages_within() {
    let (_, project) = project_with(&[
        ("alembic.ini", "[alembic]\nscript_location = scripts\n"),
        ("shop/__init__.py", ""),
        ("shop/db/__init__.py", "from .custom import *\nfrom . import names as known\n"),
        ("shop/db/custom/__init__.py", "from .int_enum import IntEnum\nfrom ..names import TABLE\n"),
        ("shop/db/custom/int_enum.py", "import sqlalchemy as sa\nIntEnum = sa.SmallInteger\n"),
        ("shop/db/names.py", "TABLE = 'former'\n"),
        ("scripts/env.py", ""),
        (
            "scripts/versions/a.py",
            &format!(
                "{HEAD}from shop.db import IntEnum, TABLE, known\n\ndef upgrade():\n    \
                 op.add_column(TABLE, sa.Column('c', IntEnum()))\n    op.drop_table(known.TABLE)\n"
            ),
        ),
    ]);
    assert_eq!(reasons(up(&project)), Vec::<&str>::new());
    assert_eq!(sql(up(&project)), ["ALTER TABLE former ADD COLUMN c SMALLINT", "DROP TABLE former"]);
}

#[test]
fn types_of_other_packages_have_their_names() {
    let (_, project) = project_of(
        "import geoalchemy2\nimport sqlmodel\nimport sqlalchemy_utils\nfrom pgvector.sqlalchemy import Vector\n\ndef upgrade():\n    \
         op.add_column('t', sa.Column('a', geoalchemy2.types.Geometry(geometry_type='POINT', srid=4326, spatial_index=False)))\n    \
         op.add_column('t', sa.Column('b', sqlmodel.sql.sqltypes.AutoString(length=9)))\n    \
         op.add_column('t', sa.Column('c', sqlalchemy_utils.types.uuid.UUIDType(binary=False)))\n    \
         op.add_column('t', sa.Column('d', Vector(3)))\n",
    );
    let types: Vec<&str> = sql(up(&project)).iter().filter_map(|sql| sql.rsplit("COLUMN ").next()).collect();
    assert_eq!(types, ["a geometry(POINT,4326)", "b VARCHAR(9)", "c UUID", "d VECTOR(3)"]);
}

/// Files in a temporary folder, read with what the user says of them.
fn project_said(files: &[(&str, &str)], settings: &Settings) -> Project {
    let directory = laid_out(files);
    load_with(directory.path(), settings, &mut Sources::new()).expect("a project").remove(0)
}

#[test]
fn types_that_nobody_knows_are_those_that_the_user_says() {
    let revision = format!(
        "{HEAD}import vendor\nfrom vendor.sql import Code\nfrom app.types import Money\nfrom app.gone import Gone\n\n\
         class Own(sa.types.UserDefinedType):\n    def get_col_spec(self, **kw):\n        return spec(self)\n\n\
         def upgrade():\n    op.create_table('t', sa.Column('id', vendor.Key, primary_key=True), \
         sa.Column('a', Code(length=9)), sa.Column('b', Code(7)), sa.Column('c', Code), sa.Column('d', Money()), \
         sa.Column('e', Gone()), sa.Column('f', Own()), sa.Column('g', vendor.sql.Exact()))\n"
    );
    let files = [
        ("alembic.ini", "[alembic]\nscript_location = scripts\n"),
        ("app/__init__.py", ""),
        (
            "app/types.py",
            "from sqlalchemy.types import UserDefinedType\nclass Money(UserDefinedType):\n    \
             def get_col_spec(self, **kw):\n        return spec()\n",
        ),
        ("scripts/env.py", ""),
        ("scripts/versions/a.py", revision.as_str()),
    ];
    let mut settings = Settings::default();
    for (name, ddl) in [
        ("Key", "INTEGER"),
        ("Code", "VARCHAR({length})"),
        ("types.Money", "NUMERIC(12, 2)"),
        ("app.gone.Gone", "TEXT"),
        ("Own", "POINT"),
        ("Exact", "CHAR({length})"),
    ] {
        settings.set_type(name, ddl).expect("a type");
    }
    let project = project_said(&files, &settings);
    assert_eq!(reasons(up(&project)), Vec::<&str>::new());
    let sql = plain(sql(up(&project))[0]);
    assert_eq!(
        sql,
        "CREATE TABLE t (id SERIAL NOT NULL, a VARCHAR(9), b VARCHAR(7), c VARCHAR, d NUMERIC(12, 2), e TEXT, \
         f POINT, g CHAR, PRIMARY KEY (id))"
    );
    let unsaid = project_said(&files, &Settings::default());
    assert_eq!(reasons(up(&unsaid)).len(), 1);
}

#[test]
fn a_naming_convention_is_that_of_the_environment_or_else_the_users() {
    let revision = format!("{HEAD}def upgrade():\n    op.create_unique_constraint(None, 't', ['c'])\n");
    let mut settings = Settings::default();
    settings.set_naming("uq", "said_%(table_name)s_%(column_0_name)s").expect("a template");
    for (metadata, name) in [
        ("load_metadata()", "said_t_c"),
        ("MetaData(naming_convention={'uq': 'uq_%(column_0_name)s'})", "uq_c"),
    ] {
        let environment = format!(
            "from alembic import context\nfrom sqlalchemy import MetaData\ncontext.configure(target_metadata={metadata})\n"
        );
        let project = project_said(&[("env.py", &environment), ("versions/a.py", &revision)], &settings);
        assert_eq!(sql(up(&project)), [format!("ALTER TABLE t ADD CONSTRAINT {name} UNIQUE (c)")]);
    }
}

#[test]
fn projects_are_found_however_they_are_laid_out() {
    let revision = format!("{HEAD}def upgrade(): pass\n");
    for files in [
        vec![("db/env.py", ""), ("db/versions/a.py", revision.as_str())],
        vec![
            ("migrations/alembic.ini", "[alembic]\nfile_template = x\n"),
            ("migrations/env.py", ""),
            ("migrations/versions/a.py", &revision),
        ],
        vec![
            ("pyproject.toml", "[tool.alembic]\nscript_location = \"%(here)s/db\"\n"),
            ("db/env.py", ""),
            ("db/versions/a.py", &revision),
        ],
        vec![
            ("alembic.ini", "[alembic]\nscript_location = app:db\nversion_locations = one, two\n"),
            ("app/db/env.py", ""),
            ("two/a.py", &revision),
        ],
        vec![
            ("conf.ini", "[DEFAULT]\nbase = %(here)s/db\n[other]\nscript_location = %(base)s\n"),
            ("db/env.py", ""),
            ("db/versions/a.py", &revision),
        ],
    ] {
        let (_, project) = project_with(&files);
        assert_eq!(project.migrations.len(), 1, "{:?}", files[0]);
    }
}

#[test]
fn unknown_data_may_stand_in_a_literal_and_nowhere_else() {
    let (_, project) = project_of(
        "from flask import current_app\n\ndef upgrade():\n    \
         op.execute(\"UPDATE t SET a = '{}', b = '{}'\".format(current_app.config['KEY'], 'it'))\n    \
         op.execute('DROP TABLE ' + current_app.config['TABLE'])\n",
    );
    let script = up(&project);
    assert_eq!(
        script.statements[0].sql.as_str(),
        "UPDATE t SET a = '<flask.current_app.config[KEY]>', b = 'it'"
    );
    assert_eq!(
        reasons(script),
        ["`flask.current_app.config['TABLE']` is only known when the migration runs"]
    );
}

#[test]
fn types_of_the_project_are_those_that_they_decorate() {
    let (_, project) = project_of(
        "from sqlalchemy import types\nfrom sqlalchemy.ext.mutable import MutableDict\n\nclass Slug(types.TypeDecorator):\n    \
         impl = sa.String\n\nclass Key(types.TypeDecorator[str]):\n    impl = sa.Uuid\n    def __init__(self):\n        \
         super().__init__(1)\n\ndef upgrade():\n    op.add_column('t', sa.Column('a', Slug(5)))\n    \
         op.add_column('t', sa.Column('b', Key()))\n    \
         op.add_column('t', sa.Column('c', MutableDict.as_mutable(sa.JSON())))\n    \
         op.drop_column('t', sa.Column('d', sa.Integer).name)\n",
    );
    let ends: Vec<&str> = sql(up(&project)).iter().filter_map(|sql| sql.rsplit("COLUMN ").next()).collect();
    assert_eq!(ends, ["a VARCHAR(5)", "b UUID", "c JSON", "d"]);
}
