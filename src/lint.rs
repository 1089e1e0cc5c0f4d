//! Judges migrations by reading them: folds the whole history into a known schema and holds each statement against
//! the rules. Refuses to know how files are parsed, what the user configured them with, and how findings are shown.

mod advice;
mod calls;
mod context;
pub mod conventions;
mod engine;
mod fix;
mod held;
pub mod locks;
mod mirror;
mod outline;
mod partitions;
mod prelude;
mod reversible;
pub mod rules;
mod schema;
mod settings;
mod stepwise;
pub mod suppression;
mod text;
mod types;

use crate::finding::{Finding, Fix, Help, Label, RuleInfo};
use crate::history::{Project, Scope};
use crate::source::{Sources, Span};

pub use settings::{Exception, Settings};

use crate::operation::Name;
use context::{Context, MigrationContext, ProjectContext};

/// One hazard: what it is, and how it is found.
#[derive(Debug)]
pub struct Rule {
    /// What it is.
    pub info: RuleInfo,
    /// How it is found.
    pub check: Check,
}

/// How a rule finds its hazard. Functions see the schema as it is before what they judge.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// Reads each operation of an upgrade. A downgrade is run in an emergency, and by nature drops what the upgrade
    /// made: what merely locks there is not reported.
    Step(fn(&Context<'_>) -> Option<Draft>),
    /// Reads each operation of both directions: what fails, fails in a downgrade too.
    EitherWay(fn(&Context<'_>) -> Option<Draft>),
    /// Reads each migration as a whole.
    Migration(fn(&MigrationContext<'_>) -> Vec<Draft>),
    /// Reads the project as a whole.
    Project(fn(&ProjectContext<'_>) -> Vec<Draft>),
    /// Found by the engine: what a [`Check::Step`] rule says of a downgrade that makes others wait.
    Downgrade,
    /// Found by [`suppression::apply`], which alone sees all findings and all allow comments.
    Allow,
}

/// A finding before the engine stamps rule, severity and migration on it.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    message: String,
    span: Option<Span>,
    migration: Option<usize>,
    label: String,
    related: Vec<Label>,
    notes: Vec<String>,
    help: Option<Help>,
    sized: Vec<Name>,
    /// Tables that others wait for.
    stopped: Vec<Name>,
    /// None of those that are stopped can be seen by others.
    unseen: bool,
    fix: Option<Fix>,
    /// PostgreSQL refuses the statement, so that nothing else comes of it.
    refused: bool,
    /// Only a commit does the harm.
    lasting: bool,
}

impl Draft {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// Points elsewhere than at the step or migration that is being judged.
    fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// Names the migration, in a rule that reads the whole project.
    fn of(mut self, migration: usize) -> Self {
        self.migration = Some(migration);
        self
    }

    /// The harm grows with the rows of a table, so that it is none where the table is known to be small.
    fn grows_with(mut self, table: &Name) -> Self {
        self.sized.push(table.clone());
        self
    }

    /// Makes others wait for a table, the longer the more rows it has.
    fn stops(mut self, table: &Name) -> Self {
        self.stopped.push(table.clone());
        self.grows_with(table)
    }

    /// Makes others wait for a table as well, whatever rows it has.
    fn stops_too(mut self, table: &Name) -> Self {
        self.stopped.push(table.clone());
        self
    }

    /// Does harm only when it is committed: nothing is said where the script takes it back.
    fn lasts(mut self) -> Self {
        self.lasting = true;
        self
    }

    fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label { span, text: text.into() });
        self
    }

    fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    fn notes(mut self, notes: impl IntoIterator<Item = String>) -> Self {
        self.notes.extend(notes);
        self
    }

    /// PostgreSQL refuses the statement with a SQLSTATE, after which its message may stand.
    fn refused(mut self, state: impl std::fmt::Display) -> Self {
        self.refused = true;
        self.note(format!("PostgreSQL refuses it with SQLSTATE {state}"))
    }

    /// As it is told of a downgrade: only if others must wait.
    fn in_downgrade(mut self, rule: &RuleInfo) -> Option<Self> {
        if self.stopped.is_empty() {
            return None;
        }
        self.fix = None;
        Some(self.note(format!("In an upgrade this is {}: mig-check explain {}", rule.id, rule.id)))
    }

    fn help(mut self, text: impl Into<String>, code: impl Into<String>) -> Self {
        self.help = Some(Help { text: text.into(), code: code.into() });
        self
    }

    fn fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix;
        self
    }
}

/// Everything that reading finds wrong with the migrations in scope, in the order of the history. Allow comments are
/// respected when a statement's hazards are ranked, but only [`suppression::apply`] takes findings away.
pub fn check(project: &Project, sources: &Sources, scope: &Scope, settings: &Settings) -> Vec<Finding> {
    engine::run(project, sources, scope, settings)
}
