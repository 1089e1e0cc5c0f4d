//! Runs the examples of every rule's page: each bad block is found by its rule, each good block is clean under all
//! rules of the strict preset. Of a block that is bad `together` all migrations but the first are pending.

use mig_check::finding::{Evidence, Preset};
use mig_check::history::Scope;
use mig_check::lint::Settings;

use super::bench::{self, Written};
use super::registry::all_rules;

/// Rules whose fault cannot be shown as text in a page: they are in the tests of the
/// front ends, of the base and of the lock table.
pub const WITHOUT_EXAMPLES: &[&str] = &[
    "against-convention",
    "deleted-migration",
    "edited-migration",
    "hash-mismatch",
    "late-migration",
    "missing-migration",
    "needs-newer-postgresql",
    "orphan-downgrade",
    "second-head-after-merge",
    "skipped-migration",
    "unreadable-file",
    "version-taken-on-base",
];

/// An example of a page.
pub struct Block {
    /// Its language.
    pub written: Written,
    /// `before`, `bad`, `bad together`, `good`.
    pub kind: String,
    /// Why no server of the tests can run it, which stands in brackets after the kind.
    pub not_run: Option<String>,
    /// What it holds.
    pub text: String,
}

/// What a page's examples presuppose.
pub fn before(blocks: &[Block]) -> Option<&str> {
    blocks.iter().find(|block| block.kind == "before").map(|block| block.text.as_str())
}

/// Fenced blocks whose info string says what they are.
pub fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let text: String =
            lines.by_ref().take_while(|line| *line != "```").map(|l| format!("{l}\n")).collect();
        let (language, kind) = info.split_once(' ').unwrap_or((info, ""));
        let written = match language {
            "sql" => Written::Sql,
            "python" => Written::Python,
            _ => continue,
        };
        let (kind, not_run) = match kind.split_once(" (not run: ") {
            Some((kind, reason)) => (kind, Some(reason.trim_end_matches(')').to_owned())),
            None => (kind, None),
        };
        blocks.push(Block { written, kind: kind.to_owned(), not_run, text });
    }
    blocks
}

#[test]
fn every_bad_example_is_found_and_every_good_one_is_clean_under_all_strict_rules() {
    let mut wrong = Vec::new();
    for rule in all_rules().into_iter().filter(|rule| rule.evidence == Evidence::Lint) {
        let blocks = blocks(rule.page);
        let before = before(&blocks);
        let settings = Settings {
            preset: Preset::Strict,
            severities: [(rule.id.to_owned(), rule.severity)].into(),
            ..Settings::default()
        };
        let count = |kind: &str| blocks.iter().filter(|block| block.kind == kind).count();
        if !WITHOUT_EXAMPLES.contains(&rule.id)
            && (count("bad") + count("bad together") == 0 || count("good") == 0)
        {
            wrong.push(format!("{}: has no examples", rule.id));
        }
        for block in &blocks {
            let judged = match block.kind.as_str() {
                "bad" | "good" => {
                    bench::judge_with(block.written, before, &block.text, Scope::all, &settings)
                }
                "bad together" => {
                    bench::judge_with(block.written, before, &block.text, bench::pending, &settings)
                }
                _ => continue,
            };
            let ids = judged.ids();
            let noted = format!("Also {}: ", rule.id);
            let mut notes = judged.findings.iter().flat_map(|finding| &finding.notes);
            let found = ids.contains(&rule.id) || notes.any(|note| note.starts_with(&noted));
            let fine = if block.kind.starts_with("bad") { found } else { ids.is_empty() };
            if !fine {
                let (kind, text) = (&block.kind, &block.text);
                wrong.push(format!("{}: {kind} example\n{text}found {ids:?}\n{}", rule.id, judged.text()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
