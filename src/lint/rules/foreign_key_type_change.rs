//! Type change of a column that a foreign key ties to another table.

use crate::lint::prelude::*;
use crate::lint::types::{self, Change};

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "foreign-key-type-change",
        summary: "The type of a column in a foreign key is changed, which locks the other table as well",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("foreign-key-type-change"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::AlterColumnType { table, column, to, .. } = context.operation else { return None };
    let known = context.schema.table(table)?;
    let same = known.column(column).and_then(|known| known.data_type.as_ref()) == Some(to);
    if same || context.is_at_hand_table(table) {
        return None;
    }
    let own = context.schema.qualify(table);
    let from = known.column(column).and_then(|known| known.data_type.as_ref());
    let brief = from.is_some_and(|from| types::change(from, to) == Change::Brief);
    let goes_on = |name: &Name| *name != own && !context.is_at_hand_table(name);
    let end = context.schema.key_ends(table, column).into_iter().find(|end| goes_on(&end.table))?;
    let (target, other, key) = (format!("{table}.{}", quote(column)), shown(&end.table), end.key);
    let (text, code) = match brief {
        true => (
            "Set a lock_timeout and try again when it strikes, in a transaction that does nothing else",
            Advice::new(context)
                .run(Code::sql("SET LOCAL lock_timeout = '2s'"))
                .run(advice::own_statement(context))
                .finish(),
        ),
        false => (
            "Add a column of the new type beside it, fill it in batches, give it a foreign key NOT VALID, validate that, then swap the two",
            String::new(),
        ),
    };
    Some(
        Draft::new(format!("Changing the type of {target} makes every query on {other} wait as well"))
            .label(format!("tied to {other} by {}", quote(&key)))
            .note(locks::sentence(
                if brief { Shape::BriefTypeOfForeignKey } else { Shape::TypeOfForeignKey },
                &[("p", &other)],
            ))
            .note(if brief {
                "The key itself is not checked again"
            } else {
                "Every row of the foreign key is checked again"
            })
            .help(text, code),
    )
}
