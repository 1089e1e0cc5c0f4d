//! The comments by which other tools are told to keep silent, and which of our rules look for what theirs do, so that
//! a team can switch without touching its files. What has no counterpart here is passed over.

use std::collections::BTreeSet;

use super::comment::{Manners, Reach, Said};
use super::tools::{
    ATLAS, DIESEL_GUARD, EUGENE, LANGUAGE_SERVER, MIGRATION_PILOT, PGFENCE, PGRUBIC, PGSAFE, Parted, SQUAWK,
    Tool,
};

/// One way of writing such a comment.
struct Form {
    tool: &'static Tool,
    /// What the comment begins with, in any letter case.
    opening: &'static str,
    reach: Reach,
    /// Whether it speaks of everything that the tool finds where it names no rule.
    bare: bool,
}

const fn form(tool: &'static Tool, opening: &'static str, reach: Reach, bare: bool) -> Form {
    Form { tool, opening, reach, bare }
}

/// The first whose opening fits is read, so longer openings go before shorter ones.
const FORMS: &[Form] = &[
    // squawk crates/squawk_linter/src/ignore.rs; a comment for a line has to name its rules.
    form(&SQUAWK, "squawk-ignore-file", Reach::File, true),
    form(&SQUAWK, "squawk-ignore", Reach::Statement, false),
    // eugene eugene/src/comments.rs
    form(&EUGENE, "eugene: ignore", Reach::Statement, true),
    // pgsafe src/suppression.rs
    form(&PGSAFE, "pgsafe:ignore", Reach::Statement, false),
    form(&PGSAFE, "pgsafe: ignore", Reach::Statement, false),
    // pgfence src/parser.ts `extractIgnoredRules`
    form(&PGFENCE, "pgfence-ignore", Reach::Statement, true),
    form(&PGFENCE, "pgfence: ignore", Reach::Statement, false),
    // MigrationPilot src/rules/disable.ts
    form(&MIGRATION_PILOT, "migrationpilot-disable-file", Reach::File, true),
    form(&MIGRATION_PILOT, "migrationpilot-disable-next-line", Reach::Statement, true),
    form(&MIGRATION_PILOT, "migrationpilot-disable", Reach::Statement, true),
    // diesel-guard docs/src/safety-assured.md; its end is in `read`.
    form(&DIESEL_GUARD, "safety-assured:start", Reach::Start, true),
    // postgres-language-server crates/pgls_suppressions/src/suppression.rs; its ends are in `read`.
    form(&LANGUAGE_SERVER, "pgls-ignore-all", Reach::File, false),
    form(&LANGUAGE_SERVER, "pgt-ignore-all", Reach::File, false),
    form(&LANGUAGE_SERVER, "pgls-ignore-start", Reach::Start, false),
    form(&LANGUAGE_SERVER, "pgt-ignore-start", Reach::Start, false),
    form(&LANGUAGE_SERVER, "pgls-ignore", Reach::Statement, false),
    form(&LANGUAGE_SERVER, "pgt-ignore", Reach::Statement, false),
    // pgrubic docs/docs/linter.md. A bare `noqa` may as well be meant for a formatter.
    form(&PGRUBIC, "pgrubic: noqa", Reach::File, true),
    form(&PGRUBIC, "noqa", Reach::Statement, false),
    // atlas cmd/atlas/internal/migratelint/lint.go `nolintRules`
    form(&ATLAS, "atlas:nolint", Reach::Statement, true),
];

/// What ends a block of another tool.
const ENDS: &[&str] = &["safety-assured:end", "pgls-ignore-end", "pgt-ignore-end"];

/// Reads the comment of another tool; nothing if it is none, or concerns nothing that we look for.
pub(super) fn read(comment: &str) -> Option<Said> {
    if ENDS.iter().any(|end| after(comment, end).is_some()) {
        return Some(Said::End(Manners::Other));
    }
    let (form, rest) = FORMS.iter().find_map(|form| after(comment, form.opening).map(|rest| (form, rest)))?;
    let rest = rest.trim_start_matches([':', ' ', '\t']);
    let rest = rest.split("--").next().unwrap_or_default().trim();
    let rules = if rest.is_empty() { form.tool.everything(form.bare) } else { form.tool.named(rest) };
    let rules: Vec<String> = rules.into_iter().map(str::to_owned).collect();
    (!rules.is_empty()).then_some(Said::Allow { rules, reach: form.reach, manners: Manners::Other })
}

/// What follows an opening that is not only the beginning of a longer word.
fn after<'a>(comment: &'a str, opening: &str) -> Option<&'a str> {
    let (start, rest) = comment.split_at_checked(opening.len())?;
    let ends = !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '_');
    (start.eq_ignore_ascii_case(opening) && ends).then_some(rest)
}

impl Tool {
    fn everything(&self, wanted: bool) -> BTreeSet<&'static str> {
        self.rules.iter().filter(|_| wanted).flat_map(|(_, ours)| ours.iter().copied()).collect()
    }

    fn named(&self, list: &str) -> BTreeSet<&'static str> {
        let (pieces, words) = match self.parted {
            Parted::Never => (1, 1),
            Parted::Commas => (usize::MAX, 1),
            Parted::Blanks => (usize::MAX, usize::MAX),
        };
        let mut found = BTreeSet::new();
        for word in list.split(',').take(pieces).flat_map(|piece| piece.split_whitespace().take(words)) {
            // `lint/safety/banDropTable`
            let word = word.trim_end_matches(':').rsplit('/').next().unwrap_or_default();
            if self.all.contains(&word) {
                found.extend(self.everything(true));
            }
            let rules = self.rules.iter().filter(|(theirs, _)| theirs.eq_ignore_ascii_case(word));
            found.extend(rules.flat_map(|(_, ours)| ours.iter().copied()));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::rules::RULES;

    #[test]
    fn every_rule_that_another_tool_s_is_answered_by_exists() {
        for form in FORMS {
            for (theirs, ours) in form.tool.rules {
                assert!(!ours.is_empty(), "{theirs}");
                for id in *ours {
                    assert!(RULES.iter().any(|rule| rule.info.id == *id), "{theirs}: there is no rule {id}");
                }
            }
        }
    }

    fn allowed(comment: &str) -> Option<(Vec<String>, Reach)> {
        match read(comment)? {
            Said::Allow { rules, reach, manners: Manners::Other } => Some((rules, reach)),
            _ => None,
        }
    }

    #[test]
    fn each_tool_is_read_as_it_reads_itself() {
        let one = |id: &str, reach| Some((vec![id.to_owned()], reach));
        for (comment, expected) in [
            (
                "squawk-ignore ban-drop-column, prefer-identity -- not read any more",
                one("drop-column-without-backup", Reach::Statement),
            ),
            ("squawk-ignore-file renaming-table", one("rename-table", Reach::File)),
            ("squawk-ignore", None),
            ("squawk-ignore prefer-identity", None),
            ("squawk-ignored renaming-table", None),
            ("squawk-disable-assume-in-transaction", None),
            ("eugene: ignore E6", one("blocking-index-build", Reach::Statement)),
            (
                "pgsafe:ignore drop-column  the last part of the rename, truncate comes later",
                one("drop-column-without-backup", Reach::Statement),
            ),
            ("pgsafe:ignore drop-table rename", one("drop-table-without-backup", Reach::Statement)),
            ("pgfence-ignore: drop-table", one("drop-table-without-backup", Reach::Statement)),
            ("pgfence: ignore vacuum-full", one("table-rewrite", Reach::Statement)),
            ("MigrationPilot-disable mp001 MP004", one("blocking-index-build", Reach::Statement)),
            ("migrationpilot-disable-next-line MP010", one("rename-column", Reach::Statement)),
            ("migrationpilot-disable-file MP028", one("rename-table", Reach::File)),
            (
                "pgt-ignore lint/safety/banDropTable: empty",
                one("drop-table-without-backup", Reach::Statement),
            ),
            ("pgls-ignore-start lint/safety/renamingTable", one("rename-table", Reach::Start)),
            ("pgrubic: noqa: US022", one("rename-table", Reach::File)),
            ("noqa: US022", one("rename-table", Reach::Statement)),
            ("noqa", None),
            ("noqa: E501", None),
            ("atlas:nolint PG101", one("blocking-index-build", Reach::Statement)),
            ("atlas:nolint DS102", one("drop-table-without-backup", Reach::Statement)),
        ] {
            assert_eq!(allowed(comment), expected, "{comment}");
        }
        for comment in [
            "squawk-ignore-file",
            "eugene: ignore",
            "pgfence-ignore",
            "migrationpilot-disable",
            "safety-assured:start",
            "pgt-ignore-all lint",
            "pgls-ignore lint/safety",
            "pgrubic: noqa",
            "atlas:nolint",
        ] {
            assert!(allowed(comment).is_some_and(|(rules, _)| rules.len() > 5), "{comment}");
        }
        assert_eq!(read("safety-assured:end"), Some(Said::End(Manners::Other)));
    }
}
