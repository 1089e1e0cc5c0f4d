//! TRUNCATE of rows that the history has not copied.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "truncate-without-backup",
        summary: "A table is emptied without a copy of its rows",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("truncate-without-backup"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::Truncate { tables, cascade, .. } = context.operation else { return None };
    let lost: Vec<&Name> = tables.iter().filter(|table| is_lost(context, table)).collect();
    let first = *lost.first()?;
    let names: Vec<String> = lost.iter().map(ToString::to_string).collect();
    let names = names.join(", ");
    let shape = if *cascade { Shape::TruncateCascade } else { Shape::Truncate };
    let mut draft =
        Draft::new(format!("TRUNCATE destroys all rows of {names}, and the history holds no copy of them"))
            .lasts()
            .label("these rows are gone")
            .note(format!("Takes {}", locks::taken(shape, &[("nokey", &names), ("p", &names)])));
    if *cascade {
        let others: Vec<String> = lost
            .iter()
            .flat_map(|table| context.schema.foreign_keys_to(table))
            .map(|(name, _)| shown(name))
            .collect();
        let others =
            if others.is_empty() { "every table that refers to them".to_owned() } else { others.join(", ") };
        draft = draft.note(format!("CASCADE empties {others} as well"));
    }
    let backup = Name { name: format!("{}_backup", first.name), ..first.clone() };
    let code = Advice::new(context)
        .run(Code::sql(format!("CREATE TABLE {backup} AS TABLE {first}")))
        .run(Code::sql(format!("TRUNCATE {first}")))
        .finish();
    Some(draft.help("Copy the rows first, or allow this with the name of the backup", code))
}

fn is_lost(context: &Context<'_>, table: &Name) -> bool {
    let known = context.schema.table(table);
    let made_here = known.and_then(|known| known.created).is_some_and(|created| context.is_at_hand(created));
    let copied = known.is_some_and(|known| known.copies.iter().any(|copy| copy.column.is_none()));
    !context.is_new(table) && !made_here && !copied
}
