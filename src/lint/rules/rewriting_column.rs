//! ADD COLUMN of a kind that rewrites the table: serial, identity, stored, or of a constrained domain.

use crate::lint::prelude::*;
use crate::lint::stepwise;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "rewriting-column",
        summary: "A column is added that every row needs a value of its own for, so the whole table is rewritten",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("rewriting-column"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::AddColumn { table, column, .. } = context.operation else { return None };
    if context.is_new(table) {
        return None;
    }
    let constrained = context.schema.domain_is_constrained(&column.data_type) == Some(true);
    let (shown, name) = (table.to_string(), quote(&column.name));
    let (what, instead) = match &column.generated {
        Some(Generated::Identity { .. }) => (
            format!("identity column {name}"),
            "Add a plain column that a sequence fills for new rows, fill old rows in batches, then make it an identity, which rewrites nothing",
        ),
        Some(Generated::Stored(_)) if context.meets_before(18) => (
            format!("stored generated column {name}"),
            "Add a plain column, keep it up to date with a trigger, and fill old rows in batches",
        ),
        Some(Generated::Stored(_)) => (
            format!("stored generated column {name}"),
            "Make it VIRTUAL, or add a plain column, keep it up to date with a trigger, and fill old rows in batches",
        ),
        _ if column.data_type.is_serial() => (
            format!("serial column {name}"),
            "Add a plain column that a sequence fills for new rows, and fill old rows in batches",
        ),
        _ if constrained => (
            format!("{name}, whose domain {} has a constraint,", column.data_type),
            "Use the domain's base type, and add its check NOT VALID",
        ),
        _ => return None,
    };
    let shape = if constrained { Shape::AddColumnDomain } else { Shape::AddColumnVolatile };
    Some(
        Draft::new(format!("Adding {what} rewrites all of {shown} while every query on it waits"))
            .stops(table)
            .label(format!("{shown} is locked and written anew"))
            .note(locks::sentence(shape, &[("t", &shown)]))
            .help(instead, stepwise::column(context, table, column)),
    )
}
