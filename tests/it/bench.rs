//! A bench for rules: turns a few lines of SQL or Python into a project on disk, reads it as the program would, and
//! judges it.
//!
//! A text is one or more migrations, parted by a line `-- next migration` (`# next migration`). In SQL a line
//! `-- down` begins the downgrade (`-- down: missing` says that there is none), and `-- no-transaction` as first line
//! takes a direction out of its transaction. In Python a text without `def upgrade` is the body of one. What a test
//! does not care for, ids and downgrades, is made up.

use std::fmt::Write as _;
use std::path::Path;

use mig_check::finding::{Evidence, Finding, Report};
use mig_check::frontend;
use mig_check::history::{Project, Scope};
use mig_check::lint::{self, Settings, suppression};
use mig_check::report;
use mig_check::source::Sources;

use super::registry::all_rules;

/// The language that a text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    Sql,
    Python,
}

/// A text after judgement.
pub struct Judged {
    /// The folder, which is another in each run.
    root: String,
    pub sources: Sources,
    pub findings: Vec<Finding>,
}

impl Judged {
    /// Rule ids of all findings.
    pub fn ids(&self) -> Vec<&'static str> {
        self.findings.iter().map(|finding| finding.rule.id).collect()
    }

    /// The text report, without the count at its end.
    pub fn text(self) -> String {
        let mut out = Vec::new();
        let report = Report::new(self.sources, self.findings, Vec::new());
        report::text::write(&report, &mut out).expect("a vector can be written to");
        let text = String::from_utf8(out).expect("reports are UTF-8");
        let text = text.replace(&self.root, "");
        text.rsplit_once("\n\n").map(|(findings, _)| format!("{findings}\n")).unwrap_or_default()
    }
}

/// Judges a text, after a migration of plain SQL that makes what it needs.
pub fn judge(written: Written, before: Option<&str>, text: &str) -> Judged {
    judge_in(written, before, text, Scope::all)
}

/// Judges a text as somebody wishes.
pub fn judge_with(
    written: Written,
    before: Option<&str>,
    text: &str,
    scope: impl Fn(&Project) -> Scope,
    settings: &Settings,
) -> Judged {
    let folder = laid_out(written, before, text);
    read_with(folder.path(), scope, settings)
}

/// All migrations but the first are pending together.
pub fn pending(project: &Project) -> Scope {
    Scope { checked: (1..project.migrations.len()).collect(), pending: true, base: None }
}

/// Judges the migrations of a text that a scope asks for.
pub fn judge_in(
    written: Written,
    before: Option<&str>,
    text: &str,
    scope: impl Fn(&Project) -> Scope,
) -> Judged {
    let folder = laid_out(written, before, text);
    read(folder.path(), scope)
}

/// The project of a text, as it is read.
pub fn project(written: Written, before: Option<&str>, text: &str) -> Project {
    let folder = laid_out(written, before, text);
    let projects = frontend::load(folder.path(), &mut Sources::new());
    projects.expect("the bench writes readable projects").remove(0)
}

/// Writes the migrations of a text into a folder of their own.
fn laid_out(written: Written, before: Option<&str>, text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut migrations: Vec<String> = Vec::new();
    if let Some(before) = before {
        migrations.push(match written {
            Written::Sql => before.to_owned(),
            Written::Python => {
                format!("revision = \"before\"\ndown_revision = None\n\n\ndef upgrade():\n    op.execute(\"\"\"\n{before}\n\"\"\")\n")
            }
        });
    }
    migrations.extend(sections(text));
    match written {
        Written::Sql => write_sql(folder.path(), &migrations),
        Written::Python => write_alembic(folder.path(), &migrations),
    }
    folder
}

/// Judges what lies in a folder.
pub fn read(folder: &Path, scope: impl Fn(&Project) -> Scope) -> Judged {
    read_with(folder, scope, &Settings::default())
}

/// Judges what lies in a folder as somebody wishes.
pub fn read_with(folder: &Path, scope: impl Fn(&Project) -> Scope, settings: &Settings) -> Judged {
    Loaded::read(folder).judged(scope, settings)
}

/// What lay in a folder, to be judged once or more often.
pub struct Loaded {
    root: String,
    sources: Sources,
    projects: Vec<Project>,
}

impl Loaded {
    /// Reads a text, after a migration of plain SQL that makes what it needs.
    pub fn new(written: Written, before: Option<&str>, text: &str) -> Self {
        Self::read(laid_out(written, before, text).path())
    }

    fn read(folder: &Path) -> Self {
        let mut sources = Sources::new();
        let projects = frontend::load(folder, &mut sources).expect("the bench writes readable projects");
        Self { root: format!("{}/", folder.display()), sources, projects }
    }

    /// What is found, as somebody wishes.
    pub fn findings(&self, scope: impl Fn(&Project) -> Scope, settings: &Settings) -> Vec<Finding> {
        let known = all_rules();
        let mut findings = Vec::new();
        for project in &self.projects {
            let scope = scope(project);
            let found = lint::check(project, &self.sources, &scope, settings);
            let ran =
                suppression::Ran { known: &known, evidence: &[Evidence::Lint], scope: &scope, settings };
            findings.extend(suppression::apply(found, project, &self.sources, ran).findings);
        }
        findings
    }

    /// The same, with the texts that it is about.
    pub fn judged(self, scope: impl Fn(&Project) -> Scope, settings: &Settings) -> Judged {
        let findings = self.findings(scope, settings);
        Judged { root: self.root, sources: self.sources, findings }
    }
}

/// The migrations of a text.
pub fn sections(text: &str) -> Vec<String> {
    let mut sections = vec![String::new()];
    for line in text.lines() {
        if line.trim_start_matches(['-', '#', ' ']).starts_with("next migration") {
            sections.push(String::new());
        } else if let Some(last) = sections.last_mut() {
            last.push_str(line);
            last.push('\n');
        }
    }
    sections
}

/// One dbmate file a migration: both directions in one file, and a marker for each.
fn write_sql(folder: &Path, migrations: &[String]) {
    let folder = folder.join("db").join("migrations");
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    for (index, migration) in migrations.iter().enumerate() {
        let (up, down) = match migration.split_once("-- down\n") {
            Some((up, down)) => (up, Some(down)),
            None => match migration.split_once("-- down: missing\n") {
                Some((up, _)) => (up, None),
                None => (migration.as_str(), Some("SELECT 1;\n")),
            },
        };
        let part = |name: &str, text: &str| match text.strip_prefix("-- no-transaction\n") {
            Some(rest) => format!("-- migrate:{name} transaction:false\n{rest}"),
            None => format!("-- migrate:{name}\n{text}"),
        };
        let mut file = part("up", up);
        if let Some(down) = down {
            file.push_str(&part("down", down));
        }
        std::fs::write(folder.join(format!("2024010100000{index}_m.sql")), file)
            .expect("a file can be written");
    }
}

fn write_alembic(folder: &Path, migrations: &[String]) {
    let versions = folder.join("migrations").join("versions");
    std::fs::create_dir_all(&versions).expect("a folder can be made");
    let config = "[alembic]\nscript_location = migrations\n";
    std::fs::write(folder.join("alembic.ini"), config).expect("a file can be written");
    let env =
        "from alembic import context\n\nwith context.begin_transaction():\n    context.run_migrations()\n";
    std::fs::write(folder.join("migrations").join("env.py"), env).expect("a file can be written");
    let mut parent = "None".to_owned();
    for (index, migration) in migrations.iter().enumerate() {
        // A docstring of its own, or one that keeps the lines where they are.
        let (docstring, migration) = match migration.split_once('\n') {
            Some((first, rest)) if first.starts_with("\"\"\"") => (first, rest),
            _ => ("\"\"\"Change the shop.\"\"\"", migration.as_str()),
        };
        let mut file = format!("{docstring}; import sqlalchemy as sa\nfrom alembic import op\n\n");
        if migration.contains("revision = ") {
            file.push_str(migration);
            parent = "\"before\"".to_owned();
        } else {
            let _ = write!(file, "revision = \"m{index}\"\ndown_revision = {parent}\n\n\n");
            parent = format!("\"m{index}\"");
            if migration.contains("def upgrade") {
                file.push_str(migration);
            } else {
                file.push_str("def upgrade():\n");
                for line in migration.lines() {
                    let indent = if line.is_empty() { "" } else { "    " };
                    let _ = writeln!(file, "{indent}{line}");
                }
            }
        }
        if !migration.contains("def downgrade") && !migration.contains("# no downgrade") {
            file.push_str("\n\ndef downgrade():\n    op.execute(\"SELECT 1\")\n");
        }
        std::fs::write(versions.join(format!("{index}_m.py")), file).expect("a file can be written");
    }
}
