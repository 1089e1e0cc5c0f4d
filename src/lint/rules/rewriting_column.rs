//! ADD COLUMN of a kind that rewrites the table: serial, identity, stored, or of a constrained domain.

use crate::lint::prelude::*;

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
    let (what, instead) = match &column.generated {
        Some(Generated::Identity { .. }) => (
            "identity column",
            "Add a plain column, fill it in batches, then ALTER COLUMN … ADD GENERATED AS IDENTITY, which rewrites nothing",
        ),
        Some(Generated::Stored(_)) if context.meets_before(18) => (
            "stored generated column",
            "Add a plain column, keep it up to date with a trigger, and fill old rows in batches",
        ),
        Some(Generated::Stored(_)) => (
            "stored generated column",
            "Make it VIRTUAL, or add a plain column, keep it up to date with a trigger, and fill old rows in batches",
        ),
        _ if column.data_type.is_serial() => (
            "serial column",
            "Add a plain column and a sequence, set its default to nextval for new rows, and fill old rows in batches",
        ),
        _ if constrained => (
            "column of a domain with a constraint",
            "Use the domain's base type, and add its check NOT VALID",
        ),
        _ => return None,
    };
    let (shown, name) = (table.to_string(), quote(&column.name));
    let shape = if constrained { Shape::AddColumnDomain } else { Shape::AddColumnVolatile };
    Some(
        Draft::new(format!("Adding {what} {name} rewrites all of {shown} while every query on it waits"))
            .stops(table)
            .label(format!("{shown} is locked and written anew"))
            .note(locks::sentence(shape, &[("t", &shown)]))
            .help(instead, ""),
    )
}
