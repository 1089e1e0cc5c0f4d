//! A SECURITY DEFINER function that looks for tables in pg_temp first.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "temporary-table-shadows",
        summary: "A SECURITY DEFINER function looks for its tables among the temporary ones of its caller first",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("temporary-table-shadows"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreateFunction { name, traits, body, .. } = context.operation else { return None };
    let path = traits.search_path.as_ref().filter(|_| traits.definer)?;
    if path.last().is_some_and(|last| last == "pg_temp") {
        return None;
    }
    let mut tables = body.iter().flat_map(|(operation, _)| tables(operation));
    let table = tables.find(|table| table.schema.is_none() && !table.name.starts_with("pg_"))?;
    let fixed = path.iter().filter(|schema| *schema != "pg_temp").map(|schema| quote(schema));
    let fixed: Vec<String> = fixed.chain(["pg_temp".to_owned()]).collect();
    let code = Advice::new(context)
        .run(Code::sql(format!("ALTER FUNCTION {name} SET search_path = {}", fixed.join(", "))))
        .finish();
    Some(
        Draft::new(format!("{name} takes a temporary table of its caller for {table}, and works on it with its owner's rights"))
            .label("pg_temp is not last in the path")
            .note("A path that does not name pg_temp begins with it")
            .help(format!("Name pg_temp last, or write {table} with its schema"), code),
    )
}

/// The tables that an operation names.
fn tables(operation: &Operation) -> Vec<&Name> {
    let reads = match operation {
        Operation::Query { reads, .. }
        | Operation::Insert { reads, .. }
        | Operation::Update { reads, .. } => reads.as_slice(),
        _ => &[],
    };
    operation.table().into_iter().chain(reads).collect()
}
