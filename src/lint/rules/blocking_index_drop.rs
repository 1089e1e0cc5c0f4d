//! DROP INDEX without CONCURRENTLY on a table in use.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "blocking-index-drop",
        summary: "An index is dropped while the table is locked against reads and writes",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("blocking-index-drop"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::DropIndex { index, concurrently: false, .. } = context.operation else { return None };
    let known = context.schema.index(index);
    let table = known.map(|known| &known.table);
    // What a constraint owns is not dropped by this at all.
    if known.is_some_and(|known| known.owned || context.is_at_hand(known.created)) {
        return None;
    }
    if table.is_some_and(|table| context.is_new(table) || context.drops_later(table)) {
        return None;
    }
    if table.and_then(|table| context.schema.table(table)).is_some_and(|table| table.partitioned) {
        return None;
    }
    let of = table.map_or("its table".to_owned(), shown);
    Some(
        Draft::new(format!("Dropping index {index} makes every query on {of} wait behind it"))
            .label(format!("{of} is locked completely"))
            .note(locks::sentence(Shape::DropIndex, &[("t", &of)]))
            .help(
                "Drop it CONCURRENTLY, outside a transaction, in a migration of its own",
                Advice::new(context).outside([rewrite(context, index, table)]).finish(),
            )
            .fix(fix::concurrently(context, Some("op.drop_index"))),
    )
}

fn rewrite(context: &Context<'_>, index: &Name, table: Option<&Name>) -> Code {
    let sql = format!("DROP INDEX CONCURRENTLY {index}");
    let call = context.sources.text(context.statement.span);
    match (advice::with_argument(call, "op.drop_index", "postgresql_concurrently=True"), table) {
        (Some(python), _) => Code::both(sql, python),
        (None, Some(table)) => Code { sql, ..advice::drop_index_concurrently(&index.name, table) },
        (None, None) => Code::sql(sql),
    }
}
