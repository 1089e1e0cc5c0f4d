//! Reads Alembic projects without Python: configuration, revision graph, and what each revision sends to the server.
//!
//! A revision is evaluated ([`evaluate`]) into calls of Alembic's operations, each is rendered to the SQL that Alembic
//! would send ([`directive`], [`render`]), and that SQL is lowered to neutral operations. Refuses to run anything.

mod config;
mod directive;
mod discover;
mod environment;
mod evaluate;
mod hole;
mod lineage;
mod naming;
mod output;
mod python;
mod render;
mod revision;
mod script;
mod session;
mod value;

use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::history::{Framework, Language, Project, Runner, TransactionRule};
use crate::source::Sources;

use super::Settings;
use naming::Naming;

pub(crate) use discover::{Found, find};
pub(super) use naming::is_naming_template;
pub use script::alembic_script;

/// Stack of the thread that parses and evaluates; deep nesting in a file must not end the program.
const STACK: usize = 512 << 20;

/// Reads a project that was found; paths are shown as `shown` makes them of real ones.
pub(crate) fn load(found: &Found, settings: &Settings, sources: &mut Sources) -> Project {
    let shown = shown_root(found);
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().stack_size(STACK);
        let handle = reader.spawn_scoped(scope, || read(found, &shown, settings, sources));
        match handle.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(project)) => project,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => empty(found, &shown),
        }
    })
}

/// The folder that shown paths are relative to: where the command runs, if the project lies below it.
fn shown_root(found: &Found) -> PathBuf {
    std::env::current_dir()
        .ok()
        .and_then(|here| here.canonicalize().ok())
        .filter(|here| found.scripts.starts_with(here))
        .unwrap_or_else(|| found.directory.clone())
}

fn relative(path: &Path, shown: &Path) -> String {
    let relative = path.strip_prefix(shown).unwrap_or(path).to_string_lossy().replace('\\', "/");
    if relative.is_empty() { ".".to_owned() } else { relative }
}

fn empty(found: &Found, shown: &Path) -> Project {
    Project {
        root: relative(&found.scripts, shown),
        framework: FRAMEWORK,
        version_table: None,
        told: Vec::new(),
        migrations: Vec::new(),
        problems: Vec::new(),
        left_out: Vec::new(),
        session: Vec::new(),
        runner: Runner::Alembic {
            directory: found.directory.clone(),
            config: found.config.clone(),
            section: found.section.clone(),
            scripts: found.scripts.clone(),
        },
    }
}

const FRAMEWORK: Framework = Framework {
    name: "Alembic",
    language: Language::Python,
    no_transaction: Some("with op.get_context().autocommit_block():"),
    downgrades: true,
    transaction: TransactionRule::AllPending,
    version_table: "alembic_version",
};

fn read(found: &Found, shown: &Path, settings: &Settings, sources: &mut Sources) -> Project {
    let mut project = empty(found, shown);
    let mut library = evaluate::Library::new(found.roots.clone(), shown.to_owned(), found.options.clone());
    library.types.clone_from(&settings.types);
    library.only_order = settings.only_order;
    let environment = environment::read(found, &mut library, sources);
    if environment.per_migration {
        project.framework.transaction = TransactionRule::PerMigration;
    }
    library.version_schema.clone_from(&environment.version_table.schema);
    project.told = environment.told();
    project.version_table = Some(environment.version_table);
    project.session = environment.session;
    // What env.py says is what runs; the user says what only running it would tell.
    let said = || (!settings.naming.is_empty()).then(|| Naming::new(settings.naming.clone()));
    let naming = Rc::new(environment.naming.or_else(said).unwrap_or_default());
    for file in &found.files {
        let path = relative(file, shown);
        revision::read(file, &path, &naming, &mut library, sources, &mut project);
    }
    project
}
