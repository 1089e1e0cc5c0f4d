//! A primary key that can run out.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "narrow-key",
        summary: "A primary key is an integer of four bytes or fewer, which runs out",
        severity: Severity::Info,
        preset: Preset::Pedantic,
        since: "0.1.0",
        page: page!("narrow-key"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreateTable(create) = context.operation else { return None };
    let [key] = create.constraints.iter().find_map(|constraint| constraint.kind.primary_key())? else {
        return None;
    };
    let column = create.columns.iter().find(|column| column.name == *key)?;
    let narrow = ["smallint", "integer", "serial", "smallserial"].contains(&column.data_type.name.as_str());
    narrow.then(|| {
        Draft::new(format!("The key {}.{} is {}, which ends at two thousand million at most", create.table, quote(key), column.data_type))
            .label("runs out one day")
            .note("Rolled back inserts use numbers up as well; the change to bigint rewrites the table and every table that refers to it")
            .help("Use bigint", "")
    })
}
