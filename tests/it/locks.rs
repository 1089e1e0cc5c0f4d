//! Runs every row of the lock table on a server: each row becomes two migrations, one that makes the bed and one that
//! raises an exception if the server locks, reads, rewrites or fails otherwise than the row says.

use std::fmt::Write as _;

use mig_check::finding::Leg;
use mig_check::history::{
    Body, Certainty, Framework, Language, Migration, Project, Reference, Runner, Scope, Script, Statement,
    TransactionRule,
};
use mig_check::lint::locks::{BED, Effect, ROWS, Row, Touch, Work};
use mig_check::roundtrip::{Options, run};
use mig_check::source::{SourceId, Sources, Span};

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

fn migration(id: &str, parent: Option<&str>, statements: Vec<String>, file: SourceId) -> Migration {
    let span = Span::new(file, 0..0);
    let statement = |sql| Statement {
        span,
        sql,
        steps: Vec::new(),
        rows: None,
        transaction: Some(0),
        certainty: Certainty::Certain,
    };
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
            statements: statements.into_iter().map(statement).collect(),
        },
        down: None,
        comments: Vec::new(),
    }
}

#[test]
fn every_row_of_the_lock_table_is_what_a_server_does() {
    let mut sources = Sources::new();
    let file = sources.add("rows.sql", "");
    let mut migrations: Vec<Migration> = Vec::new();
    for row in ROWS {
        let fresh = ["DROP SCHEMA IF EXISTS public CASCADE", "CREATE SCHEMA public"];
        let bed = fresh.iter().chain(BED).chain(row.before).map(ToString::to_string).collect();
        let name = format!("{:?}", row.shape);
        for (id, statements) in [(format!("bed of {name}"), bed), (name, demonstration(row))] {
            let parent = migrations.last().map(|last| last.id.clone());
            migrations.push(migration(&id, parent.as_deref(), statements, file));
        }
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
        migrations,
        problems: Vec::new(),
        left_out: Vec::new(),
        runner: Runner::Sql,
    };
    let scope = Scope::all(&project);
    let outcome =
        run(&[(&project, &scope)], &sources, &Options::default(), &Silent::default()).expect("a server");
    let wrong: Vec<String> = outcome
        .findings
        .iter()
        .filter(|finding| finding.rule.id.ends_with("upgrade-fails"))
        .map(|finding| format!("{:?}: {}", finding.migration, finding.message))
        .chain(outcome.failures.iter().map(|failure| failure.what.clone()))
        .collect();
    assert!(wrong.is_empty(), "{}\n{}", outcome.remarks.join("\n"), wrong.join("\n"));
    let up = outcome.cases.iter().filter(|case| case.leg == Some(Leg::Up) && case.skipped.is_none());
    assert_eq!(up.count(), 2 * ROWS.len(), "every row was run");
}
