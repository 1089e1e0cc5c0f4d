//! A new column that is unique and has one default for all rows.

use crate::lint::prelude::*;
use crate::operation::Expression;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "same-default-unique",
        summary: "A new column is unique and gives every row the same value, which fails on two rows",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("same-default-unique"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (table, column, default) = match context.operation {
        Operation::AddColumn { table, column, .. } => {
            let unique =
                column.constraints.iter().any(|constraint| is_key_of(&constraint.kind, &column.name));
            (table, column.name.as_str(), column.default.as_ref().filter(|_| unique)?)
        }
        Operation::AddConstraint { table, constraint } => {
            let (ConstraintKind::Unique { columns } | ConstraintKind::PrimaryKey { columns }) =
                &constraint.kind
            else {
                return None;
            };
            let [column] = columns.as_slice() else { return None };
            (table, column.as_str(), given(context, table, column)?)
        }
        Operation::CreateIndex(create) if create.unique && create.predicate.is_none() => {
            let [key] = create.keys.as_slice() else { return None };
            (&create.table, key.text.as_str(), given(context, &create.table, &key.text)?)
        }
        _ => return None,
    };
    let same = default.understood && default.functions.is_empty() && !default.is_null;
    if !same || context.is_new(table) {
        return None;
    }
    Some(
        Draft::new(format!("Every row of {table} has {} in {}, so this fails as soon as there are two", default.text, quote(column)))
            .label("unique, and the same in every row")
            .note("It works on an empty table; with two rows it ends with SQLSTATE 23505: could not create unique index")
            .help("Add the column without the default, give each row a value of its own, then build the unique index CONCURRENTLY", ""),
    )
}

/// The default that all rows got when a column was added by the migrations at hand, if nothing has changed them since.
fn given<'a>(context: &Context<'a>, table: &Name, column: &str) -> Option<&'a Expression> {
    let known = context.schema.column(table, column)?;
    let fresh = known.added.is_some_and(|added| context.is_at_hand(added)) && !known.filled;
    known.default.as_ref().filter(|_| fresh)?.as_ref()
}

fn is_key_of(kind: &ConstraintKind, column: &str) -> bool {
    match kind {
        ConstraintKind::Unique { columns } | ConstraintKind::PrimaryKey { columns } => *columns == [column],
        _ => false,
    }
}
