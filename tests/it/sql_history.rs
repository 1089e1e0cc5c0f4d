//! The history of SQL files, for each way in which tools lay them out: what the base of a pull request has, versions
//! that stand twice, numbers that are left out, and ways back from nowhere.

use super::base::Repository;

/// How a tool keeps its migrations.
struct Style {
    tool: &'static str,
    /// What stands beside the migrations.
    beside: &'static [(&'static str, &'static str)],
    /// Paths of a migration, with `N` for its number and `NAME` for its name, and their texts with `NAME` for a table.
    files: &'static [(&'static str, &'static str)],
    /// Whether two names of one number are one version twice.
    by_number: bool,
}

const UP: &str = "CREATE TABLE NAME (id bigint PRIMARY KEY);\n";
const DOWN: &str = "DROP TABLE NAME;\n";

const fn style(
    tool: &'static str,
    beside: &'static [(&'static str, &'static str)],
    files: &'static [(&'static str, &'static str)],
) -> Style {
    Style { tool, beside, files, by_number: true }
}

const STYLES: &[Style] = &[
    style("pairs", &[], &[("m/N_NAME.up.sql", UP), ("m/N_NAME.down.sql", DOWN)]),
    style(
        "golang-migrate",
        &[("go.mod", "require github.com/golang-migrate/migrate/v4 v4.1.0\n")],
        &[("m/N_NAME.up.sql", UP), ("m/N_NAME.down.sql", DOWN)],
    ),
    style(
        "sqlx",
        &[("Cargo.toml", "[dependencies]\nsqlx = { version = '0.8', features = ['postgres', 'migrate'] }\n")],
        &[("migrations/N_NAME.sql", UP)],
    ),
    style("diesel", &[], &[("migrations/N_NAME/up.sql", UP), ("migrations/N_NAME/down.sql", DOWN)]),
    style(
        "goose",
        &[],
        &[(
            "m/N_NAME.sql",
            "-- +goose Up\nCREATE TABLE NAME (id bigint PRIMARY KEY);\n-- +goose Down\nDROP TABLE NAME;\n",
        )],
    ),
    style(
        "dbmate",
        &[],
        &[(
            "db/migrations/N_NAME.sql",
            "-- migrate:up\nCREATE TABLE NAME (id bigint PRIMARY KEY);\n-- migrate:down\nDROP TABLE NAME;\n",
        )],
    ),
    style(
        "Flyway",
        &[("sql/R__views.sql", "CREATE OR REPLACE VIEW one AS SELECT 1 AS one;\n")],
        &[("sql/VN__NAME.sql", UP), ("sql/UN__NAME.sql", DOWN)],
    ),
    Style { by_number: false, ..style("Prisma", &[], &[("prisma/migrations/2024N_NAME/migration.sql", UP)]) },
    style(
        "Refinery",
        &[("Cargo.toml", "[dependencies]\nrefinery = '0.8'\n")],
        &[("migrations/VN__NAME.sql", UP)],
    ),
    Style {
        by_number: false,
        ..style(
            "node-pg-migrate",
            &[("package.json", "{\"dependencies\": {\"node-pg-migrate\": \"7\"}}")],
            &[(
                "migrations/N_NAME.sql",
                "-- Up Migration\nCREATE TABLE NAME (id bigint PRIMARY KEY);\n-- Down Migration\nDROP TABLE NAME;\n",
            )],
        )
    },
    style(
        "Hasura",
        &[("config.yaml", "metadata_directory: metadata\n")],
        &[
            ("migrations/default/163834480000N_NAME/up.sql", UP),
            ("migrations/default/163834480000N_NAME/down.sql", DOWN),
        ],
    ),
    style(
        "popx",
        &[("go.mod", "require github.com/ory/x v0.0.1\n")],
        &[("migrations/N_NAME.up.sql", UP), ("migrations/N_NAME.down.sql", DOWN)],
    ),
    style(
        "Soda",
        &[("go.mod", "require github.com/gobuffalo/pop/v6 v6.1.0\n")],
        &[("migrations/N_NAME.up.sql", UP), ("migrations/N_NAME.down.sql", DOWN)],
    ),
    style("Supabase", &[], &[("supabase/migrations/2024N_NAME.sql", UP)]),
    style("Atlas", &[("migrations/atlas.sum", "")], &[("migrations/N_NAME.sql", UP)]),
    Style { by_number: false, ..style("numbered", &[], &[("db/migrations/N_NAME.sql", UP)]) },
];

impl Style {
    /// The files of one migration.
    fn migration(&self, number: u32, name: &str) -> Vec<(String, String)> {
        let filled = |text: &str| text.replace("NAME", name).replace('N', &number.to_string());
        self.files.iter().map(|(path, text)| (filled(path), text.replace("NAME", name))).collect()
    }

    /// A project with migrations 1 and 3.
    fn project(&self) -> Repository {
        let migrations = [self.migration(1, "a"), self.migration(3, "c")].concat();
        let files = migrations.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        let files: Vec<(&str, &str)> = self.beside.iter().copied().chain(files).collect();
        Repository::new(&files)
    }

    fn put(&self, repository: &Repository, number: u32, name: &str) {
        self.migration(number, name).iter().for_each(|(path, text)| repository.put(path, text));
    }
}

/// What is found about the history, and not about the statements.
fn found(repository: &Repository) -> Vec<String> {
    const OF_HISTORY: &[&str] = &[
        "deleted-migration",
        "duplicate-revision",
        "edited-migration",
        "hash-mismatch",
        "late-migration",
        "missing-migration",
        "orphan-downgrade",
        "skipped-migration",
        "version-taken-on-base",
    ];
    let mut found = repository.rules();
    found.retain(|rule| OF_HISTORY.contains(&rule.as_str()));
    found.dedup();
    found
}

#[test]
fn what_came_since_the_base_is_judged_alike_for_every_tool() {
    for style in STYLES {
        let repository = style.project();
        style.put(&repository, 4, "d");
        assert_eq!(
            found(&repository),
            Vec::<String>::new(),
            "{}: later, and a gap that nobody minds",
            style.tool
        );
        style.put(&repository, 2, "b");
        assert_eq!(found(&repository), ["late-migration"], "{}", style.tool);
        repository.git(&["clean", "--quiet", "-d", "--force"]);
        let (path, text) = &style.migration(3, "c")[0];
        repository.put(path, &text.replace("bigint", "uuid"));
        assert_eq!(found(&repository), ["edited-migration"], "{}", style.tool);
        style.migration(3, "c").iter().for_each(|(path, _)| repository.remove(path));
        assert_eq!(found(&repository), ["deleted-migration"], "{}", style.tool);
    }
}

#[test]
fn a_version_stands_twice_where_the_tool_knows_it_by_its_number() {
    for style in STYLES {
        let repository = style.project();
        style.put(&repository, 4, "d");
        style.put(&repository, 4, "e");
        let expected: &[&str] = if style.by_number { &["duplicate-revision"] } else { &[] };
        assert_eq!(found(&repository), expected, "{}", style.tool);
        let repository = style.project();
        style.put(&repository, 3, "b");
        let expected: &[&str] = if style.by_number { &["duplicate-revision"] } else { &["late-migration"] };
        assert_eq!(found(&repository), expected, "{}: before the one of the base", style.tool);
    }
}

#[test]
fn a_way_back_from_nowhere_never_runs() {
    for style in STYLES.iter().filter(|style| style.files.len() == 2) {
        let repository = style.project();
        let (path, text) = &style.migration(4, "d")[1];
        repository.put(path, text);
        assert_eq!(found(&repository), ["orphan-downgrade"], "{}", style.tool);
    }
}

#[test]
fn a_gap_matters_to_tern_alone() {
    let numbered = [("m/001_a.sql", UP), ("m/003_c.sql", UP)];
    let tern = Repository::new(&[&numbered[..], &[("m/tern.conf", "")]].concat());
    tern.put("m/004_d.sql", &UP.replace("NAME", "d"));
    tern.put("m/006_f.sql", &UP.replace("NAME", "f"));
    assert_eq!(found(&tern), ["missing-migration"]);
}

#[test]
fn lists_say_what_runs_and_when() {
    let entry = |name: &str, when: u32| format!("{{\"tag\": \"{name}\", \"when\": {when}}}");
    let journal = |entries: &[String]| format!("{{\"entries\": [{}]}}", entries.join(", "));
    let (a, c) = (entry("0000_a", 1), entry("0001_c", 3));
    let base = journal(&[a.clone(), c.clone()]);
    let drizzle = Repository::new(&[
        ("drizzle/meta/_journal.json", &base),
        ("drizzle/0000_a.sql", UP),
        ("drizzle/0001_c.sql", UP),
    ]);
    drizzle.put("drizzle/0002_b.sql", UP);
    assert_eq!(found(&drizzle), ["skipped-migration"], "it is not in the journal");
    drizzle.put("drizzle/meta/_journal.json", &journal(&[a.clone(), c.clone(), entry("0002_b", 2)]));
    assert_eq!(found(&drizzle), ["skipped-migration"], "its time is before that of another");
    drizzle.put("drizzle/meta/_journal.json", &journal(&[a, c, entry("0002_b", 4)]));
    assert_eq!(found(&drizzle), Vec::<String>::new());
    let sqitch = Repository::new(&[
        (
            "sqitch.plan",
            "%project=p\n\na 2024-01-01T00:00:00Z x <x@y> # a\nc 2024-01-03T00:00:00Z x <x@y> # c\n",
        ),
        ("deploy/a.sql", "CREATE TABLE a (id bigint PRIMARY KEY);\n"),
        ("revert/a.sql", "DROP TABLE a;\n"),
        ("deploy/c.sql", "CREATE TABLE c (id bigint PRIMARY KEY);\n"),
        ("revert/c.sql", "DROP TABLE c;\n"),
    ]);
    sqitch.put("deploy/b.sql", "CREATE TABLE b (id bigint PRIMARY KEY);\n");
    sqitch.put("revert/b.sql", "DROP TABLE b;\n");
    assert_eq!(found(&sqitch), ["skipped-migration"], "it is not in the plan");
    let plan = |lines: [&str; 3]| {
        format!(
            "%project=p\n\n{}\n",
            lines.map(|name| format!("{name} 2024-01-01T00:00:00Z x <x@y> # .")).join("\n")
        )
    };
    sqitch.put("sqitch.plan", &plan(["a", "b", "c"]));
    assert_eq!(found(&sqitch), ["late-migration"]);
    sqitch.put("sqitch.plan", &plan(["a", "c", "b"]));
    assert_eq!(found(&sqitch), Vec::<String>::new());
}
