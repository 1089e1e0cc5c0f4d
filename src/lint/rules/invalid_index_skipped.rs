//! CREATE INDEX CONCURRENTLY IF NOT EXISTS.

use crate::lint::prelude::*;
use crate::operation::CreateIndex;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "invalid-index-skipped",
        summary: "CREATE INDEX CONCURRENTLY IF NOT EXISTS takes the INVALID index of a failed build for the real one",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("invalid-index-skipped"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreateIndex(create) = context.operation else { return None };
    let name = create.name.as_ref().filter(|_| create.concurrently && create.if_not_exists)?;
    let dropped = context
        .earlier()
        .any(|(_, operation)| matches!(operation, Operation::DropIndex { index, .. } if index.name == *name));
    if dropped || context.is_new(&create.table) {
        return None;
    }
    let index = Name { schema: create.table.schema.clone(), name: name.clone() };
    let plain = CreateIndex { if_not_exists: false, ..create.as_ref().clone() };
    let code = Advice::new(context)
        .outside([
            Code::sql(format!("DROP INDEX CONCURRENTLY IF EXISTS {index}")),
            Code { python: None, ..advice::index_concurrently(context, &plain) },
        ])
        .finish();
    Some(
        Draft::new(format!("If a build of {index} failed before, this finds its INVALID index and does nothing"))
            .label("IF NOT EXISTS asks for the name only")
            .note("No query uses an INVALID index, every write maintains it, and a UNIQUE one does not hold for old rows")
            .help("Drop what a failed build may have left, then build it without IF NOT EXISTS", code),
    )
}
