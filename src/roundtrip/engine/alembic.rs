//! Runs Alembic revisions through the project's own Python: one process, which reaches our server only. Refuses to
//! know Python; what the process is told to do is in `alembic/driver.py`.

mod python;

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::finding::Direction;
use crate::history::Runner;
use crate::operation::Name;

use super::super::Options;
use super::super::printed::{Printed, last_lines};
use super::super::proxy::Proxy;
use super::super::server::Server;
use super::super::verdict::Place;
use super::{EngineError, Environment, Failure, ModelDrift, Ran, surroundings};
use answer::Answer;
use surroundings::Group;

mod answer;

const DRIVER: &str = include_str!("alembic/driver.py");
const WALL: &str = include_str!("alembic/mig_check_wall.py");
const DRIFT: &str = include_str!("alembic/mig_check_drift.py");

/// Runs the revisions of a project.
#[derive(Debug)]
pub(in crate::roundtrip) struct AlembicEngine<'a> {
    place: Place<'a>,
    directory: &'a Path,
    environment: &'a Environment,
    python: PathBuf,
    // Before the child: what it started must not outlive it.
    group: Group,
    child: Child,
    commands: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    printed: Printed,
    version_table: Name,
    versions: String,
    /// The id of the migration that began last.
    begun: Option<String>,
    _files: tempfile::TempDir,
}

impl<'a> AlembicEngine<'a> {
    /// The databases that one run of env.py migrates, by the names that it has for them; none where it migrates one.
    pub async fn databases(
        place: Place<'a>,
        server: &Server,
        proxy: &Proxy,
        database: &str,
        options: &'a Options,
    ) -> Result<Vec<String>, EngineError> {
        match Self::open(place, server, proxy, database, options).await? {
            (_, Answer::Several { databases }) => Ok(databases),
            // Whatever else it says, it says again when it is to run.
            _ => Ok(Vec::new()),
        }
    }

    /// Starts the process and lets it run env.py once, without a migration.
    pub async fn start(
        place: Place<'a>,
        server: &Server,
        proxy: &Proxy,
        database: &str,
        options: &'a Options,
    ) -> Result<Self, EngineError> {
        let (mut engine, answer) = Self::open(place, server, proxy, database, options).await?;
        match answer {
            Answer::Ready { version_table, version_table_schema, alembic, sqlalchemy, python, one_run } => {
                engine.version_table = Name { schema: version_table_schema, name: version_table };
                let runs = if one_run { "one run of env.py" } else { "one run of env.py for each migration" };
                engine.versions =
                    format!("Alembic {alembic}, SQLAlchemy {sqlalchemy} and Python {python}, in {runs}");
                Ok(engine)
            }
            Answer::Broken { broken, trouble } => Err(engine.cannot_work(&broken, &trouble)),
            _ => Err(engine.confused()),
        }
    }

    /// Starts the process; what it says of env.py is its first answer.
    async fn open(
        place: Place<'a>,
        server: &Server,
        proxy: &Proxy,
        database: &str,
        options: &'a Options,
    ) -> Result<(Self, Answer), EngineError> {
        let Runner::Alembic { directory, config, section, scripts } = &place.project.runner else {
            return Err(EngineError::new("this project is not run by Alembic", ""));
        };
        let python = python::find(options.python.as_deref(), directory);
        let files = write_driver(server.folder()).map_err(|error| {
            EngineError::new(format!("{} cannot be written: {error}", server.folder().display()), "")
        })?;
        let mut child = command(&python, &files, directory, &options.environment, (proxy, database))
            .spawn()
            .map_err(|error| {
                EngineError::new(
                    format!("{} does not start: {error}", python.display()),
                    "name the interpreter that has the project's packages with --python",
                )
            })?;
        let group = Group::of(&child);
        let (Some(commands), Some(output), Some(errors)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(EngineError::new("the Python process has no pipes", ""));
        };
        let printed = Printed::default();
        tokio::spawn(printed.clone().keep(errors));
        let mut engine = Self {
            place,
            directory,
            environment: &options.environment,
            python,
            group,
            child,
            commands,
            answers: BufReader::new(output).lines(),
            printed,
            version_table: Name::default(),
            versions: String::new(),
            begun: None,
            _files: files,
        };
        let start = json!({
            "port": proxy.port(), "password": proxy.password(), "database": database,
            "config": config, "section": section, "scripts": scripts,
            "arguments": options.environment.arguments, "url_variables": surroundings::URL_VARIABLES, "engine_name": place.database,
        });
        let answer = engine.ask(&start).await?;
        Ok((engine, answer))
    }

    /// The table that env.py says Alembic keeps its version in.
    pub fn version_table(&self) -> &Name {
        &self.version_table
    }

    /// What runs the revisions, for a remark.
    pub fn versions(&self) -> &str {
        &self.versions
    }

    /// The revision that began last.
    pub fn begun(&self) -> Option<usize> {
        let begun = self.begun.as_deref()?;
        self.place.project.migrations.iter().position(|migration| migration.id == begun)
    }

    /// Ends the process and all that it started.
    pub fn kill(&mut self) {
        self.group.end();
    }

    /// Runs one revision.
    pub async fn run(&mut self, migration: usize, direction: Direction) -> Ran {
        let command = json!({
            "do": "run", "revision": self.place.id(migration), "direction": name_of(direction),
        });
        match self.ask(&command).await? {
            Answer::Done { .. } => Ok(Ok(())),
            Answer::Failed { trouble } => Ok(Err(self.failure(migration, direction, &trouble))),
            Answer::Broken { broken, trouble } => Err(self.cannot_work(&broken, &trouble)),
            _ => Err(self.confused()),
        }
    }

    /// Runs many revisions in one run of env.py, under the project's own transactions.
    pub async fn run_all(
        &mut self,
        migrations: &[usize],
        direction: Direction,
    ) -> Result<Result<(), (usize, Failure)>, EngineError> {
        let ids: Vec<&str> = migrations.iter().map(|index| self.place.id(*index)).collect();
        self.begun = None;
        let command = json!({ "do": "all", "revisions": ids, "direction": name_of(direction) });
        match self.ask(&command).await? {
            Answer::Done { .. } => Ok(Ok(())),
            Answer::Failed { trouble } => {
                let Some(at) = self.begun().or_else(|| migrations.first().copied()) else {
                    return Err(self.confused());
                };
                let failure = self.failure(at, direction, &trouble);
                Ok(Err((at, failure)))
            }
            Answer::Broken { broken, trouble } => Err(self.cannot_work(&broken, &trouble)),
            _ => Err(self.confused()),
        }
    }

    /// How the models that env.py names differ from the database as it is; not at all if it names none.
    pub async fn compare_models(&mut self) -> Result<ModelDrift, EngineError> {
        match self.ask(&json!({ "do": "compare" })).await? {
            Answer::Compared { differences, code } => Ok(ModelDrift { differences, code }),
            Answer::Broken { broken, trouble } => Err(self.cannot_work(&broken, &trouble)),
            _ => Err(self.confused()),
        }
    }

    /// Ends the connections of the process.
    pub async fn release(&mut self) -> Result<(), EngineError> {
        match self.ask(&json!({ "do": "release" })).await? {
            Answer::Done { .. } => Ok(()),
            _ => Err(self.confused()),
        }
    }

    async fn ask(&mut self, command: &Value) -> Result<Answer, EngineError> {
        let line = format!("{command}\n");
        // A process that has ended is noticed when it does not answer.
        let _ = self.commands.write_all(line.as_bytes()).await;
        let mut answer = loop {
            match self.next().await? {
                Answer::Begun { begun } => self.begun = Some(begun),
                answer => break answer,
            }
        };
        if let Answer::Broken { trouble, .. } | Answer::Failed { trouble, .. } = &mut answer {
            trouble.hide(self.environment);
        }
        Ok(answer)
    }

    async fn next(&mut self) -> Result<Answer, EngineError> {
        let answered = self.answers.next_line().await.ok().flatten();
        let Some(answer) = answered else { return Err(self.ended().await) };
        Answer::deserialize(serde_json::from_str::<Value>(&answer).unwrap_or_default())
            .map_err(|_| self.confused())
    }

    async fn ended(&mut self) -> EngineError {
        let status = self.child.wait().await.map(|status| status.to_string()).unwrap_or_default();
        let printed = self.environment.hide(&self.printed.text());
        let last = last_lines(&printed, 6);
        EngineError::new(
            format!("{} ended in the middle of its work ({status}){last}", self.python.display()),
            "",
        )
    }

    fn confused(&self) -> EngineError {
        EngineError::new(format!("{} gave an answer that was not asked for", self.python.display()), "")
    }
}

fn name_of(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "up",
        Direction::Down => "down",
    }
}

fn write_driver(folder: &Path) -> std::io::Result<tempfile::TempDir> {
    let files = tempfile::Builder::new().prefix("driver-").tempdir_in(folder)?;
    std::fs::write(files.path().join("driver.py"), DRIVER)?;
    std::fs::write(files.path().join("mig_check_wall.py"), WALL)?;
    std::fs::write(files.path().join("mig_check_drift.py"), DRIFT)?;
    Ok(files)
}

fn command(
    python: &Path,
    files: &tempfile::TempDir,
    directory: &Path,
    environment: &Environment,
    (proxy, database): (&Proxy, &str),
) -> Command {
    let mut command = Command::new(python);
    command.arg(files.path().join("driver.py")).current_dir(directory);
    command.envs(environment.variables.iter().map(|(name, value)| (name, &value.0)));
    surroundings::shut_in(&mut command, proxy, database);
    command
}
