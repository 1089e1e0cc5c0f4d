//! An index goes before the one that takes its place is there.

use crate::lint::prelude::*;
use crate::operation::CreateIndex;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "index-dropped-before-replacement",
        summary: "An index is dropped before the index that takes its place is built",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("index-dropped-before-replacement"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::DropIndex { index, .. } = context.operation else { return None };
    let known = context.schema.index(index)?;
    if context.is_new(&known.table) || context.is_at_hand(known.created) {
        return None;
    }
    let leads = |create: &CreateIndex| {
        let first = create.keys.first().filter(|key| key.is_column).map(|key| &key.text);
        context.schema.qualify(&create.table) == known.table
            && first.is_some()
            && first == known.columns.first()
    };
    let (statement, create) = context.later().find_map(|(statement, operation)| match operation {
        Operation::CreateIndex(create) if leads(create) => Some((statement, create)),
        _ => None,
    })?;
    let of = shown(&known.table);
    let new = create.name.as_ref().map_or("the new one".to_owned(), |name| quote(name));
    let gap = match statement.transaction.is_some() && statement.transaction == context.statement.transaction
    {
        true => format!(
            "The lock of DROP INDEX is held while {new} is built: every query on {of} waits that long"
        ),
        false => format!("Until {new} is built, every query that needs the index reads all of {of}"),
    };
    let code = in_order(context, index, &known.table, create);
    Some(
        Draft::new(format!("Index {index} is dropped before {new}, which takes its place, is built"))
            .label("leaves queries without an index")
            .related(statement.span, "is built only here")
            .note(gap)
            .help("Build the new index first, under another name, then drop the old one", code),
    )
}

/// The new index first; under the old one's name once that is gone, if it shall have it.
fn in_order(context: &Context<'_>, index: &Name, table: &Name, create: &CreateIndex) -> String {
    if context.schema.table(table).is_some_and(|known| known.partitioned) {
        return String::new();
    }
    let same = create.name.as_ref() == Some(&index.name);
    let name = if same { Some(format!("{}_new", index.name)) } else { create.name.clone() };
    let first = CreateIndex { name: name.clone(), ..create.clone() };
    let build = Code::both(advice::concurrent_sql(&first), advice::call_index(&first));
    let code = Advice::new(context)
        .say("1. in this migration")
        .outside([build])
        .say("2. in the next migration")
        .outside([advice::drop_index_concurrently(&index.name, &create.table)]);
    match name.filter(|_| same) {
        Some(name) => {
            let name = Name { name, ..create.table.clone() };
            code.say("3. in the last one: brief")
                .run(Code::sql(format!("ALTER INDEX {name} RENAME TO {}", quote(&index.name))))
                .finish()
        }
        None => code.finish(),
    }
}
