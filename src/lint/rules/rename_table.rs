//! RENAME TABLE on a table in use.

use crate::lint::prelude::*;
use crate::lint::reversible::retires;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "rename-table",
        summary: "A table is renamed under code that still uses its old name",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("rename-table"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let (table, renamed) = match context.operation {
        Operation::RenameTable { table, to } => (table, Name { name: to.clone(), ..table.clone() }),
        Operation::SetTableSchema { table, schema } => {
            (table, Name { schema: Some(schema.clone()), ..table.clone() })
        }
        _ => return None,
    };
    let old = context.schema.qualify(table);
    let is_covered = context.later().any(|(_, operation)| match operation {
        Operation::CreateView { name, .. } => context.schema.qualify(name) == old,
        Operation::CreateTable(create) => context.schema.qualify(&create.table) == old,
        Operation::RenameTable { to, .. } => *to == old.name,
        _ => false,
    });
    let is_other = context.schema.table(table).is_none()
        && (context.schema.view(table).is_some() || context.schema.index(table).is_some());
    if context.is_at_hand_table(table) || is_covered || is_other || retires(&table.name, &renamed.name) {
        return None;
    }
    let own = Code::both(
        context.statement.sql.clone(),
        advice::dedented(context.sources.text(context.statement.span)),
    );
    let code = Advice::new(context)
        .say("1. in this migration: the old name stays as a view, which can be written to")
        .run(own)
        .run(Code::sql(format!("CREATE VIEW {table} AS SELECT * FROM {renamed}")))
        .say("2. when no running code uses the old name")
        .run(Code::sql(format!("DROP VIEW {table}")))
        .finish();
    Some(
        Draft::new(format!("Renaming {table} to {renamed} breaks all running code that still says {table}"))
            .lasts()
            .label(format!("{table} is gone at once"))
            .note(locks::sentence(Shape::RenameTable, &[("t", &table.to_string())]))
            .help("Leave a view under the old name until no running code uses it", code),
    )
}
