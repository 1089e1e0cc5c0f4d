//! Names of migrations and ranges of them, as Alembic and as git write them: `0003`, `head-1`, `0002..0005`,
//! `0002:0005`, `branch@head`. Refuses to print anything.

use std::collections::BTreeSet;

use crate::config::nearest;
use crate::finding::Direction;
use crate::history::{Graph, Migration, Project};

/// Why there is no such range.
#[derive(Debug, thiserror::Error)]
pub enum RangeError {
    /// No project has it.
    #[error("no migration is called `{name}`{hint}; mig-check graph lists them all")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        hint: String,
    },
    /// Several migrations have it.
    #[error("`{name}` may be {}; write more of it, or name the project with --path", candidates.join(" or "))]
    Ambiguous {
        /// What was asked for.
        name: String,
        /// What it may be.
        candidates: Vec<String>,
    },
    /// A step up or down the history that leads nowhere, or to several places.
    #[error("`{name}` leads {whither} {from}; mig-check graph shows what follows what")]
    NoWalk {
        /// What was asked for.
        name: String,
        /// Where it leads.
        whither: &'static str,
        /// The migration where the way ends.
        from: String,
    },
    /// The state before all migrations where a migration should be named.
    #[error("`{0}` is the state before all migrations; name one, or a range such as base..head")]
    Base(String),
    /// The ends stand the wrong way round.
    #[error("{to} runs before {from}; write {swapped}")]
    Reversed {
        /// What the range begins with.
        from: String,
        /// What it ends with.
        to: String,
        /// The range that was meant.
        swapped: String,
    },
    /// Alembic's form was asked of another tool.
    #[error("--alembic-compatible needs an Alembic project; {} is none", .0.join(" and "))]
    NoAlembic(Vec<String>),
    /// Alembic's form was asked of several projects.
    #[error("--alembic-compatible prints one database's script, and there are several projects: {}; name one with --path", .0.join(", "))]
    SeveralProjects(Vec<String>),
}

/// Migrations of one project.
#[derive(Debug)]
pub(super) struct Chosen<'a> {
    pub project: &'a Project,
    /// Indexes into [`Project::migrations`].
    pub migrations: BTreeSet<usize>,
}

/// The migrations of a range. A range names migrations of one project; without one, every project has its turn.
pub(super) fn choose<'a>(
    projects: &[&'a Project],
    range: Option<&str>,
    direction: Direction,
) -> Result<Vec<Chosen<'a>>, RangeError> {
    let Some(range) = range.filter(|range| !matches!(*range, ".." | ":")) else {
        let all =
            |project: &&'a Project| Chosen { project, migrations: (0..project.migrations.len()).collect() };
        return Ok(projects.iter().map(all).collect());
    };
    let (mut fitting, mut errors) = (Vec::new(), Vec::new());
    for project in projects {
        match Names::of(project).range(range, direction) {
            Ok(migrations) => fitting.push(Chosen { project, migrations }),
            Err(error) => errors.push(error),
        }
    }
    match fitting.len() {
        1 => Ok(fitting),
        0 => {
            // An error that knows the name says more than one that does not.
            let knows = |error: &RangeError| !matches!(error, RangeError::Unknown { .. });
            let best = errors.iter().position(knows).unwrap_or(0);
            Err(errors.swap_remove(best))
        }
        _ => {
            let candidates = fitting.iter().map(|chosen| format!("in {}", chosen.project.root)).collect();
            Err(RangeError::Ambiguous { name: range.to_owned(), candidates })
        }
    }
}

/// Finds migrations of one project by what people call them. No migration at all is the base.
struct Names<'a> {
    project: &'a Project,
    graph: Graph,
}

type Found = Result<BTreeSet<usize>, RangeError>;

impl<'a> Names<'a> {
    fn of(project: &'a Project) -> Self {
        Self { project, graph: project.graph() }
    }

    /// `A..B` is what runs after A up to B, either way. `A:B` is Alembic's: a downgrade goes from A down to B.
    fn range(&self, range: &str, direction: Direction) -> Found {
        if let Some((from, to)) = range.split_once("..") {
            return self.between(range, from, to);
        }
        match range.split_once(':') {
            None => self.one(range),
            Some((from, to)) if direction == Direction::Up => self.between(range, from, to),
            Some((from, to)) => self.down_to(from, to),
        }
    }

    fn between(&self, range: &str, from: &str, to: &str) -> Found {
        let low = if from.is_empty() { BTreeSet::new() } else { self.end(from, &BTreeSet::new())? };
        let high =
            if to.is_empty() { self.graph.heads.iter().copied().collect() } else { self.end(to, &low)? };
        let before = self.with_ancestors(&low);
        let chosen: BTreeSet<usize> = self.with_ancestors(&high).difference(&before).copied().collect();
        if chosen.is_empty() && high != low {
            let separator = if range.contains("..") { ".." } else { ":" };
            return Err(RangeError::Reversed {
                from: from.to_owned(),
                to: to.to_owned(),
                swapped: format!("{to}{separator}{from}"),
            });
        }
        Ok(chosen)
    }

    /// What `alembic downgrade FROM:TO` runs: what follows TO, or depends on that, as far as FROM has it.
    fn down_to(&self, from: &str, to: &str) -> Found {
        let high = if from.is_empty() {
            self.graph.heads.iter().copied().collect()
        } else {
            self.end(from, &BTreeSet::new())?
        };
        let active = self.with_ancestors(&high);
        let low = if to.is_empty() { BTreeSet::new() } else { self.end(to, &high)? };
        if low.is_empty() {
            return Ok(active);
        }
        let mut chosen: BTreeSet<usize> = low.iter().flat_map(|index| self.children(*index)).collect();
        // Parents stand before their children in the order.
        for &index in &self.graph.order {
            if self.graph.before[index].iter().any(|before| chosen.contains(before)) {
                chosen.insert(index);
            }
        }
        chosen.retain(|index| active.contains(index));
        if chosen.is_empty() && !high.is_subset(&low) {
            let (from, to) = (from.to_owned(), to.to_owned());
            let swapped = format!("{to}:{from}");
            return Err(RangeError::Reversed { from: to, to: from, swapped });
        }
        Ok(chosen)
    }

    /// One migration; `heads` may be several.
    fn one(&self, name: &str) -> Found {
        let found = self.end(name, &BTreeSet::new())?;
        if found.is_empty() {
            return Err(RangeError::Base(name.to_owned()));
        }
        Ok(found)
    }

    /// An end of a range; steps without a start count from `other`.
    fn end(&self, name: &str, other: &BTreeSet<usize>) -> Found {
        if let Some(found) = self.plain(name) {
            return found;
        }
        let (branch, rest) = match name.split_once('@') {
            Some((branch, rest)) => (Some(branch), rest),
            None => (None, name),
        };
        let lineage = branch.map(|branch| self.labelled(branch)).transpose()?;
        let steps_at = rest.rfind(['+', '-']);
        let steps = steps_at.and_then(|at| rest[at..].parse::<i32>().ok().map(|steps| (&rest[..at], steps)));
        let (symbol, steps) = steps.unwrap_or((rest, 0));
        let start = match symbol {
            "" if steps != 0 => other.clone(),
            "head" | "heads" => {
                let own = |head: &&usize| lineage.is_none_or(|label| self.line(**head).contains(&label));
                let heads: BTreeSet<usize> = self.graph.heads.iter().filter(own).copied().collect();
                if symbol == "head" && heads.len() > 1 {
                    return Err(self.ambiguous(name, &heads));
                }
                heads
            }
            symbol => self.plain(symbol).unwrap_or_else(|| Err(self.unknown(symbol)))?,
        };
        if steps == 0 {
            return Ok(start);
        }
        let mut at = match start.iter().collect::<Vec<_>>().as_slice() {
            [] => None,
            [only] => Some(**only),
            _ => return Err(self.ambiguous(name, &start)),
        };
        for _ in 0..steps.unsigned_abs() {
            at = self.walk(name, at, steps > 0, lineage)?;
        }
        Ok(at.into_iter().collect())
    }

    /// One step up or down the history.
    fn walk(
        &self,
        name: &str,
        at: Option<usize>,
        up: bool,
        lineage: Option<usize>,
    ) -> Result<Option<usize>, RangeError> {
        let next: Vec<usize> = match (at, up) {
            (None, true) => self.roots(),
            (None, false) => Vec::new(),
            (Some(at), true) => self.children(at),
            (Some(at), false) => {
                let parents = self.parents(at);
                if parents.is_empty() {
                    return Ok(None);
                }
                parents
            }
        };
        let related = |index: &usize| {
            lineage.is_none_or(|label| self.line(*index).contains(&label) || self.line(label).contains(index))
        };
        let next: Vec<usize> = next.into_iter().filter(related).collect();
        let whither = match next.as_slice() {
            [only] => return Ok(Some(*only)),
            [] => "beyond",
            _ => "to several migrations from",
        };
        let from = at.map_or("the base".to_owned(), |at| self.project.migrations[at].id.clone());
        Err(RangeError::NoWalk { name: name.to_owned(), whither, from })
    }

    /// An id, the beginning of one, a branch's name, or the base; nothing if there is none.
    fn plain(&self, name: &str) -> Option<Found> {
        let named = |fits: &dyn Fn(&Migration) -> bool| -> BTreeSet<usize> {
            let migrations = self.project.migrations.iter().enumerate();
            migrations.filter(|(_, migration)| fits(migration)).map(|(index, _)| index).collect()
        };
        let exact = named(&|migration| migration.id == name);
        let labelled = named(&|migration| migration.branch_labels.iter().any(|label| label == name));
        if name.is_empty() || matches!(name, "head" | "heads") && exact.is_empty() {
            return None;
        }
        if name == "base" && exact.is_empty() {
            return Some(Ok(BTreeSet::new()));
        }
        let begins = || named(&|migration| migration.id.starts_with(name));
        let found = [exact, labelled].into_iter().find(|found| !found.is_empty()).unwrap_or_else(begins);
        match found.len() {
            0 => None,
            1 => Some(Ok(found)),
            _ => Some(Err(self.ambiguous(name, &found))),
        }
    }

    /// The migration where a branch begins, named by its label or by any of its migrations.
    fn labelled(&self, branch: &str) -> Result<usize, RangeError> {
        let found = self.plain(branch).unwrap_or_else(|| Err(self.unknown(branch)))?;
        found.first().copied().ok_or_else(|| self.unknown(branch))
    }

    fn with_ancestors(&self, of: &BTreeSet<usize>) -> BTreeSet<usize> {
        of.iter().flat_map(|index| self.graph.with_ancestors(*index)).collect()
    }

    /// The migrations that a migration follows, without what it only depends on.
    fn parents(&self, of: usize) -> Vec<usize> {
        let migrations = &self.project.migrations;
        let is_parent = |index: &&usize| {
            let id = &migrations[**index].id;
            migrations[of].parents.iter().any(|parent| id.starts_with(&parent.id))
        };
        self.graph.before[of].iter().filter(is_parent).copied().collect()
    }

    /// A migration and all that it follows, without what those only depend on: the line of a branch.
    fn line(&self, of: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::from([of]);
        let mut waiting = vec![of];
        while let Some(next) = waiting.pop() {
            waiting.extend(self.parents(next).into_iter().filter(|parent| found.insert(*parent)));
        }
        found
    }

    fn children(&self, of: usize) -> Vec<usize> {
        (0..self.project.migrations.len()).filter(|index| self.parents(*index).contains(&of)).collect()
    }

    fn roots(&self) -> Vec<usize> {
        (0..self.project.migrations.len()).filter(|index| self.parents(*index).is_empty()).collect()
    }

    fn ambiguous(&self, name: &str, found: &BTreeSet<usize>) -> RangeError {
        let told = found
            .iter()
            .map(|index| format!("{} of {}", self.project.migrations[*index].id, self.project.root));
        RangeError::Ambiguous { name: name.to_owned(), candidates: told.collect() }
    }

    /// Says what there is: the nearest id, or the first and the last.
    fn unknown(&self, name: &str) -> RangeError {
        let ids: Vec<&str> =
            self.graph.order.iter().map(|index| self.project.migrations[*index].id.as_str()).collect();
        let hint = match (nearest(name, ids.iter().copied()), ids.as_slice()) {
            (Some(near), _) => format!("; did you mean `{near}`?"),
            (None, [only]) => format!("; there is only {only}"),
            (None, [first, .., last]) => format!("; there are {} from {first} to {last}", ids.len()),
            (None, []) => String::new(),
        };
        RangeError::Unknown { name: name.to_owned(), hint }
    }
}
