//! ALTER COLUMN TYPE that touches every row.

use crate::lint::prelude::*;
use crate::lint::stepwise;
use crate::lint::types::{self, Change};

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "type-change-rewrite",
        summary: "A column's type changes in a way that rewrites or reads the whole table under the strongest lock",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("type-change-rewrite"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::AlterColumnType { table, column, to, using } = context.operation else { return None };
    if context.is_new(table) {
        return None;
    }
    let known = context.schema.table(table);
    let from = known.and_then(|known| known.column(column)).and_then(|known| known.data_type.as_ref());
    let computes = using.as_ref().is_some_and(|using| !types::only_casts(using, column));
    let change = match from {
        _ if computes => Some(Change::Rewrite),
        Some(from) if *from == **to => return None,
        Some(from) => Some(context.schema.type_change(from, to)),
        None => None,
    };
    let in_utc = context
        .schema
        .session()
        .setting("timezone", context.now.transaction)
        .is_some_and(|zone| zone.eq_ignore_ascii_case("utc"));
    let change =
        change.map(|change| if change == Change::BriefInUtc && in_utc { Change::Brief } else { change });
    let checked = known.is_some_and(|known| {
        known.constraints_on(column).any(|constraint| matches!(constraint.kind, ConstraintKind::Check(_)))
    });
    let sorts_anew = from.is_some_and(|from| from.collation != to.collation)
        && context.schema.indexes_of(table).any(|(_, index)| index.columns.contains(column));
    let (shown, name) = (table.to_string(), quote(column));
    let (does, shape) = match change {
        Some(Change::Rewrite) => ("rewrites all of", Shape::TypeRewrite),
        Some(Change::BriefInUtc) => ("rewrites, unless the session is in UTC, all of", Shape::TypeRewrite),
        None => ("may rewrite all of", Shape::TypeRewrite),
        Some(Change::Brief) if checked => ("checks all of", Shape::TypeCheckScan),
        Some(Change::Brief) if sorts_anew => {
            ("rebuilds the indexes on it by reading all of", Shape::TypeCollationOfIndex)
        }
        Some(Change::Brief) => return None,
    };
    let of = from.map(|from| format!(" from {from}")).unwrap_or_default();
    let mut draft =
        Draft::new(format!("Changing {name}{of} to {to} {does} {shown} while every query on it waits"))
            .stops(table)
            .label(format!("{shown} is locked"))
            .note(locks::sentence(shape, &[("t", &shown)]));
    if change.is_none() {
        draft = draft.note(
            "The history does not say which type it has now; widening a varchar, for one, rewrites nothing",
        );
    }
    if shape == Shape::TypeCheckScan {
        let text = format!(
            "Drop the check on {name}, change the type, add the check again NOT VALID, and validate it in the next migration"
        );
        let checks = known.into_iter().flat_map(|known| known.constraints_on(column));
        return Some(draft.help(text, stepwise::without_checks(context, table, checks)));
    }
    if shape == Shape::TypeCollationOfIndex {
        draft = draft.note(
            "Text sorts in another order from then on, in every query that does not say COLLATE itself",
        );
    }
    let new = format!("{column}_new");
    let code = Advice::new(context)
        .say("1. in this migration: a column beside it")
        .run(Code::sql(format!("ALTER TABLE {table} ADD COLUMN {} {to}", quote(&new))))
        .say("2. deploy code that writes both")
        .say("3. in a migration of its own, in batches")
        .run(Code::sql(format!(
            "UPDATE {table} SET {} = {} WHERE {} IS NULL",
            quote(&new),
            using.as_ref().map_or_else(|| format!("{name}::{to}"), |using| using.text.clone()),
            quote(&new)
        )))
        .say("4. deploy code that reads the new column, then drop the old one")
        .finish();
    Some(draft.help(
        "Add a column of the new type, write both, fill it, read from it, and drop the old one later",
        code,
    ))
}
