//! Runs every row of the lock table on a server: each row becomes two migrations, one that makes the bed and one that
//! raises an exception if the server locks, reads, rewrites or fails otherwise than the row says.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use mig_check::finding::{Finding, Leg, Severity};
use mig_check::history::{
    Body, Certainty, Framework, Language, Migration, Project, Reference, Runner, Scope, Script, Statement,
    TransactionRule,
};
use mig_check::lint::Settings;
use mig_check::lint::locks::{BED, Effect, Lock, ROWS, Row, Shape, Touch, UNQUOTED, Work};
use mig_check::roundtrip::{Options, ServerChoice, run};
use mig_check::source::{SourceId, Sources, Span};

use super::bench::{Loaded, Written};
use super::roundtrip::Silent;

/// Remembers what a name meant before the statement, in a table of the same transaction.
const REMEMBER: &str = "CREATE TEMPORARY TABLE mig_check_seen ON COMMIT DROP AS \
    SELECT c.oid, c.relname, c.relfilenode, coalesce(seq_scan, 0) AS scans FROM pg_class c \
    LEFT JOIN pg_stat_xact_user_tables ON relid = c.oid WHERE relnamespace = 'public'::regnamespace";

/// The row's statements, and what raises an exception for everything that is not as the row says.
fn demonstration(row: &Row) -> Vec<String> {
    match row.effect {
        Effect::Locks(touches) => vec![REMEMBER.to_owned(), row.sql.to_owned(), examination(touches)],
        Effect::Fails(state) => vec![format!(
            "DO $$ BEGIN EXECUTE $row$ {} $row$; RAISE EXCEPTION 'row differs: it does not fail'; \
             EXCEPTION WHEN OTHERS THEN IF SQLSTATE <> '{state}' THEN RAISE; END IF; END $$",
            row.sql
        )],
    }
}

fn examination(touches: &[Touch]) -> String {
    let mut body = String::new();
    for touch in touches {
        let (relation, mode) = (touch.relation, touch.lock.mode());
        let work = match touch.work {
            Work::Brief => "brief",
            Work::Scan => "scan",
            Work::Rewrite => "rewrite",
        };
        let _ = write!(
            body,
            "SELECT mode INTO found FROM pg_locks JOIN mig_check_seen seen ON relation = seen.oid \
               WHERE pid = pg_backend_pid() AND seen.relname = '{relation}' \
               ORDER BY array_position(strength, mode) DESC LIMIT 1; \
             IF found IS DISTINCT FROM '{mode}' THEN \
               RAISE EXCEPTION 'row differs: {relation} is locked %, not {mode}', found; \
             END IF; \
             SELECT CASE WHEN now.relfilenode <> seen.relfilenode THEN 'rewrite' \
                         WHEN stat.seq_scan > seen.scans THEN 'scan' ELSE 'brief' END INTO found \
               FROM mig_check_seen seen LEFT JOIN pg_class now USING (oid) \
               LEFT JOIN pg_stat_xact_user_tables stat ON stat.relid = seen.oid \
               WHERE seen.relname = '{relation}'; \
             IF found IS DISTINCT FROM '{work}' THEN \
               RAISE EXCEPTION 'row differs: the work on {relation} is %, not {work}', found; \
             END IF; "
        );
    }
    format!(
        "DO $$ DECLARE found text; strength text[] := ARRAY['AccessShareLock', 'RowShareLock', \
         'RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', \
         'ExclusiveLock', 'AccessExclusiveLock']; BEGIN {body} END $$"
    )
}

/// A migration of several transactions.
fn migration(id: &str, parent: Option<&str>, transactions: Vec<Vec<String>>, file: SourceId) -> Migration {
    let span = Span::new(file, 0..0);
    let numbered = transactions.into_iter().zip(0..);
    let statements = numbered.flat_map(|(statements, number)| {
        statements.into_iter().map(move |sql| Statement {
            span,
            sql: sql.into(),
            stands_in: false,
            pasted: false,
            steps: Vec::new(),
            rows: None,
            transaction: Some(number),
            certainty: Certainty::Certain,
        })
    });
    Migration {
        id: id.to_owned(),
        message: String::new(),
        header: span,
        parents: parent.map(|id| Reference { id: id.to_owned(), span }).into_iter().collect(),
        depends_on: Vec::new(),
        branch_labels: Vec::new(),
        imports: Vec::new(),
        repeats: false,
        up: Script {
            span,
            body: Body::Works,
            wrapped: true,
            statements: statements.collect(),
            reliance: None,
        },
        down: None,
        comments: Vec::new(),
    }
}

/// The rows that hold for a version, each with the beds that it needs, many in one migration: a transaction each.
fn project(version: u16, file: SourceId) -> (Project, usize) {
    let fresh = ["DROP SCHEMA IF EXISTS public, app CASCADE", "CREATE SCHEMA public"];
    // One statement to the server: it is made anew for each row.
    let bed = fresh.iter().chain(BED).copied().collect::<Vec<&str>>().join(";\n");
    let holds = |row: &&&Row| (row.versions.0..=row.versions.1).contains(&version);
    let rows: Vec<&Row> = ROWS.iter().chain(UNQUOTED).collect();
    let rows: Vec<&&Row> = rows.iter().filter(holds).collect();
    let mut migrations: Vec<Migration> = Vec::new();
    for (number, chunk) in rows.chunks(8).enumerate() {
        let mut transactions: Vec<Vec<String>> = Vec::new();
        for row in chunk {
            transactions.push(vec![bed.clone()]);
            transactions.extend(row.before.iter().map(|sql| vec![(*sql).to_owned()]));
            transactions.push(demonstration(row));
        }
        let parent = migrations.last().map(|last| last.id.clone());
        migrations.push(migration(&format!("rows {number}"), parent.as_deref(), transactions, file));
    }
    let project = Project {
        root: "rows".to_owned(),
        framework: Framework {
            name: "sqlx",
            language: Language::Sql,
            no_transaction: None,
            downgrades: false,
            transaction: TransactionRule::PerMigration,
            version_table: "_sqlx_migrations",
        },
        version_table: None,
        told: Vec::new(),
        migrations,
        problems: Vec::new(),
        left_out: Vec::new(),
        session: Vec::new(),
        runner: Runner::Sql,
    };
    (project, rows.len())
}

/// What a server of a version does otherwise than the rows say.
fn disagreements(version: u16) -> Vec<String> {
    let mut sources = Sources::new();
    let file = sources.add("rows.sql", "");
    let (project, _) = project(version, file);
    let scope = Scope::all(&project);
    let options = Options { server: ServerChoice::Embedded, postgres: vec![version], ..Options::default() };
    let outcome = run(&[(&project, &scope)], &sources, &options, &Silent::default()).expect("a server");
    let wrong: Vec<String> = outcome
        .findings
        .iter()
        .filter(|finding| finding.rule.id.ends_with("upgrade-fails"))
        .map(|finding| {
            format!("PostgreSQL {version}, {:?}: {} {:?}", finding.migration, finding.message, finding.notes)
        })
        .chain(outcome.failures.iter().map(|failure| failure.what.clone()))
        .collect();
    if wrong.is_empty() {
        let up = outcome.cases.iter().filter(|case| case.leg == Some(Leg::Up) && case.skipped.is_none());
        assert_eq!(up.count(), project.migrations.len(), "PostgreSQL {version} ran every row");
    }
    wrong
}

#[test]
fn every_row_of_the_lock_table_is_what_servers_do() {
    // The program finds what fetches servers beside the tests' Python.
    super::versions::run("text", "12,13,14,15,16,17,18");
    let wrong: Vec<String> = (12..=18).flat_map(disagreements).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is done to a table in use while others wait for it: nothing if nobody waits.
#[derive(Debug, PartialEq)]
pub enum Outage {
    /// The server refuses the statement.
    Refused(String),
    /// Somebody waits, for as long as this takes.
    Waits(Work),
    /// Nobody waits.
    None,
}

/// Statements that only some rows make fail.
const FAIL_ON_ROWS: &[Shape] =
    &[Shape::EnumLabelMissing, Shape::TextTooLong, Shape::NumberTooLarge, Shape::BitsOfAnotherLength];

fn measured(row: &Row) -> Outage {
    match row.effect {
        // Whether rows fit is not known before they are read: what is sure is that the table is written anew.
        Effect::Fails(_) if FAIL_ON_ROWS.contains(&row.shape) => Outage::Waits(Work::Rewrite),
        Effect::Fails(state) => Outage::Refused(state.to_owned()),
        Effect::Locks(touches) => {
            // EXCLUSIVE is taken by REFRESH CONCURRENTLY alone, for which nobody but another one waits.
            let stops = |touch: &&Touch| touch.lock >= Lock::Share && touch.lock != Lock::Exclusive;
            // The new file of a table that is emptied, or of a sequence, takes no time.
            let brief = |touch: &Touch| row.sql.starts_with("TRUNCATE") || touch.relation == "numbers";
            let work = |touch: &Touch| if brief(touch) { Work::Brief } else { touch.work };
            touches.iter().filter(stops).map(work).max().map_or(Outage::None, Outage::Waits)
        }
    }
}

/// What lint says of the second migration of a project, for some versions.
pub fn predicted(loaded: &Loaded, versions: RangeInclusive<u16>) -> (Outage, Vec<Finding>) {
    let severities = [("missing-lock-timeout".to_owned(), Severity::Warning)].into();
    let settings = Settings { versions, severities, ..Settings::default() };
    let after = |project: &Project| Scope { checked: [1].into(), ..Scope::all(project) };
    let findings = loaded.findings(after, &settings);
    let notes: Vec<String> = findings
        .iter()
        .flat_map(|finding| {
            let waits = finding.rule.id == "missing-lock-timeout";
            finding.notes.iter().cloned().chain(waits.then(|| "Takes a lock".to_owned()))
        })
        .collect();
    let has = |text: &str| notes.iter().any(|note| note.contains(text));
    let state = notes.iter().find_map(|note| {
        let sure = !note.ends_with("only where such rows are");
        let (_, rest) = note.split_once("SQLSTATE ").filter(|_| sure)?;
        Some(rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>())
    });
    let outage = match state {
        Some(state) => Outage::Refused(state),
        None if has("written anew") => Outage::Waits(Work::Rewrite),
        None if has("the whole table is read") => Outage::Waits(Work::Scan),
        None if has("Takes ") || has("Also missing-lock-timeout") => Outage::Waits(Work::Brief),
        None => Outage::None,
    };
    (outage, findings)
}

#[test]
fn lint_predicts_what_servers_do() {
    let mut wrong = Vec::new();
    for row in ROWS.iter().chain(UNQUOTED) {
        let before = BED.iter().chain(row.before).fold(String::new(), |text, sql| text + sql + ";\n");
        let loaded = Loaded::new(Written::Sql, Some(&before), &format!("{};\n", row.sql));
        let (outage, findings) = predicted(&loaded, row.versions.0..=row.versions.1);
        if outage != measured(row) {
            wrong.push(format!("{}: {outage:?}, but servers do {:?}\n{findings:#?}", row.sql, measured(row)));
        }
    }
    assert!(wrong.is_empty(), "{} rows\n{}", wrong.len(), wrong.join("\n"));
}
