//! What the driver answers, and how its exceptions are told: at the author's line, with the project's own frames.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::finding::Direction;

use super::super::{EngineError, Environment, Failure, shortened};
use super::AlembicEngine;

/// One line of the driver.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Answer {
    Ready {
        version_table: String,
        version_table_schema: Option<String>,
        alembic: String,
        sqlalchemy: String,
        python: String,
        one_run: bool,
    },
    Several {
        /// The names that env.py has for its databases.
        databases: Vec<String>,
    },
    Broken {
        broken: String,
        #[serde(flatten)]
        trouble: Trouble,
    },
    Failed {
        #[serde(flatten)]
        trouble: Trouble,
    },
    Compared {
        /// Sentences.
        differences: Vec<String>,
        /// The calls that Alembic would write for them.
        code: String,
    },
    Begun {
        /// The id of a migration, the next of many.
        begun: String,
    },
    Done {
        #[expect(dead_code, reason = "tells the variants apart")]
        ok: bool,
    },
}

/// An exception.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Trouble {
    message: String,
    #[serde(default)]
    kind: String,
    code: Option<String>,
    statement: Option<String>,
    detail: Option<String>,
    hint: Option<String>,
    module: Option<String>,
    /// Settings that the project asked its surroundings for in vain.
    #[serde(default)]
    settings: Vec<String>,
    /// The argument of `-x` that env.py asked for in vain.
    argument: Option<String>,
    #[serde(default)]
    frames: Vec<Frame>,
    syntax: Option<(Option<String>, Option<usize>)>,
}

impl Trouble {
    /// Takes the values of variables out of everything that is shown.
    pub(super) fn hide(&mut self, environment: &Environment) {
        let shown =
            [Some(&mut self.message), self.statement.as_mut(), self.detail.as_mut(), self.hint.as_mut()];
        shown.into_iter().flatten().for_each(|text| *text = environment.hide(text));
    }
}

/// A place that an exception came through.
#[derive(Debug, Deserialize)]
struct Frame {
    path: PathBuf,
    line: usize,
    name: String,
}

impl AlembicEngine<'_> {
    /// A failed migration, at the author's line.
    pub(super) fn failure(&self, migration: usize, direction: Direction, trouble: &Trouble) -> Failure {
        let file = self.place.file(migration, direction);
        let at = trouble.frames.iter().position(|frame| is_file(&frame.path, file));
        let span = match at {
            Some(at) => self.place.statement_at(migration, direction, trouble.frames[at].line),
            None => self.place.first_line(migration, direction),
        };
        let mut notes: Vec<String> = Vec::new();
        notes.extend(trouble.detail.clone());
        notes
            .extend(trouble.statement.as_deref().map(|sql| format!("The statement was: {}", shortened(sql))));
        notes.extend(trouble.hint.as_ref().map(|hint| format!("PostgreSQL's hint: {hint}")));
        let further = &trouble.frames[at.map_or(0, |at| at + 1)..];
        if !further.is_empty() {
            notes.push(format!("raised through{}", self.frames(further)));
        }
        let message = match trouble.message.strip_suffix("; it has no name") {
            // SQLAlchemy prints the whole object.
            Some(_) => "op.drop_constraint(None, …) names no constraint".to_owned(),
            None => trouble.message.clone(),
        };
        Failure { message, code: trouble.code.clone(), notes, span }
    }

    /// Why the project cannot be run at all.
    pub(super) fn cannot_work(&self, broken: &str, trouble: &Trouble) -> EngineError {
        let python = self.python.display();
        let other = "name the interpreter that has the project's packages with --python";
        if broken == "import" {
            let module = trouble.module.as_deref().unwrap_or("alembic");
            let name = if module == "sqlalchemy" { "SQLAlchemy" } else { "Alembic" };
            let what = if ["alembic", "sqlalchemy"].contains(&module) {
                format!("{name} is not installed in {python}")
            } else {
                format!("Alembic cannot be imported in {python}: {}", trouble.message)
            };
            return EngineError::new(what, format!("install it there, or {other}"));
        }
        let mut what = format!("Alembic cannot run this project: {}", trouble.message);
        if let Some((Some(path), Some(line))) = &trouble.syntax {
            what += &format!("\n  {}:{line}", self.shown(Path::new(path)));
        }
        what += &self.frames(&trouble.frames);
        let remedy = match (&trouble.module, trouble.kind.as_str()) {
            (Some(module), _) => format!("install {module} in {python}, or {other}"),
            _ if !trouble.settings.is_empty() => format!(
                "set {} in [alembic.env] of mig-check's configuration; where a URL of PostgreSQL is wanted any will do, \
                 for every connection is led to mig-check's own server",
                trouble.settings.join(", ")
            ),
            _ if let Some(argument) = &trouble.argument => {
                format!("give env.py its argument with -x {argument}=…, or in [alembic] of mig-check's configuration as x")
            }
            (None, "NoAppException") => {
                "name the application as flask does: FLASK_APP in the environment, or in [alembic.env] of mig-check's \
                 configuration".to_owned()
            }
            _ if trouble.code.as_deref() == Some("3F000") => {
                "if others make the schema where you deploy, a file for --prepare makes it here".to_owned()
            }
            (None, "Refused") => "let env.py take its URL from DATABASE_URL or from sqlalchemy.url, which mig-check sets to its own server".to_owned(),
            (None, "SyntaxError") => String::new(),
            (None, _) => format!(
                "it must work as `alembic current` does in {}; settings that it lacks here can be given in [alembic.env] \
                 of mig-check's configuration",
                self.directory.display()
            ),
        };
        EngineError::new(what, remedy)
    }

    fn frames(&self, frames: &[Frame]) -> String {
        frames
            .iter()
            .map(|frame| format!("\n  {}:{} in {}", self.shown(&frame.path), frame.line, frame.name))
            .collect()
    }

    /// A path as people are shown it: below the project's directory where it is.
    fn shown(&self, path: &Path) -> String {
        path.strip_prefix(self.directory).unwrap_or(path).display().to_string()
    }
}

fn is_file(path: &Path, file: &Path) -> bool {
    path == file || path.ends_with(file) || path.file_name() == file.file_name()
}
