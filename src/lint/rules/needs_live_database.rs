//! A migration that `alembic upgrade --sql` cannot print.

use crate::history::{Reliance, Script};
use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "needs-live-database",
        summary: "A migration reads from the database while it runs, so its SQL cannot be printed for review",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("needs-live-database"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let directions = ["upgrade", "downgrade"];
    let scripts = context.migration.scripts().zip(directions);
    scripts.filter_map(|(script, direction)| unprinted(script, direction)).collect()
}

fn unprinted(script: &Script, direction: &str) -> Option<Draft> {
    let (span, reliance) = script.reliance.as_ref()?;
    let draft = match reliance {
        Reliance::Fails(why) => Draft::new(format!("`alembic {direction} --sql` stops here, because {why}"))
            .label("needs a database")
            .note("Whoever reviews or runs the printed SQL gets nothing of this migration and of those after it")
            .help(
                "Say it in SQL alone (INSERT … SELECT, IF EXISTS, a DO block), or ask first whether there is a database",
                "if context.is_offline_mode():\n    raise RuntimeError(\"This revision reads rows: run it with a database\")",
            ),
        Reliance::LosesValues => {
            Draft::new(format!("`alembic {direction} --sql` prints this statement without its values"))
                .label("the values stand beside it")
                .note("Where env.py sets literal_binds, as Alembic's own does, each value is printed as NULL")
                .help(
                    "Bind the values to the statement itself",
                    "connection.execute(sa.text(\"… = :value\").bindparams(value=…))",
                )
        }
    };
    Some(draft.at(*span))
}
