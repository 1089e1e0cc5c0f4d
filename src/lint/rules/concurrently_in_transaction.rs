//! CONCURRENTLY inside a transaction, which PostgreSQL refuses.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "concurrently-in-transaction",
        summary: "A CONCURRENTLY statement runs inside a transaction, where PostgreSQL refuses it",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("concurrently-in-transaction"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    context.statement.transaction?;
    let (what, shape) = match context.operation {
        Operation::CreateIndex(create) if create.concurrently => {
            ("CREATE INDEX CONCURRENTLY", Shape::ConcurrentIndexInTransaction)
        }
        Operation::DropIndex { concurrently: true, .. } => {
            ("DROP INDEX CONCURRENTLY", Shape::DropConcurrentlyInTransaction)
        }
        Operation::Reindex { concurrently: true, .. } => {
            ("REINDEX CONCURRENTLY", Shape::ReindexConcurrentlyInTransaction)
        }
        Operation::DetachPartition { concurrently: true, .. } => {
            ("DETACH PARTITION CONCURRENTLY", Shape::DetachConcurrentlyInTransaction)
        }
        _ => return None,
    };
    let state = locks::failure_on(*context.settings.versions.end(), shape)?;
    let own = Code::both(
        context.statement.sql.clone(),
        advice::dedented(context.sources.text(context.statement.span)),
    );
    let framework = context.project.framework.name;
    let text = match (context.project.framework.language, context.project.framework.no_transaction) {
        (Language::Python, _) => "Open an autocommit block around it".to_owned(),
        (Language::Sql, Some(_)) => {
            format!("Take the migration out of {framework}'s transaction, with this statement alone in it")
        }
        (Language::Sql, None) => {
            "Leave this statement alone in its migration, without BEGIN and COMMIT".to_owned()
        }
    };
    Some(
        Draft::new(format!("{what} fails here, because it runs inside a transaction"))
            .label("runs inside a transaction")
            .refused(format!("{state}: {what} cannot run inside a transaction block"))
            .help(text, Advice::new(context).outside([own]).finish())
            .fix(fix::outside_transaction(context)),
    )
}
