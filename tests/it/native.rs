//! Alembic's revisions without Python: what they leave is what Alembic leaves, and what cannot be known is not run.

use std::path::Path;

use mig_check::history::Scope;
use mig_check::roundtrip::{Agreement, EngineChoice, Options, compare_engines, run};
use mig_check::source::Sources;

use crate::roundtrip::{Silent, alembic_project, fixture, python, told};

fn native() -> Options {
    Options { engine: EngineChoice::Native, ..Options::default() }
}

fn agreement(directory: &Path) -> Agreement {
    let mut sources = Sources::new();
    let project = alembic_project(directory, &mut sources);
    let usual = Options { python: Some(python()), ..Options::default() };
    compare_engines(&project, &sources, [&usual, &native()], &Silent::default()).expect("both work")
}

#[test]
fn both_engines_leave_identical_catalogs() {
    let mut compared = 0;
    for directory in
        [Path::new("migrations/alembic"), &fixture("flask"), &fixture("models"), &fixture("alembic")]
    {
        let said = agreement(directory);
        assert_eq!(said.differences, Vec::<String>::new(), "{}", directory.display());
        compared += said.compared.len();
    }
    assert!(compared > 30, "only {compared} legs were compared");
}

/// An env.py that runs the revisions of the renderer's fixtures, which are only rendered otherwise.
const ENVIRONMENT: &str = "
from alembic import context
from sqlalchemy import create_engine

with create_engine('postgresql://').connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
";

#[test]
fn what_the_renderer_is_tested_on_does_the_same_on_a_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let copied = std::process::Command::new("cp")
        .args(["-r", "fixtures/frontends/alembic/."])
        .arg(folder.path())
        .status();
    assert!(copied.expect("cp").success());
    std::fs::write(folder.path().join("env.py"), ENVIRONMENT).expect("a file");
    let said = agreement(folder.path());
    assert_eq!(said.differences, Vec::<String>::new());
    assert!(said.compared.len() >= 15, "{:?} were compared", said.compared);
}

const PROJECT: &[(&str, &str)] = &[
    ("alembic.ini", "[alembic]\nscript_location = scripts\n"),
    ("scripts/env.py", "raise SystemExit('nobody runs this')\n"),
    (
        "scripts/versions/1.py",
        "import sqlalchemy as sa\nfrom alembic import op\nrevision = '1'\ndown_revision = None\n\
         def upgrade():\n    op.create_table('book', sa.Column('id', sa.Integer, primary_key=True))\n\
         def downgrade():\n    op.drop_table('book')\n",
    ),
    (
        "scripts/versions/2.py",
        "from alembic import op\nrevision = '2'\ndown_revision = '1'\n\
         def upgrade():\n    for (table,) in op.get_bind().execute('SELECT name FROM tables'):\n        \
         op.drop_table(table)\ndef downgrade():\n    pass\n",
    ),
    (
        "scripts/versions/3.py",
        "from alembic import op\nrevision = '3'\ndown_revision = '2'\n\
         def upgrade():\n    with op.get_context().autocommit_block():\n        \
         op.execute('CREATE INDEX CONCURRENTLY book_id ON book (id)')\n    op.execute('CREATE TYPE kind AS ENUM ()')\n\
         def downgrade():\n    op.drop_index('book_id')\n",
    ),
];

#[test]
fn what_only_python_knows_is_left_out_by_name_and_the_rest_runs_without_it() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in PROJECT {
        let file = folder.path().join(name);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("folders");
        std::fs::write(file, text).expect("a file");
    }
    let mut sources = Sources::new();
    let project = alembic_project(folder.path(), &mut sources);
    let scope = Scope::all(&project);
    let outcome = run(&[(&project, &scope)], &sources, &native(), &Silent::default()).expect("it runs");
    let told = told(&outcome, &sources);
    assert!(told.contains("skipped 2 up: its upgrade "), "{told}");
    assert!(told.contains("downgrade-leaves-objects: The downgrade leaves type kind behind"), "{told}");
    assert!(told.contains("note: It ran without 2, which only its own tool can run"), "{told}");
    assert!(
        outcome.remarks.iter().any(|remark| remark.ends_with(" ran without Python")),
        "{:?}",
        outcome.remarks
    );
    assert_eq!((outcome.failures.len(), outcome.findings.len()), (0, 1), "{told}");
}

#[test]
fn an_autocommit_block_stands_between_common_transactions() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in PROJECT.iter().filter(|(name, _)| !name.ends_with("2.py")) {
        let file = folder.path().join(name);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("folders");
        let text = text.replace("down_revision = '2'", "down_revision = '1'");
        let text = text.replace(
            "op.drop_index('book_id')\n",
            "op.drop_index('book_id')\n    op.execute('DROP TYPE kind')\n",
        );
        std::fs::write(file, text).expect("a file");
    }
    let mut sources = Sources::new();
    let project = alembic_project(folder.path(), &mut sources);
    let scope = Scope::all(&project);
    let outcome = run(&[(&project, &scope)], &sources, &native(), &Silent::default()).expect("it runs");
    assert_eq!(told(&outcome, &sources), "clean\n");
    assert_eq!(outcome.cases.len(), 2 * 3 + 2, "also from base to head, in common transactions");
}
