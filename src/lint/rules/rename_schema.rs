//! ALTER SCHEMA … RENAME TO.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "rename-schema",
        summary: "A schema is renamed while running code still uses the old name",
        severity: Severity::Error,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("rename-schema"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::Other { kind: "ALTER SCHEMA", objects, options } = context.operation else { return None };
    let schema = objects.first().filter(|_| setting(options, "rename").is_some())?;
    let made_here = context.earlier().any(
        |(_, operation)| matches!(operation, Operation::CreateSchema { name, .. } if *name == schema.name),
    );
    if made_here {
        return None;
    }
    Some(
        Draft::new(format!("Renaming schema {schema} breaks all running code that still says {schema}")).lasts()
            .label(format!("{schema} is gone at once, and every table in it"))
            .note("No table is locked, so nothing waits: the next query fails")
            .help("Create the new schema beside it, with views on the old tables, until no running code uses the old name", ""),
    )
}
