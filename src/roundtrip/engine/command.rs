//! Runs migrations by commands of the user's, one process for each migration and direction. Refuses to know the tool
//! that they start.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};

use tokio::process::Command;

use crate::finding::Direction;
use crate::history::Migration;

use super::super::printed::{Printed, last_lines};
use super::super::proxy::Proxy;
use super::super::verdict::Place;
use super::surroundings::{self, Group};
use super::{EngineError, Failure, Ran, ports};

/// How the user's own tool runs one migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commands {
    /// A line for `sh` that upgrades by one migration. `{revision}`, `{previous}` and `{file}` stand for its id, that of
    /// the migration before it, and the file that is run.
    pub up: String,
    /// One that downgrades by it; without one nothing is downgraded.
    pub down: Option<String>,
    /// Variables that get the URL of the disposable database, beside the usual ones.
    pub url_variables: Vec<String>,
    /// By what name or address the containers that they start reach this machine; without one the disposable database can
    /// be reached from this machine only.
    pub host: Option<String>,
    /// The working directory.
    pub directory: PathBuf,
}

/// How many lines of what a failing command printed are shown.
const LINES: usize = 8;

/// Runs the migrations of a project by commands.
#[derive(Debug)]
pub(in crate::roundtrip) struct CommandEngine<'a> {
    place: Place<'a>,
    commands: &'a Commands,
    database: String,
    /// The migration that began last.
    begun: Option<usize>,
    /// What its command prints.
    printed: Output,
}

/// What a command prints.
#[derive(Debug, Default)]
struct Output {
    usual: Printed,
    errors: Printed,
    /// What differs from run to run, and what stands for it.
    hidden: Vec<(String, &'static str)>,
}

impl Output {
    fn text(&self) -> String {
        let text = self.usual.text() + &self.errors.text();
        self.hidden.iter().fold(text, |text, (hidden, shown)| text.replace(hidden, shown))
    }
}

impl<'a> CommandEngine<'a> {
    pub fn new(place: Place<'a>, commands: &'a Commands, database: &str) -> Self {
        Self { place, commands, database: database.to_owned(), begun: None, printed: Output::default() }
    }

    /// The command that upgrades, for a remark.
    pub fn name(&self) -> &'a str {
        &self.commands.up
    }

    /// Whether the kernel can hold what they start to the disposable server: not what runs in a container.
    pub fn can_be_held(&self) -> bool {
        self.commands.host.is_none() && ports::can_hold()
    }

    /// Whether there is a command that downgrades.
    pub fn downgrades(&self) -> bool {
        self.commands.down.is_some()
    }

    /// The migration that began last.
    pub fn begun(&self) -> Option<usize> {
        self.begun
    }

    /// The end of what the command of the last one printed, if it printed anything.
    pub fn printed(&self) -> Option<String> {
        let printed = last_lines(&self.printed.text(), LINES);
        (!printed.is_empty()).then(|| format!("It printed{printed}"))
    }

    /// Runs one migration.
    pub async fn run(&mut self, proxy: &Proxy, migration: usize, direction: Direction) -> Ran {
        let line = match (direction, &self.commands.down) {
            (Direction::Up, _) => &self.commands.up,
            (Direction::Down, Some(down)) => down,
            (Direction::Down, None) => {
                return Err(EngineError::new("there is no command that downgrades", ""));
            }
        };
        let served = proxy.served();
        self.begun = Some(migration);
        let status = self.execute(proxy, &self.filled(line, migration, direction)).await?;
        if !status.success() {
            let printed = self.printed.text();
            let how = format!("fails ({status})");
            let notes = vec![format!("`{line}` {how}{}", last_lines(&printed, LINES))];
            let message = blamed(&printed).unwrap_or_else(|| format!("the command {how}"));
            let span = self.place.first_line(migration, direction);
            return Ok(Err(Failure { message, code: None, notes, span }));
        }
        // Whatever it did, it did elsewhere.
        if proxy.served() == served {
            return Err(EngineError::new(
                format!("`{line}` ends well, but it never connected to the disposable server"),
                "let it take its URL from DATABASE_URL, or name the variable that it reads in url-variables; a \
                 container needs the host's network and the variable handed on, as in docker run --network host -e \
                 DATABASE_URL, or a `host`",
            ));
        }
        Ok(Ok(()))
    }

    /// Runs migrations one after the other.
    pub async fn run_all(
        &mut self,
        proxy: &Proxy,
        migrations: &[usize],
        direction: Direction,
    ) -> Result<Result<(), (usize, Failure)>, EngineError> {
        for &migration in migrations {
            if let Err(failure) = self.run(proxy, migration, direction).await? {
                return Ok(Err((migration, failure)));
            }
        }
        Ok(Ok(()))
    }

    /// A command with the names of a migration in it.
    fn filled(&self, line: &str, migration: usize, direction: Direction) -> String {
        let Migration { id, parents, .. } = &self.place.project.migrations[migration];
        let previous = parents.first().map_or("base", |parent| parent.id.as_str());
        let file = self.place.file(migration, direction);
        let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
        line.replace("{revision}", &quoted(id))
            .replace("{previous}", &quoted(previous))
            .replace("{file}", &quoted(&file.to_string_lossy()))
    }

    async fn execute(&mut self, proxy: &Proxy, line: &str) -> Result<ExitStatus, EngineError> {
        let mut command = Command::new("sh");
        command.arg("-c").arg(line).current_dir(&self.commands.directory);
        surroundings::shut_in(&mut command, proxy, &self.database);
        command.stdin(Stdio::null());
        let url = surroundings::url(proxy, &self.database);
        let named = self.commands.url_variables.iter().map(String::as_str);
        for name in surroundings::URL_VARIABLES.iter().copied().chain(named) {
            command.env(name, &url);
        }
        let broken = |error: std::io::Error| {
            let what = format!("sh does not run in {}: {error}", self.commands.directory.display());
            EngineError::new(what, "")
        };
        let mut child = command.spawn().map_err(broken)?;
        let group = Group::of(&child);
        let hidden = vec![(url, "DATABASE_URL"), (proxy.password().to_owned(), "…")];
        self.printed = Output { hidden, ..Output::default() };
        let Output { usual, errors, .. } = &self.printed;
        let reading = [
            child.stdout.take().map(|stream| tokio::spawn(usual.clone().keep(stream))),
            child.stderr.take().map(|stream| tokio::spawn(errors.clone().keep(stream))),
        ];
        let ended = child.wait().await;
        // What it leaves running would hold its output open, and a database.
        drop(group);
        for reading in reading.into_iter().flatten() {
            // What it has kept is there in any case.
            let _ = reading.await;
        }
        ended.map_err(broken)
    }
}

/// A word as the shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// What went wrong: what the last line that names an error says of it, or the last line.
fn blamed(printed: &str) -> Option<String> {
    let lines = || printed.lines().map(str::trim).filter(|line| !line.is_empty());
    let with = |word: &str| lines().rfind(|line| line.to_ascii_lowercase().contains(word));
    let line = with("error: ").or_else(|| with("error")).or_else(|| lines().next_back())?;
    let said = match line.split_at_checked("error:".len()) {
        Some((label, said)) if label.eq_ignore_ascii_case("error:") => said.trim_start(),
        _ => line,
    };
    Some(said.to_owned())
}
