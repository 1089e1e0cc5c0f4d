//! A join with a table that the migration has just filled, and no ANALYZE between.

use crate::lint::prelude::*;
use crate::lint::schema::Moment;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "joined-before-analyze",
        summary: "A table is made, filled and joined with another one, and the planner knows nothing of its rows",
        severity: Severity::Info,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("joined-before-analyze"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (new, other) = joined(context, context.operation)?;
    let before = context.earlier().any(|(_, operation)| {
        joined(context, operation).is_some_and(|(said, _)| context.schema.is_same(said, new))
    });
    if before {
        return None;
    }
    Some(
        Draft::new(format!(
            "The planner knows nothing of the rows of {new} yet, and guesses how to join them with {other}"
        ))
        .label(format!("{new} has no statistics"))
        .note("Autovacuum analyses a table some time after its transaction, and a temporary one never")
        .help(
            "Analyse the table when it is filled",
            Advice::new(context).run(Code::sql(format!("ANALYZE {new}"))).finish(),
        ),
    )
}

/// A table that this script has made and filled from a query, and one that an operation joins it with.
fn joined<'a>(context: &Context<'_>, operation: &'a Operation) -> Option<(&'a Name, &'a Name)> {
    let (target, reads) = match operation {
        Operation::Update { table, reads, .. } => (Some(table), reads),
        Operation::Insert { reads, .. } => (None, reads),
        Operation::CreateTable(create) => (None, create.filled_from.as_ref()?),
        _ => return None,
    };
    let guessed = |table: &&Name| {
        let known = context.schema.table(table);
        known.is_some_and(|known| {
            let here = |made: &Moment| {
                made.migration == context.now.migration && made.direction == context.now.direction
            };
            known.filled && !known.analyzed && known.created.as_ref().is_some_and(here)
        })
    };
    let new = reads.iter().find(guessed)?;
    let other = target.into_iter().chain(reads).find(|other| !context.schema.is_same(other, new))?;
    Some((new, other))
}
