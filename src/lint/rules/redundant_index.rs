//! An index that another one already serves.

use crate::lint::prelude::*;
use crate::lint::schema::Index;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "redundant-index",
        summary: "An index is built whose columns another index already begins with, or which has a column twice",
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
    let repeated = (1..columns.len()).find(|&at| {
        create.keys[..at].iter().any(|key| key.text == *columns[at] && key.options == create.keys[at].options)
    });
    if let Some(at) = repeated {
        let name = &create.keys[at].text;
        return Some(
            Draft::new(format!("The index has {name} twice, and the second one tells no more rows apart"))
                .label("is in it twice")
                .help("Leave one of them out", ""),
        );
    }
    let plain = create.keys.iter().all(|key| key.is_column && key.options.is_empty())
        && create.predicate.is_none()
        && create.include.is_empty()
        && create.method.as_deref().is_none_or(|method| method == "btree");
    if !plain || columns.is_empty() {
        return None;
    }
    let serves = |index: &Index| {
        let begins = index.columns.iter().take(columns.len()).eq(columns.iter().copied());
        // A unique index does more than to be read, unless the other one does as much. One that is built CONCURRENTLY
        // is to take the place of the other.
        let unique = index.unique && index.columns.len() == columns.len() && !create.concurrently;
        index.plain && !index.partial && begins && (!create.unique || unique)
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
