//! What a tool expects of its migrations beyond their texts: that they are listed, that no number is left out, that
//! hashes fit. Refuses to know what they do.

use super::super::layouts::Hashes;
use super::super::tree::{Tree, join};
use super::names::FileName;
use super::{Found, Reader, chain, order, script};
use crate::history::{Migration, ProblemKind};
use crate::source::Span;

impl Reader<'_> {
    /// A file that the tool's own list does not name.
    pub(super) fn unlisted(
        &mut self,
        tree: &Tree,
        folder: &str,
        file: &(String, FileName),
        ranks: &order::Ranks,
    ) {
        // The way back needs no place of its own.
        let Some((list, _)) = ranks.list.as_ref().filter(|_| !file.1.part.goes_down()) else { return };
        let source = self.read(tree, &join(folder, &file.0), None);
        let list = list.rsplit('/').next().unwrap_or(list);
        let tool = self.layout.framework.name;
        let message = format!("{list} does not list this file, so {tool} never runs it");
        self.problem(ProblemKind::Skipped, script::first_line(self.sources, source), message);
    }

    /// What the tool's own list names, and is not there or comes too late.
    pub(super) fn listed(&mut self, tree: &Tree, found: &Found, ranks: &order::Ranks) {
        let Some((path, entries)) = &ranks.list else { return };
        let source = self.read(tree, path, None);
        let tool = self.layout.framework.name;
        let mut newest = None;
        for entry in entries {
            let span = Span::new(source, entry.at.clone());
            let name = entry.names.join(" or ");
            let is_there = |name: &String| {
                found.files.iter().any(|(_, file)| file.version == *name && !file.part.goes_down())
            };
            if !entry.names.iter().any(is_there) {
                let message = format!("There is no file for {name}, which is listed here, so {tool} stops");
                self.problem(ProblemKind::Missing, span, message);
            }
            if entry.when.is_some() && entry.when <= newest {
                let message = format!(
                    "{name} is not later than an entry above it, so {tool} passes over it where that one has run"
                );
                self.problem(ProblemKind::Skipped, span, message);
            }
            newest = newest.max(entry.when);
        }
    }

    /// A number that is left out, where the tool minds.
    pub(super) fn gap(&mut self, migration: &Migration, previous: Option<&order::Rank>, rank: &order::Rank) {
        let Some(number) = rank.number().filter(|_| self.layout.gapless) else { return };
        let expected = previous.and_then(order::Rank::number).unwrap_or_default() + 1;
        if number > expected {
            let tool = self.layout.framework.name;
            let message =
                format!("There is no migration {expected} before {}, so {tool} runs none", migration.id);
            self.problem(ProblemKind::Missing, migration.header, message);
        }
    }

    /// Hashes that the tool wrote into the files.
    pub(super) fn hashes(&mut self, migrations: &[Migration]) {
        match self.layout.hashes {
            Hashes::None => {}
            Hashes::Graphile => self.problems.extend(chain::graphile(migrations, self.sources)),
        }
    }
}
