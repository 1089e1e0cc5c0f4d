//! What mig-check has to say, in a form that every report can print. Refuses to know how it was found out.

use std::collections::BTreeMap;
use std::fmt;

use crate::source::{Edit, Sources, Span};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Not reported at all.
    Off,
    /// Worth knowing.
    Info,
    /// May hurt.
    Warning,
    /// Will hurt on a table in use, or does not work.
    Error,
}

impl Severity {
    /// Its name in reports and in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// How much is looked for: each preset holds the rules of those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Preset {
    /// Hazards: what hurts a database in use, fails, or loses data.
    #[default]
    Default,
    /// And what the guides advise, so that hazards do not come up.
    Strict,
    /// And matters of taste: types, names, style.
    Pedantic,
}

impl Preset {
    /// All of them, the least first.
    pub const ALL: [Self; 3] = [Self::Default, Self::Strict, Self::Pedantic];

    /// Its name in the configuration and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Strict => "strict",
            Self::Pedantic => "pedantic",
        }
    }
}

/// Everything there is to know about a rule but how it finds.
#[derive(Debug)]
pub struct RuleInfo {
    /// Kebab-case name of the hazard; reads well after "allow".
    pub id: &'static str,
    /// One sentence without its full stop.
    pub summary: &'static str,
    /// Severity unless the configuration says otherwise.
    pub severity: Severity,
    /// The least preset that it belongs to.
    pub preset: Preset,
    /// The version of mig-check that brought it.
    pub since: &'static str,
    /// The whole page, as Markdown.
    pub page: &'static str,
    /// How it is found out.
    pub evidence: Evidence,
}

/// The page of a rule, `rules/<id>.md`, compiled in.
macro_rules! page {
    ($id:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/", $id, ".md"))
    };
}
pub(crate) use page;

/// Two rules are the same rule if their ids are.
impl PartialEq for RuleInfo {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for RuleInfo {}

/// How something was found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// By reading.
    Lint,
    /// By running.
    RoundTrip,
}

/// Which way a migration runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Upgrade.
    Up,
    /// Downgrade.
    Down,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule that it breaks.
    pub rule: &'static RuleInfo,
    /// Severity after configuration.
    pub severity: Severity,
    /// What happens here, with the names in it. A sentence without its full stop.
    pub message: String,
    /// The place.
    pub span: Span,
    /// What stands under the caret; may be empty.
    pub label: String,
    /// Further places that explain it.
    pub related: Vec<Label>,
    /// Facts: the lock, who waits, further hazards of the statement.
    pub notes: Vec<String>,
    /// What to write instead.
    pub help: Option<Help>,
    /// How the file can be rewritten mechanically.
    pub fix: Option<Fix>,
    /// The project's root and the migration's id.
    pub migration: Option<MigrationKey>,
    /// Which way it happens; `None` for the migration as a whole.
    pub direction: Option<Direction>,
    /// The leg of the round trip, if it was found there.
    pub leg: Option<Leg>,
    /// The major versions of PostgreSQL that it was met on, if the round trip ran on several.
    pub postgres: Vec<u16>,
}

/// How a note begins that tells of a further hazard of the same statement.
pub fn also(rule: &str) -> String {
    format!("Also {rule}: ")
}

/// A place with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// The text.
    pub text: String,
}

/// What to write instead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Help {
    /// A sentence without its full stop.
    pub text: String,
    /// Code in the author's language, ready to paste; several lines; may be empty.
    pub code: String,
}

/// A rewrite that a program can do: it keeps what the migration means and the author's formatting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fix {
    /// Edits of one file that do not overlap; never none.
    pub edits: Vec<Edit>,
    /// What is left to do in a later migration: SQL, or empty.
    pub later: String,
    /// The id of the rule that it is for, where that is only a note of the finding.
    pub note: Option<&'static str>,
}

/// One migration among all projects of a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MigrationKey {
    /// [`crate::history::Project::root`].
    pub project: String,
    /// [`crate::history::Migration::id`].
    pub id: String,
}

/// One run of one migration, or of all of them, in the round trip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leg {
    /// First upgrade of one migration.
    Up,
    /// Its downgrade.
    Down,
    /// Its second upgrade.
    UpAgain,
    /// All downgrades from head to base.
    AllDown,
    /// All upgrades from base to head.
    AllUp,
}

impl Leg {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::UpAgain => "up again",
            Self::AllDown => "head to base",
            Self::AllUp => "base to head",
        }
    }
}

/// Major versions as a sentence names them: `14, 15 and 17`.
pub fn listed(majors: &[u16]) -> String {
    let mut names: Vec<String> = majors.iter().map(u16::to_string).collect();
    match names.pop() {
        Some(last) if !names.is_empty() => format!("{} and {last}", names.join(", ")),
        last => last.unwrap_or_default(),
    }
}

/// Which half of the program made a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Suite {
    /// Static reading.
    Lint,
    /// The round trip.
    RoundTrip,
}

/// One thing that was checked, found good or not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Case {
    /// Which half checked it.
    pub suite: Suite,
    /// Project root.
    pub project: String,
    /// The migration; `None` for the project as a whole.
    pub migration: Option<String>,
    /// The leg, in the round trip.
    pub leg: Option<Leg>,
    /// The major version of PostgreSQL, if the round trip ran on several.
    pub postgres: Option<u16>,
    /// `Some(reason)` if it was not checked after all.
    pub skipped: Option<String>,
}

/// One of several parts of the round trip, each of which another machine may make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    /// Which, from 1.
    pub number: usize,
    /// How many there are; at least `number`.
    pub of: usize,
}

impl Shard {
    /// Reads `2/4`.
    pub fn read(text: &str) -> Option<Self> {
        let (number, of) = text.split_once('/')?;
        let shard = Self { number: number.parse().ok()?, of: of.parse().ok()? };
        (1..=shard.of).contains(&shard.number).then_some(shard)
    }

    /// For a remark.
    pub fn said(self) -> String {
        format!("This is part {} of {} of the round trip", self.number, self.of)
    }
}

/// `2/4`
impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

/// Everything that a run found, ready for any format.
#[derive(Debug)]
pub struct Report {
    /// Files, for places.
    pub sources: Sources,
    /// Sorted by [`Report::new`].
    pub findings: Vec<Finding>,
    /// Everything that was checked, in the order in which it was.
    pub cases: Vec<Case>,
    /// Findings that an allow comment or the configuration silenced, by rule.
    pub allowed: BTreeMap<&'static str, usize>,
    /// Sentences for the reader that are no findings: which server ran, what was not tested.
    pub remarks: Vec<String>,
    /// What was read.
    pub totals: Totals,
    /// The least severity that makes the run fail; `None` if no finding does.
    pub fails_at: Option<Severity>,
    /// Which part of the round trip was made, unless it is all of it.
    pub shard: Option<Shard>,
    /// Whether something that was asked for could not be done; a remark says what.
    pub incomplete: bool,
}

/// Counts of what was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Projects found.
    pub projects: usize,
    /// Migrations read as context.
    pub migrations: usize,
    /// Migrations that findings were asked for; fewer with `--base`.
    pub checked: usize,
    /// Steps whose effect cannot be known without running them.
    pub opaque: usize,
}

impl Report {
    /// A report with its findings in order: by file, place, rule. What is found again in each turn of a loop is said once.
    pub fn new(sources: Sources, mut findings: Vec<Finding>, cases: Vec<Case>) -> Self {
        findings.sort_by_cached_key(|f| {
            (sources.file(f.span.source).display_path(), f.span, f.rule.id, f.leg, f.message.clone())
        });
        findings.dedup();
        Self {
            sources,
            findings,
            cases,
            allowed: BTreeMap::new(),
            remarks: Vec::new(),
            totals: Totals::default(),
            fails_at: Some(Severity::Error),
            shard: None,
            incomplete: false,
        }
    }

    /// Findings that belong to a case.
    pub fn findings_of<'a>(&'a self, case: &'a Case) -> impl Iterator<Item = &'a Finding> {
        self.findings.iter().filter(move |finding| {
            let suite = match finding.leg {
                Some(_) => Suite::RoundTrip,
                None => Suite::Lint,
            };
            let same = match (&finding.migration, &case.migration) {
                (Some(key), Some(id)) => key.project == case.project && key.id == *id,
                (Some(_), None) => false,
                (None, None) => self.stands_in(finding, &case.project),
                (None, Some(_)) => false,
            };
            let here = case.postgres.is_none_or(|major| finding.postgres.contains(&major));
            suite == case.suite && finding.leg == case.leg && here && same
        })
    }

    /// Whether a finding stands in the files of a project.
    fn stands_in(&self, finding: &Finding, project: &str) -> bool {
        let path = self.sources.file(finding.span.source).display_path();
        project == "."
            || path.strip_prefix(project).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether a finding makes the run fail.
    pub fn fails(&self, finding: &Finding) -> bool {
        self.fails_at.is_some_and(|least| finding.severity >= least)
    }

    /// How many findings have a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}
