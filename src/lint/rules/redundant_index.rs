//! An index that another one already serves.

use crate::lint::prelude::*;
use crate::lint::schema::Index;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "redundant-index",
        summary: "An index is built whose columns another index already begins with",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("redundant-index"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    let Operation::CreateIndex(create) = context.operation else { return None };
    let columns: Vec<&String> = create.keys.iter().map(|key| &key.text).collect();
    // A unique index does more than to be read.
    let plain = !create.unique
        && create.keys.iter().all(|key| key.is_column && key.options.is_empty())
        && create.predicate.is_none()
        && create.include.is_empty()
        && create.method.as_deref().is_none_or(|method| method == "btree");
    if !plain || columns.is_empty() {
        return None;
    }
    let serves = |index: &Index| {
        let begins = index.columns.iter().take(columns.len()).eq(columns.iter().copied());
        index.plain && !index.partial && begins
    };
    let is_other = |name: &Name| create.name.as_ref() != Some(&name.name);
    let dropped = |name: &Name| {
        context.later().any(|(_, operation)| matches!(operation, Operation::DropIndex { index, .. } if index.name == name.name))
    };
    let mut indexes = context.schema.indexes_of(&create.table);
    let (other, _) = indexes.find(|(name, index)| serves(index) && is_other(name) && !dropped(name))?;
    Some(
        Draft::new(format!("Index {} already begins with these columns", shown(other)))
            .label("serves nothing that the other does not")
            .note("Every INSERT and UPDATE writes both, and both take room in memory")
            .help("Leave it out", ""),
    )
}
