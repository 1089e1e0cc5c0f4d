//! DROP TABLE of data that the history has not copied.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "drop-table-without-backup",
        summary: "A table is dropped and its rows with it, without a copy",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("drop-table-without-backup"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::DropTable { table, if_exists, .. } = context.operation else { return None };
    // Makes room for a temporary table, which is called so only where no other is.
    if *if_exists && context.makes_temporary(table) {
        return None;
    }
    let known = context.schema.table(table);
    let copied = known.is_some_and(|known| known.copies.iter().any(|copy| copy.column.is_none()));
    let renamed = known.and_then(|known| known.renamed_in).is_some_and(|at| at != context.now.migration);
    let made_here = known.and_then(|known| known.created).is_some_and(|created| context.is_at_hand(created));
    if context.is_new(table) || made_here || copied || renamed {
        return None;
    }
    let shown = table.to_string();
    let draft =
        Draft::new(format!("Dropping {shown} destroys its rows, and the history holds no copy of them"))
            .lasts()
            .label("the rows of this table are gone")
            .note(locks::sentence(Shape::DropTable, &[("nokey", &shown)]));
    let retired = format!("{}_old", table.name);
    let (name, schema) = advice::python_table(table);
    let code = Advice::new(context)
        .say("1. when no running code uses the table any more")
        .run(Code::both(
            format!("ALTER TABLE {table} RENAME TO {}", quote(&retired)),
            format!("op.rename_table({name}, {}{schema})", advice::python_string(&retired)),
        ))
        .say("2. in a later release, when nobody has missed it")
        .run(Code::both(
            format!("DROP TABLE {}", Name { name: retired.clone(), ..table.clone() }),
            format!("op.drop_table({}{schema})", advice::python_string(&retired)),
        ))
        .finish();
    Some(draft.help(
        "Rename the table first and drop it in a later release, or copy its rows, or allow this with the name of the backup",
        code,
    ))
}
