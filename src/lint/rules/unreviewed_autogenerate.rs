//! The comment that autogenerate leaves.

use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "unreviewed-autogenerate",
        summary: "A migration still says that it is generated and should be adjusted",
        severity: Severity::Warning,
        preset: Preset::Strict,
        since: "0.1.0",
        page: page!("unreviewed-autogenerate"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let asks = |text: &str| text.to_lowercase().contains("please adjust");
    let comment = context.migration.comments.iter().find(|comment| asks(&comment.text));
    let draft = comment.map(|comment| {
        Draft::new("Nobody has said that this generated migration was read")
            .at(comment.span)
            .label("autogenerate's own words")
            .note("Autogenerate takes a rename for a drop and an add, and sees no change of an enum, a check or a view")
            .help("Read it against the models, then delete the two comments", "")
    });
    draft.into_iter().collect()
}
