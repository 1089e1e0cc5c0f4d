//! What the downgrade leaves, does not bring back, or takes away on its own.

use crate::lint::mirror;
use crate::lint::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "unmirrored-downgrade",
        summary: "The downgrade does not undo what the upgrade does",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("unmirrored-downgrade"),
        evidence: Evidence::Lint,
    },
    check: Check::Migration(check),
};

fn check(context: &MigrationContext<'_>) -> Vec<Draft> {
    let (Some(down), Some(returned)) = (&context.migration.down, context.returned) else { return Vec::new() };
    let up = &context.migration.up;
    if down.body != Body::Works || !reversible::is_read(down) || !reversible::is_read(up) {
        return Vec::new();
    }
    let differences = mirror::differences(context, down, returned);
    let Some((what, difference)) = differences.first() else { return Vec::new() };
    let draft = Draft::new(format!("The downgrade does not undo the upgrade: {what} {difference}"))
        .at(down.span)
        .label("does not undo all of the upgrade")
        .help(
            "Undo each step of the upgrade, in the opposite order, and nothing else",
            reversible::downgrade_code(context),
        );
    let more = differences.iter().skip(1);
    vec![more.fold(draft, |draft, (what, difference)| draft.note(format!("Also {what} {difference}")))]
}
