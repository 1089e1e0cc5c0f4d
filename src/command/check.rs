//! `mig-check check`, `lint` and `roundtrip`: judge the migrations by reading, by running or by both, and report once.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::load::{Loaded, concerned, load};
use super::{Console, Failure, agreement, output};
use crate::cli::Color;
use crate::config::Config;
use crate::exit::Exit;
use crate::finding::{Case, Evidence, Finding, Report, RuleInfo, Severity, Suite, Totals};
use crate::history::{Migration, Project, Scope, Script};
use crate::lint::suppression::{self, Ran};
use crate::lint::{self, Exception, Settings};
use crate::source::{Sources, Span};

/// What the halves of a run found, before severities and allow comments.
pub(super) struct Found {
    /// A list for each project.
    pub(super) findings: Vec<Vec<Finding>>,
    pub(super) cases: Vec<Case>,
    pub(super) remarks: Vec<String>,
    /// Why a half could not do all its work. What was found is reported all the same.
    pub(super) failure: Option<Failure>,
    /// Roots of the projects that the round trip could not run.
    pub(super) not_run: Vec<String>,
}

impl Found {
    fn nothing(loaded: &Loaded) -> Self {
        Self {
            findings: vec![Vec::new(); loaded.projects.len()],
            cases: Vec::new(),
            remarks: Vec::new(),
            failure: None,
            not_run: Vec::new(),
        }
    }
}

/// Runs the halves that are named, writes the reports, and says whether anything fails the run.
pub(super) fn run(
    config: &Config,
    halves: &[Evidence],
    rules: &[&'static RuleInfo],
    color: Color,
    console: &mut Console<'_>,
) -> Result<Exit, Failure> {
    let outputs = output::wished(config)?;
    let mut loaded = load(config)?;
    let mut found = Found::nothing(&loaded);
    found.remarks = remarks(&loaded, config);
    // One machine reads for all.
    let reads = config.shard.is_none_or(|shard| shard.number == 1);
    let halves: Vec<Evidence> =
        halves.iter().copied().filter(|half| reads || *half != Evidence::Lint).collect();
    if let Some(shard) = config.shard {
        found.remarks.push(shard.said());
    }
    let settings = all_settings(config, &loaded);
    if halves.contains(&Evidence::Lint) {
        lint(&loaded, &settings, &mut found);
    }
    #[cfg(feature = "roundtrip")]
    if halves.contains(&Evidence::RoundTrip) {
        super::roundtrip::run(&loaded, config, console, &mut found)?;
    }
    #[cfg(not(feature = "roundtrip"))]
    if halves.contains(&Evidence::RoundTrip) {
        found.remarks.push("This mig-check is built without the round trip: nothing was run".to_owned());
    }
    if !halves.contains(&Evidence::Lint) {
        for (_, scope) in
            loaded.projects.iter_mut().filter(|(project, _)| found.not_run.contains(&project.root))
        {
            scope.checked.clear();
        }
    }
    let failure = found.failure.take();
    let mut report = report(loaded, found, &settings, &halves, rules, config.fail_on);
    report.shard = config.shard;
    report.incomplete = failure.is_some();
    output::write(&report, &outputs, color, console)?;
    match failure {
        Some(failure) => Err(failure),
        None if report.findings.iter().any(|finding| report.fails(finding)) => Ok(Exit::Findings),
        None => Ok(Exit::Clean),
    }
}

/// What lint has to say of what was read.
pub(super) fn read(loaded: Loaded, config: &Config, rules: &[&'static RuleInfo]) -> Report {
    let mut found = Found::nothing(&loaded);
    let settings = all_settings(config, &loaded);
    lint(&loaded, &settings, &mut found);
    report(loaded, found, &settings, &[Evidence::Lint], rules, config.fail_on)
}

/// A list of settings, one a project.
fn all_settings(config: &Config, loaded: &Loaded) -> Vec<Settings> {
    loaded.projects.iter().map(|(project, _)| settings(config, project, &loaded.sources)).collect()
}

fn settings(config: &Config, project: &Project, sources: &Sources) -> Settings {
    let exceptions = config.overrides.iter().map(|wish| Exception {
        migrations: concerned(project, sources, wish),
        severities: wish.severities.clone(),
    });
    let mut settings = Settings {
        preset: config.preset,
        severities: config.severities.clone(),
        exceptions: exceptions.collect(),
        rows: config
            .statistics
            .iter()
            .chain(&config.rows)
            .map(|(name, rows)| (name.clone(), *rows))
            .collect(),
        ..Settings::default()
    };
    if let (Some(first), Some(last)) = (config.postgres.iter().min(), config.postgres.iter().max()) {
        settings.versions = *first..=*last;
    }
    settings.conventions = config.conventions.clone();
    settings.small_below = config.small_table_rows.unwrap_or(settings.small_below);
    settings
}

fn remarks(loaded: &Loaded, config: &Config) -> Vec<String> {
    let nothing_new = loaded.projects.iter().all(|(_, scope)| scope.checked.is_empty());
    let base = config.base.iter().filter(|_| nothing_new);
    let left_out = loaded
        .projects
        .iter()
        .flat_map(|(project, _)| project.left_out.iter().map(|what| format!("{}: {what}", project.root)));
    base.map(|base| format!("{base} has every migration: nothing is judged")).chain(left_out).collect()
}

fn lint(loaded: &Loaded, settings: &[Settings], found: &mut Found) {
    let judged = loaded.projects.par_iter().zip(settings);
    let judged: Vec<Vec<Finding>> = judged
        .map(|((project, scope), settings)| lint::check(project, &loaded.sources, scope, settings))
        .collect();
    for (findings, judged) in found.findings.iter_mut().zip(judged) {
        findings.extend(judged);
    }
    for (project, scope) in &loaded.projects {
        let ids = scope.checked.iter().map(|index| Some(project.migrations[*index].id.clone()));
        found.cases.extend(std::iter::once(None).chain(ids).map(|migration| Case {
            suite: Suite::Lint,
            project: project.root.clone(),
            migration,
            leg: None,
            postgres: None,
            skipped: None,
        }));
    }
}

/// Weighs what was found, takes away what is allowed, and counts what was read.
fn report(
    loaded: Loaded,
    found: Found,
    settings: &[Settings],
    evidence: &[Evidence],
    known: &[&'static RuleInfo],
    fails_at: Option<Severity>,
) -> Report {
    let Loaded { sources, projects } = loaded;
    let judged = projects.into_par_iter().zip(settings).zip(found.findings);
    let judged: Vec<(suppression::Outcome, Totals)> = judged
        .map(|(((project, scope), settings), mut findings)| {
            for finding in findings.iter_mut().filter(|finding| finding.leg.is_some()) {
                let id = finding.migration.as_ref().map(|key| &key.id);
                let index = project.migrations.iter().position(|migration| Some(&migration.id) == id);
                finding.severity = settings.severity(finding.rule, index);
            }
            findings.retain(|finding| finding.severity > Severity::Off);
            agreement::note(&mut findings);
            let ran = Ran { known, evidence, scope: &scope, settings };
            (suppression::apply(findings, &project, &sources, ran), count(&project, &scope))
        })
        .collect();
    let (mut kept, mut allowed, mut totals) = (Vec::new(), BTreeMap::new(), Totals::default());
    for (outcome, counted) in judged {
        kept.extend(outcome.findings);
        for (rule, number) in outcome.allowed {
            *allowed.entry(rule).or_default() += number;
        }
        totals.projects += counted.projects;
        totals.migrations += counted.migrations;
        totals.checked += counted.checked;
        totals.opaque += counted.opaque;
    }
    let report = Report::new(sources, kept, found.cases);
    Report { allowed, totals, fails_at, remarks: found.remarks, ..report }
}

fn count(project: &Project, scope: &Scope) -> Totals {
    let checked = scope.checked.iter().map(|index| &project.migrations[*index]);
    let steps = checked.flat_map(Migration::scripts).flat_map(Script::steps);
    // A loop gives the same place a step for each of its turns.
    let opaque: BTreeSet<Span> =
        steps.filter(|(_, step)| step.operation.is_unknown()).map(|(_, step)| step.span).collect();
    Totals {
        projects: 1,
        migrations: project.migrations.len(),
        checked: scope.checked.len(),
        opaque: opaque.len(),
    }
}
