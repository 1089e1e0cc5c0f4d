//! A name that PostgreSQL cuts.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "identifier-too-long",
        summary: "A name is longer than 63 bytes, and PostgreSQL cuts it without an error",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("identifier-too-long"),
        evidence: Evidence::Lint,
    },
    check: Check::EitherWay(check),
};

/// The longest name, in bytes (NAMEDATALEN - 1).
const LONGEST: usize = 63;

fn check(context: &Context<'_>) -> Option<Draft> {
    let names: Vec<&String> = match context.operation {
        Operation::CreateTable(create) => {
            let columns = create.columns.iter().map(|column| &column.name);
            let constraints = create.constraints.iter().filter_map(|constraint| constraint.name.as_ref());
            std::iter::once(&create.table.name).chain(columns).chain(constraints).collect()
        }
        Operation::CreateIndex(create) => create.name.iter().collect(),
        Operation::AddColumn { column, .. } => vec![&column.name],
        Operation::AddConstraint { constraint, .. } => constraint.name.iter().collect(),
        Operation::RenameTable { to, .. }
        | Operation::RenameColumn { to, .. }
        | Operation::RenameConstraint { to, .. }
        | Operation::RenameIndex { to, .. }
        | Operation::RenameType { to, .. } => vec![to],
        Operation::CreateEnum { name, .. }
        | Operation::CreateDomain { name, .. }
        | Operation::CreateSequence { name, .. }
        | Operation::CreateView { name, .. }
        | Operation::CreateFunction { name, .. } => vec![&name.name],
        _ => return None,
    };
    let names: Vec<&String> = names.into_iter().filter(|name| name.len() > LONGEST - 4).collect();
    if names.is_empty() {
        return None;
    }
    // Names come as PostgreSQL stores them: only the text still has what is cut.
    let text = context.statement.sql.to_lowercase();
    let words = || text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'));
    let whole =
        |name: &str| words().find(|word| word.len() > LONGEST && word.starts_with(&name.to_lowercase()));
    let (name, whole) = names.into_iter().find_map(|name| Some((name, whole(name)?)))?;
    Some(
        Draft::new(format!("PostgreSQL cuts this name of {} bytes to {name}", whole.len()))
            .label(format!("longer than {LONGEST} bytes"))
            .note("It says so in a NOTICE only; two names that begin alike then are the same name")
            .help("Choose a name that fits", ""),
    )
}
