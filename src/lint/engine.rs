//! Walks the history in its order, keeps the known schema, asks the rules, and stamps what they find. Refuses to know
//! what any rule looks for.

use std::collections::BTreeMap;

use super::calls;
use super::context::{Context, MigrationContext, ProjectContext};
use super::held::Held;
use super::outline::Outline;
use super::rules::RULES;
use super::schema::{Moment, Schema};
use super::suppression::Allows;
use super::{Check, Draft, Rule, Settings};
use crate::finding::{Direction, Finding, Fix, MigrationKey, Severity, also};
use crate::history::{Certainty, Project, Scope, Script, Statement, TransactionRule};
use crate::source::{Sources, Span};

pub fn run(project: &Project, sources: &Sources, scope: &Scope, settings: &Settings) -> Vec<Finding> {
    let graph = project.graph();
    let active: Vec<&Rule> = RULES.iter().copied().filter(|rule| settings.wants(&rule.info)).collect();
    let mut engine = Engine {
        project,
        sources,
        scope,
        settings,
        downgrades: active.iter().copied().find(|rule| matches!(rule.check, Check::Downgrade)),
        rules: active,
        allows: Allows::read(project, sources),
        transactions: Transactions::default(),
        held: Vec::new(),
        findings: Vec::new(),
    };
    engine.judge_project(&ProjectContext { project, graph: &graph, scope });
    let mut schema = Schema::default();
    for &index in &graph.order {
        schema = engine.migration(index, schema);
    }
    engine.findings
}

struct Engine<'a> {
    project: &'a Project,
    sources: &'a Sources,
    scope: &'a Scope,
    settings: &'a Settings,
    rules: Vec<&'static Rule>,
    /// The rule under which locks in downgrades are reported, if the user wants that.
    downgrades: Option<&'static Rule>,
    allows: Allows<'a>,
    transactions: Transactions,
    held: Vec<Held>,
    findings: Vec<Finding>,
}

/// What a rule said, with its place.
struct Said {
    rule: &'static Rule,
    draft: Draft,
    span: Span,
    severity: Severity,
    /// What must hold for it to happen.
    conditions: Vec<String>,
}

impl Engine<'_> {
    fn judge_project(&mut self, context: &ProjectContext<'_>) {
        for rule in self.rules.clone() {
            let Check::Project(check) = rule.check else { continue };
            for draft in check(context) {
                let in_scope = draft.migration.is_none_or(|index| self.scope.checked.contains(&index));
                if let Some(span) = draft.span.filter(|_| in_scope) {
                    let migration = draft.migration;
                    let finding = self.said(rule, draft, span, migration);
                    let finding = finding.map(|said| self.stamp(said, migration, None));
                    self.findings.extend(finding);
                }
            }
        }
    }

    /// Judges one migration if it is in scope, and gives back the schema after it.
    fn migration(&mut self, index: usize, before: Schema) -> Schema {
        let migration = &self.project.migrations[index];
        let checked = self.scope.checked.contains(&index);
        let pending = self.scope.pending && checked;
        let first = self.findings.len();
        self.transactions.enter(pending && self.project.framework.transaction == TransactionRule::AllPending);
        let mut after = before.clone();
        self.script(index, &migration.up, Direction::Up, &mut after);
        let open = self.transactions.clone();
        let held = std::mem::take(&mut self.held);
        let returned = migration.down.as_ref().filter(|_| checked).map(|down| {
            let mut returned = after.clone();
            self.transactions.enter(false);
            self.script(index, down, Direction::Down, &mut returned);
            returned
        });
        self.transactions.resume(open);
        self.held = held;
        if checked {
            let context = MigrationContext {
                project: self.project,
                sources: self.sources,
                migration,
                before: &before,
                after: &after,
                returned: returned.as_ref(),
            };
            for rule in self.rules.clone() {
                let Check::Migration(check) = rule.check else { continue };
                for draft in check(&context) {
                    let span = draft.span.unwrap_or(migration.header);
                    if let Some(said) = self.said(rule, draft, span, Some(index)) {
                        let finding = self.stamp(said, Some(index), None);
                        self.join(finding, index, first);
                    }
                }
            }
        }
        after
    }

    /// Runs one script over the schema, statement by statement.
    fn script(&mut self, index: usize, script: &Script, direction: Direction, schema: &mut Schema) {
        schema.new_session(&self.project.session);
        let outline = Outline::of(script);
        // Without a BEGIN of the script's own, it takes back what the tool has begun.
        if script.wrapped && !outline.rollbacks.is_empty() {
            schema.begin();
        }
        for (position, statement) in script.statements.iter().enumerate() {
            let transaction = self.transactions.of(statement);
            self.held.retain(|held| Some(held.transaction) == transaction);
            schema.enter(transaction);
            let now = Moment { migration: index, direction, transaction };
            let mut said = Vec::new();
            for step in &statement.steps {
                for (operation, certainty) in calls::with_bodies(&step.operation, &step.certainty, schema) {
                    let (operation, certainty) = (operation.as_ref(), certainty.as_ref());
                    if self.scope.checked.contains(&index) {
                        let context = Context {
                            project: self.project,
                            sources: self.sources,
                            scope: self.scope,
                            settings: self.settings,
                            migration: &self.project.migrations[index],
                            script,
                            outline: &outline,
                            statement,
                            position,
                            operation,
                            target: step.target,
                            span: step.span,
                            schema,
                            now,
                            held: &self.held,
                        };
                        let from = said.len();
                        self.ask(&context, &mut said);
                        let conditions = [&statement.certainty, certainty].into_iter().filter_map(condition);
                        let conditions: Vec<String> = conditions.collect();
                        said[from..].iter_mut().for_each(|said| said.conditions.clone_from(&conditions));
                        let held = Held::after(&context);
                        self.held.extend(held);
                    }
                    schema.apply(operation, &statement.sql, now);
                    if [&statement.certainty, certainty].into_iter().any(|it| *it != Certainty::Certain) {
                        schema.doubt(operation);
                    }
                }
            }
            self.report(said, index, direction);
        }
    }

    fn ask(&self, context: &Context<'_>, said: &mut Vec<Said>) {
        for rule in &self.rules {
            let (rule, draft) = match (rule.check, context.now.direction, self.downgrades) {
                (Check::Step(check), Direction::Up, _) | (Check::EitherWay(check), ..) => {
                    (*rule, check(context))
                }
                (Check::Step(check), Direction::Down, Some(judge)) => {
                    (judge, check(context).and_then(|draft| draft.in_downgrade(&rule.info)))
                }
                _ => continue,
            };
            let taken_back = |draft: &Draft| draft.lasting && context.is_rolled_back();
            if let Some(mut draft) = draft.filter(|draft| !taken_back(draft)) {
                let span = draft.span.unwrap_or(context.span);
                let stopped = &draft.stopped;
                draft.unseen = !stopped.is_empty() && stopped.iter().all(|table| context.is_unseen(table));
                if draft.unseen && stopped.iter().all(|table| context.holds_few(table)) {
                    continue;
                }
                said.extend(self.said(rule, draft, span, Some(context.now.migration)));
            }
        }
    }

    /// Weighs what a rule said; nothing if the user does not want it here.
    fn said(
        &self,
        rule: &'static Rule,
        mut draft: Draft,
        span: Span,
        migration: Option<usize>,
    ) -> Option<Said> {
        let wished = self.settings.severity(&rule.info, migration);
        // A severity that the user chose is not raised.
        let raises = !draft.stopped.is_empty() && wished == rule.info.severity;
        let (severity, rows) = self.settings.by_size(wished, &draft.sized, raises);
        if let Some(rows) = rows {
            let so = if rows < self.settings.small_below { ": this is brief" } else { "" };
            draft.notes.push(format!("The configuration says that there are {rows} rows{so}"));
        }
        let severity = if draft.unseen {
            draft.message.push_str(", though nobody else sees it before the commit");
            draft.notes.push("All other locks of the migration are held as long".to_owned());
            severity.min(Severity::Info)
        } else {
            severity
        };
        (severity > Severity::Off).then_some(Said { rule, draft, span, severity, conditions: Vec::new() })
    }

    /// One primary finding a statement; the others become its notes. What is allowed is kept apart, so that it hides
    /// nothing.
    fn report(&mut self, said: Vec<Said>, index: usize, direction: Direction) {
        let mut primary: Option<Finding> = None;
        let (allowed, mut open): (Vec<Said>, Vec<Said>) =
            said.into_iter().partition(|said| self.allows.cover(said.rule.info.id, said.span));
        open.sort_by_key(|said| {
            let weight = std::cmp::Reverse((said.severity, said.draft.refused));
            (weight, said.rule.info.preset, said.span.start, said.span.end)
        });
        for said in open {
            match &mut primary {
                None => {
                    let conditions = said.conditions.join(" and ");
                    let mut finding = self.stamp(said, Some(index), Some(direction));
                    if !conditions.is_empty() {
                        finding.message.push_str(" (it may not run)");
                        finding.notes.push(format!("This statement runs only if {conditions}"));
                    }
                    primary = Some(finding);
                }
                Some(primary) => {
                    let note = also(said.rule.info.id) + &said.draft.message;
                    if !primary.notes.contains(&note) {
                        primary.notes.push(note);
                    }
                    if primary.fix.is_none() {
                        primary.fix = said.draft.fix.map(|fix| Fix { note: Some(said.rule.info.id), ..fix });
                    }
                }
            }
        }
        self.findings.extend(primary);
        for said in allowed {
            let finding = self.stamp(said, Some(index), Some(direction));
            self.findings.push(finding);
        }
    }

    /// Puts a finding about a whole migration to those that begin at `first`. Where it stands at a statement of which
    /// something is said already, the graver of the two becomes a note of the other, unless one of them is allowed.
    fn join(&mut self, finding: Finding, index: usize, first: usize) {
        let holds = |whole: &Span, span: Span| {
            whole.source == span.source && whole.start <= span.start && span.end <= whole.end
        };
        let around = |span: Span| {
            let statements = self.project.migrations[index].scripts().flat_map(|script| &script.statements);
            statements.map(|statement| statement.span).find(|whole| holds(whole, span))
        };
        let open = |finding: &Finding| !self.allows.cover(finding.rule.id, finding.span);
        let here = around(finding.span).filter(|_| open(&finding));
        let place = here.and_then(|here| {
            let mut said = self.findings[first..].iter();
            said.position(|other| holds(&here, other.span) && open(other) && around(other.span) == Some(here))
        });
        let Some(place) = place else { return self.findings.push(finding) };
        let other = &mut self.findings[first + place];
        let lesser = match (finding.severity, other.rule.preset) > (other.severity, finding.rule.preset) {
            true => std::mem::replace(other, finding),
            false => finding,
        };
        other.notes.push(also(lesser.rule.id) + &lesser.message);
        if other.fix.is_none() {
            other.fix = lesser.fix.map(|fix| Fix { note: Some(lesser.rule.id), ..fix });
        }
    }

    fn stamp(&self, said: Said, migration: Option<usize>, direction: Option<Direction>) -> Finding {
        let Said { rule, draft, span, severity, .. } = said;
        Finding {
            rule: &rule.info,
            severity,
            message: draft.message,
            span,
            label: draft.label,
            related: draft.related,
            notes: draft.notes,
            help: draft.help,
            fix: draft.fix,
            migration: migration.map(|index| MigrationKey {
                project: self.project.root.clone(),
                id: self.project.migrations[index].id.clone(),
            }),
            direction,
            leg: None,
            postgres: Vec::new(),
        }
    }
}

fn condition(certainty: &Certainty) -> Option<String> {
    match certainty {
        Certainty::Certain => None,
        Certainty::May(condition) => Some(condition.clone()),
    }
}

/// Numbers the transactions of the whole run, so that one that spans migrations keeps its number.
#[derive(Clone, Debug, Default)]
struct Transactions {
    next: u32,
    /// The transaction that is open when a script ends.
    open: Option<u32>,
    /// Numbers of the current script by the script's own numbers.
    known: BTreeMap<u32, u32>,
}

impl Transactions {
    /// A script begins; `joins` says that it goes on in the transaction that is still open.
    fn enter(&mut self, joins: bool) {
        self.known.clear();
        if !joins {
            self.open = None;
        }
    }

    /// Goes on where an earlier state left off, with fresh numbers.
    fn resume(&mut self, earlier: Self) {
        *self = Self { next: self.next, ..earlier };
    }

    fn of(&mut self, statement: &Statement) -> Option<u32> {
        let Some(own) = statement.transaction else {
            self.open = None;
            return None;
        };
        let number = match self.known.get(&own) {
            Some(number) => *number,
            None => {
                let joined = self.open.filter(|_| self.known.is_empty());
                joined.unwrap_or_else(|| {
                    self.next += 1;
                    self.next
                })
            }
        };
        self.known.insert(own, number);
        self.open = Some(number);
        Some(number)
    }
}
