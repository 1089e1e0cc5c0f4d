//! What the user wishes of lint: which rules, how severe, for which migrations and tables. Refuses to know where the
//! wishes are written.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::conventions::Conventions;
use crate::finding::{Preset, RuleInfo, Severity};
use crate::operation::Name;

/// From so many rows on, whatever reads or writes all of a table takes minutes.
const LARGE: u64 = 10_000_000;

/// What the user wishes of lint, for the migrations of one project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The major versions of PostgreSQL that the migrations will meet.
    pub versions: RangeInclusive<u16>,
    /// How much is looked for.
    pub preset: Preset,
    /// Severities that differ from the rules' own, by rule id. They also switch on what the preset leaves out.
    pub severities: BTreeMap<String, Severity>,
    /// What differs for some migrations; the last that speaks of a rule counts.
    pub exceptions: Vec<Exception>,
    /// How many rows tables have, by name, with schema where one is written.
    pub rows: BTreeMap<String, u64>,
    /// What the project asks of its own schema.
    pub conventions: Conventions,
    /// A table with fewer rows is small: reading or writing all of it takes no time worth a warning.
    pub small_below: u64,
}

/// Severities of some migrations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Indexes into [`crate::history::Project::migrations`].
    pub migrations: BTreeSet<usize>,
    /// Severities by rule id.
    pub severities: BTreeMap<String, Severity>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            versions: 14..=18,
            preset: Preset::Default,
            severities: BTreeMap::new(),
            exceptions: Vec::new(),
            rows: BTreeMap::new(),
            conventions: Conventions::default(),
            small_below: 10_000,
        }
    }
}

impl Settings {
    /// The severity that findings of a rule have, in a migration or in the project as a whole.
    pub fn severity(&self, rule: &RuleInfo, migration: Option<usize>) -> Severity {
        let mut exceptions = self
            .exceptions
            .iter()
            .rev()
            .filter(|exception| migration.is_some_and(|index| exception.migrations.contains(&index)));
        let excepted = exceptions.find_map(|exception| exception.severities.get(rule.id));
        excepted.or_else(|| self.severities.get(rule.id)).copied().unwrap_or_else(|| self.unless_named(rule))
    }

    fn unless_named(&self, rule: &RuleInfo) -> Severity {
        if rule.preset <= self.preset { rule.severity } else { Severity::Off }
    }

    /// Whether a rule may find anything in any migration.
    pub fn wants(&self, rule: &RuleInfo) -> bool {
        let excepted = self.exceptions.iter().filter_map(|exception| exception.severities.get(rule.id));
        let most = excepted.copied().chain([self.severity(rule, None)]).max();
        most > Some(Severity::Off)
    }

    /// The rows of a table, if the user says how many there are.
    pub fn rows_of(&self, table: &Name) -> Option<u64> {
        let whole = table.schema.as_ref().map(|schema| format!("{schema}.{}", table.name));
        let public = table.schema.as_deref().is_none_or(|schema| schema == "public");
        let named = whole.and_then(|name| self.rows.get(&name));
        named.or_else(|| self.rows.get(&table.name).filter(|_| public)).copied()
    }

    /// The severity of a finding whose harm grows with the rows of tables, and the most rows of one: what touches
    /// only small tables is no harm, what makes others wait for a large one is more than a warning.
    pub fn by_size(&self, severity: Severity, tables: &[Name], raises: bool) -> (Severity, Option<u64>) {
        let rows: Vec<Option<u64>> = tables.iter().map(|table| self.rows_of(table)).collect();
        let most = rows.iter().flatten().max().copied();
        let all_small =
            !rows.is_empty() && rows.iter().all(|rows| rows.is_some_and(|rows| rows < self.small_below));
        let severity = match most {
            Some(_) if all_small => severity.min(Severity::Info),
            Some(rows) if rows >= LARGE && raises && severity == Severity::Warning => Severity::Error,
            _ => severity,
        };
        (severity, most.filter(|rows| all_small || *rows >= LARGE))
    }
}
