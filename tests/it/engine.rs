//! What the lint engine does for all rules: it follows deploys and transactions, ranks the hazards of a statement, and
//! lets no allow comment hide more than it names.

use mig_check::history::{Project, Scope};

use super::bench::{self, Written, judge, judge_in, pending};

const ORDERS: &str = "CREATE TABLE orders (id bigint PRIMARY KEY, note text);\n";

#[test]
fn a_table_of_a_pending_migration_is_new_for_all_of_them() {
    let text =
        "CREATE TABLE lines (id bigint);\n-- next migration\nCREATE INDEX lines_id_idx ON lines (id);\n";
    assert_eq!(judge(Written::Sql, Some(ORDERS), text).ids(), ["blocking-index-build"]);
    assert_eq!(judge_in(Written::Sql, Some(ORDERS), text, pending).ids(), Vec::<&str>::new());
}

#[test]
fn findings_are_only_reported_for_migrations_in_scope() {
    let text = "CREATE INDEX a ON orders (note);\n-- next migration\nCREATE INDEX b ON orders (note);\n";
    let last = |project: &Project| Scope {
        checked: [project.migrations.len() - 1].into(),
        pending: false,
        base: None,
    };
    let judged = judge_in(Written::Sql, Some(ORDERS), text, last);
    assert_eq!(judged.findings.len(), 1);
    assert!(judged.findings[0].message.contains("index b"), "{}", judged.findings[0].message);
}

#[test]
fn alembic_runs_pending_revisions_in_one_transaction() {
    let text = "op.create_check_constraint('c', 'orders', 'id > 0', postgresql_not_valid=True)\n\
                # next migration\nop.execute('ALTER TABLE orders VALIDATE CONSTRAINT c')\n";
    assert_eq!(judge(Written::Python, Some(ORDERS), text).ids(), Vec::<&str>::new());
    let together = judge_in(Written::Python, Some(ORDERS), text, pending);
    assert_eq!(together.ids(), ["validate-in-same-transaction"]);
}

#[test]
fn a_lock_of_one_pending_revision_is_held_over_the_backfill_of_the_next() {
    let text = "op.add_column('orders', sa.Column('kind', sa.Text()))\n\
                # next migration\nop.execute(\"UPDATE orders SET kind = 'x' WHERE id > 9\")\n";
    assert_eq!(judge(Written::Python, Some(ORDERS), text).ids(), Vec::<&str>::new());
    assert_eq!(judge_in(Written::Python, Some(ORDERS), text, pending).ids(), ["backfill-under-lock"]);
}

#[test]
fn a_statement_has_one_primary_finding_and_its_other_hazards_are_notes() {
    let text = "ALTER TABLE orders ADD COLUMN a integer NOT NULL UNIQUE CHECK (a > 0);\n";
    let judged = judge(Written::Sql, Some(ORDERS), text);
    assert_eq!(judged.findings.len(), 1, "{:?}", judged.ids());
    let notes = judged.findings[0].notes.join("\n");
    let all = ["check-without-not-valid", "not-null-without-default", "unique-constraint-without-index"];
    let others = all.iter().filter(|id| **id != judged.findings[0].rule.id);
    for id in others {
        assert!(notes.contains(&format!("Also {id}: ")), "{id} is missing in {notes}");
    }
}

#[test]
fn an_allowed_hazard_hides_no_other_hazard_of_its_statement() {
    let text = "-- mig-check: allow(check-without-not-valid) small\n\
                ALTER TABLE orders ADD COLUMN a integer UNIQUE CHECK (a > 0);\n";
    assert_eq!(judge(Written::Sql, Some(ORDERS), text).ids(), ["unique-constraint-without-index"]);
}

#[test]
fn what_a_history_does_not_say_is_unknown_and_not_absent() {
    let text =
        "CREATE INDEX a ON never_created (id);\nALTER TABLE never_created ALTER COLUMN b SET NOT NULL;\n";
    assert_eq!(judge(Written::Sql, None, text).ids(), ["blocking-index-build", "set-not-null-scan"]);
}

#[test]
fn schemas_keep_tables_of_one_name_apart() {
    let text = "CREATE TABLE app.orders (id bigint);\nCREATE INDEX a ON orders (note);\nCREATE INDEX b ON app.orders (id);\n";
    let judged = judge(Written::Sql, Some(ORDERS), text);
    assert_eq!(judged.ids(), ["blocking-index-build"]);
    let text =
        "SET search_path TO app;\nCREATE TABLE orders (id bigint);\nCREATE INDEX a ON app.orders (id);\n";
    assert_eq!(judge(Written::Sql, Some(ORDERS), text).ids(), Vec::<&str>::new());
}

#[test]
fn hazards_in_do_blocks_are_found() {
    let text = "DO $$ BEGIN CREATE INDEX a ON orders (note); END $$;\n";
    assert_eq!(judge(Written::Sql, Some(ORDERS), text).ids(), ["blocking-index-build"]);
}

#[test]
fn a_statement_under_a_condition_is_said_to_run_perhaps() {
    let text = "import os\nif os.environ.get('X'):\n    op.create_index('a', 'orders', ['note'])\n";
    let judged = judge(Written::Python, Some(ORDERS), text);
    assert_eq!(judged.ids(), ["blocking-index-build"]);
    assert!(judged.findings[0].message.ends_with("(it may not run)"), "{}", judged.findings[0].message);
}

#[test]
fn a_branch_of_a_do_block_is_said_to_run_perhaps() {
    let block = |body: &str| format!("DO $$ BEGIN {body} END $$;\n");
    let branch = block("IF now() > 'today' THEN CREATE INDEX i ON orders (note); END IF;");
    let judged = judge(Written::Sql, Some(ORDERS), &branch);
    assert_eq!(judged.ids(), ["blocking-index-build"]);
    assert!(judged.findings[0].message.ends_with("(it may not run)"), "{}", judged.findings[0].message);
    let note = "This statement runs only if `now() > 'today'` is true";
    assert!(judged.findings[0].notes.iter().any(|it| it == note), "{:?}", judged.findings[0].notes);
    let guarded =
        block("IF NOT EXISTS (SELECT FROM pg_indexes) THEN CREATE INDEX i ON orders (note); END IF;");
    let judged = judge(Written::Sql, Some(ORDERS), &guarded);
    assert_eq!(judged.ids(), ["blocking-index-build"]);
    assert!(!judged.findings[0].message.contains("may not run"), "{}", judged.findings[0].message);
}

#[test]
fn a_function_does_its_work_where_it_is_called() {
    let create = "CREATE FUNCTION app.build() RETURNS void LANGUAGE plpgsql AS $$ BEGIN \
                  CREATE INDEX i ON orders (note); PERFORM app.build(); END $$;\n";
    assert_eq!(judge(Written::Sql, Some(ORDERS), create).ids(), Vec::<&str>::new());
    for call in ["SELECT app.build();", "DO $$ BEGIN PERFORM app.build(); END $$;"] {
        let judged = judge(Written::Sql, Some(ORDERS), &format!("{create}-- next migration\n{call}\n"));
        assert_eq!(judged.ids(), ["blocking-index-build"], "{call}");
    }
    let dropped = format!("{create}DROP FUNCTION app.build;\n-- next migration\nSELECT app.build();\n");
    assert_eq!(judge(Written::Sql, Some(ORDERS), &dropped).ids(), Vec::<&str>::new());
}

#[test]
fn a_table_that_an_unread_statement_creates_is_taken_for_new() {
    let text = "import os\nop.create_table('lines', sa.Column('id', sa.Integer(), server_default=os.environ['X']))\n\
                op.create_index('a', 'lines', ['id'])\n";
    assert_eq!(judge(Written::Python, Some(ORDERS), text).ids(), ["opaque-step"]);
}

#[test]
fn files_that_cannot_be_read_are_findings_and_cost_only_themselves() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &[u8]| std::fs::write(folder.path().join(name), text).expect("written");
    write("0001_orders.up.sql", b"CREATE TABLE orders (id bigint, note text);");
    write("0001_orders.down.sql", b"DROP TABLE orders;");
    write("0002_bytes.up.sql", b"ALTER TABLE orders ADD COLUMN a text DEFAULT '\xff';");
    write("0002_bytes.down.sql", b"ALTER TABLE orders DROP COLUMN a;");
    write("0003_alone.down.sql", b"SELECT 1;");
    write("0004_index.up.sql", b"CREATE INDEX i ON orders (note);");
    write("0004_index.down.sql", b"DROP INDEX i;");
    let mut ids = bench::read(folder.path(), Scope::all).ids();
    ids.sort_unstable();
    assert_eq!(ids, ["blocking-index-build", "orphan-downgrade", "unreadable-file"]);
}

#[test]
fn the_bench_parts_texts_into_migrations() {
    assert_eq!(bench::sections("a\n-- next migration\nb\n"), ["a\n", "b\n"]);
}

#[test]
fn a_script_of_another_database_is_one_finding() {
    let mysql = "CREATE TABLE `t` (`a` int(11));\nDROP TABLE `u`;\nUPDATE `v` SET a = 1;\nDROP TABLE `w`;\n";
    let judged = judge(Written::Sql, None, mysql);
    assert_eq!(judged.ids(), ["syntax-error"]);
    let note = "PostgreSQL can read 0 of the 4 statements here: is this meant for another database?";
    assert_eq!(judged.findings[0].notes, [note]);
    let mixed = "DROP TABL a;\nSELECT 1;\nDROP TABL b;\nSELECT 1;\n";
    assert_eq!(judge(Written::Sql, None, mixed).ids(), ["syntax-error", "syntax-error"]);
}
