//! `mig-check fix`: makes the mechanical rewrites that findings bring with them, one a file and round, as long as each
//! makes things better. Refuses to keep a rewrite that does not.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::load::{Loaded, load_unsaved};
use super::{Console, Failure, check, output};
use crate::config::Config;
use crate::exit::Exit;
use crate::finding::{Evidence, Finding, Fix, Report, RuleInfo, Severity, also};
use crate::source::Sources;

/// Texts that are not yet on disk, by path.
type Unsaved = BTreeMap<PathBuf, String>;

/// Rewrites that have been made, in their order.
#[derive(Default)]
struct Done {
    lines: Vec<String>,
    later: Vec<String>,
}

/// A finding that brings a rewrite, and the file that it rewrites.
struct Candidate<'a> {
    finding: &'a Finding,
    fix: &'a Fix,
    path: PathBuf,
    shown: String,
}

impl Candidate<'_> {
    /// The rule that is to find less afterwards.
    fn rule(&self) -> &'static str {
        self.fix.note.unwrap_or(self.finding.rule.id)
    }

    /// By what it is known when it has been refused.
    fn refusal(&self) -> String {
        format!("{}: {}", self.rule(), self.finding.message)
    }
}

/// Rewrites the migrations in scope, or only prints what it would change.
///
/// Without a base and without paths nobody has said which migrations are still to be edited: one that has run
/// somewhere must not be.
pub(super) fn run(
    config: &Config,
    only_diff: bool,
    rules: &[&'static RuleInfo],
    console: &mut Console<'_>,
) -> Result<Exit, Failure> {
    if config.base.is_none() && config.paths.is_empty() && !only_diff {
        return Err(Failure::FixWhat);
    }
    let mut unsaved = Unsaved::new();
    let mut refused: BTreeSet<(PathBuf, String)> = BTreeSet::new();
    let mut done = Done::default();
    let mut report = judge(config, &unsaved, rules)?;
    loop {
        let candidates = candidates(&report, &refused);
        if candidates.is_empty() {
            break;
        }
        let mut next = unsaved.clone();
        for candidate in &candidates {
            let source = candidate.finding.span.source;
            next.insert(candidate.path.clone(), report.sources.file(source).edited(&candidate.fix.edits));
        }
        let mut after = judge(config, &next, rules)?;
        let (good, bad): (Vec<_>, Vec<_>) =
            candidates.iter().partition(|candidate| improves(candidate, &report, &after));
        for candidate in &bad {
            match unsaved.get(&candidate.path) {
                Some(text) => next.insert(candidate.path.clone(), text.clone()),
                None => next.remove(&candidate.path),
            };
            refused.insert((candidate.path.clone(), candidate.refusal()));
        }
        for candidate in good {
            done.add(candidate, &report.sources);
        }
        if !bad.is_empty() {
            after = judge(config, &next, rules)?;
        }
        unsaved = next;
        report = after;
    }
    if only_diff {
        return diff(&unsaved, &done, console);
    }
    for (path, text) in &unsaved {
        save(path, text).map_err(|source| Failure::Unwritable { path: path.clone(), source })?;
    }
    say(&done, &report, console)
}

fn judge(config: &Config, unsaved: &Unsaved, rules: &[&'static RuleInfo]) -> Result<Report, Failure> {
    let loaded: Loaded = load_unsaved(config, unsaved.clone())?;
    Ok(check::read(loaded, config, rules))
}

/// The first rewrite of each file.
fn candidates<'a>(report: &'a Report, refused: &BTreeSet<(PathBuf, String)>) -> Vec<Candidate<'a>> {
    let mut taken = BTreeSet::new();
    let all = report.findings.iter().filter_map(|finding| {
        let fix = finding.fix.as_ref().filter(|_| finding.rule.evidence == Evidence::Lint)?;
        let file = report.sources.file(fix.edits.first()?.span.source);
        let shown = file.display_path();
        Some(Candidate { finding, fix, path: file.on_disk()?.to_owned(), shown })
    });
    all.filter(|one| !refused.contains(&(one.path.clone(), one.refusal())))
        .filter(|one| taken.insert(one.path.clone()))
        .collect()
}

/// Whether the file is better off: its rule finds less in it, and nothing as bad has come up instead.
fn improves(candidate: &Candidate<'_>, before: &Report, after: &Report) -> bool {
    let rule = candidate.rule();
    let noted = also(rule);
    let of = |report: &Report, count: &dyn Fn(&Finding) -> usize| -> usize {
        let here =
            |finding: &&Finding| report.sources.file(finding.span.source).display_path() == candidate.shown;
        report.findings.iter().filter(here).map(count).sum()
    };
    let same_rule = |finding: &Finding| {
        let notes = finding.notes.iter().filter(|note| note.starts_with(&noted)).count();
        usize::from(finding.rule.id == rule) + notes
    };
    let least = candidate.finding.severity.min(Severity::Warning);
    let as_bad = |finding: &Finding| usize::from(finding.severity >= least);
    of(after, &same_rule) < of(before, &same_rule) && of(after, &as_bad) <= of(before, &as_bad)
}

impl Done {
    fn add(&mut self, candidate: &Candidate<'_>, sources: &Sources) {
        let line = sources.position(candidate.finding.span).line;
        let Candidate { finding, fix, shown, .. } = candidate;
        let rule = candidate.rule();
        let noted = also(rule);
        let note = finding.notes.iter().find_map(|note| note.strip_prefix(&noted));
        let said = note.filter(|_| fix.note.is_some()).unwrap_or(&finding.message);
        self.lines.push(format!("{shown}:{line}: {said} [{rule}]"));
        if !fix.later.is_empty() {
            self.later.push(format!("{shown}: {}", fix.later));
        }
    }
}

/// Prints what would change; exit code 1 if anything would.
fn diff(unsaved: &Unsaved, done: &Done, console: &mut Console<'_>) -> Result<Exit, Failure> {
    for (path, text) in unsaved {
        let old = on_disk(path).map_err(|source| Failure::Unreadable { path: path.clone(), source })?;
        let shown = below_here(path).display().to_string();
        let diff = TextDiff::from_lines(old.1.as_str(), text.as_str());
        let unified = diff.unified_diff().header(&format!("a/{shown}"), &format!("b/{shown}")).to_string();
        write!(console.out, "{unified}")?;
    }
    for line in &done.later {
        writeln!(console.err, "in the next migration, after {line}")?;
    }
    Ok(if unsaved.is_empty() { Exit::Clean } else { Exit::Findings })
}

/// The path from the current folder, if the file lies below it.
fn below_here(path: &Path) -> PathBuf {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    let below = |here: PathBuf| path.canonicalize().ok()?.strip_prefix(here).ok().map(Path::to_owned);
    here.ok().and_then(below).unwrap_or_else(|| path.to_owned())
}

/// The text of a file without its byte order mark, and whether it had one.
fn on_disk(path: &Path) -> std::io::Result<(bool, String)> {
    let text = std::fs::read_to_string(path)?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => (true, rest.to_owned()),
        None => (false, text),
    })
}

/// Writes a file as a whole, with the byte order mark and the permissions that it has.
fn save(path: &Path, text: &str) -> std::io::Result<()> {
    // Bytes that are not UTF-8 would be lost: such a file is refused here.
    let mark = if on_disk(path)?.0 { "\u{feff}" } else { "" };
    let permissions = std::fs::metadata(path)?.permissions();
    output::replace_file(path, format!("{mark}{text}").as_bytes())?;
    std::fs::set_permissions(path, permissions)
}

fn say(done: &Done, report: &Report, console: &mut Console<'_>) -> Result<Exit, Failure> {
    for line in &done.lines {
        writeln!(console.out, "fixed {line}")?;
    }
    for line in &done.later {
        writeln!(console.out, "in the next migration, after {line}")?;
    }
    let left = report.findings.iter().filter(|finding| report.fails(finding)).count();
    let fixed = match done.lines.len() {
        0 => "Nothing here can be fixed mechanically".to_owned(),
        1 => "1 finding fixed".to_owned(),
        number => format!("{number} findings fixed"),
    };
    let rest = match left {
        0 => String::new(),
        1 => "; 1 failing finding is left, see mig-check lint".to_owned(),
        number => format!("; {number} failing findings are left, see mig-check lint"),
    };
    writeln!(console.out, "{fixed}{rest}")?;
    Ok(Exit::Clean)
}
