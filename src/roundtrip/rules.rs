//! The verdicts of the round trip, as rules: explained, allowed and weighed like those of lint.

use crate::finding::{Evidence, Preset, RuleInfo, Severity};

/// All of them.
pub static RULES: &[&RuleInfo] = &[
    &UPGRADE_FAILS,
    &DOWNGRADE_FAILS,
    &DOWNGRADE_DOES_NOTHING,
    &DOWNGRADE_LEAVES_OBJECTS,
    &DOWNGRADE_LOSES_OBJECTS,
    &DOWNGRADE_CHANGES_SCHEMA,
    &UPGRADE_AGAIN_FAILS,
    &UPGRADE_AGAIN_DIFFERS,
    &UPGRADE_FAILS_ON_ROWS,
    &UPGRADE_MAY_FAIL_ON_ROWS,
    &DOWNGRADE_FAILS_ON_ROWS,
    &DOWNGRADE_MAY_FAIL_ON_ROWS,
    &ROWS_LOST,
    &VALUES_LOST,
    &VALUES_CHANGED,
    &SEQUENCE_BEHIND_ROWS,
    &FULL_DOWNGRADE_FAILS,
    &FULL_DOWNGRADE_DIFFERS,
    &FULL_UPGRADE_FAILS,
    &FULL_UPGRADE_DIFFERS,
    &HARMLESS_RESIDUE,
    &MODEL_DRIFT,
];

macro_rules! verdict {
    ($name:ident, $id:literal, $severity:ident, $summary:literal) => {
        pub(super) static $name: RuleInfo = RuleInfo {
            id: $id,
            summary: $summary,
            severity: Severity::$severity,
            preset: Preset::Default,
            since: "0.1.0",
            page: include_str!(concat!("../../rules/", $id, ".md")),
            evidence: Evidence::RoundTrip,
        };
    };
}

verdict!(UPGRADE_FAILS, "upgrade-fails", Error, "An upgrade fails on an empty database");
verdict!(DOWNGRADE_FAILS, "downgrade-fails", Error, "A downgrade fails right after its upgrade");
verdict!(
    DOWNGRADE_DOES_NOTHING,
    "downgrade-does-nothing",
    Error,
    "A downgrade runs and undoes nothing of what its upgrade did"
);
verdict!(
    DOWNGRADE_LEAVES_OBJECTS,
    "downgrade-leaves-objects",
    Error,
    "A downgrade leaves something that its upgrade made"
);
verdict!(
    DOWNGRADE_LOSES_OBJECTS,
    "downgrade-loses-objects",
    Error,
    "A downgrade does not bring back something that was there before the upgrade"
);
verdict!(
    DOWNGRADE_CHANGES_SCHEMA,
    "downgrade-changes-schema",
    Warning,
    "A downgrade brings an object back other than it was"
);
verdict!(
    UPGRADE_AGAIN_FAILS,
    "upgrade-again-fails",
    Error,
    "An upgrade fails after its own downgrade, which left no object behind"
);
verdict!(
    UPGRADE_AGAIN_DIFFERS,
    "upgrade-again-differs",
    Warning,
    "An upgrade after its own downgrade ends with another schema than the first time"
);
verdict!(
    UPGRADE_FAILS_ON_ROWS,
    "upgrade-fails-on-rows",
    Error,
    "An upgrade works on empty tables and fails on tables with rows"
);
verdict!(
    UPGRADE_MAY_FAIL_ON_ROWS,
    "upgrade-may-fail-on-rows",
    Warning,
    "An upgrade fails on some of the rows that the schema before it allows"
);
verdict!(
    DOWNGRADE_FAILS_ON_ROWS,
    "downgrade-fails-on-rows",
    Error,
    "A downgrade works on empty tables and fails on tables with rows"
);
verdict!(
    DOWNGRADE_MAY_FAIL_ON_ROWS,
    "downgrade-may-fail-on-rows",
    Warning,
    "A downgrade fails on some of the rows that the schema allows"
);
verdict!(
    ROWS_LOST,
    "rows-lost",
    Warning,
    "Rows that were there before an upgrade are gone after its downgrade"
);
verdict!(VALUES_LOST, "values-lost", Warning, "A downgrade brings a column back without its values");
verdict!(
    VALUES_CHANGED,
    "values-changed",
    Warning,
    "Values are not the same after an upgrade and its downgrade"
);
verdict!(
    SEQUENCE_BEHIND_ROWS,
    "sequence-behind-rows",
    Error,
    "A sequence will give a key that is taken already"
);
verdict!(
    FULL_DOWNGRADE_FAILS,
    "full-downgrade-fails",
    Error,
    "Downgrading from head to base fails although each downgrade works alone"
);
verdict!(
    FULL_DOWNGRADE_DIFFERS,
    "full-downgrade-differs",
    Error,
    "Downgrading from head to base does not end where the history began"
);
verdict!(
    FULL_UPGRADE_FAILS,
    "full-upgrade-fails",
    Error,
    "Upgrading from base to head in the tool's own transactions fails although each upgrade works alone"
);
verdict!(
    FULL_UPGRADE_DIFFERS,
    "full-upgrade-differs",
    Warning,
    "Upgrading from base to head ends with another schema than upgrading step by step"
);
verdict!(
    HARMLESS_RESIDUE,
    "harmless-residue",
    Info,
    "A downgrade cannot undo everything, and what stays harms nobody"
);
verdict!(
    MODEL_DRIFT,
    "model-drift",
    Warning,
    "The models that the project declares are not what its migrations make"
);
