//! Holds what lint predicts to 230 statements that were measured on PostgreSQL 12 to 18, one by one and version by
//! version. `measured/bed.sql` makes their tables, `measured/cases.sql` holds them, each with the measurement;
//! `tests/referee/measured_locks.py` measures them anew.
//!
//! Compared are: that the server refuses the statement, and with which SQLSTATE; whether reads or writes have to wait for
//! it; whether a table is read or written anew meanwhile; and each lock that a message names, on that table.
//!
//! Not compared are: locks for which no read and no write waits, when no message names them, since lint is silent of
//! them by design; which of several tables a message without a lock's name means; how often a table is read, and which
//! of its indexes get a new file; and the lock on what is gone afterwards, unless that is a table.

use std::fmt::Write as _;

use mig_check::lint::locks::{Lock, Work};

use super::bench::{Loaded, Written};
use super::locks::{Outage, predicted};

const BED: &str = include_str!("measured/bed.sql");
const CASES: &str = include_str!("measured/cases.sql");

/// One statement and what servers do with it.
struct Case<'a> {
    name: &'a str,
    /// First and last major version, and the effect: `t:AX+SCAN1 p:SRX`, or `ERR` and a SQLSTATE.
    effects: Vec<(u16, u16, &'a str)>,
    /// Why lint is known to say otherwise, and what.
    aside: Option<&'a str>,
    before: String,
    sql: String,
}

fn cases() -> Vec<Case<'static>> {
    let paragraphs = CASES.trim().split("\n\n");
    paragraphs
        .map(|paragraph| {
            let mut lines = paragraph.lines();
            let comment = |line: &'static str| line.strip_prefix("-- ");
            let name = lines.next().and_then(comment).expect("a name");
            let mut case =
                Case { name, effects: Vec::new(), aside: None, before: String::new(), sql: String::new() };
            for line in lines {
                match comment(line).map(|text| text.split_once(": ").unwrap_or((text, ""))) {
                    Some(("then", "")) => case.before = std::mem::take(&mut case.sql),
                    Some(("aside", reason)) => case.aside = Some(reason),
                    Some((versions, effect)) => {
                        let (first, last) = versions.split_once('-').expect("first and last version");
                        let number = |text: &str| text.parse().expect("a version");
                        case.effects.push((number(first), number(last), effect));
                    }
                    None => case.sql = case.sql + line + "\n",
                }
            }
            case
        })
        .collect()
}

const SHORT: [(&str, Lock); 8] = [
    ("AS", Lock::AccessShare),
    ("RS", Lock::RowShare),
    ("RX", Lock::RowExclusive),
    ("SUX", Lock::ShareUpdateExclusive),
    ("S", Lock::Share),
    ("SRX", Lock::ShareRowExclusive),
    ("X", Lock::Exclusive),
    ("AX", Lock::AccessExclusive),
];

/// What was measured on one relation: its lock, if any, and the words behind it.
fn touches(effect: &'static str) -> impl Iterator<Item = (&'static str, Option<Lock>, Vec<&'static str>)> {
    effect.split(' ').filter_map(|word| word.split_once(':')).map(|(relation, rest)| {
        let mut words = rest.split('+');
        let short = words.next().unwrap_or_default();
        let lock = SHORT.iter().find(|(name, _)| *name == short).map(|(_, lock)| *lock);
        (relation, lock, words.collect())
    })
}

fn measured(case: &Case<'static>, effect: &'static str) -> Outage {
    if let Some(error) = effect.strip_prefix("ERR ") {
        return Outage::Refused(error.chars().take_while(char::is_ascii_alphanumeric).collect());
    }
    let is_table =
        |name: &str| [BED, &case.before].iter().any(|text| text.contains(&format!("TABLE {name} (")));
    let outages = touches(effect).filter_map(|(relation, lock, words)| {
        // For EXCLUSIVE, which REFRESH CONCURRENTLY takes, no read and no write of a view waits.
        let stops = lock.is_some_and(|lock| lock >= Lock::Share && lock != Lock::Exclusive);
        let gone = words.contains(&"GONE") && !is_table(relation);
        // The new file of a table that is emptied, or of a sequence, takes no time.
        let empty = case.sql.starts_with("TRUNCATE") || case.sql.starts_with("ALTER SEQUENCE");
        let work = match () {
            () if empty => Work::Brief,
            () if words.contains(&"REWRITE") => Work::Rewrite,
            () if words.iter().any(|word| word.starts_with("SCAN")) => Work::Scan,
            () => Work::Brief,
        };
        (stops && !gone).then_some(work)
    });
    outages.max().map_or(Outage::None, Outage::Waits)
}

/// The locks that a text names, each with its table: `Takes SHARE ROW EXCLUSIVE on t and p: …`. Other words than the
/// tables of the case are not names: `… on every table that …`.
fn named(text: &str, is_table: impl Fn(&str) -> bool) -> Vec<(Lock, String)> {
    let mut locks: Vec<Lock> = SHORT.iter().map(|(_, lock)| *lock).collect();
    // The longest name first: `SHARE ROW EXCLUSIVE` ends as `EXCLUSIVE` does.
    locks.sort_by_key(|lock| std::cmp::Reverse(lock.name().len()));
    let marked = locks.iter().fold(text.to_owned(), |text, lock| {
        text.replace(&format!("{} on ", lock.name()), &format!("@{} ", lock.mode()))
    });
    let mut found = Vec::new();
    let mut current = None;
    for word in marked.split_whitespace() {
        let name = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        current = match (word.strip_prefix('@'), current) {
            (Some(mode), _) => locks.iter().find(|lock| lock.mode() == mode).copied(),
            (None, Some(lock)) if is_table(name) => {
                found.push((lock, name.to_owned()));
                current.filter(|_| name == word)
            }
            (None, lock) => lock.filter(|_| word == "and"),
        };
    }
    found
}

/// Where lint says otherwise than what was measured on a version.
fn difference(case: &Case<'static>, loaded: &Loaded, version: u16, effect: &'static str) -> Option<String> {
    let (outage, findings) = predicted(loaded, version..=version);
    let measured = measured(case, effect);
    let mut text = String::new();
    if outage != measured {
        let _ = writeln!(text, "predicted {outage:?}, measured {measured:?}");
    }
    let is_table = |name: &str| {
        let words = [BED, &case.before, &case.sql]
            .map(|text| text.split(|c: char| !(c.is_alphanumeric() || c == '_')));
        words.into_iter().flatten().any(|word| word == name)
    };
    let said = findings.iter().flat_map(|finding| finding.notes.iter().chain([&finding.message]));
    for (lock, table) in said.flat_map(|said| named(said, is_table)) {
        let is = touches(effect).find(|(relation, ..)| *relation == table).and_then(|(_, lock, _)| lock);
        if is != Some(lock) && !matches!(measured, Outage::Refused(_)) {
            let _ = writeln!(
                text,
                "a message says {} on {table}, measured {:?}",
                lock.name(),
                is.map(Lock::name)
            );
        }
    }
    (!text.is_empty()).then(|| format!("PostgreSQL {version}, {}: {effect}\n{text}{findings:#?}", case.name))
}

#[test]
fn lint_predicts_what_was_measured() {
    let mut wrong = Vec::new();
    let cases = cases();
    for case in &cases {
        let versions =
            case.effects.iter().flat_map(|(first, last, effect)| (*first..=*last).map(move |v| (v, *effect)));
        let versions: Vec<(u16, &'static str)> = versions.collect();
        assert!(
            versions.iter().map(|(version, _)| *version).eq(12..=18),
            "{} is told of each version",
            case.name
        );
        let loaded = Loaded::new(Written::Sql, Some(&format!("{BED}{}", case.before)), &case.sql);
        let differences: Vec<String> = versions
            .iter()
            .filter_map(|(version, effect)| difference(case, &loaded, *version, effect))
            .collect();
        match case.aside {
            Some(reason) if differences.is_empty() => {
                wrong.push(format!("{} agrees, and is set aside for nothing: {reason}", case.name));
            }
            Some(_) => {}
            None => wrong.extend(differences),
        }
    }
    assert_eq!(cases.len(), 230, "every case");
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
}
