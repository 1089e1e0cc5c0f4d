//! ALTER TYPE ADD VALUE and a use of the value in one transaction. A use is the value as a literal, which may stand in any
//! expression: the text is asked, and only of what follows such a value in its transaction.

use crate::lint::prelude::*;
use crate::lint::schema::{ColumnState, type_name};

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "enum-value-in-same-transaction",
        summary: "A new enum value is used in the transaction that added it, where PostgreSQL refuses it",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("enum-value-in-same-transaction"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let uses = matches!(
        context.operation,
        Operation::Insert { .. }
            | Operation::Update { .. }
            | Operation::Delete { .. }
            | Operation::SetDefault { .. }
            | Operation::AddColumn { .. }
            | Operation::AddConstraint { .. }
            | Operation::Query { .. }
    );
    if !uses {
        return None;
    }
    let text = &context.statement.sql;
    let (name, value) = context.schema.grown_enums().find_map(|(name, known)| {
        let mut added = known.added.iter().filter(|(_, moment)| context.same_transaction(*moment));
        // Since 17 a type of the same transaction is spared.
        let made_here = known.created.is_some_and(|created| context.same_transaction(created))
            && !context.meets_before(17);
        let value = added.find(|(value, _)| text.contains(&format!("'{}'", value.replace('\'', "''"))));
        value.filter(|_| !made_here).map(|(value, _)| (name, value))
    })?;
    if !may_hold(context, name) {
        return None;
    }
    let state = locks::failure(Shape::EnumValueUsed)?;
    let name = shown(name);
    Some(
        Draft::new(format!("'{value}' is used in the transaction that added it to {name}, which fails"))
            .label("uses the new value")
            .refused(format!("{state}: unsafe use of new value of enum type {name}"))
            .help(
                "Commit between the two: add the value outside the transaction, or use it in a later migration that runs in a transaction of its own",
                Advice::new(context).outside([Code::sql(format!("ALTER TYPE {name} ADD VALUE IF NOT EXISTS '{value}'"))]).finish(),
            ),
    )
}

/// Whether the table that is used has a column of the type, as far as we know.
fn may_hold(context: &Context<'_>, name: &Name) -> bool {
    let Some(known) = context.operation.table().and_then(|table| context.schema.table(table)) else {
        return true;
    };
    let is_it = |column: &ColumnState| {
        column.data_type.as_ref().is_none_or(|of| context.schema.qualify(&type_name(of)) == *name)
    };
    !known.complete
        || known.columns.iter().any(|column| is_it(column))
        || matches!(context.operation, Operation::AddColumn { .. })
}
