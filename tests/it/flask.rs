//! Flask-Migrate: the application is found as `flask db` finds it, and its env.py runs inside it.

use std::path::Path;

use mig_check::history::Scope;
use mig_check::roundtrip::{Environment, Options, Outcome, Secret, run};
use mig_check::source::Sources;

use crate::roundtrip::{Silent, alembic_project, check, fixture, python, told};

fn run_at(folder: &Path, variables: &[(&str, &str)]) -> (Outcome, String) {
    let mut sources = Sources::new();
    let project = alembic_project(folder, &mut sources);
    let scope = Scope::all(&project);
    let secret = |(name, value): &(&str, &str)| ((*name).to_owned(), Secret((*value).to_owned()));
    let environment =
        Environment { variables: variables.iter().map(secret).collect(), ..Environment::default() };
    let options = Options { python: Some(python()), environment, ..Options::default() };
    let outcome = run(&[(&project, &scope)], &sources, &options, &Silent::default()).expect("it runs");
    let told = told(&outcome, &sources);
    (outcome, told)
}

/// The fixture without its `wsgi.py`, with another file.
fn without_wsgi(name: &str, text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&fixture("flask"), folder.path());
    std::fs::remove_file(folder.path().join("wsgi.py")).expect("a file");
    std::fs::write(folder.path().join(name), text).expect("a file");
    folder
}

fn copy(from: &Path, to: &Path) {
    for entry in from.read_dir().expect("a folder") {
        let from = entry.expect("an entry").path();
        let to = to.join(from.file_name().expect("a name"));
        if from.is_dir() {
            std::fs::create_dir(&to).expect("a folder");
            copy(&from, &to);
        } else {
            std::fs::copy(&from, &to).expect("a file");
        }
    }
}

#[test]
fn flask_migrate_runs_inside_its_application() {
    let (outcome, told) = run_at(&fixture("flask"), &[]);
    check("flask", &told);
    assert!(
        outcome.remarks.iter().any(|remark| remark.ends_with("in one run of env.py")),
        "{:?}",
        outcome.remarks
    );
}

#[test]
fn flask_migrate_of_several_databases_is_tried_on_each() {
    let (outcome, told) = run_at(&fixture("flask-databases"), &[]);
    check("flask-databases", &told);
    assert_eq!(outcome.failures, []);
}

#[test]
fn the_application_is_found_as_flask_finds_it() {
    let app = without_wsgi("app.py", "from shop import create_app\n");
    let variable = without_wsgi("start.py", "from shop import create_app\nserver = create_app()\n");
    let file = without_wsgi(".flaskenv", "FLASK_APP=shop\n");
    for (folder, variables) in [
        (&app, &[][..]),
        (&variable, &[("FLASK_APP", "start:server")]),
        (&variable, &[("FLASK_APP", "shop:create_app('postgresql://me:secret@database.invalid/shop')")]),
        (&file, &[]),
    ] {
        let (outcome, told) = run_at(folder.path(), variables);
        assert_eq!(outcome.failures, [], "{variables:?}");
        assert!(
            told.contains("downgrade-leaves-objects: The downgrade leaves type binding behind"),
            "{told}"
        );
    }
}

#[test]
fn an_application_that_is_not_found_is_asked_for() {
    let folder = without_wsgi("start.py", "from shop import create_app\nserver = create_app()\n");
    let (_, told) = run_at(folder.path(), &[]);
    assert!(told.starts_with("failure: Alembic cannot run this project: NoAppException: "), "{told}");
    assert!(
        told.contains("remedy: name the application as flask does: FLASK_APP in the environment"),
        "{told}"
    );
}

#[test]
fn an_environment_that_makes_its_own_application_needs_none() {
    let folder = without_wsgi("start.py", "from shop import create_app\nserver = create_app()\n");
    let environment = folder.path().join("migrations/env.py");
    let text = std::fs::read_to_string(&environment).expect("a file");
    std::fs::write(&environment, format!("from start import server\nserver.app_context().push()\n{text}"))
        .expect("a file");
    let (outcome, _) = run_at(folder.path(), &[]);
    assert_eq!(outcome.failures, []);
}
