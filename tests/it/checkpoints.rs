//! What stands before the checked migrations is made once, and kept: the report is the same, and only what made it costs.

use std::path::Path;

use mig_check::history::Scope;
use mig_check::roundtrip::{Data, Options, Outcome, ServerChoice, run};
use mig_check::source::Sources;

use crate::roundtrip::{Silent, alembic_project, python, told};

const ENVIRONMENT: &str = "
from alembic import context
from sqlalchemy import engine_from_config

engine = engine_from_config({'sqlalchemy.url': 'postgresql+psycopg://localhost/shop'})
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
";

/// Leaves a line in a file whenever it runs, and a role beside the database.
const FIRST: &str = "
from alembic import op

revision = '1'
down_revision = None


def upgrade():
    with open('ran', 'a') as ran:
        ran.write('1\\n')
    op.execute('CREATE ROLE shop_reader')
    op.execute('CREATE TABLE book (id int PRIMARY KEY)')


def downgrade():
    op.execute('DROP TABLE book')
    op.execute('DROP ROLE shop_reader')
";

const SECOND: &str = "
from alembic import op

revision = '2'
down_revision = '1'


def upgrade():
    op.execute('ALTER TABLE book ADD COLUMN title text')


def downgrade():
    op.execute('ALTER TABLE book DROP COLUMN title')
";

/// Its downgrade leaves something.
const THIRD: &str = "
from alembic import op

revision = '3'
down_revision = '2'


def upgrade():
    op.execute('GRANT SELECT ON book TO shop_reader')
    op.execute(\"CREATE TYPE cover AS ENUM ('hard')\")


def downgrade():
    op.execute('REVOKE SELECT ON book FROM shop_reader')
";

struct Shop {
    folder: tempfile::TempDir,
    cache: tempfile::TempDir,
}

impl Shop {
    fn new() -> Self {
        let shop = Self {
            folder: tempfile::tempdir().expect("a folder"),
            cache: tempfile::tempdir().expect("a folder"),
        };
        std::fs::create_dir_all(shop.folder.path().join("migrations/versions")).expect("a folder");
        shop.put("alembic.ini", "[alembic]\nscript_location = %(here)s/migrations\n");
        shop.put("migrations/env.py", ENVIRONMENT);
        for (name, text) in [("1", FIRST), ("2", SECOND), ("3", THIRD)] {
            shop.put(&format!("migrations/versions/{name}.py"), text.trim_start());
        }
        shop
    }

    fn put(&self, path: &str, text: &str) {
        std::fs::write(self.folder.path().join(path), text).expect("a file");
    }

    /// How often the first revision ran so far.
    fn ran(&self) -> usize {
        std::fs::read_to_string(self.folder.path().join("ran")).unwrap_or_default().lines().count()
    }

    fn kept(&self) -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(self.cache.path()).expect("the cache");
        entries.map(|entry| entry.expect("an entry").path()).collect()
    }

    /// Checks the last revision.
    fn check(&self, options: &Options) -> (Outcome, String, Vec<String>) {
        let mut sources = Sources::new();
        let mut project = alembic_project(self.folder.path(), &mut sources);
        "shop".clone_into(&mut project.root);
        let last = project.migrations.iter().position(|migration| migration.id == "3").expect("the last");
        let scope = Scope { checked: [last].into(), ..Scope::all(&project) };
        let silent = Silent::default();
        let outcome = run(&[(&project, &scope)], &sources, options, &silent).expect("it runs");
        assert_eq!(outcome.failures, [], "{}", self.folder.path().display());
        let told = told(&outcome, &sources).replace(&*self.folder.path().to_string_lossy(), "FOLDER");
        (outcome, told, silent.remarks.into_inner().expect("no panic"))
    }

    fn options(&self) -> Options {
        let cache = Some(self.cache.path().to_owned());
        Options { python: Some(python()), cache, data: Some(Data::default()), ..Options::default() }
    }
}

#[test]
fn what_is_before_the_checked_migrations_runs_once_and_the_report_is_the_same() {
    let shop = Shop::new();
    let (_, without, _) = shop.check(&Options { cache: None, ..shop.options() });
    assert!(without.contains("downgrade-leaves-objects"), "{without}");
    let before = shop.ran();
    let (first, told, _) = shop.check(&shop.options());
    assert_eq!(told, without);
    let made = shop.ran();
    assert!(made > before, "it was made");
    let (second, told, remarks) = shop.check(&shop.options());
    assert_eq!(told, without);
    assert_eq!((shop.ran(), remarks), (made, Vec::new()), "it was kept");
    assert_eq!(
        (&first.cases, &first.findings, &first.remarks),
        (&second.cases, &second.findings, &second.remarks)
    );

    // A checked revision may change, what it stands on may not.
    shop.put("migrations/versions/3.py", &format!("# Again\n{THIRD}"));
    shop.check(&shop.options());
    assert_eq!(shop.ran(), made);
    shop.put("migrations/versions/2.py", &SECOND.replace("title", "name"));
    shop.check(&shop.options());
    assert!(shop.ran() > made, "another history is another state");
    assert_eq!(shop.kept().len(), 2);
}

#[test]
fn what_is_kept_and_cannot_be_used_is_made_again() {
    let shop = Shop::new();
    let (_, expected, _) = shop.check(&shop.options());
    let made = shop.ran();
    let [kept] = &*shop.kept() else { panic!("one state") };

    std::fs::write(kept.join("made-by"), "with Alembic 0.1").expect("a file");
    let (_, told, _) = shop.check(&shop.options());
    assert_eq!(told, expected);
    let again = shop.ran();
    assert!(again > made, "another Alembic made it");

    std::fs::write(kept.join("data/global/pg_control"), "").expect("a file");
    let (_, told, remarks) = shop.check(&shop.options());
    assert_eq!(told, expected);
    assert!(
        remarks.iter().any(|remark| remark.contains("is of no use, so it is made again: PostgreSQL")),
        "{remarks:?}"
    );
    let third = shop.ran();
    assert!(third > again);
    shop.check(&shop.options());
    assert_eq!(shop.ran(), third, "and is good again");
}

#[test]
fn few_states_are_kept_and_nothing_else_is_touched() {
    let shop = Shop::new();
    let other = shop.cache.path().join("notes.txt");
    std::fs::write(&other, "mine").expect("a file");
    for number in 0..10 {
        let kept = shop.cache.path().join(format!("mig-check-base-{number}"));
        std::fs::create_dir(&kept).expect("a folder");
        std::fs::write(kept.join("made-by"), "").expect("a file");
    }
    shop.check(&shop.options());
    assert_eq!(shop.kept().len(), 9);
    assert!(other.exists());
    let made = shop.ran();
    shop.check(&shop.options());
    assert_eq!(shop.ran(), made, "the newest is there");
}

#[test]
fn a_container_begins_with_what_another_one_kept() {
    let shop = Shop::new();
    let image = Some("mig-check-test:{pg}".to_owned());
    let options = Options { server: ServerChoice::Docker, image, postgres: vec![18], ..shop.options() };
    let (_, expected, remarks) = shop.check(&options);
    assert_eq!(remarks, Vec::<String>::new());
    let made = shop.ran();
    let (_, told, remarks) = shop.check(&options);
    assert_eq!((told, remarks), (expected, Vec::new()));
    assert_eq!(shop.ran(), made);
    assert_eq!(crate::docker::containers(std::process::id()), "");
}

#[test]
fn a_folder_that_cannot_be_used_is_said() {
    let shop = Shop::new();
    let file = shop.folder.path().join("alembic.ini");
    let mut sources = Sources::new();
    let project = alembic_project(shop.folder.path(), &mut sources);
    let scope = Scope { checked: [2].into(), ..Scope::all(&project) };
    let options = Options { cache: Some(file.clone()), ..shop.options() };
    let outcome = run(&[(&project, &scope)], &sources, &options, &Silent::default()).expect("it runs");
    let said = format!("{} cannot be used to keep states of databases: ", file.display());
    let [failure] = &*outcome.failures else { panic!("{:?}", outcome.failures) };
    assert!(failure.what.starts_with(&said), "{}", failure.what);
    assert_eq!(failure.remedy, "name another folder with --cache");
    assert!(Path::new(&file).is_file());
}
